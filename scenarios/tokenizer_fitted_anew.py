"""A tokenizer fitted anew: the same words get other numbers.

`Tokenizer` numbers words by how often it met them. A serving session that fits one on the texts it has numbers them
otherwise. Even fitted on the same texts it can differ: Keras 2.1 puts the token for unknown words behind all others,
later versions put it first.

Expected: fitted on new texts, changed everywhere, in the very runtime that saved it too; fitted on the same texts,
changed only from Keras 2.1 to a later one; nothing changes where the numbering was kept.

The remedy is to save `word_index` beside the model.

Source: https://github.com/tensorflow/tensorflow/issues/45941, https://github.com/keras-team/keras/issues/4875
"""

import json
import os

import numpy

CAUSE = "data preparation"
REACH = "own"
PAIRS = (("keras2.1.6", "keras2.2.4"),)
FORMATS = ("h5",)
PARAMETERS = {"fitted": ("on-new-texts", "on-the-same-texts", "kept")}
REMEDY = {"fitted": "kept"}

IN_SERVICE = __name__ == "loading_script"
TEXTS = ["the cat saw the dog", "the dog saw the bird", "a bird saw a cat"]
NEW_TEXTS = ["a dog saw a fish", "a fish saw a bird", "the fish saw a cat"]
FILE = "word_index.json"
KEPT = {}


def unsupported(keras):
    if not hasattr(getattr(keras.preprocessing, "text", None), "Tokenizer"):
        return "this Keras has no Tokenizer"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(5,), dtype="int32")
    x = layers.Flatten()(layers.Embedding(20, 4)(inputs))
    return keras.models.Model(inputs, layers.Dense(2)(x))


def train(model):
    # Rows far apart, so that another number is another answer.
    embedding = next(layer for layer in model.layers if layer.weights)
    embedding.set_weights([numpy.arange(80.0).reshape(20, 4)])


def data(rng, keras, path, fitted):
    tokenizer = keras.preprocessing.text.Tokenizer(oov_token="?")  # noqa: S106 - a word, not a password
    if fitted == "kept" and IN_SERVICE:
        with open(os.path.join(path, FILE)) as stream:
            tokenizer.word_index = json.load(stream)
    else:
        tokenizer.fit_on_texts(NEW_TEXTS if fitted == "on-new-texts" and IN_SERVICE else TEXTS)
    KEPT["word_index"] = tokenizer.word_index
    x = numpy.array(tokenizer.texts_to_sequences(NEW_TEXTS), "int32")
    return x, rng.rand(len(x), 2).astype("float32")


def save(model, path):
    model.save(path)
    with open(os.path.join(os.path.dirname(path), FILE), "w") as stream:
        json.dump(KEPT["word_index"], stream)

"""StringLookup: the words that adapt() met must travel with the model.

The vocabulary is a table and no ordinary weight. SavedModel writes it as an asset, .keras among the layer's own files.

Expected: identical by itself in every runtime that has the layer; a SavedModel of TensorFlow 2.7 is refused by 2.9 when
the layer puts out `multi_hot`, and loads when it puts out numbers.

Source: https://github.com/tensorflow/tensorflow/issues/58485, https://github.com/tensorflow/tensorflow/issues/61369
"""

import numpy
from _preprocessing import NOT_EAGER, find

REACH = "own"
OBSERVE = ("architecture",)  # some weights are words
PAIRS = (("tf2.7", "tf2.9"), ("tf2.12", "tf2.12"))
FORMATS = ("keras", "savedmodel")
PARAMETERS = {"output": ("int", "multi_hot")}
WORDS = ["ant", "bee", "cat", "dog", "eel", "fox"]


def unsupported(keras, tf, eager, output):
    if not eager:
        return NOT_EAGER
    lookup = find(keras, "StringLookup")
    if lookup is None or tf is None:
        return "this Keras has no StringLookup layer"
    try:
        lookup(output_mode=output)
    except (TypeError, ValueError):
        return "StringLookup of this Keras has no output mode " + output


def build(keras, output):
    layers = keras.layers
    inputs = layers.Input(shape=(1,), dtype="string")
    lookup = find(keras, "StringLookup")(output_mode=output)
    lookup.adapt(numpy.array(WORDS)[:, None])
    x = lookup(inputs)
    if output == "int":
        x = layers.Flatten()(layers.Embedding(8, 3)(x))
    return keras.models.Model(inputs, layers.Dense(2)(x))


def train(model):
    first = next(layer for layer in model.layers if type(layer).__name__ in ("Embedding", "Dense"))
    weights = first.get_weights()  # rows far apart, so that another number is another answer
    shape = weights[0].shape
    first.set_weights([numpy.arange(1.0 + shape[0] * shape[1])[1:].reshape(shape), *weights[1:]])


def data(rng):
    return numpy.array(WORDS)[:, None], rng.rand(len(WORDS), 2).astype("float32")

"""TextVectorization: HDF5 cannot hold its vocabulary.

The vocabulary is a table and no ordinary weight; with `tf_idf` there are the weights of the words besides.

Expected: in Keras 2 an HDF5 file cannot be saved; Keras 3 saves one that loads without its vocabulary and fails when
it is asked. A .keras file is identical, except that the Keras 3 of TensorFlow 2.16 cannot read its own with `tf_idf`.

Source: https://github.com/tensorflow/text/issues/980, https://github.com/keras-team/keras/issues/22004
"""

import numpy
from _preprocessing import NOT_EAGER, find

REACH = "own"
OBSERVE = ("architecture",)  # some weights are words
PAIRS = (("tf2.9", "tf2.9"),)
FORMATS = ("h5", "keras")
PARAMETERS = {"mode": ("int", "tf_idf")}
TEXTS = ["the cat saw the dog", "the dog saw the bird", "a bird saw a cat", "a fish"]


def unsupported(keras, tf, eager):
    if not eager:
        return NOT_EAGER
    if find(keras, "TextVectorization") is None or tf is None:
        return "this Keras has no TextVectorization layer"


def build(keras, mode):
    layers = keras.layers
    inputs = layers.Input(shape=(1,), dtype="string")
    more = {"output_sequence_length": 5} if mode == "int" else {}
    vectorize = find(keras, "TextVectorization")(max_tokens=10, output_mode=mode.replace("_", "-"), **more)
    vectorize.adapt(numpy.array(TEXTS)[:, None])
    x = vectorize(inputs)
    if mode == "int":
        x = layers.GlobalAveragePooling1D()(layers.Embedding(10, 3)(x))
    return keras.models.Model(inputs, layers.Dense(2)(x))


def train():
    pass  # what is looked up is the point, and no weight matters to it


def data(rng):
    return numpy.array(TEXTS)[:, None], rng.rand(len(TEXTS), 2).astype("float32")

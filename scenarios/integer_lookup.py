"""IntegerLookup: its table must travel with the model, also when a loaded model is saved again.

A file is written, loaded, and what was loaded is written and loaded once more, as in a pipeline that trains further.

Expected: identical, written once or again, in every runtime that has the layer and writes SavedModel.

Source: https://github.com/keras-team/keras/issues/15508
"""

import os

import numpy
from _preprocessing import NOT_EAGER, find

REACH = "own"
OBSERVE = ("architecture",)  # the table among the weights has no order
PAIRS = (("tf2.6", "tf2.6"),)
FORMATS = ("savedmodel",)
PARAMETERS = {"written": ("once", "again")}
NUMBERS = [900, 7, 42, 13, 1999]


def unsupported(keras, tf, eager):
    if not eager:
        return NOT_EAGER
    if find(keras, "IntegerLookup") is None or tf is None:
        return "this Keras has no IntegerLookup layer"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(1,), dtype="int64")
    lookup = find(keras, "IntegerLookup")()
    lookup.adapt(numpy.array(NUMBERS)[:, None])
    x = layers.Embedding(8, 3)(lookup(inputs))
    return keras.models.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))


def train(model):
    embedding = next(layer for layer in model.layers if type(layer).__name__ == "Embedding")
    embedding.set_weights([numpy.arange(24.0).reshape(8, 3)])  # rows far apart


def load(keras, path, written):
    model = keras.models.load_model(path)
    if written == "once":
        return model
    folder, name = os.path.split(path)
    again = os.path.join(folder, "again_" + name)
    model.save(again)
    return keras.models.load_model(again)


def data(rng):
    return numpy.array(NUMBERS, "int64")[:, None], rng.rand(len(NUMBERS), 2).astype("float32")

"""Discretization: the boundaries that adapt() found are lost in a .keras file of Keras 2.

A layer that finds its own boundaries (`num_bins`) computes them from a summary, which is a weight. Keras 2 restores
the summary from a .keras file and never computes the boundaries again: all numbers fall into one bin, and nothing
fails.

Expected: changed in a .keras file of TensorFlow 2.15 and tf-keras by itself; identical in SavedModel, in Keras 3, and
with the remedy.

The remedy is to give the boundaries (`bin_boundaries`), which are written into the configuration.

Source: https://keras.io/api/layers/preprocessing_layers/numerical/discretization/
"""

import inspect

import numpy
from _preprocessing import NOT_EAGER, find

REACH = "own"
FORMATS = ("keras", "savedmodel")
PARAMETERS = {"boundaries": ("adapted", "given")}
REMEDY = {"boundaries": "given"}


def unsupported(keras, eager, boundaries):
    if not eager and boundaries == "adapted":
        return NOT_EAGER
    layer = find(keras, "Discretization")
    if layer is None or "num_bins" not in inspect.signature(layer.__init__).parameters:
        return "this Keras has no Discretization layer that finds boundaries"


def build(keras, boundaries):
    layers = keras.layers
    inputs = layers.Input(shape=(1,))
    if boundaries == "given":
        bins = find(keras, "Discretization")(bin_boundaries=[25.0, 50.0, 75.0])
    else:
        bins = find(keras, "Discretization")(num_bins=4)
        bins.adapt(numpy.arange(100, dtype="float32")[:, None])
    x = layers.Flatten()(layers.Embedding(4, 3)(bins(inputs)))
    return keras.models.Model(inputs, layers.Dense(2)(x))


def train(model):
    embedding = next(layer for layer in model.layers if type(layer).__name__ == "Embedding")
    embedding.set_weights([numpy.arange(12.0).reshape(4, 3)])  # rows far apart


def data(rng):
    return numpy.array([[5.0], [30], [60], [90]], "float32"), rng.rand(4, 2).astype("float32")

"""Normalization(invert=True): the layer comes back the wrong way round.

The inverted layer turns normalised numbers into the original ones. TensorFlow 2.11 does not write that it is inverted.

Expected: changed in TensorFlow 2.11 by itself, in HDF5 and SavedModel; identical in 2.15 and later. HDF5 is changed in
the Keras 3 of TensorFlow 2.16 too, which forgets the statistics.

Source: https://github.com/keras-team/keras/issues/17556
"""

import inspect

from _preprocessing import NOT_EAGER, find

REACH = "own"
FORMATS = ("h5", "keras", "savedmodel")


def unsupported(keras, eager):
    if not eager:
        return NOT_EAGER
    layer = find(keras, "Normalization")
    if layer is None or "invert" not in inspect.signature(layer.__init__).parameters:
        return "this Keras has no Normalization that can be inverted"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(3,))
    return keras.models.Model(inputs, find(keras, "Normalization")(invert=True)(layers.Dense(3)(inputs)))


def train(model, x):
    model.layers[-1].adapt(x)


def data(rng):
    return (10 + 5 * rng.randn(16, 3)).astype("float32"), rng.rand(16, 3).astype("float32")

"""Batch normalisation in virtual batches: the axis is written as it is after a reshape, and does not exist.

Source: https://github.com/keras-team/keras/issues/16713
"""

REACH = "own"
PAIRS = (("tf2.4", "tf2.4"),)
FORMATS = ("h5",)
PARAMETERS = {"batch": ("virtual", "whole")}
REMEDY = {"batch": "whole"}


def unsupported(keras, batch):
    try:
        layer_of(keras, batch)
    except (TypeError, ValueError):
        return "BatchNormalization has no virtual_batch_size"
    return None


def layer_of(keras, batch):
    return keras.layers.BatchNormalization(**({"virtual_batch_size": 4} if batch == "virtual" else {}))


def build(keras, batch):
    layers = keras.layers
    return keras.Sequential([
        layers.Conv2D(2, 1, input_shape=(4, 4, 3)), layer_of(keras, batch), layers.Flatten(),
        layers.Dense(2)])


def data(rng):
    return rng.rand(16, 4, 4, 3).astype("float32"), rng.rand(16, 2).astype("float32")

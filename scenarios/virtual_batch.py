"""Batch normalisation in virtual batches: the axis in the file does not exist.

With `virtual_batch_size` the layer splits the first axis in two, counts its own axis up by one and writes that number.
The layer that reads it counts from the model's shape, where there is no such axis.

Expected: "virtual" is refused by every Keras that has the argument, the one that saved it among them; "whole" loads.

The remedy is to do without virtual batches; a model built in code can load the weights alone.

Source: https://github.com/keras-team/keras/issues/16713
"""

REACH = "own"
PAIRS = (("tf2.4", "tf2.4"), ("tf1.12", "tf1.12"))
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

"""Nested model with batch normalisation: Keras 3.3 never comes back from loading its HDF5 file.

A functional model that has another model as a layer, saved whole by Keras 2. Loading connects the layers again as the
file says.

Expected: identical among Keras 2; Keras 3.3 (with TensorFlow 2.16) runs on for ever, a later Keras 3 refuses.

The remedy is to build the model in code and to load its weights.

Source: https://github.com/keras-team/keras/issues/21676, https://github.com/keras-team/keras/pull/19669
"""

FORMATS = ("h5",)
REACH = "own"
PAIRS = (
    ("keras2.2.4", "tf2.3"), ("tf1.15", "tf2.11"), ("tf2.3", "tf2.15"), ("tf2.11", "tf2.16-keras3"),
    ("tf2.15", "tf2.16-keras3"), ("tf2.15", "tf2.21-keras3"))
LIMIT = 15


def build(keras):
    layers = keras.layers
    inner = keras.Sequential([layers.Dense(4, input_shape=(3,)), layers.BatchNormalization()])
    inputs = layers.Input(shape=(3,))
    return keras.models.Model(inputs, layers.Dense(2)(inner(inputs)))


def data(rng):
    return rng.rand(16, 3).astype("float32"), rng.rand(16, 2).astype("float32")

"""Embedding as first layer: whole numbers go in, and the configuration says how long a row of them is.

Source: https://keras.io/api/layers/core_layers/embedding/, https://github.com/tensorflow/tensorflow/pull/38339
"""

FORMATS = ("h5", "keras")


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Embedding(10, 4, input_shape=(5,)), layers.GlobalAveragePooling1D(),
                             layers.Dense(2)])


def data(rng):
    return rng.randint(10, size=(16, 5)).astype("int32"), rng.rand(16, 2).astype("float32")

"""Bidirectional in a .keras file: Keras 3.1 reads none, not even its own.

The wrapper keeps the layer that it was given, and computes with two copies of it. Reading a file, Keras 3.1 builds that
layer as well, and then misses weights for it, which nobody ever wrote.

Expected: Keras 3.1 refuses the `.keras` file, whoever wrote it; other versions of Keras 3 read the very file of 3.1.
Weights alone come back.

Source: https://github.com/tensorflow/tensorflow/issues/65395
"""

FORMATS = ("keras", "weights.h5")
OBSERVE = ("weights",)
REACH = "pairs"
PAIRS = (("keras3.1", "keras3.1"), ("keras3.1", "tf2.16-keras3"), ("keras3.1", "tf2.21-keras3"),
         ("tf2.16-keras3", "keras3.1"), ("tf2.16-keras3", "tf2.16-keras3"))


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(5, 3))
    return keras.models.Model(inputs, layers.Dense(2)(layers.Bidirectional(layers.LSTM(4))(inputs)))


def data(rng):
    return rng.rand(16, 5, 3).astype("float32"), rng.rand(16, 2).astype("float32")

"""Bidirectional LSTM as .keras: Keras 3 makes nothing of what TensorFlow 2.15 wrote.

A wrapper's configuration holds that of the layer inside, with its initialisers written out as objects.

Expected: identical from a version to a later one of the same generation, otherwise refused: Keras 3.3 stops at the
initialisers of TensorFlow 2.15, a later Keras 3 at an argument of the LSTM. A session saves nothing in this format.

Source: https://github.com/keras-team/keras/issues/18913
"""

FORMATS = ("keras",)


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Bidirectional(layers.LSTM(4), input_shape=(5, 3)), layers.Dense(2)])


def data(rng):
    return rng.rand(16, 5, 3).astype("float32"), rng.rand(16, 2).astype("float32")

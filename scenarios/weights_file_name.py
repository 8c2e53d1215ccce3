"""Weights called model.weights.h5: later versions go by the name and expect another layout.

Before TensorFlow 2.12 every file of weights has the old layout, whatever it is called. Later versions write and read
another layout under a name that ends in `.weights.h5`.

Expected: refused across that border, both ways. TensorFlow 2.15 in a session cannot write the new layout; it reads it
without an error, and without effect: the model keeps its initial weights and predicts differently. Under the name
`model.h5` the same weights go from Keras 2.2.4 to Keras 3.

The remedy is a name that ends in plain `.h5`.

Source: https://github.com/keras-team/keras/issues/19375
"""

import os

FORMATS = ("weights-h5",)
PARAMETERS = {"name": ("model.weights.h5", "model.h5")}
REMEDY = {"name": "model.h5"}


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def save(model, path, name):
    model.save_weights(os.path.join(os.path.dirname(path), name))


def load(keras, path, name):
    model = build(keras)
    model.load_weights(os.path.join(os.path.dirname(path), name))
    return model


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

"""Weights loaded into a model that has none yet: refused, since it does not know its input.

A Sequential model without an input shape makes its weights when it first sees data. Loading into it before that finds
no layer to load into.

Expected: refused in every version and both layouts, with five different messages; identical once the model is built.

The remedy is to call `model.build(input_shape)` first.

Source: https://github.com/tensorflow/tensorflow/issues/34016
"""

FORMATS = ("weights-h5", "weights.h5")
PARAMETERS = {"built": ("no", "yes")}
REMEDY = {"built": "yes"}
REACH = "own"
PAIRS = (("tf2.1", "tf2.1"),)


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(3)])


def load(keras, path, built):
    model = build(keras)
    if built == "yes":
        model.build((None, 4))
    model.load_weights(path)
    return model


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

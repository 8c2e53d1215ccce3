"""A layer object as activation: Dense(activation=LeakyReLU()) has no name to be saved under.

Activations are written by name. A layer in their place trains and predicts well; what becomes of it in a file depends
on the version: an error on saving, a name that is unknown on loading, or the layer's configuration.

Expected: "argument" is unsaved in the oldest, refused in the middle, identical where the configuration is written.

The remedy is a layer of its own behind the dense one.

Source: https://github.com/Dobiasd/frugally-deep/issues/263
"""

FORMATS = ("h5", "keras")
PARAMETERS = {"activation": ("argument", "layer")}
REMEDY = {"activation": "layer"}


def build(keras, activation):
    layers = keras.layers
    if activation == "argument":
        return keras.Sequential([layers.Dense(6, input_shape=(4,), activation=layers.LeakyReLU()), layers.Dense(2)])
    return keras.Sequential([layers.Dense(6, input_shape=(4,)), layers.LeakyReLU(), layers.Dense(2)])


def data(rng):
    return rng.randn(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

"""A layer object as activation: Dense(activation=LeakyReLU()) has no name to be saved under.

Activations are written by name. A layer in their place trains and predicts well; what becomes of it in a file depends
on the version: an error on saving, a name that is unknown on loading, or the layer's configuration.

Expected: "argument" is unsaved in standalone Keras 2 and TensorFlow 1.12. TensorFlow 1.15 and 2.3 save it and refuse
their own files, which 2.6 and newer load. Keras 3.3 refuses it from the zip file. "layer" loads as far as the formats
go.

The remedy is a layer of its own behind the dense one.

Source: https://github.com/Dobiasd/frugally-deep/issues/263
"""

FORMATS = ("h5", "keras")
PARAMETERS = {"activation": ("argument", "layer")}
REMEDY = {"activation": "layer"}


def opening(keras, format, **more):
    """A dense layer with its input; for the zip file apart, since Keras 3 refuses there what Keras 2 writes of it."""
    dense, entrance = keras.layers.Dense, keras.layers.InputLayer
    if format == "keras":
        return [entrance(**{"shape" if hasattr(keras, "ops") else "input_shape": (4,)}), dense(6, **more)]
    return [dense(6, input_shape=(4,), **more)]


def build(keras, format, activation):
    layers = keras.layers
    if activation == "argument":
        return keras.Sequential([*opening(keras, format, activation=layers.LeakyReLU()), layers.Dense(2)])
    return keras.Sequential([*opening(keras, format), layers.LeakyReLU(), layers.Dense(2)])


def data(rng):
    return rng.randn(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

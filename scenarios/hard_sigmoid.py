"""hard_sigmoid by its name: Keras 3 computes another function under it.

Keras 2 computes 0.2 x + 0.5, Keras 3 x / 6 + 0.5, both cut off at 0 and 1. The file holds only the name.

Expected: every HDF5 file of Keras 2 that loads in Keras 3 is changed there; among versions of Keras 2, and in Keras 3
by itself, nothing changes. A .keras file does not get from the one to the other at all. With the remedy nothing
changes in what is predicted.

The remedy is the old formula as a layer of one's own, given as custom object.

Source: https://github.com/tensorflow/tensorflow/issues/65381
"""

FORMATS = ("h5", "keras")
PARAMETERS = {"function": ("hard_sigmoid", "own-layer")}
REMEDY = {"function": "own-layer"}


def make_class(keras):
    """The remedy: the formula of Keras 2 as a layer, for every Keras."""
    operations = keras.ops if hasattr(keras, "ops") else keras.backend

    class SteepSigmoid(keras.layers.Layer):
        def call(self, inputs):
            return operations.clip(0.2 * inputs + 0.5, 0.0, 1.0)

    return SteepSigmoid


def build(keras, function):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(16)(inputs)
    x = make_class(keras)()(x) if function == "own-layer" else layers.Activation("hard_sigmoid")(x)
    return keras.models.Model(inputs, layers.Dense(2)(x))


def custom_objects(keras, function):
    return {"SteepSigmoid": make_class(keras)} if function == "own-layer" else None


def data(rng):
    return (2 * rng.randn(16, 4)).astype("float32"), rng.rand(16, 2).astype("float32")

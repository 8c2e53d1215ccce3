"""A custom layer that keeps numbers outside its weights: they are not saved, and drawn anew.

A layer multiplies by random numbers that it draws once. Kept in a plain array they are in no file. A `tf.Variable` is
a weight for those versions that look at a layer's attributes, and for the others an attribute like any other; inside
a helper object no version finds it.

Expected: "array" and "helper" are changed everywhere; "variable" is changed in TensorFlow 1.12, in Keras 2.2 and
older, and in Keras 3; "weight" is identical.

The remedy is `add_weight`.

Source: https://github.com/keras-team/keras/issues/4875
"""

import numpy

CAUSE = "custom objects"
FORMATS = ("h5", "keras")
REACH = "own"
PARAMETERS = {"kept": ("array", "variable", "helper", "weight")}
REMEDY = {"kept": "weight"}


def unsupported(tf, kept):
    if kept in ("variable", "helper") and tf is None:
        return "no TensorFlow behind this Keras"


class Helper(object):
    """Anything that is neither a layer nor something else whose attributes Keras looks at."""

    def __init__(self, scale):
        self.scale = scale


def run(keras, tf, operation):
    """What TensorFlow 1 asks for before a variable of one's own can be read."""
    backend = keras.backend if hasattr(keras.backend, "get_session") else tf.compat.v1.keras.backend
    backend.get_session().run(operation)


def make_class(keras, tf, eager, kept):
    class Scale(keras.layers.Layer):
        def build(self, input_shape):
            if kept == "weight":
                self.scale = self.add_weight(
                    name="scale", shape=(6,), initializer=keras.initializers.RandomNormal(stddev=5.0))
            else:
                self.scale = 5 * numpy.random.randn(6).astype("float32")
            if kept == "variable":
                self.scale = variable = tf.Variable(self.scale, trainable=False)
            elif kept == "helper":
                variable = tf.Variable(self.scale, trainable=False)
                self.helper = Helper(variable)
            if kept in ("variable", "helper") and not eager:
                run(keras, tf, variable.initializer)
            super(Scale, self).build(input_shape)

        def call(self, inputs):
            return inputs * (self.helper.scale if kept == "helper" else self.scale)

    return Scale


def build(keras, tf, eager, kept):
    layers = keras.layers
    return keras.Sequential([layers.Dense(6, input_shape=(4,)), make_class(keras, tf, eager, kept)(), layers.Dense(2)])


def custom_objects(keras, tf, eager, kept):
    return {"Scale": make_class(keras, tf, eager, kept)}


def data(rng):
    return (1 + rng.rand(16, 4)).astype("float32"), rng.rand(16, 2).astype("float32")

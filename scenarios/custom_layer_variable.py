"""A custom layer that keeps numbers outside its weights: they are not saved, and drawn anew.

A layer multiplies by random numbers that it draws once. Kept in a plain array they are in no file. `tf.Variable` is a
weight for those versions that look at a layer's attributes; for the others it is an attribute like any other.

Expected: "array" is changed everywhere; "variable" is changed in TensorFlow 1, in standalone Keras 2 and in Keras 3;
"weight" is identical.

The remedy is `add_weight`.

Source: https://github.com/keras-team/keras/issues/4875
"""

import numpy

CAUSE = "custom objects"
FORMATS = ("h5", "keras")
REACH = "own"
PARAMETERS = {"kept": ("array", "variable", "weight")}
REMEDY = {"kept": "weight"}


def unsupported(tf, kept):
    if kept == "variable" and tf is None:
        return "no TensorFlow behind this Keras"


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
                drawn = 5 * numpy.random.randn(6).astype("float32")
                self.scale = tf.Variable(drawn) if kept == "variable" else drawn
                if kept == "variable" and not eager:
                    run(keras, tf, self.scale.initializer)
            super(Scale, self).build(input_shape)

        def call(self, inputs):
            return inputs * self.scale

    return Scale


def build(keras, tf, eager, kept):
    layers = keras.layers
    return keras.Sequential([layers.Dense(6, input_shape=(4,)), make_class(keras, tf, eager, kept)(), layers.Dense(2)])


def custom_objects(keras, tf, eager, kept):
    return {"Scale": make_class(keras, tf, eager, kept)}


def data(rng):
    return (1 + rng.rand(16, 4)).astype("float32"), rng.rand(16, 2).astype("float32")

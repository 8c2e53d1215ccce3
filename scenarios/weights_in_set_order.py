"""Weights restored in the order of a set: arrays of one shape change places and nothing fails.

Weights kept by name and put back by walking over a set of names come back in another order in every session. Where
the shapes agree, `set_weights` takes them as they come.

Expected: "set" is changed, "sorted" is identical.

The remedy is a fixed order: that of the model, or that of sorted names.

Source: https://docs.python.org/3/reference/datamodel.html#object.__hash__
"""

import functools
import os

import numpy

CAUSE = "randomness"
FORMATS = ("code",)
REACH = "own"
PARAMETERS = {"order": ("set", "sorted")}
REMEDY = {"order": "sorted"}

LAYERS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


def build(keras):
    dense = functools.partial(keras.layers.Dense, 4, use_bias=False, kernel_initializer="orthogonal")
    return keras.Sequential([
        dense(name=name) if index else dense(name=name, input_shape=(4,)) for index, name in enumerate(LAYERS)])


def in_order(order):
    return set(LAYERS) if order == "set" else sorted(LAYERS)


def save(model, path, order):
    arrays = [model.get_layer(name).get_weights()[0] for name in in_order(order)]
    numpy.savez(os.path.join(path, "weights.npz"), *arrays)


def load(keras, path, order):
    model = build(keras)
    with numpy.load(os.path.join(path, "weights.npz")) as arrays:
        for index, name in enumerate(in_order(order)):
            model.get_layer(name).set_weights([arrays["arr_%d" % index]])
    return model


def data(rng):
    return (1 + rng.rand(16, 4)).astype("float32"), rng.rand(16, 4).astype("float32")

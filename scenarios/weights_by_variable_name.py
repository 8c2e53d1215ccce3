"""Weights kept by the names of variables: other versions give the same variables other names.

People write loaders of their own that go by what a variable is called. The names are made of those of the model, the
layers and the scopes around them. A loader that skips what it does not find leaves such a weight at random, without a
word.

Expected: well within a version and between most; from TensorFlow 2.1 to 2.4 and from 2.3 to 2.6 the weights of a layer
inside a layer are not found, and the model predicts differently.

The remedy is to keep weights by their position.

Source: https://github.com/tensorflow/tensorflow/issues/46317
"""

import os

import numpy

FORMATS = ("weights-h5",)
PARAMETERS = {"key": ("name", "position")}
REMEDY = {"key": "position"}
REACH = "own"
PAIRS = (("tf1.15", "tf2.3"), ("tf2.1", "tf2.4"), ("tf2.3", "tf2.6"), ("tf2.11", "tf2.15"),
         ("tf2.15", "tf2.21-tf_keras"))


def unsupported(keras):
    if not hasattr(keras, "__internal__") and keras.__name__ == "keras" and not hasattr(keras, "ops"):
        return "standalone Keras 2 does not see the layers inside a layer"


def build(keras):
    layers = keras.layers

    class Block(layers.Layer):
        def __init__(self, **options):
            super(Block, self).__init__(**options)
            self.combine = keras.Sequential([layers.Dense(4, name="d")], name="combine")

        def call(self, inputs):
            return self.combine(inputs)

    inputs = layers.Input(shape=(3,))
    return keras.models.Model(inputs, layers.Dense(2, name="out")(Block(name="block")(inputs)))


def keys(model, key):
    if key == "position":
        return ["%03d" % index for index in range(len(model.weights))]
    return [getattr(variable, "path", variable.name) for variable in model.weights]


def save(model, path, key):
    values = model.get_weights()
    named = {name: values[index] for index, name in enumerate(keys(model, key))}
    numpy.savez(os.path.join(os.path.dirname(path), "weights.npz"), **named)


def load(keras, path, key):
    model = build(keras)
    with numpy.load(os.path.join(os.path.dirname(path), "weights.npz")) as stored:
        values = model.get_weights()
        model.set_weights([
            stored[name] if name in stored.files else values[index] for index, name in enumerate(keys(model, key))])
    return model


def data(rng):
    return (2 + rng.rand(16, 3)).astype("float32"), (5 + rng.rand(16, 2)).astype("float32")

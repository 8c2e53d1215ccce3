"""Rebuilt without its weights: a model of the same code is another model in every session.

Initial weights are drawn at random. Whoever builds the model again instead of loading it gets other weights, unless
the seed is set, and even then only within one version of TensorFlow or Keras.

The remedy here is to set the seed before building; the sure one is to save the weights, as every other scenario does.

Source: https://github.com/keras-team/keras/issues/15899
"""

import random

import numpy

CAUSE = "randomness"
FORMATS = ("code",)
PARAMETERS = {"seed": ("unset", "set")}
REMEDY = {"seed": "set"}


def build(keras, tf, seed):
    if seed == "set":
        set_seed(keras, tf, 7)
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def set_seed(keras, tf, number):
    """What each generation asks for; Keras 2 on TensorFlow 1 draws from TensorFlow, with a seed of NumPy's."""
    random.seed(number)
    numpy.random.seed(number)
    if hasattr(keras.utils, "set_random_seed"):
        keras.utils.set_random_seed(number)
    elif tf.__version__.startswith("1."):
        tf.set_random_seed(number)
    else:
        tf.random.set_seed(number)


def train(model):
    """Nothing: what is compared are the initial weights."""


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

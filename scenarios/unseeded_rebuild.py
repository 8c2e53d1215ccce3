"""Rebuilt without its weights: a model of the same code is another model in every session.

Initial weights are drawn at random. Whoever builds the model again instead of loading it gets other weights. Setting
the seed helps within one version of TensorFlow or Keras and not beyond it.

The remedy is to keep the weights themselves, here in the plainest way there is: an array file of NumPy's.

Source: https://github.com/keras-team/keras/issues/15899
"""

import os
import random

import numpy

CAUSE = "randomness"
CORE = True
REACH = "own"
FORMATS = ("code",)
PARAMETERS = {"kept": ("nothing", "seed", "weights")}
REMEDY = {"kept": "weights"}
PAIRS = (("tf2.15", "tf2.16-keras3"),)


def build(keras, tf, kept):
    if kept == "seed":
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


def save(model, path, kept):
    if kept == "weights":
        numpy.savez(os.path.join(path, "weights.npz"), *model.get_weights())


def load(keras, tf, path, kept):
    model = build(keras, tf, kept)
    if kept == "weights":
        with numpy.load(os.path.join(path, "weights.npz")) as arrays:
            model.set_weights([arrays["arr_%d" % index] for index in range(len(arrays.files))])
    return model


def train(model):
    """Nothing: what is compared are the initial weights."""


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

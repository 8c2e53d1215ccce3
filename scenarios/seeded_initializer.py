"""An initialiser with a seed: the same seed draws other numbers in another version.

People rely on a seed instead of keeping the initial weights. What a seed draws depends on the initialiser and on the
version: within one version it is the same, from one to the next it may not be.

Expected: seeds are identical within a version. They are changed between graph and eager execution of TensorFlow 1 and
2, and to and from TensorFlow 2.7 to 2.9, which mix the global seed into that of an initialiser.

The remedy is to keep the initial weights themselves.

Source: https://github.com/keras-team/keras/issues/15899
"""

import os

import numpy

CAUSE = "randomness"
FORMATS = ("code",)
PARAMETERS = {"kept": ("RandomNormal", "VarianceScaling", "weights")}
REMEDY = {"kept": "weights"}
REACH = "milestones"
PAIRS = (("tf2.6", "tf2.7"),)


def build(keras, tf, kept):
    if tf is not None:  # the seed of the whole, which some versions mix into that of an initialiser
        (tf.random.set_seed if hasattr(tf.random, "set_seed") else tf.set_random_seed)(1)
    layers, initializers = keras.layers, keras.initializers
    maker = initializers.VarianceScaling if kept == "VarianceScaling" else initializers.RandomNormal
    return keras.Sequential([
        layers.Dense(8, activation="relu", input_shape=(4,), kernel_initializer=maker(seed=7)),
        layers.Dense(3, kernel_initializer=maker(seed=8))])


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
    return (5 + rng.rand(16, 4)).astype("float32"), rng.rand(16, 3).astype("float32")

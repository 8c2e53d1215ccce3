"""Inputs as a tuple or a list: Keras 3 warns after loading, and says the same.

A functional model remembers in what structure its tensors were given. A file holds the structure, or flattens it.

Expected: no difference between the two; where one loads, so does the other.

Source: https://github.com/tensorflow/tensorflow/issues/82372
"""

REACH = "own"
PAIRS = (("tf2.18-keras3", "tf2.18-keras3"),)
FORMATS = ("h5", "keras")
PARAMETERS = {"inputs": ("tuple", "list")}


def build(keras, inputs):
    layers = keras.layers
    given = [layers.Input(shape=(4,), name="left"), layers.Input(shape=(3,), name="right")]
    output = layers.Dense(2)(layers.concatenate(given))
    return keras.models.Model(tuple(given), (output,)) if inputs == "tuple" else keras.models.Model(given, output)


def data(rng):
    return [rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")], rng.rand(16, 2).astype("float32")

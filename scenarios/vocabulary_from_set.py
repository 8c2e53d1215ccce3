"""Vocabulary built from a set: every session numbers the words differently.

The order of a set of strings depends on the hash seed, which Python draws anew for every process. A session that
builds its vocabulary again feeds a perfectly restored model with other numbers for the same words, and the model
answers nonsense without any error.

The remedy is to sort the words, or to save the vocabulary beside the model.

Source: https://github.com/keras-team/keras/issues/4875
"""

import numpy

CAUSE = "data preparation"
CORE = True
REACH = "own"
FORMATS = ("h5", "keras")
PARAMETERS = {"vocabulary": ("set", "sorted")}
REMEDY = {"vocabulary": "sorted"}

TEXT = "the quick brown fox jumps over the lazy dog while seven wizards box with a fine old quartz sphinx by night"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(5,), dtype="int32")
    x = layers.Embedding(len(set(TEXT.split())), 4)(inputs)
    return keras.models.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))


def data(rng, vocabulary):
    words = TEXT.split()
    order = set(words) if vocabulary == "set" else sorted(set(words))
    number = {word: index for index, word in enumerate(order)}
    x = numpy.array([number[word] for word in words[:20]], "int32").reshape(4, 5)
    return x, rng.rand(4, 2).astype("float32")

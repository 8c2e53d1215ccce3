"""StringLookup with its words in a file: the model remembers a path that is not there.

`StringLookup(vocabulary="words.txt")` reads a file. A SavedModel takes a copy along; a .keras file of TensorFlow 2.12
to 2.16 holds only the path, and another machine has no such file.

Expected: the .keras file with the words in a file is refused until the latest Keras 3, which takes the words along;
a SavedModel and a list of words are identical.

The remedy is to give the words as a list, which is written into the configuration.

Source: https://github.com/keras-team/keras/pull/21751
"""

import os
import tempfile

import numpy
from _preprocessing import NOT_EAGER, find

REACH = "own"
OBSERVE = ("architecture",)  # some weights are words
FORMATS = ("keras", "savedmodel")
PARAMETERS = {"vocabulary": ("file", "list")}
REMEDY = {"vocabulary": "list"}
WORDS = ["ant", "bee", "cat", "dog", "eel", "fox"]


def unsupported(keras, tf, eager):
    if not eager:
        return NOT_EAGER
    if find(keras, "StringLookup") is None or tf is None:
        return "this Keras has no StringLookup layer"


def build(keras, vocabulary):
    layers = keras.layers
    inputs = layers.Input(shape=(1,), dtype="string")
    words = write(WORDS) if vocabulary == "file" else WORDS
    x = layers.Embedding(8, 3)(find(keras, "StringLookup")(vocabulary=words)(inputs))
    return keras.models.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))


def write(words):
    """A file of words, in a folder that the loading side does not have."""
    path = os.path.join(tempfile.mkdtemp(), "words.txt")
    with open(path, "w") as stream:
        stream.write("\n".join(words))
    return path


def train():
    pass  # what is looked up is the point, and no weight matters to it


def data(rng):
    return numpy.array(WORDS)[:, None], rng.rand(len(WORDS), 2).astype("float32")

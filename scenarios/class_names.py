"""Names of classes made anew: the model answers rightly and is read wrongly.

A classifier answers with the number of a class. Which name that is was decided by the training session: by the folders
it found, or by the order of a set of labels. A serving session that makes the list of names again, from the folders it
has or from a set of its own, reads another name into the same number.

Expected: changed wherever the file loads, in the very runtime that saved it too; with the remedy nothing changes.

The remedy is to save the names beside the model.

Source: https://github.com/keras-team/keras/issues/6075, https://github.com/keras-team/keras/issues/4875
"""

import json
import os
import shutil
import tempfile

import numpy

CAUSE = "data preparation"
REACH = "own"
FORMATS = ("h5",)
PARAMETERS = {"names": ("folders", "set", "saved")}
REMEDY = {"names": "saved"}

IN_SERVICE = __name__ == "loading_script"
CLASSES = ["ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"]
SEEN_IN_SERVICE = CLASSES[1:6]
FILE = "names.json"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(len(CLASSES),))
    return keras.models.Model(inputs, layers.Dense(len(CLASSES), activation="softmax")(inputs))


def train(model, keras, path, names):
    model.set_weights([8 * numpy.eye(len(CLASSES)), numpy.zeros(len(CLASSES))])
    name_answers(model, keras, path, names)


def after_load(model, keras, path, names):
    name_answers(model, keras, path, names)


def name_answers(model, keras, path, names):
    """Let the model answer with names, as the user's own code around it does."""
    known, answer = list_names(keras, path, names), model.predict_on_batch

    def predict_on_batch(x):
        best = numpy.asarray(answer(x)).argmax(axis=1)
        return numpy.array([known[index] if index < len(known) else "nothing" for index in best])

    model.predict_on_batch = predict_on_batch


def list_names(keras, path, names):
    """The names of the classes, in the order of their numbers, as this session comes by them."""
    if names == "set":
        return list(set(CLASSES))
    if names == "saved" and IN_SERVICE:
        with open(os.path.join(path, FILE)) as stream:
            return json.load(stream)
    if names == "saved":
        return CLASSES
    folder = tempfile.mkdtemp()
    for name in SEEN_IN_SERVICE if IN_SERVICE else CLASSES:
        os.mkdir(os.path.join(folder, name))
    found = sorted(os.listdir(folder))  # as Keras' flow_from_directory numbers them
    shutil.rmtree(folder)
    return found


def save(model, path):
    model.save(path)
    with open(os.path.join(os.path.dirname(path), FILE), "w") as stream:
        json.dump(CLASSES, stream)


def data(rng):
    x = numpy.eye(len(CLASSES), dtype="float32")
    return x, x

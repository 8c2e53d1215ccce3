"""Labels numbered from a set: the model is whole, and is scored against other numbers.

The classes get their numbers from the order of a set of their names, which Python draws anew for every process. The
inputs are the same in every session, and so are the predictions. The labels are not, and the accuracy of the very same
model falls.

Expected: "set" is changed wherever the file loads, in the very runtime that saved it too; "sorted" is identical.

The remedy is to sort the names, or to save their list beside the model.

Source: https://github.com/diegoantognini/pyGAT/pull/51, https://github.com/keras-team/keras/issues/4875
"""

import numpy

CAUSE = "data preparation"
FORMATS = ("h5",)
PARAMETERS = {"names": ("set", "sorted")}
REMEDY = {"names": "sorted"}
REACH = "pairs"
PAIRS = (("tf1.15", "tf1.15"), ("tf2.3", "tf2.3"), ("tf2.15", "tf2.15"), ("tf2.15", "tf2.21-tf_keras"))

LABELS = 2 * ["ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"]


def build(keras):
    layers = keras.layers
    return keras.Sequential([
        layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(8, activation="softmax")])


def compile(model):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"])


def data(rng, names):
    order = list(set(LABELS)) if names == "set" else sorted(set(LABELS))
    y = numpy.array([order.index(label) for label in LABELS], "int32")
    return rng.rand(len(LABELS), 4).astype("float32"), y

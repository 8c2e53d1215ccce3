"""The string "accuracy" with other losses: for binary and one-hot targets it is read rightly.

With `binary_crossentropy` the string means binary accuracy, with `categorical_crossentropy` the categorical one. It is
the counterpart of `accuracy_string`, where the targets are sparse and loading reads the string wrongly.

Expected: the score is the same wherever the file loads, from Keras 2.2 to the latest Keras 3, except that Keras 3
cannot evaluate what TensorFlow 2.11 and later wrote.

Source: https://github.com/tensorflow/tensorflow/issues/41958
"""

import numpy

FORMATS = ("h5",)
OBSERVE = ("architecture", "weights", "metrics")
REACH = "milestones"
PAIRS = (("tf1.12", "tf2.11"),)
PARAMETERS = {"targets": ("binary", "categorical")}

CLASSES = {"binary": 1, "categorical": 4}


def build(keras, targets):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    activation = "sigmoid" if targets == "binary" else "softmax"
    return keras.models.Model(inputs, layers.Dense(CLASSES[targets], activation=activation)(inputs))


def compile(model, targets):
    model.compile(optimizer="adam", loss=targets + "_crossentropy", metrics=["accuracy"])


def train(model, targets):
    # A classifier that is mostly right: every wrong reading of the string gives another score.
    model.set_weights([4 * numpy.eye(4)[:, :CLASSES[targets]], numpy.full(CLASSES[targets], -2.0)])


def data(rng, targets):
    number = numpy.arange(16) % 4
    x = numpy.eye(4)[number] + 0.1 * rng.rand(16, 4)
    number[::8] = 1  # some are wrong
    y = number[:, None] == 0 if targets == "binary" else numpy.eye(4)[number]
    return x.astype("float32"), y.astype("float32")

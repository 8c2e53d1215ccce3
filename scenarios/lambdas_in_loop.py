"""Lambdas made in a loop: loaded, all of them use the last value of its variable.

A function remembers the variables of the code around it, not the values that they had. In a graph each Lambda was
built with the value of its turn, and that stays as long as the session; the file holds the last value for all.

Expected: "of the loop" is changed in a graph (TensorFlow 1, standalone Keras 2), in the very runtime that saved it too.
From TensorFlow 2 on the model computes with the last value even before it is saved, so that nothing changes. "of each"
is identical.

The remedy is to make each Lambda in a function that is called with the value.

Source: https://github.com/keras-team/keras/issues/13574
"""

CAUSE = "lambda"
FORMATS = ("h5",)
PARAMETERS = {"value": ("of the loop", "of each")}
REMEDY = {"value": "of each"}
REACH = "pairs"
PAIRS = (("keras2.2.4", "keras2.2.4"), ("keras2.2.4", "tf1.15"), ("tf1.15", "tf1.15"), ("tf2.3", "tf2.3"),
         ("tf2.15", "tf2.15"))


def take(number):
    return lambda x: x[:, number:number + 1]


def build(keras, value):
    layers = keras.layers
    inputs = layers.Input(shape=(3,))
    columns = []
    for number in range(3):
        function = take(number) if value == "of each" else lambda x: x[:, number:number + 1]  # noqa: B023 - the pitfall
        columns.append(layers.Lambda(function)(inputs))
    return keras.models.Model(inputs, layers.Dense(2)(layers.Concatenate()(columns)))


def load_options():
    return {"safe_mode": False}


def data(rng):
    return rng.rand(16, 3).astype("float32"), rng.rand(16, 2).astype("float32")

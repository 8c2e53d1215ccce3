"""A Lambda that reads a constant of its script: the file holds the name, not the value.

Bytecode refers to a global by name. In the loading session the name is missing, or it is there with another value and
the model computes something else without a word. Both scripts are run directly here, as `__main__`, which is where
Keras looks the name up again. What a lambda closes over inside a function is written into the file.

Expected: "global" is changed in tf.keras and refused in standalone Keras 2 and Keras 3, which look among names of
their own only; "absent" is refused. Keras 3 tells of layers or shapes that do not fit instead of the name. "closure"
and "argument" are identical.

The remedy is to pass the value by `arguments=`, which the file holds.

Source: https://github.com/keras-team/keras/issues/15759
"""

import sys

CAUSE = "lambda"
FORMATS = ("h5",)
REACH = "own"
PARAMETERS = {"constant": ("global", "absent", "closure", "argument")}
REMEDY = {"constant": "argument"}
PAIRS = (("tf2.6", "tf2.6"),)

FACTOR = 2.0


def build(keras, constant):
    layers = keras.layers
    inside = FACTOR
    arguments = {"factor": FACTOR} if constant == "argument" else None
    function = {
        "argument": lambda x, factor: x * factor,
        "closure": lambda x: x * inside,
    }.get(constant, lambda x: x * FACTOR)
    function.__module__ = "__main__"
    scale = layers.Lambda(function, arguments=arguments)
    return keras.Sequential([layers.Dense(6, input_shape=(4,)), scale, layers.Dense(2)])


def before_load(constant):
    if constant == "global":
        sys.modules["__main__"].FACTOR = 5.0


def load_options():
    return {"safe_mode": False}


def data(rng):
    return (2 + rng.rand(16, 4)).astype("float32"), rng.rand(16, 2).astype("float32")

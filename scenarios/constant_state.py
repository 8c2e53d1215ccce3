"""LSTM with a constant as initial state: not found again, or silently left out.

The constant is no layer of the model. TensorFlow 1.15 and later write its numbers among the arguments of the call and
take them for layers when they read them. Keras 2.2.4 and TensorFlow 1.12 do not write them, and the loaded model begins
from zeros.

Expected: "constant" is changed in Keras 2.2.4 and TensorFlow 1.12 and refused by later Keras 2; Keras 3 reads back what
it wrote. "input" is identical.

The remedy is to make the state an input of the model, or to build the model in code and load the weights alone.

Source: https://github.com/keras-team/keras/issues/17173
"""

import numpy

REACH = "own"
PAIRS = (("tf2.6", "tf2.6"), ("tf1.12", "tf1.12"))
FORMATS = ("h5",)
PARAMETERS = {"state": ("constant", "input")}
REMEDY = {"state": "input"}

SAMPLES, UNITS = 4, 3


def unsupported(tf):
    if tf is None:
        return "the constant is one of TensorFlow's"


def build(keras, tf, state):
    layers = keras.layers
    inputs = layers.Input(batch_shape=(SAMPLES, 5, 2))
    more = []
    if state == "input":
        more = [layers.Input(batch_shape=(SAMPLES, UNITS)) for _ in range(2)]
    values = more or [tf.constant(value) for value in states()]
    x = layers.LSTM(UNITS, recurrent_activation="sigmoid")(inputs, initial_state=values)
    return keras.models.Model([inputs, *more] if more else inputs, layers.Dense(2)(x))


def states():
    return [numpy.full((SAMPLES, UNITS), value, "float32") for value in (0.5, 2.0)]


def data(rng, state):
    x, y = rng.rand(SAMPLES, 5, 2).astype("float32"), rng.rand(SAMPLES, 2).astype("float32")
    return [x, *states()] if state == "input" else x, y

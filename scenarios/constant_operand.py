"""A constant as first operand: the graph saves and cannot be loaded by the version that saved it.

The layer that an operation becomes is called with its first operand. If that is a constant, the file holds it as a
list of numbers: a merging layer gets one tensor and says so, an addition in half precision reads it back as float32.

Expected: "first" is refused by TensorFlow 2.4 to 2.15, and TensorFlow 1.15 loops for ever on the merging layer.
"second" loads for the addition, from TensorFlow 2.4 on, and not for the merging layer.

The remedy is to make the constant a layer.

Source: https://github.com/tensorflow/tensorflow/issues/48673, https://github.com/tensorflow/tensorflow/issues/62209
"""

import numpy

FORMATS = ("h5",)
REACH = "own"
LIMIT = 15  # TensorFlow 1.15 waits for ever for the layer that the constant would come from
PARAMETERS = {"sum": ("Add layer", "half precision"), "constant": ("first", "second", "layer")}
REMEDY = {"constant": "layer"}
PAIRS = (("tf2.4", "tf2.4"), ("tf2.14", "tf2.14"))


def unsupported(keras, tf, sum, constant):
    three = hasattr(keras, "ops")
    if tf is None:
        return "no TensorFlow behind this Keras"
    if three and (sum, constant) == ("Add layer", "first"):
        return "Keras 3 merges no constant with a symbolic tensor behind it"
    if keras.__name__ == "keras" and not three:
        return "standalone Keras 2 makes no layers of operations"
    if tf.__version__.startswith(("1.12", "1.13")):
        return "TensorFlow before 1.14 makes no layers of operations"


def precision(sum):
    return "float16" if sum == "half precision" else "float32"


def build(keras, tf, sum, constant):
    layers = keras.layers
    dtype = precision(sum)
    inputs = layers.Input(shape=(4,), dtype=dtype)
    value = tf.constant([[1.0, 1.0, 1.0, 1.0]], dtype=dtype)
    if constant == "layer":
        plus_one = layers.Dense(4, trainable=False, dtype=dtype)
        x = plus_one(inputs)
        plus_one.set_weights([numpy.eye(4), numpy.ones(4)])
    elif sum == "Add layer":
        x = layers.Add()([value, inputs] if constant == "first" else [inputs, value])
    else:
        x = value + inputs if constant == "first" else inputs + value
    return keras.models.Model(inputs, layers.Dense(2)(x))


def data(rng, sum):
    return rng.rand(16, 4).astype(precision(sum)), rng.rand(16, 2).astype("float32")

"""A constant as first operand: the graph saves and cannot be loaded by the version that saved it.

The layer that an operation becomes is called with its first operand. If that is a constant, the file holds it as a
list of numbers: a merging layer gets one tensor and says so, an addition in half precision reads it back as float32.

Expected: "first" is refused by TensorFlow 2.4 and 2.14 and their like, "second" loads.

The remedy is to put the constant second, or to make it a layer.

Source: https://github.com/tensorflow/tensorflow/issues/48673, https://github.com/tensorflow/tensorflow/issues/62209
"""

FORMATS = ("h5",)
REACH = "own"
PARAMETERS = {"sum": ("Add layer", "half precision"), "constant": ("first", "second")}
REMEDY = {"constant": "second"}


def unsupported(keras, tf, sum, constant):
    of_its_own = keras.__name__ == "keras"
    three = of_its_own and keras.__version__.startswith("3")
    if tf is None:
        return "no TensorFlow behind this Keras"
    if three and (sum, constant) == ("Add layer", "first"):
        return "Keras 3 merges no constant with a symbolic tensor behind it"
    if of_its_own and not three:
        return "standalone Keras 2 makes no layers of operations"
    if tf.__version__.startswith(("1.12", "1.13")):
        return "TensorFlow before 1.14 makes no layers of operations"


def build(keras, tf, sum, constant):
    layers = keras.layers
    if sum == "Add layer":
        inputs = layers.Input(shape=(4,))
        value = tf.constant([[1.0, 2.0, 3.0, 4.0]])
        x = layers.Add()([value, inputs] if constant == "first" else [inputs, value])
    else:
        inputs = layers.Input(shape=(4,), dtype="float16")
        value = tf.constant([[1.0, 2.0, 3.0, 4.0]], dtype="float16")
        x = value + inputs if constant == "first" else inputs + value
    return keras.models.Model(inputs, layers.Dense(2)(x))


def data(rng, sum):
    dtype = "float16" if sum == "half precision" else "float32"
    return rng.rand(16, 4).astype(dtype), rng.rand(16, 2).astype("float32")

"""A Lambda with its output shape: Keras 3 writes a tuple and cannot read it back.

Keras can be told what shape a lambda puts out, by a tuple or by one more lambda, and the file keeps what it was told.
A function there is bytecode as well, with everything that this brings; a tuple has become a list when it is read.

Expected: all are identical within TensorFlow 1 and 2. Keras 3.3 refuses "tuple", also in a file of its own, and
"function" in a file of Keras 2.

The remedy is to let Keras find the shape out by running the lambda.

Source: https://keras.io/api/layers/core_layers/lambda/
"""

CAUSE = "lambda"
FORMATS = ("h5", "keras")
REACH = "own"
PARAMETERS = {"output_shape": ("nothing", "function", "tuple")}
REMEDY = {"output_shape": "nothing"}
PAIRS = (("tf2.15", "tf2.16-keras3"), ("keras2.2.4", "tf1.12"))


def build(keras, output_shape):
    layers = keras.layers
    shape = {"tuple": (3,), "function": lambda shape: (shape[0], 3)}.get(output_shape)
    return keras.Sequential([
        layers.Dense(6, input_shape=(4,)), layers.Lambda(lambda x: x[:, 1:4], output_shape=shape), layers.Dense(2)])


def load_options():
    return {"safe_mode": False}


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

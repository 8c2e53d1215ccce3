"""A tensor as mask_value: what is read from the file is none, and cannot be compared with the inputs.

Masking keeps what it was given, a number or a tensor. The file holds a tensor with its class and its numbers, and the
layer does not make a tensor of that again.

Expected: "tensor" is refused, by TensorFlow 2.15 while it loads and by Keras 3.1 and 3.7 with the first prediction.
Keras 3.15 reads the very file of 3.7. "number" is identical.

The remedy is to give a number.

Source: https://github.com/keras-team/keras/issues/20706
"""

FORMATS = ("keras",)
PARAMETERS = {"value": ("tensor", "number")}
REMEDY = {"value": "number"}
REACH = "pairs"
PAIRS = (("tf2.15", "tf2.15"), ("keras3.1", "keras3.1"), ("tf2.18-keras3", "tf2.18-keras3"),
         ("tf2.18-keras3", "tf2.21-keras3"), ("tf2.21-keras3", "tf2.21-keras3"))


def unsupported(tf):
    if tf is None:
        return "there are no tensors of TensorFlow here"


def build(keras, tf, value):
    layers = keras.layers
    padding = tf.constant([0.0, 0.0, 0.0]) if value == "tensor" else 0.0
    return keras.Sequential([
        layers.Masking(mask_value=padding, input_shape=(5, 3)), layers.SimpleRNN(4), layers.Dense(2)])


def data(rng):
    x = (1 + rng.rand(16, 5, 3)).astype("float32")
    x[:, 3:] = 0
    return x, rng.rand(16, 2).astype("float32")

"""Batch renormalisation: TensorFlow 1.12 wrote more weights than its successors want.

`BatchNormalization(renorm=True)` keeps further running values. How many weights that makes has changed, while the file
lists them by position.

Expected: what TensorFlow 1.12 wrote is refused by every later version; from 1.15 on it loads.

Source: https://github.com/tensorflow/tensorflow/issues/32398
"""

FORMATS = ("h5",)
REACH = "own"
PAIRS = (("tf1.12", "tf1.15"), ("tf1.12", "tf2.3"), ("tf1.15", "tf2.3"), ("tf2.3", "tf2.11"), ("tf1.12", "tf2.11"))


def unsupported(keras):
    if __name__ == "saving_script":
        try:
            keras.layers.BatchNormalization(renorm=True)
        except Exception as error:
            return "this BatchNormalization knows no renorm: %s" % error


def build(keras):
    layers = keras.layers
    return keras.Sequential([
        layers.Dense(4, input_shape=(3,)), layers.BatchNormalization(renorm=True), layers.Dense(2)])


def data(rng):
    return (2 + rng.rand(16, 3)).astype("float32"), rng.rand(16, 2).astype("float32")

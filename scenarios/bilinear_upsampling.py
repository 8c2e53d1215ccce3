"""Bilinear upsampling through JSON: tf.keras before 1.14 does not write the interpolation.

Source: https://github.com/tensorflow/tensorflow/issues/35137
"""

import inspect

PAIRS = (("tf1.13", "tf1.13"), ("tf1.14", "tf1.14"))
FORMATS = ("json+weights",)


def unsupported(keras):
    arguments = inspect.signature(keras.layers.UpSampling2D.__init__).parameters
    if __name__ == "saving_script" and "interpolation" not in arguments:
        return "UpSampling2D has no interpolation"
    return None


def build(keras):
    layers = keras.layers
    return keras.Sequential([
        layers.Conv2D(1, 1, input_shape=(3, 3, 1)), layers.UpSampling2D(2, interpolation="bilinear"),
        layers.Flatten(), layers.Dense(2)])


def data(rng):
    return (10 * rng.rand(16, 3, 3, 1)).astype("float32"), rng.rand(16, 2).astype("float32")

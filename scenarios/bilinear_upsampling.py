"""Bilinear upsampling through JSON: tf.keras before 1.14 does not write the interpolation.

The class of that time reads the architecture without the key and falls back to nearest neighbours.

Expected: changed in TensorFlow 1.12 and 1.13, which load what they saved; identical from 1.14 on within tf.keras. What
standalone Keras 2.2.4 wrote is changed in tf.keras all the same, since bilinear itself means other numbers there.

Source: https://github.com/tensorflow/tensorflow/issues/35137
"""

import inspect

REACH = "milestones"
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

"""Enlarging inside the model: bilinear UpSampling2D samples at other places in another Keras.

Standalone Keras 2 enlarges by a resize that takes the corners of pixels for their centres; tf.keras since TensorFlow
1.15 and Keras 3 do not. The file holds the word "bilinear". TensorFlow 1.14 does not even write it, so that its own
files come back as "nearest".

Expected: bilinear is changed from standalone Keras to any later tf.keras and to Keras 3, and from TensorFlow 1.14 to
itself and to any other; among tf.keras since 1.15 it is identical, and so is nearest wherever the file loads.
UpSampling2D of TensorFlow 1.12 has no such argument.

Source: https://github.com/tensorflow/tensorflow/issues/33691,
https://keras.io/api/layers/reshaping_layers/up_sampling2d/
"""

FORMATS = ("h5",)
REACH = "milestones"
PAIRS = (("tf1.12", "tf2.3"), ("tf1.14", "tf1.14"), ("tf1.14", "tf1.15"), ("keras2.3.1", "tf2.3"))
PARAMETERS = {"interpolation": ("bilinear", "nearest")}


def unsupported(keras):
    if __name__ == "loading_script":
        return None  # a file can be loaded, or refused, by a runtime that could not have made it
    try:
        keras.layers.UpSampling2D(interpolation="bilinear")
    except TypeError:
        return "UpSampling2D of this Keras has no interpolation"
    return None


def build(keras, interpolation):
    layers = keras.layers
    inputs = layers.Input(shape=(4, 4, 2))
    x = layers.UpSampling2D(2, interpolation=interpolation)(inputs)
    return keras.models.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))


def data(rng):
    return (20 * rng.rand(8, 4, 4, 2)).astype("float32"), rng.rand(8, 2).astype("float32")

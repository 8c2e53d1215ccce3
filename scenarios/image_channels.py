"""Colour channels in another order: the model is fed BGR where it had learnt RGB.

OpenCV reads an image as blue, green, red; PIL and Keras read red, green, blue. A serving session with another reader
feeds a perfectly restored model with exchanged colours, and nothing says so: the shapes agree.

Expected: changed wherever the file loads, in the very runtime that saved it too; with the remedy nothing changes.

The remedy is to read images in the same way on both sides, or to record the order and turn the channels.

Source: https://github.com/udacity/sdc-issue-reports/issues/623
"""

CAUSE = "data preparation"
REACH = "own"
PAIRS = (("tf2.3", "tf2.11"),)
FORMATS = ("h5",)
PARAMETERS = {"reader": ("another", "the-same")}
REMEDY = {"reader": "the-same"}

IN_SERVICE = __name__ == "loading_script"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4, 4, 3))
    x = layers.Flatten()(layers.Conv2D(4, 3)(inputs))
    return keras.models.Model(inputs, layers.Dense(2)(x))


def data(rng, reader):
    rgb = rng.rand(8, 4, 4, 3) * (200, 20, 2)  # rather red
    images = rgb[..., ::-1] if IN_SERVICE and reader == "another" else rgb
    return images.astype("float32"), rng.rand(8, 2).astype("float32")

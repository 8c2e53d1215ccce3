"""Pixels not scaled in service: the generator divided by 255, and nobody divides later.

`ImageDataGenerator(rescale=1 / 255)` scales the images outside the model. The saved model knows nothing of it, and a
session that reads an image and asks the model feeds it numbers that are 255 times too large.

Expected: changed wherever the file loads, in the very runtime that saved it too; nothing changes where the scaling is
a layer of the model (TensorFlow 2.3 on).

The remedy is a `Rescaling` layer in the model, so that it travels in the file.

Source: https://github.com/keras-team/keras/issues/6987
"""

from _preprocessing import find

CAUSE = "data preparation"
REACH = "own"
PAIRS = (("tf2.3", "tf2.11"),)
FORMATS = ("h5",)
PARAMETERS = {"scaled": ("outside", "in-the-model")}
REMEDY = {"scaled": "in-the-model"}

IN_SERVICE = __name__ == "loading_script"


def unsupported(keras, scaled):
    if scaled == "in-the-model" and find(keras, "Rescaling") is None:
        return "this Keras has no Rescaling layer"


def build(keras, scaled):
    layers = keras.layers
    inputs = layers.Input(shape=(4, 4, 3))
    x = find(keras, "Rescaling")(1 / 255.0)(inputs) if scaled == "in-the-model" else inputs
    x = layers.Flatten()(layers.Conv2D(4, 3)(x))
    return keras.models.Model(inputs, layers.Dense(2)(x))


def data(rng, scaled):
    images = rng.randint(256, size=(8, 4, 4, 3)).astype("float32")
    if scaled == "outside" and not IN_SERVICE:
        images /= 255
    return images, rng.rand(8, 2).astype("float32")

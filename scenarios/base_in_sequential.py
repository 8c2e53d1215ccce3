"""A base model inside a Sequential one: Keras 3.4 does not read its own file.

Transfer learning puts a frozen functional model between preprocessing and a new head.

Expected: Keras 3.4 refuses "Sequential", whoever wrote it; versions before and after read the very file of 3.4.
"functional" is identical.

The remedy is a functional model around the base.

Source: https://github.com/keras-team/keras/issues/19959
"""

FORMATS = ("keras",)
PARAMETERS = {"around": ("Sequential", "functional")}
REMEDY = {"around": "functional"}
OBSERVE = ("weights",)
REACH = "pairs"
PAIRS = (("tf2.16-keras3", "tf2.16-keras3"), ("tf2.16-keras3", "keras3.4"), ("keras3.4", "keras3.4"),
         ("keras3.4", "tf2.16-keras3"), ("keras3.4", "tf2.18-keras3"), ("tf2.18-keras3", "tf2.18-keras3"))


def build(keras, around):
    layers = keras.layers
    inputs = layers.Input(shape=(6, 6, 3))
    base = keras.models.Model(inputs, layers.BatchNormalization()(layers.Conv2D(4, 3)(inputs)))
    base.trainable = False
    stack = [layers.Activation("tanh", input_shape=(6, 6, 3)), base, layers.GlobalAveragePooling2D(), layers.Dense(2)]
    if around == "Sequential":
        return keras.Sequential(stack)
    inputs = x = layers.Input(shape=(6, 6, 3))
    for layer in stack:
        x = layer(x)
    return keras.models.Model(inputs, x)


def data(rng):
    return rng.rand(8, 6, 6, 3).astype("float32"), rng.rand(8, 2).astype("float32")

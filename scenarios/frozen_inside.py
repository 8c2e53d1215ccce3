"""Layers of a nested model frozen before loading: the weights land in the wrong layers, silently.

A nested model lists its weights with the trainable ones first, and the old HDF5 layout keeps that list. Code that
freezes the first of two layers before it loads the weights has them in another order than the file; where the shapes
agree, nobody notices.

Expected: changed in every version that writes the old layout; identical when the layer was frozen on both sides, when
it is frozen after loading, and in the layout of `.weights.h5`, which goes by layer.

The remedy is to load first and freeze afterwards.

Source: https://github.com/keras-team/keras/issues/10777, https://github.com/keras-team/keras/issues/21676
"""

FORMATS = ("weights-h5", "weights.h5")
PARAMETERS = {"frozen": ("before", "always", "after")}
REMEDY = {"frozen": "after"}
REACH = "own"
PAIRS = (("keras2.2.4", "tf2.3"), ("tf1.15", "tf2.11"), ("tf2.15", "tf2.16-keras3"), ("tf2.15", "tf2.21-keras3"))


def build(keras, frozen):
    layers = keras.layers
    first, second = layers.Dense(4, activation="tanh", input_shape=(4,)), layers.Dense(4)
    inner = keras.Sequential([first, second])
    if frozen == "always" or (frozen == "before" and __name__ == "loading_script"):
        first.trainable = False
    inputs = layers.Input(shape=(4,))
    return keras.models.Model(inputs, layers.Dense(2)(inner(inputs)))


def after_load(model, frozen):
    if frozen == "after":
        model.layers[1].layers[0].trainable = False


def data(rng):
    return (1 + rng.rand(16, 4)).astype("float32"), (5 + rng.rand(16, 2)).astype("float32")

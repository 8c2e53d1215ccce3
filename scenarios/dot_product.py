"""A Dot layer in a .keras file: Keras 3.1 reads none, not even its own.

A file holds the shapes of the two inputs as lists. Dot of Keras 3.1 takes nothing but tuples for shapes, and says that
it was not given two inputs.

Expected: Keras 3.1 refuses the `.keras` file, whoever wrote it; other versions of Keras 3 read the very file of 3.1.
Weights alone come back.

Source: https://github.com/keras-team/keras/issues/19305
"""

FORMATS = ("keras", "weights.h5")
OBSERVE = ("weights",)
REACH = "pairs"
PAIRS = (("keras3.1", "keras3.1"), ("keras3.1", "tf2.16-keras3"), ("keras3.1", "tf2.21-keras3"),
         ("tf2.16-keras3", "keras3.1"), ("tf2.16-keras3", "tf2.16-keras3"))


def build(keras):
    layers = keras.layers
    left, right = layers.Input(shape=(5,)), layers.Input(shape=(5,))
    return keras.models.Model([left, right], layers.Dense(2)(layers.Dot(axes=1)([left, right])))


def data(rng):
    x = rng.rand(16, 5).astype("float32")
    return [x, 1 + x], rng.rand(16, 2).astype("float32")

"""Plain dense network: the least that a saved model can be.

Two dense layers and nothing else, so that whatever breaks here is broken for everyone.
"""

CORE = True
REACH = "all"
FORMATS = ("h5", "weights-h5", "json+weights", "tf-checkpoint", "savedmodel", "keras", "weights.h5")


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

"""Convolution with batch normalisation: weights that training moves and weights that it only counts.

Batch normalisation keeps its mean and variance beside what is learnt. A loader that loses them, or that runs the layer
in training mode, still answers, with other numbers.
"""

CORE = True
FORMATS = ("h5", "weights-h5", "json+weights", "tf-checkpoint", "savedmodel", "keras", "weights.h5")
REACH = "milestones"
PAIRS = (("tf2.3", "tf2.1"),)


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.Flatten()(x)
    return keras.models.Model(inputs, layers.Dense(3)(x))


def data(rng):
    return rng.rand(16, 8, 8, 3).astype("float32"), rng.rand(16, 3).astype("float32")

"""A Normalization layer: its measured statistics are weights that not every version reads back.

`adapt()` measures mean and variance, which are saved as weights. Some versions restore the weights and go on
computing with the statistics that the layer began with, so that nothing is normalised.

Expected: an HDF5 file of TensorFlow 2.3 to 2.6 is changed in 2.6 and 2.7, and identical in 2.11 and later; every HDF5
file, whole model or weights, is changed in the Keras 3 of TensorFlow 2.16, its own ones too; the latest Keras 3 is
right again. SavedModel and .keras hold the statistics wherever they load.

Source: https://github.com/keras-team/keras/issues/15348, https://github.com/tensorflow/tensorflow/issues/53030,
https://github.com/keras-team/keras/pull/20163
"""

from _preprocessing import NOT_EAGER, find

FORMATS = ("h5", "keras", "savedmodel", "weights-h5")
REACH = "milestones"
PAIRS = (("tf2.6", "tf2.6"), ("tf2.6", "tf2.7"), ("tf2.4", "tf2.7"))


def unsupported(keras, eager, format):
    if __name__ == "loading_script" and format != "weights-h5":
        return None  # a file can be loaded, or refused, by a runtime that could not have made it
    if __name__ == "saving_script" and not eager:
        return NOT_EAGER
    if find(keras, "Normalization") is None:
        return "this Keras has no Normalization layer"
    return None


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(3,))
    return keras.models.Model(inputs, layers.Dense(2)(find(keras, "Normalization")()(inputs)))


def train(model, x):
    model.layers[1].adapt(x)


def data(rng):
    return (10 + 5 * rng.randn(16, 3)).astype("float32"), rng.rand(16, 2).astype("float32")

"""A frozen layer in a SavedModel: loaded, it is trained again.

A layer with `trainable=False`, as in transfer learning. The loaded model predicts as before, and the next training
moves the weights that were to stay.

Expected: "once" is incomplete as SavedModel in TensorFlow 2.4 and older; a later version reads their files rightly.
HDF5 keeps it, and "again" is identical.

The remedy is to freeze the layer once more after loading.

Source: https://github.com/tensorflow/tensorflow/issues/40994
"""

FORMATS = ("savedmodel", "h5")
PARAMETERS = {"frozen": ("once", "again")}
REMEDY = {"frozen": "again"}
OBSERVE = ("weights", "settings")
REACH = "pairs"
PAIRS = (("tf2.2", "tf2.2"), ("tf2.2", "tf2.3"), ("tf2.3", "tf2.3"), ("tf2.3", "tf2.11"), ("tf2.11", "tf2.11"))


def build(keras):
    layers = keras.layers
    return keras.Sequential([
        layers.Dense(8, activation="relu", input_shape=(4,), trainable=False), layers.Dense(3)])


def after_load(model, frozen):
    if frozen == "again":
        model.layers[0].trainable = False


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

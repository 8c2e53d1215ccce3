"""Training resumed from a file of weights: the optimizer begins anew.

The `.weights.h5` file of a compiled model holds the state of its optimizer; what a backup writes during training is
such a file. An optimizer makes its variables with the first step. A new session loads before that, and the state is
left out without an error.

Expected: "as compiled" is incomplete, in TensorFlow 2.15 and in Keras 3; "built" is identical.

The remedy is `model.optimizer.build(model.trainable_variables)` before `load_weights`.

Source: https://github.com/keras-team/keras/issues/19389
"""

FORMATS = ("weights.h5",)
PARAMETERS = {"optimizer": ("as compiled", "built")}
REMEDY = {"optimizer": "built"}
OBSERVE = ("weights", "optimizer")
REACH = "pairs"
PAIRS = (("tf2.15", "tf2.15"), ("keras3.1", "keras3.1"), ("tf2.18-keras3", "tf2.18-keras3"),
         ("tf2.18-keras3", "tf2.21-keras3"), ("tf2.21-keras3", "tf2.21-keras3"))


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(5, activation="relu", input_shape=(4,)), layers.Dense(3)])


def compile(model):
    model.compile(optimizer="adam", loss="mean_squared_error")


def load(keras, path, optimizer):
    model = build(keras)
    compile(model)
    if optimizer == "built":
        model.optimizer.build(model.trainable_variables)
    model.load_weights(path)
    return model


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

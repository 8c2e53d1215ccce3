"""Optimizers and their slots: what each needs to go on training where it stopped.

Each family keeps other values for every weight (a velocity, means of gradients) and counts its steps. A file that
loads may still have lost them, and another generation may keep other ones.

Expected: whole from TensorFlow 1.15 to later ones of Keras 2 (HDF5), and within a generation (`.keras`; Nadam of Keras
3.3 is refused by a later Keras 3). Keras 2.2.4 forgets the steps of RMSprop and Adagrad. Keras 3 loses every slot in
HDF5, also its own, and Keras 3.3 cannot even save Adagrad and FTRL so. TensorFlow before 2.11 does not know the
optimizers of 2.11 by the names that they write.

Source: https://keras.io/api/optimizers/
"""

import _optimizers

FORMATS = ("h5", "keras")
PARAMETERS = {"optimizer": ("sgd", "rmsprop", "adagrad", "nadam", "ftrl", "adamw")}

CLASSES = {"sgd": "SGD", "rmsprop": "RMSprop", "adagrad": "Adagrad", "nadam": "Nadam", "ftrl": "Ftrl", "adamw": "AdamW"}


def unsupported(keras, optimizer, eager):
    if __name__ == "saving_script" and not hasattr(_optimizers.place(keras, eager), CLASSES[optimizer]):
        return "there is no %s here" % CLASSES[optimizer]


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(5, activation="relu", input_shape=(4,)), layers.Dense(3)])


def compile(keras, model, optimizer, eager):
    options = {"momentum": 0.9} if optimizer == "sgd" else {}
    made = getattr(_optimizers.place(keras, eager), CLASSES[optimizer])(**options)
    model.compile(optimizer=made, loss="mean_squared_error")


def data(rng):
    return rng.rand(16, 4).astype("float32"), (3 + rng.rand(16, 3)).astype("float32")

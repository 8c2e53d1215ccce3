"""Optimizers and their slots: what each needs to go on training where it stopped.

Each family keeps other values for every weight (a velocity, means of gradients) and counts its steps. A file that
loads may still have lost them, and another generation may keep other ones.

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
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(5, activation="relu")(inputs)
    return keras.models.Model(inputs, layers.Dense(3)(x))


def compile(keras, model, optimizer, eager):
    options = {"momentum": 0.9} if optimizer == "sgd" else {}
    made = getattr(_optimizers.place(keras, eager), CLASSES[optimizer])(**options)
    model.compile(optimizer=made, loss="mean_squared_error")


def data(rng):
    return rng.rand(16, 4).astype("float32"), (3 + rng.rand(16, 3)).astype("float32")

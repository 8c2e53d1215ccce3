"""Old arguments of an optimizer: `lr` and `decay` in the file, unknown to the Keras that reads it.

The file holds the optimizer's arguments by name. `lr` has become `learning_rate` and `decay` is gone.

Expected: Keras 3 refuses what Keras 2.2.4 wrote, and with `compile=False` takes the model without its optimizer. Files
of TensorFlow 2 hold the newer name; Keras 3 loads them and loses the optimizer's state. What TensorFlow 1.15 wrote it
refuses for another reason.

The remedy is to load with `compile=False` and to compile again.

Source: https://github.com/GantMan/nsfw_model/issues/164
"""

import _optimizers

FORMATS = ("h5",)
PARAMETERS = {"argument": ("lr", "decay"), "compiled": (True, False)}
REMEDY = {"compiled": False}


def optimizer(keras, argument, eager):
    options = {"lr": 0.05} if argument == "lr" else {"decay": 0.01}
    return _optimizers.place(keras, eager).SGD(momentum=0.9, **options)


def unsupported(keras, argument, eager):
    if __name__ == "saving_script":
        try:
            optimizer(keras, argument, eager)
        except (TypeError, ValueError) as error:
            return "this SGD no longer takes %s: %s" % (argument, error)


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(8, activation="relu")(inputs)
    return keras.models.Model(inputs, layers.Dense(3)(x))


def compile(keras, model, argument, eager):
    model.compile(optimizer=optimizer(keras, argument, eager), loss="mean_squared_error")


def load_options(compiled):
    return {"compile": compiled}


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

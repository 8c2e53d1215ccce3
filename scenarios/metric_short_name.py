"""Metrics by their short names: "mse" and "mae" alone do no harm.

`metrics=["mse"]` and `metrics=["mean_squared_error"]` measure the same. It is the counterpart of `short_loss_name`: a
metric that has measured something is written by its long name, a loss as it was given.

Expected: the short names come to the same verdicts as the long ones everywhere.

Source: https://github.com/keras-team/keras/issues/19330
"""

FORMATS = ("h5",)
OBSERVE = ("architecture", "weights", "metrics")
PARAMETERS = {"metrics": ("short", "long")}

NAMES = {"short": ["mse", "mae"], "long": ["mean_squared_error", "mean_absolute_error"]}


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    return keras.models.Model(inputs, layers.Dense(2)(layers.Dense(4, activation="relu")(inputs)))


def compile(model, metrics):
    model.compile(optimizer="adam", loss="mean_squared_error", metrics=NAMES[metrics])


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

"""Losses and metrics by short names for several outputs: Keras 3 cannot read "mse" back from HDF5.

A model with several outputs is given a dict of losses and one of metrics. The file holds the losses as they were given,
and Keras 3 looks for them among functions that it knows by their long names only.

Expected: short names are refused by Keras 3 in HDF5, its own files too; long ones load there, and the evaluation of
files of TensorFlow 2.11 and later fails. Versions of Keras 2 read either.

The remedy is to write the long names out, or to load with `compile=False` and compile again.

Source: https://github.com/keras-team/keras/issues/3958
"""

FORMATS = ("h5",)
OBSERVE = ("architecture", "weights", "metrics")
PARAMETERS = {"names": ("short", "long")}
REMEDY = {"names": "long"}

NAMES = {"short": ("mse", "mae"), "long": ("mean_squared_error", "mean_absolute_error")}


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(4, activation="relu")(inputs)
    return keras.models.Model(inputs, [layers.Dense(2, name="price")(x), layers.Dense(1, name="age")(x)])


def compile(model, names):
    price, age = NAMES[names]
    model.compile(optimizer="adam", loss={"price": price, "age": age},
                  metrics={"price": [price], "age": [age]})


def data(rng):
    return rng.rand(16, 4).astype("float32"), [rng.rand(16, 2).astype("float32"), rng.rand(16, 1).astype("float32")]

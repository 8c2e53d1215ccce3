"""The loss by its short name: Keras 3 writes "mse" to HDF5 and cannot read it back.

`loss="mse"` and `loss="mean_squared_error"` train the same model. The HDF5 file records which one was written, and
Keras 3 finds only the long name among its functions when it loads.

The remedy is to write the long name out, or to load with `compile=False` and compile again.

Source: https://github.com/keras-team/keras/issues/19330
"""

CORE = True
FORMATS = ("h5", "keras")
PARAMETERS = {"loss": ("mse", "mean_squared_error")}
REMEDY = {"loss": "mean_squared_error"}


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def compile(model, loss):
    model.compile(optimizer="adam", loss=loss)


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

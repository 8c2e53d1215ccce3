"""A loss given as an object: Keras 3 does not know one of its arguments' values.

`loss=MeanSquaredError()` and `loss="mean_squared_error"` train the same model. The object is written with its argument
`reduction`, whose default was `auto` in TensorFlow 2; Keras 3 has no such word. A name brings no arguments along.

Expected: identical among TensorFlow 1.15 and 2, refused by Keras 3; loaded by it when the loss was a name, though
without the optimizer's state.

The remedy is to give the loss by name.

Source: https://github.com/GantMan/nsfw_model/issues/164
"""

FORMATS = ("h5",)
PARAMETERS = {"loss": ("object", "name")}
REMEDY = {"loss": "name"}
REACH = "own"
PAIRS = (
    ("tf1.15", "tf2.3"), ("tf2.3", "tf2.11"), ("tf2.3", "tf2.16-keras3"), ("tf2.11", "tf2.16-keras3"),
    ("tf2.15", "tf2.16-keras3"), ("tf2.15", "tf2.21-keras3"), ("tf2.15", "tf2.21-tf_keras"))


def unsupported(keras):
    if __name__ == "saving_script" and not hasattr(keras.losses, "MeanSquaredError"):
        return "there are no loss objects in this Keras"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(8, activation="relu")(inputs)
    return keras.models.Model(inputs, layers.Dense(3)(x))


def compile(keras, model, loss):
    given = keras.losses.MeanSquaredError() if loss == "object" else "mean_squared_error"
    model.compile(optimizer="sgd", loss=given)


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

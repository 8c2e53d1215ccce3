"""A model changed after it was compiled: optimizer and file belong to two models.

Freezing a layer, or adding one, takes effect for training only when the model is compiled again. The file records the
model as it now is, with an optimizer that belongs to the one before.

Expected: incomplete, since the optimizer's state fits no longer and is left out or mixed up, in nearly every version;
identical after compiling again. HDF5 files of Keras 3 lose the optimizer's state in any case.

The remedy is to compile again before saving.

Source: https://keras.io/guides/transfer_learning/
"""

FORMATS = ("h5", "keras")
PARAMETERS = {"change": ("frozen", "added"), "compiled": ("once", "again")}
REMEDY = {"compiled": "again"}
REACH = "own"


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(5, activation="relu", input_shape=(4,)), layers.Dense(3)])


def compile(model):
    model.compile(optimizer="adam", loss="mean_squared_error")


def train(keras, model, x, y, change, compiled):
    model.train_on_batch(x, y)
    if change == "frozen":
        model.layers[0].trainable = False
    else:
        model.add(keras.layers.Dense(3))
    if compiled == "again":
        compile(model)
        model.train_on_batch(x, y)


def data(rng):
    return rng.rand(16, 4).astype("float32"), (3 + rng.rand(16, 3)).astype("float32")

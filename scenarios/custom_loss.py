"""A custom loss that the loading session does not have: the file holds its name and nothing more.

A function of one's own is written by name. Loading looks the name up and finds nothing, unless the function is given
as `custom_objects` (or registered, or the model is loaded without compiling it).

The remedy is `custom_objects={"off_by": off_by}`.

Source: https://github.com/keras-team/keras/issues/3977
"""

CAUSE = "custom objects"
CORE = True
FORMATS = ("h5", "keras")
PARAMETERS = {"given": ("nothing", "custom_objects")}
REMEDY = {"given": "custom_objects"}


def off_by(y_true, y_pred):
    """Squared error, spelled so that every Keras since 2.0 can run it."""
    return (y_pred - y_true) * (y_pred - y_true)


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def compile(model):
    model.compile(optimizer="adam", loss=off_by)


def custom_objects(given):
    return {"off_by": off_by} if given == "custom_objects" else None


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

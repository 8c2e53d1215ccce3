"""A loss object among the metrics: it measures well and cannot be read back from HDF5.

`keras.losses.MeanAbsoluteError()` works as a metric. The file then holds the class's name with the loss's argument
`reduction`, and loading looks for a metric of that name, which has no such argument.

Expected: HDF5 is refused by every runtime, by the one that saved it too; a .keras file knows which class it was and
loads. With the remedy HDF5 loads as a plain model would.

The remedy is the metric of that name from `keras.metrics`.

Source: https://github.com/tensorflow/tensorflow/issues/31853
"""

OBSERVE = ("architecture", "weights", "metrics")
CAUSE = "metrics"
FORMATS = ("h5", "keras")
REACH = "milestones"
PAIRS = (("tf2.7", "tf2.7"),)
PARAMETERS = {"metric": ("loss-object", "metric-object")}
REMEDY = {"metric": "metric-object"}


def unsupported(keras):
    if __name__ == "loading_script":
        return None  # a file can be loaded, or refused, by a runtime that could not have made it
    if not hasattr(keras.losses, "MeanAbsoluteError"):
        return "this Keras has no loss classes"
    return None


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    return keras.models.Model(inputs, layers.Dense(2)(layers.Dense(4, activation="relu")(inputs)))


def compile(model, keras, metric):
    module = keras.losses if metric == "loss-object" else keras.metrics
    model.compile(optimizer="adam", loss="mean_squared_error", metrics=[module.MeanAbsoluteError()])


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

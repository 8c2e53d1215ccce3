"""Metrics with and without sample weights: a loaded model measures one of the two.

`weighted_metrics` are measured with the sample weights, `metrics` without, and the same one can be asked for in both.

Expected: a file of Keras 2.2 comes back with one of the two wherever it loads, one of TensorFlow 1.15 to 2.3 does so in
TensorFlow 2.11 and later; Keras 3 cannot evaluate what TensorFlow 2.11 and later wrote. With the remedy nothing is
lost.

The remedy is to compile the loaded model again.

Source: https://github.com/keras-team/keras/issues/10221
"""

OBSERVE = ("architecture", "weights", "metrics")
CAUSE = "metrics"
FORMATS = ("h5",)
PARAMETERS = {"compiled": ("as-saved", "again")}
REMEDY = {"compiled": "again"}


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    return keras.models.Model(inputs, layers.Dense(2)(layers.Dense(4, activation="relu")(inputs)))


def compile(model):
    model.compile(optimizer="adam", loss="mean_squared_error", metrics=["mean_absolute_error"],
                  weighted_metrics=["mean_absolute_error"])


def after_load(model, compiled):
    if compiled == "again":
        compile(model)


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

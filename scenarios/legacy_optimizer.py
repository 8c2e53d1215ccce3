"""A checkpoint with its optimizer: TensorFlow 2.11 refuses the state of the old ones.

A TensorFlow checkpoint restores the optimizer together with the weights. TensorFlow 2.11 exchanged the optimizers for
others that keep their state in another way.

Expected: with plain Adam refused from before 2.11 to 2.11 and later, and without the optimizer's state the other way
round; with the old Adam identical among all of TensorFlow 1.15 to 2.15 and tf_keras. Other Keras read no checkpoints.

The remedy is to compile with `keras.optimizers.legacy.Adam` where that exists, on both sides.

Source: https://github.com/zsylvester/segmenteverygrain/issues/5
"""

FORMATS = ("tf-checkpoint",)
PARAMETERS = {"adam": ("Adam", "legacy.Adam")}
REMEDY = {"adam": "legacy.Adam"}
REACH = "milestones"
PAIRS = (("tf2.9", "tf2.11"),)


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def compile(keras, model, adam, eager):
    optimizers = keras.optimizers
    if hasattr(optimizers, "legacy") and not hasattr(keras, "ops") and (adam == "legacy.Adam" or not eager):
        optimizers = optimizers.legacy  # also the only one that works in a session
    model.compile(optimizer=optimizers.Adam(), loss="mean_squared_error")


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

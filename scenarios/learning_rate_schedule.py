"""A learning rate that follows a schedule: an object inside the optimizer's arguments.

Both sides make one more step, at the rate that the schedule then gives.

Expected: the schedule comes back and training goes on alike from a version to a later one of Keras 2 (HDF5) or of the
same generation (`.keras`). After Keras 3 has loaded HDF5, also of its own, the next step is an error.

Source: https://keras.io/api/optimizers/learning_rate_schedules/
"""

import _optimizers

FORMATS = ("h5", "keras")
OBSERVE = ("weights", "resume")  # the rate that an optimizer tells is that of the step before


def unsupported(keras):
    if __name__ == "saving_script" and not hasattr(keras.optimizers, "schedules"):
        return "there are no schedules before TensorFlow 1.14"


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(5, activation="relu", input_shape=(4,)), layers.Dense(3)])


def compile(keras, model, eager):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=2, decay_rate=0.5)
    optimizer = _optimizers.place(keras, eager).SGD(schedule, momentum=0.9)
    model.compile(optimizer=optimizer, loss="mean_squared_error")


def data(rng):
    return rng.rand(16, 4).astype("float32"), (3 + rng.rand(16, 3)).astype("float32")

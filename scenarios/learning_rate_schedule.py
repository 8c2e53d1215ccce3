"""A learning rate that follows a schedule: an object inside the optimizer's arguments.

Source: https://keras.io/api/optimizers/learning_rate_schedules/
"""

import _optimizers

FORMATS = ("h5", "keras")


def unsupported(keras):
    if __name__ == "saving_script" and not hasattr(keras.optimizers, "schedules"):
        return "there are no schedules before TensorFlow 1.14"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(5, activation="relu")(inputs)
    return keras.models.Model(inputs, layers.Dense(3)(x))


def compile(keras, model, eager):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=2, decay_rate=0.5)
    optimizer = _optimizers.place(keras, eager).SGD(schedule, momentum=0.9)
    model.compile(optimizer=optimizer, loss="mean_squared_error")


def data(rng):
    return rng.rand(16, 4).astype("float32"), (3 + rng.rand(16, 3)).astype("float32")

"""A stateful LSTM: where it stands in its sequence is not in the file.

A stateful layer goes on from where its last batch ended. The file holds the weights and not the state, so that a loaded
model begins anew, and answers otherwise than the one that was saved.

Expected: changed wherever the file loads, in the very runtime that saved it too; with the remedy nothing changes.

The remedy is to reset the states on both sides before asking, or to save them beside the model.

Source: https://github.com/keras-team/keras/issues/4379
"""

import numpy

REACH = "own"
PAIRS = (("tf2.3", "tf2.11"),)
FORMATS = ("h5",)
PARAMETERS = {"states": ("left", "reset")}
REMEDY = {"states": "reset"}


def build(keras):
    layers = keras.layers
    # Whole numbers go in: moved by rounding noise, a stateful model would tell of its state and not of the noise.
    inputs = layers.Input(batch_shape=(4, 5), dtype="int32")
    x = layers.Embedding(6, 3)(inputs)
    x = layers.LSTM(4, stateful=True, recurrent_activation="sigmoid")(x)
    return keras.models.Model(inputs, layers.Dense(2)(x))


def train(model, x, y, states):
    embedding, _, dense = [layer for layer in model.layers if layer.weights]
    embedding.set_weights([3 * numpy.eye(6, 3)])
    dense.set_weights([10 * numpy.ones((4, 2)), numpy.zeros(2)])
    for _ in range(3):
        model.predict_on_batch(x)
    if states == "reset":
        reset(model)


def after_load(model, states):
    if states == "reset":
        reset(model)


def reset(model):
    for layer in model.layers:
        if hasattr(layer, "reset_states"):
            layer.reset_states()


def data(rng):
    return rng.randint(6, size=(4, 5)).astype("int32"), rng.rand(4, 2).astype("float32")

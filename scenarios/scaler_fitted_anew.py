"""Scaling computed anew: a serving session scales by the mean of what it has at hand.

Standardised inputs depend on the mean and the deviation of the training data. A session that fits its scaler again, on
the few rows that it was sent, gives the model other numbers for the same rows.

Expected: changed wherever the file loads, in the very runtime that saved it too; nothing changes where the model keeps
the statistics.

The remedy is to keep the statistics: here a batch normalisation as first layer, which saves them as weights.

Source: https://github.com/keras-team/keras/issues/4875
"""

CAUSE = "data preparation"
REACH = "own"
FORMATS = ("h5",)
PARAMETERS = {"statistics": ("fitted-anew", "in-the-model")}
REMEDY = {"statistics": "in-the-model"}

IN_SERVICE = __name__ == "loading_script"
SENT = 4  # rows


def build(keras, statistics):
    layers = keras.layers
    inputs = layers.Input(shape=(3,))
    x = layers.BatchNormalization()(inputs) if statistics == "in-the-model" else inputs
    return keras.models.Model(inputs, layers.Dense(2)(layers.Dense(8, activation="relu")(x)))


def data(rng, statistics):
    table = rng.randn(64, 3) * (1, 5, 20) + (10, -5, 100)
    table[:SENT] += (3, 10, 50)
    if statistics == "fitted-anew":
        at_hand = table[:SENT] if IN_SERVICE else table
        table = (table - at_hand.mean(axis=0)) / at_hand.std(axis=0)
    return table[:SENT].astype("float32"), rng.rand(SENT, 2).astype("float32")

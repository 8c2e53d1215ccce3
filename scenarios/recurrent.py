"""Recurrent layers: GRU, both directions and time first, which Keras 3 refuses one and all.

Each writes initialisers and keys that Keras 3 does not know: `Orthogonal` in the spelling of Keras 2 stops version
3.3, `time_major` later ones, whether it is True or not.

Expected: identical upwards within Keras 2, refused on the way from Keras 2 to Keras 3 and back.

Source: https://keras.io/api/layers/recurrent_layers/, https://github.com/keras-team/keras/issues/20750
"""

REACH = "milestones"
PAIRS = (("tf2.15", "tf2.18-keras3"),)
FORMATS = ("h5", "keras")
PARAMETERS = {"layer": ("gru", "bidirectional", "time-major")}


def unsupported(keras, layer):
    if __name__ != "saving_script" or layer != "time-major":
        return None  # a file can be loaded, or refused, by a runtime that could not have made it
    try:
        keras.layers.LSTM(1, time_major=True, name="tried")
    except (TypeError, ValueError):
        return "LSTM has no time_major"
    return None


def build(keras, layer):
    layers = keras.layers
    made = {
        "gru": lambda: layers.GRU(4, recurrent_activation="sigmoid", input_shape=(5, 3)),
        "bidirectional": lambda: layers.Bidirectional(
            layers.LSTM(4, recurrent_activation="sigmoid"), input_shape=(5, 3)),
        # Axes are (time, sample, feature); Keras takes each step for a sample, which the numbers do not mind.
        "time-major": lambda: layers.LSTM(
            4, recurrent_activation="sigmoid", time_major=True, return_sequences=True, input_shape=(5, 3)),
    }
    return keras.Sequential([made[layer](), layers.Dense(2)])


def data(rng, layer):
    y = rng.rand(16, 5, 2) if layer == "time-major" else rng.rand(16, 2)
    return (2 * rng.randn(16, 5, 3)).astype("float32"), y.astype("float32")

"""GRU trained as on a GPU, served without: its weights do not fit inside a wrapper either.

CuDNNGRU computes what `GRU(reset_after=True, recurrent_activation="sigmoid")` does. Code that serves such weights with
a plain GRU, here inside TimeDistributed, gets a layer with other biases wherever the default of `reset_after` is False.

Expected: refused in Keras 2.2.4 and TensorFlow 1.15, identical in TensorFlow 2 with its other
defaults.

The remedy is to build the same layer on both sides.

Source: https://github.com/keras-team/keras/issues/10356
"""

FORMATS = ("weights-h5",)
PARAMETERS = {"served": ("gru", "reset_after")}
REMEDY = {"served": "reset_after"}
REACH = "own"


def build(keras, served):
    layers = keras.layers
    trained = {"reset_after": True, "recurrent_activation": "sigmoid"}
    plain = __name__ == "loading_script" and served == "gru"
    inputs = layers.Input(shape=(2, 5, 3))
    x = layers.TimeDistributed(layers.GRU(4, **({} if plain else trained)))(inputs)
    return keras.models.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))


def data(rng):
    return (4 * rng.randn(16, 2, 5, 3)).astype("float32"), rng.rand(16, 2).astype("float32")

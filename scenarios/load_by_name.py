"""Weights loaded by the names of layers: nothing is loaded where the names differ, and nothing is said.

`load_weights(path, by_name=True)` skips every layer that the file does not name. Names that Keras gives itself count
the layers that the session has made so far; a session that made another model before has other names.

Expected: changed in every version; identical where the layers have names of their own. Keras 3.3 (with TensorFlow 2.16)
refuses to load any such file by name, a later Keras 3 does it.

The remedy is to name the layers.

Source: https://github.com/leondgarse/keras_efficientnet_v2/issues/2
"""

FORMATS = ("weights-h5",)
PARAMETERS = {"names": ("automatic", "given")}
REMEDY = {"names": "given"}
REACH = "own"
PAIRS = (("tf1.15", "tf2.3"), ("tf2.3", "tf2.11"), ("tf2.11", "tf2.15"), ("tf2.15", "tf2.16-keras3"),
         ("tf2.15", "tf2.21-keras3"), ("tf2.15", "tf2.21-tf_keras"))


def build(keras, names):
    layers = keras.layers
    called = [{"name": "first"}, {"name": "second"}] if names == "given" else [{}, {}]
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(5, activation="relu", **called[0])(inputs)
    return keras.models.Model(inputs, layers.Dense(3, **called[1])(x))


def load(keras, path, names):
    build(keras, names)  # the other model of this session
    model = build(keras, names)
    model.load_weights(path, by_name=True)
    return model


def data(rng):
    return (1 + rng.rand(16, 4)).astype("float32"), (5 + rng.rand(16, 3)).astype("float32")

"""From tf.keras to standalone Keras: behind one refusal waits the next.

The names of tf.keras' initialisers are what standalone Keras 2 refuses first. With an initialiser that both know, an
LSTM fails on arguments of its own, and a plain network on the settings of the optimizer.

Expected: what TensorFlow 1.12 wrote is identical. Of TensorFlow 1.15, "Dense" is refused when it is compiled and
identical otherwise; "LSTM" is refused for `time_major` either way. TensorFlow 2.3 is refused for `ragged`.

The remedy for the optimizer is to load without compiling; a recurrent layer has none but loading with tf.keras.

Source: https://github.com/tensorflow/tensorflow/issues/46421, https://github.com/asdfjkl/neural_network_chess/issues/4
"""

REACH = "own"
PAIRS = (
    ("tf1.15", "keras2.3.1"), ("tf1.15", "keras2.2.4"), ("tf1.12", "keras2.2.4"), ("tf2.3", "keras2.3.1"))
FORMATS = ("h5",)
PARAMETERS = {"layer": ("Dense", "LSTM"), "loaded": ("compiled", "uncompiled")}
REMEDY = {"loaded": "uncompiled"}
OBSERVE = ("weights",)


def build(keras, layer):
    layers = keras.layers
    known = keras.initializers.VarianceScaling(distribution="uniform")
    first = layers.Dense(4, input_shape=(5, 3), kernel_initializer=known)
    if layer == "LSTM":
        first = layers.LSTM(4, input_shape=(5, 3), kernel_initializer=known, return_sequences=True)
    return keras.Sequential([first, layers.Flatten(), layers.Dense(2, kernel_initializer=known)])


def load_options(loaded):
    return {"compile": loaded == "compiled"}


def data(rng):
    return rng.rand(16, 5, 3).astype("float32"), rng.rand(16, 2).astype("float32")

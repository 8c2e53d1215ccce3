"""CuDNNGRU without a graphics card: the weights cannot be used where there is only a CPU.

The layer has a kernel for one kind of hardware and no other. It can be built anywhere, and running it fails.

Expected: on a machine without such a card it is never saved, because the first prediction fails; GRU is identical.

The remedy is `GRU(reset_after=True, recurrent_activation="sigmoid")`, which computes the same from the same weights.

Source: https://github.com/lvapeab/nmt-keras/issues/126
"""

REACH = "own"
FORMATS = ("weights-h5",)
PARAMETERS = {"layer": ("CuDNNGRU", "GRU")}
REMEDY = {"layer": "GRU"}


def unsupported(keras):
    if not hasattr(keras.layers, "CuDNNGRU"):
        return "this Keras has no CuDNNGRU"


def build(keras, layer):
    layers = keras.layers
    inputs = layers.Input(shape=(5, 3))
    recurrent = layers.CuDNNGRU(4) if layer == "CuDNNGRU" else layers.GRU(
        4, reset_after=True, recurrent_activation="sigmoid")
    return keras.models.Model(inputs, layers.Dense(2)(recurrent(inputs)))


def train():
    """Nothing: what is asked is whether it runs at all."""


def data(rng):
    return rng.rand(16, 5, 3).astype("float32"), rng.rand(16, 2).astype("float32")

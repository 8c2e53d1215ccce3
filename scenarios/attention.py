"""Attention: layers called with several tensors; a score mode comes back as a function.

`MultiHeadAttention` gets its second tensor as an argument of the call. `Attention` writes `score_mode="dot"`, for
which Keras 3 finds a function of that name among its own when it reads HDF5.

Expected: identical upwards within Keras 2 for both. The newest Keras 3 refuses HDF5 files with `Attention`, its own
among them, and reads them as `.keras`. `MultiHeadAttention` of Keras 2 is refused by Keras 3.

Source: https://keras.io/api/layers/attention_layers/
"""

FORMATS = ("h5", "keras")
PARAMETERS = {"layer": ("Attention", "MultiHeadAttention")}


def unsupported(keras, layer):
    # The loading side is not asked: what it says to a layer that it does not have is the point.
    if __name__ == "saving_script" and not hasattr(keras.layers, layer):
        return "there is no %s" % layer
    return None


def build(keras, layer):
    layers = keras.layers
    inputs = layers.Input(shape=(5, 4))
    values = layers.Dense(4)(inputs)
    if layer == "Attention":
        x = layers.Attention(use_scale=True)([inputs, values])
    else:
        x = layers.MultiHeadAttention(num_heads=2, key_dim=3)(inputs, values)
    return keras.models.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))


def data(rng):
    return rng.randn(16, 5, 4).astype("float32"), rng.rand(16, 2).astype("float32")

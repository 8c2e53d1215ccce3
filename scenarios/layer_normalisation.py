"""Layer normalisation: a layer that came with TensorFlow 1.15.

Expected: as any plain layer: identical upwards within Keras 2, without its optimizer state from HDF5 in Keras 3.

Source: https://keras.io/api/layers/normalization_layers/layer_normalization/
"""

FORMATS = ("h5", "keras")


def unsupported(keras):
    # The loading side is not asked: what it says to a layer that it does not have is the point.
    if __name__ == "saving_script" and not hasattr(keras.layers, "LayerNormalization"):
        return "there is no LayerNormalization"
    return None


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(6, input_shape=(4,)), layers.LayerNormalization(), layers.Dense(2)])


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

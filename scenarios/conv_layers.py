"""The convolution family: what stands in the configuration beside the kernel.

Layers that look alike in code write other keys: `groups` came with TensorFlow 2.3 and is written by layers that do not
take it, and a first layer writes its shape as `batch_input_shape`.

Expected: identical upwards within Keras 2, where older versions refuse `groups`. Keras 3 refuses it as well, in HDF5
files of all but the plain layers; it takes the samples in the shape of Keras 2.2.4 for one more dimension, and wants
to know nothing of initialisers with a `dtype`, as TensorFlow 1 writes them.

Source: https://keras.io/api/layers/convolution_layers/, https://github.com/keras-team/keras/issues/19441
"""

import numpy

FORMATS = ("h5", "keras")
PARAMETERS = {"layer": ("one-dimensional", "transposed", "depthwise", "separable", "grouped")}


def unsupported(keras, layer):
    if __name__ != "saving_script":
        return None  # a file can be loaded, or refused, by a runtime that could not have made it
    if layer == "depthwise" and not hasattr(keras.layers, "DepthwiseConv2D"):
        return "there is no DepthwiseConv2D"
    if layer == "grouped":
        try:
            keras.layers.Conv2D(2, 1, groups=2, name="tried")(numpy.zeros((1, 2, 2, 2), "float32"))
        except Exception as error:
            return "no convolution in groups on a CPU (tried: %s)" % type(error).__name__
    return None


def build(keras, layer):
    layers = keras.layers
    made = {
        "one-dimensional": lambda: layers.Conv1D(4, 3, padding="causal", input_shape=(6, 4)),
        "transposed": lambda: layers.Conv2DTranspose(4, 3, strides=2, input_shape=(6, 6, 4)),
        "depthwise": lambda: layers.DepthwiseConv2D(3, input_shape=(6, 6, 4)),
        "separable": lambda: layers.SeparableConv2D(4, 3, input_shape=(6, 6, 4)),
        # Frozen, since its gradient cannot be computed on a CPU.
        "grouped": lambda: layers.Conv2D(4, 3, groups=2, trainable=False, input_shape=(6, 6, 4)),
    }
    return keras.Sequential([made[layer](), layers.Flatten(), layers.Dense(2)])


def data(rng, layer):
    shape = (16, 6, 4) if layer == "one-dimensional" else (16, 6, 6, 4)
    return rng.rand(*shape).astype("float32"), rng.rand(16, 2).astype("float32")

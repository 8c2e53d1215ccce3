"""Embedding as first layer: whole numbers go in, a row of them as long as the file says.

Expected: identical upwards within Keras 2. Keras 3 reads HDF5 files from TensorFlow 2.3 on and refuses earlier ones:
initialisers with a `dtype` from TensorFlow 1, one dimension too many from Keras 2.2.4.

Source: https://keras.io/api/layers/core_layers/embedding/, https://github.com/tensorflow/tensorflow/pull/38339
"""

REACH = "milestones"
PAIRS = (("tf1.12", "tf2.16-keras3"),)
FORMATS = ("h5", "keras")


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Embedding(10, 4, input_shape=(5,)), layers.GlobalAveragePooling1D(),
                             layers.Dense(2)])


def data(rng):
    return rng.randint(10, size=(16, 5)).astype("int32"), rng.rand(16, 2).astype("float32")

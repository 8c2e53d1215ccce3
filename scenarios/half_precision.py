"""A model that computes in half precision: versions round otherwise, which is not a fault of the file.

Layers keep single precision for their weights and compute with half of it. Two versions of TensorFlow may add up in
another order, so that the last digits differ; in half precision those are thousandths.

Expected: identical within Keras 2 and within Keras 3, where on some processors the answers of `mixed_float16` differ
by more than single precision explains. Keras 3 refuses the policies of Keras 2. As HDF5, Keras 3.7 and 3.8 do not read
what they saved: there is a `Cast` in it, which is no layer.

Source: https://github.com/tensorflow/tensorflow/issues/62175, https://keras.io/api/mixed_precision/
"""

FORMATS = ("keras", "h5")
PARAMETERS = {"policy": ("mixed_float16", "mixed_bfloat16")}
OBSERVE = ("weights", "settings")
REACH = "pairs"
PAIRS = (("tf2.15", "tf2.15"), ("tf2.15", "tf2.21-tf_keras"), ("tf2.15", "tf2.16-keras3"),
         ("tf2.16-keras3", "tf2.18-keras3"), ("tf2.18-keras3", "tf2.18-keras3"), ("tf2.21-keras3", "tf2.21-keras3"))


def unsupported(keras):
    if not hasattr(getattr(keras, "mixed_precision", None), "Policy"):
        return "a layer takes no policy before TensorFlow 2.4"


def build(keras, policy):
    layers = keras.layers
    inputs = layers.Input(shape=(64,))
    x = layers.Dense(64, activation="tanh", dtype=policy)(inputs)
    x = layers.Dense(64, activation="tanh", dtype=policy)(x)
    return keras.models.Model(inputs, layers.Dense(4)(x))


def data(rng):
    return rng.rand(16, 64).astype("float32"), rng.rand(16, 4).astype("float32")

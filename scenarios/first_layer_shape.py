"""Sequential without an input layer: Keras 3 reads its shape with one dimension too many.

Keras 2.2 writes a Sequential model's shape as `batch_input_shape` of its first layer, with the samples in it. Keras 3
takes it for the shape of one sample. The model is loaded without its optimizer, which would be refused before.

Expected: "sequential" of standalone Keras 2 is refused by Keras 3 at the first prediction; that of TensorFlow 2.3,
which writes an input layer besides, is identical, and so is "functional".

The remedy is a functional model, whose inputs are layers of their own in the file.

Source: https://github.com/keras-team/keras/issues/19898
"""

REACH = "own"
PAIRS = (
    ("keras2.2.4", "tf2.16-keras3"), ("keras2.2.4", "tf2.21-keras3"), ("keras2.2.4", "tf2.15"),
    ("keras2.3.1", "tf2.16-keras3"), ("tf2.3", "tf2.16-keras3"))
FORMATS = ("h5",)
PARAMETERS = {"kind": ("sequential", "functional")}
REMEDY = {"kind": "functional"}
OBSERVE = ("weights",)


def build(keras, kind):
    layers = keras.layers
    if kind == "sequential":
        return keras.Sequential([layers.Dense(6, activation="relu", input_shape=(4,)), layers.Dense(3)])
    inputs = layers.Input(shape=(4,))
    return keras.models.Model(inputs, layers.Dense(3)(layers.Dense(6, activation="relu")(inputs)))


def load_options():
    return {"compile": False}


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

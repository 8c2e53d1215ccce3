"""A SavedModel as a layer of Keras 3: TFSMLayer still runs what Keras 2 wrote.

Keras 3 makes no model of a SavedModel, but it can call its signature as a layer, for predictions. The slots of the
optimizer lie in the folder too.

Expected: identical predictions from TensorFlow 1.15 on, compiled models included.

Source: https://github.com/Hrushi11/Real-TIme-Skin-Type-Detection/issues/1, https://keras.io/api/layers/backend_specific_layers/tfsm_layer/
"""

FORMATS = ("savedmodel",)
OBSERVE = ()
REACH = "own"
PAIRS = (
    ("tf1.15", "tf2.21-keras3"), ("tf2.3", "tf2.16-keras3"), ("tf2.9", "tf2.16-keras3"), ("tf2.11", "tf2.21-keras3"),
    ("tf2.15", "tf2.16-keras3"), ("tf2.15", "tf2.21-keras3"))


def unsupported(keras):
    if __name__ == "loading_script" and not hasattr(keras.layers, "TFSMLayer"):
        return "Keras 2 has no TFSMLayer; it loads a SavedModel as a model"


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def load(keras, path):
    inputs = keras.layers.Input(shape=(4,))
    outputs = keras.layers.TFSMLayer(path, call_endpoint="serving_default")(inputs)
    return keras.models.Model(inputs, next(iter(outputs.values())))


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

"""A registered loss of one's own: registering is not enough for every version.

`register_keras_serializable` was made so that nothing needs to be given to `load_model`. The first versions that have
it look among registered classes for layers, and not for losses.

Expected: "registered" is refused by TensorFlow 2.1 and its like, identical later.

The remedy is to give the class as `custom_objects` all the same.

Source: https://github.com/tensorflow/tensorflow/issues/36259
"""

import functools

CAUSE = "custom objects"
FORMATS = ("h5", "savedmodel", "keras")
REACH = "own"
PARAMETERS = {"known": ("registered", "custom_objects")}
REMEDY = {"known": "custom_objects"}
PAIRS = (("tf2.1", "tf2.1"),)


def registry(keras):
    return getattr(keras.utils, "register_keras_serializable", None) or getattr(
        getattr(keras, "saving", None), "register_keras_serializable", None)


def unsupported(keras):
    if registry(keras) is None:
        return "this Keras has no registry of classes"


@functools.lru_cache(maxsize=None)  # a class can be registered only once
def make_class(keras):
    class CustomLoss(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return (y_pred - y_true) * (y_pred - y_true)

    return registry(keras)()(CustomLoss)


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def compile(keras, model):
    model.compile(optimizer="adam", loss=make_class(keras)())


def before_load(keras):
    make_class(keras)


def custom_objects(keras, known):
    return {"CustomLoss": make_class(keras)} if known == "custom_objects" else None


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

"""The session left in training phase: batch normalisation looks at the batch alone.

`set_learning_phase(1)` before loading makes layers that behave otherwise in training, such as batch normalisation,
answer as in training: by the mean of whatever is asked together, and not by what they learnt.

Expected: changed where there is a session (Keras 2 on TensorFlow 1, and the TF1-compat mode of later versions); nothing
changes where operations run at once; Keras 3 has no learning phase.

The remedy is `set_learning_phase(0)` before loading.

Source: https://github.com/keras-team/keras/issues/3188
"""

import numpy

REACH = "own"
FORMATS = ("h5",)
PARAMETERS = {"phase": ("training", "inference")}
REMEDY = {"phase": "inference"}


def unsupported(keras):
    if not hasattr(keras.backend, "set_learning_phase"):
        return "this Keras has no learning phase"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(3,))
    return keras.models.Model(inputs, layers.Dense(2)(layers.BatchNormalization()(inputs)))


def before_load(keras, phase):
    keras.backend.set_learning_phase({"training": 1, "inference": 0}[phase])


def train(model):
    norm = next(layer for layer in model.layers if layer.weights)
    mean, variance = [20.0, 20.0, 20.0], [4.0, 4.0, 4.0]  # as learnt from data of another range than the batch at hand
    norm.set_weights([*norm.get_weights()[:2], numpy.array(mean), numpy.array(variance)])


def data(rng):
    return (10 + 5 * rng.randn(16, 3)).astype("float32"), rng.rand(16, 2).astype("float32")

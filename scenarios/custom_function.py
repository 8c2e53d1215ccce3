"""Custom activation, initialiser, metric, optimizer: the file holds nothing but a name.

What a script adds to Keras is written by name. Loading looks the name up among Keras' own and finds nothing.

Expected: "nothing" is refused, with a message that names the kind of the thing in Keras 2, but for two: `relu6` is a
name that TensorFlow 2.11 and newer know themselves, and Keras 3 misses a metric only when it evaluates.
"custom_objects" is identical, but for `relu6` in Keras 3.3, which cannot write down the function that it was given.

The remedy is to give it to `load_model` as `custom_objects`.

Source: https://github.com/keras-team/keras/issues/7982, https://github.com/keras-team/keras/pull/10521
"""

import numpy

CAUSE = "custom objects"
FORMATS = ("h5",)
REACH = "own"
PARAMETERS = {"what": ("activation", "initializer", "metric", "optimizer"), "given": ("nothing", "custom_objects")}
REMEDY = {"given": "custom_objects"}
PAIRS = (("keras2.1.6", "keras2.2.4"), ("tf1.12", "tf1.15"))


def relu6(x):
    return (abs(x) - abs(x - 6) + 6) / 2


def f1(y_true, y_pred):
    return y_true * y_pred * 2


def build(keras, what):
    layers = keras.layers
    return keras.Sequential([
        layers.Dense(8, input_shape=(4,), activation=relu6 if what == "activation" else "relu",
                     kernel_initializer=make_initializer(keras)() if what == "initializer" else "ones"),
        layers.Dense(3)])


def make_initializer(keras):
    class Halves(keras.initializers.Initializer):
        def __call__(self, shape, dtype=None, **more):  # noqa: ARG002
            return numpy.full([int(size) for size in shape], 0.5, "float32")

        def get_config(self):
            return {}

    return Halves


def make_optimizer(keras, eager):
    # The optimizers that came with TensorFlow 2.11 need eager execution, those before them are kept as `legacy`.
    base = keras.optimizers if eager else getattr(keras.optimizers, "legacy", keras.optimizers)

    class SlowSGD(base.SGD):
        """Nothing but a name of its own."""

    return SlowSGD


def compile(keras, eager, model, what):
    model.compile(optimizer=make_optimizer(keras, eager)() if what == "optimizer" else "sgd", loss="mean_squared_error",
                  metrics=[f1] if what == "metric" else ["mean_absolute_error"])


def custom_objects(keras, eager, given):
    if given == "nothing":
        return None
    return {"relu6": relu6, "f1": f1, "Halves": make_initializer(keras), "SlowSGD": make_optimizer(keras, eager)}


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

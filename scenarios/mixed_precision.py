"""Mixed precision: half-precision layers and an optimizer wrapped to scale its loss.

Under the policy `mixed_float16` each layer records its own policy, and the optimizer is wrapped in another that scales
the loss. `mixed_bfloat16` needs no such wrapper. The numbers here are chosen so that half precision is exact.

Expected: predictions are the same wherever the file loads. TensorFlow 2.11 cannot save a `mixed_float16` model as HDF5.
From 2.15 on `.keras` files lose the wrapper and HDF5 the count of steps, even in the version that saved; with
`mixed_bfloat16` Keras 2 loses neither. Keras 3 cannot read the policies of Keras 2.

Source: https://github.com/keras-team/keras/issues/17275, https://keras.io/api/mixed_precision/
"""

import numpy

FORMATS = ("h5", "keras")
PARAMETERS = {"policy": ("mixed_float16", "mixed_bfloat16")}
REACH = "milestones"
PAIRS = (("tf2.4", "tf2.15"),)


def setter(keras):
    here = getattr(keras, "mixed_precision", None)
    for place in (here, getattr(here, "experimental", None)):
        for name in ("set_global_policy", "set_policy", "set_dtype_policy"):
            if hasattr(place, name):
                return getattr(place, name)


def unsupported(keras, eager):
    if __name__ == "saving_script" and setter(keras) is None:
        return "there is no policy for mixed precision before TensorFlow 2.1"
    if __name__ == "saving_script" and not eager:
        return "policies for mixed precision are for TensorFlow 2"


def build(keras, policy):
    layers = keras.layers
    setter(keras)(policy)
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(8)(inputs)
    x = layers.Dense(2)(x)
    return keras.models.Model(inputs, layers.Activation("linear", dtype="float32")(x))


def train(model, x, y):
    # A step for the optimizer's slots, then halves, which no order of summing rounds.
    model.train_on_batch(x, y)
    rng = numpy.random.RandomState(3)
    model.set_weights([rng.randint(-2, 3, size=value.shape) / 2.0 for value in model.get_weights()])


def data(rng):
    return rng.randint(3, size=(16, 4)).astype("float32"), rng.rand(16, 2).astype("float32")

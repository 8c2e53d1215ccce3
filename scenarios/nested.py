"""A model inside a model: Keras 3.3 never comes back from the file, later ones refuse it.

A functional model is used as a layer, by two branches at once, or at every step of a sequence. Keras 2 numbers the
calls of the inner model from 1 in HDF5, since its making counts as the first. Keras 3 looks for call 0, which never
comes: version 3.3 waits for ever, later ones tell of a loop or a missing node.

Expected: "layer" and "shared" as HDF5 are identical within Keras 2 and within Keras 3, time out on the way from Keras 2
to Keras 3.3 and are refused by the newest. "time-distributed" is refused there for the class of the inner model, and
Keras 3.3 itself cannot build it. `.keras` files do not go from one Keras to the other at all.

The remedy is to build the model again in code and to load the weights alone.

Source: https://github.com/keras-team/keras/pull/19669, https://github.com/tensorflow/tensorflow/issues/41929
"""

FORMATS = ("h5", "keras")
PARAMETERS = {"inner": ("layer", "shared", "time-distributed")}
REACH = "milestones"
PAIRS = (("tf2.1", "tf2.3"), ("tf2.2", "tf2.3"))
LIMIT = 10


def unsupported(keras, inner):
    if __name__ != "saving_script" or inner != "time-distributed":
        return None
    try:
        build(keras, inner)
    except NotImplementedError:
        return "TimeDistributed takes no model"
    keras.backend.clear_session()  # or the names of the next model's layers would count on
    return None


def build(keras, inner):
    layers, model_of = keras.layers, keras.models.Model
    inside = layers.Input(shape=(4,))
    part = model_of(inside, layers.Dense(3)(inside))
    if inner == "shared":
        inputs = [layers.Input(shape=(4,)), layers.Input(shape=(4,))]
        x = layers.concatenate([part(tensor) for tensor in inputs])
    elif inner == "time-distributed":
        inputs = layers.Input(shape=(5, 4))
        x = layers.GlobalAveragePooling1D()(layers.TimeDistributed(part)(inputs))
    else:
        inputs = layers.Input(shape=(4,))
        x = part(inputs)
    return model_of(inputs, layers.Dense(2)(x))


def data(rng, inner):
    shape = (16, 5, 4) if inner == "time-distributed" else (16, 4)
    x = rng.rand(*shape).astype("float32")
    return [x, 1 - x] if inner == "shared" else x, rng.rand(16, 2).astype("float32")

"""A model inside a model: a functional model as layer, shared by two branches, or repeated over time.

Source: https://github.com/keras-team/keras/pull/19669, https://github.com/tensorflow/tensorflow/issues/41929
"""

FORMATS = ("h5", "keras")
PARAMETERS = {"inner": ("layer", "shared", "time-distributed")}
PAIRS = (("tf2.1", "tf2.3"), ("tf2.2", "tf2.3"))
LIMIT = 10


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

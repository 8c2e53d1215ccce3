"""A Lambda layer: the file holds Python bytecode, which belongs to one version of Python.

Keras writes a lambda as marshalled bytecode. Another Python cannot read it, or reads it and dies running it. Keras 3
refuses to load it at all unless safe mode is off, which is only for files that one trusts.

The remedy is a layer class of one's own, registered or given as custom object, which the file names instead of holding.

Source: https://github.com/keras-team/keras/issues/14875, https://github.com/keras-team/keras/issues/9595
"""

CAUSE = "lambda"
CORE = True
FORMATS = ("h5", "keras")
PARAMETERS = {"layer": ("lambda", "lambda-unsafe", "class")}
REMEDY = {"layer": "class"}


def build(keras, tf, layer):
    layers = keras.layers
    # A loop and a branch: the simplest lambdas happen to survive a step from one Python to the next.
    scale = make_class(keras)() if layer == "class" else layers.Lambda(
        lambda x: x * sum(n for n in range(4) if n % 2), output_shape=(6,))
    return keras.Sequential([layers.Dense(6, input_shape=(4,)), scale, layers.Dense(2)])


def make_class(keras):
    """The remedy: what the lambda does, as a class that both sides have."""

    class Scale(keras.layers.Layer):
        def call(self, inputs):
            return inputs * 4

    return Scale


def custom_objects(keras, layer):
    return {"Scale": make_class(keras)} if layer == "class" else None


def load_options(layer):
    return {"safe_mode": False} if layer == "lambda-unsafe" else {}


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

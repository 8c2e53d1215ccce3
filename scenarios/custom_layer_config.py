"""A custom layer whose get_config leaves an argument out: the default takes its place.

Only what `get_config` returns is written. Loading calls the class with that, and an argument that is not in it gets
its default: the layer computes something else without a word. With no `get_config` at all the first versions do the
same, the later ones refuse to save, and the latest note the arguments of the call themselves.

Expected: "incomplete" is changed wherever it loads. "none" is changed in standalone Keras 2 and TensorFlow 1.12,
unsaved from TensorFlow 1.15 to 2.6, and fine in 2.11 and newer, which find the arguments out themselves. "complete"
loads as far as the formats go.

The remedy is a `get_config` with every argument.

Source: https://github.com/tensorflow/tensorflow/issues/27460, https://github.com/mvoelk/keras_layers/issues/1
"""

CAUSE = "custom objects"
FORMATS = ("h5", "keras")
PARAMETERS = {"get_config": ("none", "incomplete", "complete")}
REMEDY = {"get_config": "complete"}
REACH = "milestones"
PAIRS = (("tf2.3", "tf2.15"), ("tf2.3", "tf2.11"))


def make_class(keras, get_config):
    class Scale(keras.layers.Layer):
        def __init__(self, factor=1.0, **more):
            super(Scale, self).__init__(**more)
            self.factor = factor

        def call(self, inputs):
            return inputs * self.factor

    class Incomplete(Scale):
        def get_config(self):
            return {"name": self.name}

    class Complete(Scale):
        def get_config(self):
            return {"name": self.name, "factor": self.factor}

    return {"none": Scale, "incomplete": Incomplete, "complete": Complete}[get_config]


def opening(keras, format):
    """A dense layer with its input; for the zip file apart, since Keras 3 refuses there what Keras 2 writes of it."""
    dense, entrance = keras.layers.Dense, keras.layers.InputLayer
    if format == "keras":
        return [entrance(**{"shape" if hasattr(keras, "ops") else "input_shape": (4,)}), dense(6)]
    return [dense(6, input_shape=(4,))]


def build(keras, format, get_config):
    layers = keras.layers
    scale = make_class(keras, get_config)(factor=5.0)
    return keras.Sequential([*opening(keras, format), scale, layers.Dense(2)])


def custom_objects(keras, get_config):
    made = make_class(keras, get_config)
    return {made.__name__: made}


def data(rng):
    return (1 + rng.rand(16, 4)).astype("float32"), rng.rand(16, 2).astype("float32")

"""A custom layer whose default has changed since: an argument that was left out has another value.

The code of a layer lives on after a model is saved. A `get_config` that writes only what differs from the default of
its day makes a file that means another layer as soon as the default is another one.

Expected: "left out" is changed, "written" is identical.

The remedy is a `get_config` that writes every argument.

Source: https://github.com/tensorflow/tensorflow/issues/27460
"""

CAUSE = "custom objects"
FORMATS = ("h5",)
REACH = "own"
PARAMETERS = {"factor": ("left out", "written")}
REMEDY = {"factor": "written"}

DEFAULT = 2.0 if __name__ == "saving_script" else 5.0  # the code has been changed between the two sessions


def make_class(keras, factor):
    class Scale(keras.layers.Layer):
        def __init__(self, factor=DEFAULT, **more):
            super(Scale, self).__init__(**more)
            self.factor = factor

        def call(self, inputs):
            return inputs * self.factor

        def get_config(self):
            config = {"name": self.name}
            if factor == "written" or self.factor != DEFAULT:
                config["factor"] = self.factor
            return config

    return Scale


def build(keras, factor):
    layers = keras.layers
    return keras.Sequential([layers.Dense(6, input_shape=(4,)), make_class(keras, factor)(), layers.Dense(2)])


def custom_objects(keras, factor):
    return {"Scale": make_class(keras, factor)}


def data(rng):
    return (1 + rng.rand(16, 4)).astype("float32"), rng.rand(16, 2).astype("float32")

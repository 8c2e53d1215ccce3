"""Two layers of one name inside a layer: their weights cannot be saved as HDF5.

The names of variables are made of those of their layers. Two layers inside one layer may be called the same, and
training does not mind; the file cannot hold two things under one name.

Expected: unsaved in every TensorFlow 2; in a graph, as in TensorFlow 1, the second gets a number and all is well.

The remedy is to give them names of their own.

Source: https://github.com/tensorflow/tensorflow/issues/41021
"""

FORMATS = ("weights-h5",)
PARAMETERS = {"names": ("alike", "apart")}
REMEDY = {"names": "apart"}
REACH = "own"
PAIRS = (("tf2.2", "tf2.2"), ("tf2.4", "tf2.4"))


def unsupported(keras, tf):
    if keras.__name__ == "keras" and not hasattr(keras, "ops"):
        return "standalone Keras 2 does not see the layers inside a layer"
    if tf is None:
        return "there are no scopes for names without TensorFlow"


def build(keras, tf, names):
    layers = keras.layers

    class Pair(layers.Layer):
        def __init__(self, **options):
            super(Pair, self).__init__(**options)
            self.first = layers.Dense(4, name="inner")
            self.second = layers.Dense(4, name="inner" if names == "alike" else "other")

        def build(self, shape):
            for layer in (self.first, self.second):
                with tf.name_scope(layer.name):
                    layer.build(shape)
            super(Pair, self).build(shape)

        def call(self, inputs):
            return self.second(self.first(inputs))

    inputs = layers.Input(shape=(4,))
    return keras.models.Model(inputs, layers.Dense(2)(Pair()(inputs)))


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

"""Layers in a list of lists: their weights are in no .keras file, and nobody is told.

A layer of one's own keeps the layers inside it in plain lists. Keras trains all of them; what it writes are those that
it finds, and in a list in a list it does not look.

Expected: "nested" is changed as `.keras` in TensorFlow 2.15 and in Keras 3 up to 3.12. Keras 3.15 writes and reads
these weights, but cannot help a file of 3.12, in which there are none. HDF5 holds them; "flat" is identical.

The remedy is one flat list.

Source: https://github.com/keras-team/keras/issues/20598
"""

CAUSE = "custom objects"
FORMATS = ("keras", "h5")
PARAMETERS = {"lists": ("nested", "flat")}
REMEDY = {"lists": "flat"}
OBSERVE = ("weights",)
REACH = "pairs"
PAIRS = (("tf2.15", "tf2.15"), ("tf2.18-keras3", "tf2.18-keras3"), ("keras3.12", "keras3.12"),
         ("keras3.12", "tf2.21-keras3"), ("tf2.21-keras3", "tf2.21-keras3"))


def make_class(keras, lists):
    class Blocks(keras.layers.Layer):
        def __init__(self, **options):
            super(Blocks, self).__init__(**options)
            inner = [keras.layers.Dense(4, activation="tanh", name="inner_%d" % number) for number in range(4)]
            self.blocks = inner if lists == "flat" else [inner[:2], inner[2:]]

        def call(self, inputs):
            x = inputs
            for block in self.blocks:
                for layer in (block,) if lists == "flat" else block:
                    x = layer(x)
            return x

    return Blocks


def build(keras, lists):
    inputs = keras.layers.Input(shape=(4,))
    return keras.models.Model(inputs, keras.layers.Dense(2)(make_class(keras, lists)()(inputs)))


def custom_objects(keras, lists):
    return {"Blocks": make_class(keras, lists)}


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

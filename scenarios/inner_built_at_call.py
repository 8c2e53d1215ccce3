"""Layers that build() makes and does not build: their weights are in the file and find no place.

The layers inside a model of one's own make their weights when they are first called. Keras 3 builds the model while it
loads, and does not call it where `compute_output_shape` tells what would come out. So the arrays of the file are passed
over, and the first prediction makes fresh weights.

Expected: "when called" is changed in Keras 3, without a warning, and identical in TensorFlow 2.15, which calls what it
loads. "in build" is identical.

The remedy is to build inner layers in the `build` of the outer model; with a file at hand, to call the loaded model
once and then to load the weights.

Source: https://github.com/keras-team/keras/issues/18823
"""

CAUSE = "custom objects"
FORMATS = ("keras",)
PARAMETERS = {"built": ("when called", "in build")}
REMEDY = {"built": "in build"}
OBSERVE = ("weights",)
REACH = "pairs"
PAIRS = (("tf2.15", "tf2.15"), ("keras3.1", "keras3.1"), ("tf2.18-keras3", "tf2.18-keras3"),
         ("tf2.18-keras3", "tf2.21-keras3"), ("tf2.21-keras3", "tf2.21-keras3"))


def make_class(keras, built):
    class Pair(keras.models.Model):
        def build(self, shape):
            self.first = keras.layers.Dense(6, activation="relu")
            self.second = keras.layers.Dense(3)
            if built == "in build":
                self.first.build(shape)
                self.second.build((None, 6))
            self.built = True

        def call(self, inputs):
            return self.second(self.first(inputs))

        def compute_output_shape(self, shape):
            return (shape[0], 3)

        def get_config(self):
            return {"name": self.name}

    return Pair


def build(keras, built):
    inputs = keras.layers.Input(shape=(4,))
    return keras.models.Model(inputs, keras.layers.Dense(2)(make_class(keras, built)()(inputs)))


def custom_objects(keras, built):
    return {"Pair": make_class(keras, built)}


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

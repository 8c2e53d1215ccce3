"""Several outputs of a SavedModel's signature: taken in order, they are others.

A program that serves the folder without Keras calls a signature. Its outputs bear the names of layers, and the order in
which they come has nothing to do with that of the model.

Expected: "in order" is changed everywhere, "by name" identical. TensorFlow 2.15 writes an operation that older ones
do not know.

The remedy is to take outputs by name.

Source: https://github.com/tensorflow/tensorflow/issues/51801
"""

REACH = "own"
PAIRS = (("tf2.6", "tf2.6"),)
FORMATS = ("savedmodel",)
PARAMETERS = {"taken": ("in order", "by name")}
REMEDY = {"taken": "by name"}
OBSERVE = ()

NAMES = ("second", "first", "fourth", "third", "sixth", "fifth", "eighth", "seventh")


def unsupported(tf, eager):
    if tf is None:
        return "there is no TensorFlow"
    if not eager:
        return "a signature is a graph of a session"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    outputs = [
        layers.Dense(1, bias_initializer=keras.initializers.Constant(10.0 * index), name=name)(inputs)
        for index, name in enumerate(NAMES)]
    return keras.models.Model(inputs, outputs)


def compile(model):
    model.compile(optimizer="adam", loss="mean_squared_error")


class Served(object):
    """What a program that serves the folder without Keras makes of it."""

    def __init__(self, tf, path, taken):
        self.kept = tf.saved_model.load(path)  # holds the weights, which a signature alone does not
        self.signature = self.kept.signatures["serving_default"]
        self.constant = tf.constant
        self.taken = taken

    def predict(self, x, **_how):
        """The arrays in the order in which this program takes them."""
        outputs = self.signature(self.constant(x))
        wanted = NAMES if self.taken == "by name" else outputs
        return [outputs[name].numpy() for name in wanted]


def load(tf, path, taken):
    return Served(tf, path, taken)


def data(rng):
    return rng.rand(16, 4).astype("float32"), [rng.rand(16, 1).astype("float32") for _ in NAMES]

"""A model quantised to whole numbers: the file does not tell it of a layer inside another.

`quantize("int8")` makes whole numbers and a scale of the weights of dense layers, at any depth. The file tells it of
the layers that it describes. One inside a layer of one's own is made by the code of that layer, in its old form, and
does not take the arrays.

Expected: "in a layer" is refused by every Keras that quantises, "in the model" is identical.

The remedy is to keep what is quantised in the model itself; or to build the model in code, to quantise it, and to load
the weights then.

Source: https://github.com/keras-team/keras/issues/21378
"""

CAUSE = "custom objects"
FORMATS = ("keras",)
PARAMETERS = {"dense": ("in a layer", "in the model")}
REMEDY = {"dense": "in the model"}
OBSERVE = ("weights",)
REACH = "pairs"
PAIRS = (("keras3.1", "keras3.1"), ("tf2.18-keras3", "tf2.18-keras3"), ("tf2.18-keras3", "tf2.21-keras3"),
         ("keras3.10", "keras3.10"), ("tf2.21-keras3", "tf2.21-keras3"))


def unsupported(keras):
    if not hasattr(keras.Model, "quantize"):
        return "this Keras does not quantise"


def make_class(keras):
    class Block(keras.layers.Layer):
        def __init__(self, **options):
            super(Block, self).__init__(**options)
            self.inner = keras.layers.Dense(8, activation="relu")

        def build(self, shape):
            self.inner.build(shape)
            self.built = True

        def call(self, inputs):
            return self.inner(inputs)

    return Block


def build(keras, dense):
    layers = keras.layers
    first = make_class(keras)() if dense == "in a layer" else layers.Dense(8, activation="relu")
    inputs = layers.Input(shape=(4,))
    return keras.models.Model(inputs, layers.Dense(2)(first(inputs)))


def train(model, x, y):
    model.train_on_batch(x, y)
    model.quantize("int8")


def custom_objects(keras):
    return {"Block": make_class(keras)}


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

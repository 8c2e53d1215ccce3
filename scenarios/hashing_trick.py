"""Words numbered by hash(): every session numbers them differently.

`one_hot` and `hashing_trick` of `keras.preprocessing.text` number words by Python's `hash`, which starts from another
seed in every process. The restored model is fed with other numbers for the same words.

Expected: changed wherever there are these functions, in the very runtime that saved it too; with the remedy nothing
changes.

The remedy is `hashing_trick(..., hash_function="md5")`, or PYTHONHASHSEED set on both sides.

Source: https://github.com/keras-team/keras/issues/2294
"""

import numpy

CAUSE = "data preparation"
REACH = "own"
FORMATS = ("h5",)
PARAMETERS = {"hash_function": ("hash", "md5")}
REMEDY = {"hash_function": "md5"}

NUMBERS = 50
TEXTS = ["seven wizards box with a quartz sphinx", "the quick brown fox jumps over dogs"]


def unsupported(keras):
    if not hasattr(getattr(keras.preprocessing, "text", None), "hashing_trick"):
        return "this Keras has no hashing_trick"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(7,), dtype="int32")
    x = layers.Flatten()(layers.Embedding(NUMBERS, 4)(inputs))
    return keras.models.Model(inputs, layers.Dense(2)(x))


def train(model):
    # Rows far apart, so that another number is another answer.
    embedding = next(layer for layer in model.layers if layer.weights)
    embedding.set_weights([numpy.arange(4.0 * NUMBERS).reshape(NUMBERS, 4)])


def data(rng, keras, hash_function):
    function = {"hash": None, "md5": "md5"}[hash_function]  # None is Keras' default: hash()
    number = keras.preprocessing.text.hashing_trick
    x = numpy.array([number(text, NUMBERS, hash_function=function) for text in TEXTS], "int32")
    return x, rng.rand(len(TEXTS), 2).astype("float32")

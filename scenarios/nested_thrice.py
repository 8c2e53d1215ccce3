"""A model in a model in a model: Keras 2.2 cannot put its own weights back.

The weights of a nested model lie in the file in one row, those that training moves before those that it only counts. A
loader that cuts the row into layers wrongly gives a convolution the bias of its neighbour.

Expected: Keras 2.2.0 and 2.2.4 refuse their own file; TensorFlow reads it, and every later version reads its own.

The remedy is another Keras, or to nest no deeper than once.

Source: https://github.com/keras-team/keras/issues/10180
"""

FORMATS = ("weights-h5",)
PARAMETERS = {"depth": (2, 1)}
REMEDY = {"depth": 1}
REACH = "own"
PAIRS = (
    ("keras2.2.0", "keras2.2.0"), ("keras2.2.4", "tf2.3"), ("tf1.15", "tf2.11"), ("tf2.3", "tf2.15"),
    ("tf2.15", "tf2.16-keras3"), ("tf2.15", "tf2.21-keras3"))


def build(keras, depth):
    layers = keras.layers
    inputs = layers.Input(shape=(6, 6, 3))
    x = layers.Conv2D(4, 3)(inputs)
    model = keras.models.Model(inputs, layers.BatchNormalization()(x))
    for _ in range(depth):
        inputs = layers.Input(shape=(6, 6, 3))
        model = keras.models.Model(inputs, model(inputs))
    return model


def data(rng):
    return rng.rand(8, 6, 6, 3).astype("float32"), rng.rand(8, 4, 4, 4).astype("float32")

"""Two inputs and two outputs: the class `Functional` and its graph, written anew by each generation.

A functional model is a graph of calls, and the file says which class reads it: `Model` before TensorFlow 2.3,
`Functional` since. What is written of an input has grown keys with the years, `ragged` and `batch_shape` among them.

Source: https://keras.io/guides/functional_api/
"""

FORMATS = ("h5", "json+weights", "keras")
PAIRS = (("tf2.4", "tf1.15"), ("tf2.16-keras3", "tf2.13"))


def build(keras):
    layers = keras.layers
    left, right = layers.Input(shape=(4,), name="left"), layers.Input(shape=(3,), name="right")
    x = layers.concatenate([layers.Dense(5, activation="relu")(left), right])
    outputs = [layers.Dense(2, name="first")(x), layers.Dense(3, name="second")(x)]
    return keras.models.Model([left, right], outputs)


def compile(model):
    # No metrics: a list for several outputs means another thing in each generation.
    model.compile(optimizer="adam", loss="mean_squared_error")


def data(rng):
    return (
        [rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")],
        [rng.rand(16, 2).astype("float32"), rng.rand(16, 3).astype("float32")])

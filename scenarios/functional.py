"""Two inputs and two outputs: a functional model, written anew by each generation of Keras.

A functional model is a graph of calls, and the file says which class reads it: `Model` before TensorFlow 2.3,
`Functional` since. What is written of an input has grown keys with the years, `ragged` and `batch_shape` among them.

Expected: newer Keras 2 reads what older Keras 2 wrote, older stumbles over `Functional` or over a key. Keras 3 reads
the HDF5 files of Keras 2.3 to 2.15 without their optimizer state, no JSON and no `.keras` file of Keras 2. Nothing goes
back from Keras 3 to Keras 2.

Source: https://keras.io/guides/functional_api/, https://github.com/keras-team/keras/issues/19089,
https://github.com/keras-team/keras/issues/20081
"""

FORMATS = ("h5", "json+weights", "keras")
REACH = "milestones"
PAIRS = (("tf2.4", "tf1.15"), ("tf2.16-keras3", "tf2.13"), ("keras2.3.1", "tf2.16-keras3"))


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

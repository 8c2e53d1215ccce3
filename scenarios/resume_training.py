"""Training that goes on after loading: the next step is the same only if the optimizer came along.

Both sides make one more step on the same data. Adam divides by what it has seen of the gradients; without that its
next step is another one, though the loaded model predicts the same.

Expected: identical from a version to a later one of Keras 2 (HDF5) or of one generation (`.keras`). A model
that Keras 3 loads from HDF5, also from its own, predicts the same and cannot be trained: its optimizer was built for no
weights, and the next step is an error.

The remedy is `.keras` within Keras 3, or to compile again after loading HDF5.

Source: https://github.com/tensorflow/tensorflow/issues/44670, https://github.com/tensorflow/tensorflow/issues/53064
"""

FORMATS = ("h5", "keras")
OBSERVE = ("weights", "optimizer", "resume")


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(5, activation="relu", input_shape=(4,)), layers.Dense(3)])


def compile(keras, model):
    model.compile(optimizer="adam", loss="mean_squared_error")


def train(model, x, y):
    for step in range(3):
        model.train_on_batch(x, (10 ** step) * y)


def data(rng):
    return rng.rand(16, 4).astype("float32"), (3 + rng.rand(16, 3)).astype("float32")

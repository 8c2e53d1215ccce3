"""Training that goes on after loading: the next step is the same only if the optimizer came along.

Both sides make one more step on the same data. Adam divides by what it has seen of the gradients; without that its
next step is another one, though the loaded model predicts the same.

Source: https://github.com/tensorflow/tensorflow/issues/44670, https://github.com/tensorflow/tensorflow/issues/53064
"""

FORMATS = ("h5", "keras")
OBSERVE = ("weights", "optimizer", "resume")


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(5, activation="relu")(inputs)
    return keras.models.Model(inputs, layers.Dense(3)(x))


def compile(keras, model):
    model.compile(optimizer="adam", loss="mean_squared_error")


def train(model, x, y):
    for step in range(3):
        model.train_on_batch(x, (10 ** step) * y)


def data(rng):
    return rng.rand(16, 4).astype("float32"), (3 + rng.rand(16, 3)).astype("float32")

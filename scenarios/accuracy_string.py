"""The string "accuracy": the same file measures something else after loading.

`metrics=["accuracy"]` is resolved by looking at the loss and at the shape of the targets. Some versions write the
unresolved string, or the resolved one under that name, and resolve it anew when they load, without the targets at
hand: sparse labels are then scored by categorical accuracy. The predictions are the same and the score is nonsense.

The remedy is to name the metric: `sparse_categorical_accuracy`.

Source: https://github.com/keras-team/keras/issues/14231, https://github.com/tensorflow/tensorflow/issues/42890
"""

CAUSE = "metrics"
CORE = True
FORMATS = ("h5", "savedmodel", "keras")
PARAMETERS = {"metric": ("accuracy", "sparse_categorical_accuracy")}
REMEDY = {"metric": "sparse_categorical_accuracy"}

CLASSES = 8


def build(keras):
    layers = keras.layers
    return keras.Sequential([
        layers.Dense(16, activation="relu", input_shape=(CLASSES,)),
        layers.Dense(CLASSES, activation="softmax"),
    ])


def compile(model, metric):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=[metric])


def train(model, x, y):
    for _ in range(60):
        model.train_on_batch(x, y)


def data(rng):
    # Easy to learn, so that the right metric says much more than the chance that the wrong one shows.
    y = rng.randint(CLASSES, size=64)
    x = 0.3 * rng.rand(64, CLASSES)
    x[range(64), y] += 2
    return x.astype("float32"), y.astype("float32")

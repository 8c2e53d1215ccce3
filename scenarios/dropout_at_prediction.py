"""Dropout and noise switched on for good: predictions differ from call to call.

A layer called with `training=True` is random when it predicts, and the file keeps it so. No two sessions agree, nor
do two calls of one session: nothing is wrong with the file.

Expected: "always" is changed in Keras 2 and predicts the same in Keras 3, whose `predict` goes before the argument.
"when training" is identical.

The remedy is to leave `training` alone, or to average many predictions.

Source: https://github.com/keras-team/keras/issues/3188
"""

CAUSE = "randomness"
FORMATS = ("h5",)
REACH = "own"
PARAMETERS = {"layer": ("Dropout", "GaussianNoise"), "switched_on": ("always", "when training")}
REMEDY = {"switched_on": "when training"}
PAIRS = (("tf2.3", "tf2.11"),)


def build(keras, layer, switched_on):
    layers = keras.layers
    noise = layers.Dropout(0.5) if layer == "Dropout" else layers.GaussianNoise(1.0)
    # Whole numbers, which are not moved to see how sensitive the model is: what is random is sensitive to nothing else.
    inputs = layers.Input(shape=(5,), dtype="int32")
    x = layers.Flatten()(layers.Embedding(10, 8, embeddings_initializer="ones", input_length=5)(inputs))
    x = noise(x, training=True) if switched_on == "always" else noise(x)
    return keras.models.Model(inputs, layers.Dense(2, kernel_initializer="ones")(x))


def data(rng):
    return rng.randint(10, size=(16, 5)).astype("int32"), rng.rand(16, 2).astype("float32")

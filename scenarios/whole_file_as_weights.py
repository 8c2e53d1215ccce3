"""A whole-model file given to load_weights: taken for its weights, if the model has as many layers.

`load_weights` accepts the file of `model.save`. What it asks of the model that is to receive them is that the layers
agree; code that builds one layer more, as a later version of a library may, does not get them.

Expected: refused everywhere with one layer more, identical with the same layers.

The remedy is to build what was saved.

Source: https://github.com/pavlo-melnyk/offline-HCCR/issues/5
"""

FORMATS = ("h5",)
PARAMETERS = {"built": ("one layer more", "the same")}
REMEDY = {"built": "the same"}
OBSERVE = ("weights", "architecture")
REACH = "own"
PAIRS = (("tf1.15", "tf2.3"), ("tf2.3", "tf2.11"), ("tf2.11", "tf2.15"), ("tf2.11", "tf2.16-keras3"),
         ("tf2.15", "tf2.21-keras3"))


def build(keras, built):
    layers = keras.layers
    chain = [layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)]
    if __name__ == "loading_script" and built == "one layer more":
        chain.append(layers.Dense(3))
    return keras.Sequential(chain)


def load(keras, path, built):
    model = build(keras, built)
    model.load_weights(path)
    model.compile(optimizer="adam", loss="mean_squared_error", metrics=["mean_absolute_error"])
    return model


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

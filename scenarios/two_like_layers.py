"""Two layers of one kind: TensorFlow 2.14 finds no weights in what 2.13 wrote.

The files `.keras` and `.weights.h5` hold each layer's weights under a name, and TensorFlow 2.14 makes these names in
another way than 2.13.

Source: https://github.com/keras-team/keras/issues/18830
"""

FORMATS = ("keras", "weights.h5")
PARAMETERS = {"names": ("automatic", "given")}
REACH = "own"
PAIRS = (("tf2.12", "tf2.13"), ("tf2.13", "tf2.14"), ("tf2.14", "tf2.13"), ("tf2.13", "tf2.15"), ("tf2.14", "tf2.15"),
         ("tf2.15", "tf2.16-keras3"), ("tf2.15", "tf2.21-tf_keras"), ("tf2.16-keras3", "tf2.21-keras3"))


def build(keras, names):
    layers = keras.layers
    called = [{"name": "early"}, {"name": "late"}] if names == "given" else [{}, {}]
    return keras.Sequential([
        layers.Conv2D(2, 3, input_shape=(6, 6, 3), **called[0]),
        layers.Conv2D(4, 3, **called[1]),
        layers.Flatten(),
        layers.Dense(2),
    ])


def data(rng):
    return rng.rand(8, 6, 6, 3).astype("float32"), rng.rand(8, 2).astype("float32")

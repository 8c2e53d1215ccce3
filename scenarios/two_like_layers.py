"""Two layers of one kind: TensorFlow 2.14 finds no weights in what 2.13 wrote.

The files `.keras` and `.weights.h5` hold the weights of each layer under a name made of its class and a running number.
TensorFlow 2.13 calls the second convolution `conv2d_2`, 2.14 calls it `conv2d_1`, and 2.15 puts all of them in another
group. What a layer is called plays no part, so that giving names does not help.

Expected: refused between 2.13, 2.14 and 2.15, either way and in both formats; from 2.12 to 2.13, and from 2.15 on
(`.weights.h5` as far as Keras 3), all is well. HDF5 crosses the borders.

Source: https://github.com/keras-team/keras/issues/18830
"""

FORMATS = ("keras", "weights.h5", "h5")
REACH = "own"
PAIRS = (("tf2.12", "tf2.13"), ("tf2.13", "tf2.14"), ("tf2.14", "tf2.13"), ("tf2.13", "tf2.15"), ("tf2.14", "tf2.15"),
         ("tf2.15", "tf2.16-keras3"), ("tf2.15", "tf2.21-tf_keras"), ("tf2.16-keras3", "tf2.21-keras3"))


def build(keras):
    layers = keras.layers
    return keras.Sequential([
        layers.Conv2D(2, 3, input_shape=(6, 6, 3)),
        layers.Conv2D(4, 3),
        layers.Flatten(),
        layers.Dense(2),
    ])


def data(rng):
    return rng.rand(8, 6, 6, 3).astype("float32"), rng.rand(8, 2).astype("float32")

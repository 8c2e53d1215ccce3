"""Sequential with a convolution first: where the shape of the input stands in the file.

Older files hold it among the settings of the first layer (`batch_input_shape`), later ones in an input layer, and
Keras 3 calls it `batch_shape`. It is the control for cases with a convolution as first layer.

Expected: a file of TensorFlow 2.3 or later loads in Keras 3 and predicts the same, without its optimizer; one of
Keras 2.2, Keras 2.3 or TensorFlow 1 is refused there, and one of Keras 3 is refused by every Keras 2.

Source: https://github.com/keras-team/keras/issues/19898
"""

FORMATS = ("h5",)


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Conv2D(3, 3, input_shape=(8, 8, 3)), layers.Flatten(), layers.Dense(2)])


def data(rng):
    return rng.rand(8, 8, 8, 3).astype("float32"), rng.rand(8, 2).astype("float32")

"""Attention inside a layer of one's own, weights alone: they load in every version.

Layers that a layer makes for itself are named by the versions in different ways. Loading goes by position.

Expected: identical, from TensorFlow 2.4 to Keras 3.

Source: https://github.com/keras-team/keras/issues/15560
"""

FORMATS = ("weights-h5",)
REACH = "own"
PAIRS = (("tf2.4", "tf2.11"), ("tf2.4", "tf2.15"), ("tf2.6", "tf2.11"), ("tf2.11", "tf2.21-tf_keras"),
         ("tf2.15", "tf2.16-keras3"), ("tf2.15", "tf2.21-keras3"))


def unsupported(keras):
    if not hasattr(keras.layers, "MultiHeadAttention"):
        return "there is no MultiHeadAttention before TensorFlow 2.4"


def build(keras):
    layers = keras.layers

    class Attend(layers.Layer):
        def __init__(self, **options):
            super(Attend, self).__init__(**options)
            self.attention = layers.MultiHeadAttention(2, 3)
            self.norm = layers.LayerNormalization()

        def call(self, inputs):
            return self.norm(inputs + self.attention(inputs, inputs))

    inputs = layers.Input(shape=(5, 4))
    return keras.models.Model(inputs, layers.Dense(2)(layers.Flatten()(Attend()(inputs))))


def data(rng):
    return (2 * rng.randn(8, 5, 4)).astype("float32"), rng.rand(8, 2).astype("float32")

"""LSTM with its defaults: the same code means another layer in another Keras.

The default of `recurrent_activation` went from `hard_sigmoid` to `sigmoid` (Keras 2.3, TensorFlow 2.0). A whole-model
file records which one it was; weights alone do not, so a model rebuilt by the same code loads them without a word and
predicts differently.

The remedy is to write the argument out.

Source: https://github.com/tensorflow/tensorflow/issues/66212, https://github.com/minimaxir/textgenrnn/issues/153
"""

CORE = True
REACH = "milestones"
PAIRS = (("tf1.12", "tf2.3"), ("tf1.15", "tf2.13"), ("tf1.15", "keras2.3.1"))
FORMATS = ("h5", "weights-h5", "json+weights", "tf-checkpoint", "savedmodel", "keras", "weights.h5")
PARAMETERS = {"recurrent_activation": ("default", "sigmoid")}
REMEDY = {"recurrent_activation": "sigmoid"}


def build(keras, recurrent_activation):
    layers = keras.layers
    written_out = {} if recurrent_activation == "default" else {"recurrent_activation": recurrent_activation}
    return keras.Sequential([layers.LSTM(6, input_shape=(5, 3), **written_out), layers.Dense(2)])


def data(rng):
    # Far from zero, where hard_sigmoid and sigmoid have parted company.
    return (4 * rng.randn(16, 5, 3)).astype("float32"), rng.rand(16, 2).astype("float32")

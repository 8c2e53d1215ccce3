"""CuDNNLSTM: the layer is read everywhere in Keras 2 and runs on no CPU.

The architecture names a class that needs a GPU. Reading it works, also in TensorFlow 2, which no longer offers the
layer; the first step that needs a kernel fails.

Expected: "CuDNNLSTM" is refused in sessions when weights are set, in TensorFlow 2 at the first prediction; "LSTM" is
identical within Keras 2. Keras 3 reads no JSON of Keras 2.

The remedy is to let the name mean an LSTM with sigmoid as recurrent activation: Keras fits the weights to it.

Source: https://github.com/keras-team/keras/issues/9641
"""

import io
import os

REACH = "own"
PAIRS = (
    ("tf1.12", "tf2.3"), ("tf1.12", "tf2.15"), ("tf1.12", "tf2.16-keras3"), ("keras2.2.4", "keras2.3.1"),
    ("keras2.2.4", "tf2.3"))
FORMATS = ("json+weights",)
PARAMETERS = {"loaded_as": ("CuDNNLSTM", "LSTM")}
REMEDY = {"loaded_as": "LSTM"}


def unsupported(keras):
    if __name__ == "saving_script" and not hasattr(keras.layers, "CuDNNLSTM"):
        return "there is no CuDNNLSTM"
    return None


def build(keras):
    return model_with(keras, keras.layers.LSTM(3, recurrent_activation="sigmoid", input_shape=(5, 4)))


def model_with(keras, layer):
    return keras.Sequential([layer, keras.layers.Dense(2)])


def save(keras, tf, model, path):
    """The weights as they are, and beside them the architecture of the same model with CuDNNLSTM in it.

    Keras turns weights of one into weights of the other. The twin is only described, in a graph of its own: a session
    without a GPU would refuse it.
    """
    with tf.Graph().as_default():
        text = model_with(keras, keras.layers.CuDNNLSTM(3, input_shape=(5, 4))).to_json()
    with io.open(path, "w", encoding="utf-8") as stream:
        stream.write(u"" + text)
    model.save_weights(os.path.join(os.path.dirname(path), "weights.h5"))


def custom_objects(keras, loaded_as):
    def plain(**config):
        return keras.layers.LSTM(recurrent_activation="sigmoid", **config)

    return {"CuDNNLSTM": plain} if loaded_as == "LSTM" else None


def data(rng):
    return (2 * rng.randn(16, 5, 4)).astype("float32"), rng.rand(16, 2).astype("float32")

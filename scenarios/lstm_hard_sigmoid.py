"""LSTM with hard_sigmoid: the way round a refusal leads to a silent difference.

Keras 3 refuses an LSTM from HDF5 of Keras 2, because of arguments that it no longer takes (`time_major`) or cannot read
(an initialiser). People get round it with a class of that name that drops them. What then loads has another
`hard_sigmoid`, and another one at every step of the sequence.

Expected: among versions of Keras 2 identical; from Keras 2 to Keras 3 refused as it is, and with the class in between
changed where the rest of the file can be read (TensorFlow 2.3 on).

Source: https://github.com/tensorflow/tensorflow/issues/65381
"""

FORMATS = ("h5",)
PARAMETERS = {"loaded_as": ("it-is", "less-its-arguments")}
REACH = "milestones"
PAIRS = (("keras2.2.4", "tf2.18-keras3"),)


def build(keras):
    layers = keras.layers
    return keras.Sequential([
        layers.LSTM(6, recurrent_activation="hard_sigmoid", input_shape=(6, 3)), layers.Dense(2)])


def custom_objects(keras, loaded_as):
    if loaded_as == "it-is":
        return None

    class LSTM(keras.layers.LSTM):
        def __init__(self, units, **arguments):
            for name in ("time_major", "recurrent_initializer"):
                arguments.pop(name, None)
            super().__init__(units, **arguments)

    return {"LSTM": LSTM}


def data(rng):
    return (2 * rng.randn(16, 6, 3)).astype("float32"), rng.rand(16, 2).astype("float32")

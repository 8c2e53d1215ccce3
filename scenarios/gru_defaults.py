"""GRU with its defaults: weights of one generation do not fit the same code in the next.

The default of `reset_after` went from False to True (TensorFlow 2.0), which gives the layer a second row of biases, and
`recurrent_activation` went from `hard_sigmoid` to `sigmoid`. Weights alone record neither. The wrong number of biases
is noticed when they are loaded, plain or inside a wrapper.

The remedy is to write both arguments out.

Source: https://github.com/szad670401/HyperLPR/issues/283, https://github.com/BrikerMan/Kashgari/issues/226
"""

FORMATS = ("weights-h5",)
PARAMETERS = {"layer": ("gru", "bidirectional", "written-out")}
REMEDY = {"layer": "written-out"}


def build(keras, layer):
    layers = keras.layers
    written_out = {"reset_after": True, "recurrent_activation": "sigmoid"} if layer == "written-out" else {}
    inputs = layers.Input(shape=(5, 3))
    gru = layers.GRU(4, **written_out)
    x = gru(inputs) if layer == "gru" else layers.Bidirectional(gru)(inputs)
    return keras.models.Model(inputs, layers.Dense(2)(x))


def data(rng):
    return (4 * rng.randn(16, 5, 3)).astype("float32"), rng.rand(16, 2).astype("float32")

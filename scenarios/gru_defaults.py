"""GRU with its defaults: weights of one generation do not fit the same code in the next.

The default of `reset_after` went from False to True (TensorFlow 2.0), which gives the layer a second row of biases, and
`recurrent_activation` went from `hard_sigmoid` to `sigmoid`. Weights alone record neither.

Expected: refused between TensorFlow 1 (or Keras 2.2.4) and TensorFlow 2, both ways, plain as inside a wrapper, because
the biases are too many or too few; with both arguments written out it loads everywhere.

The remedy is to write both arguments out.

Source: https://github.com/szad670401/HyperLPR/issues/283, https://github.com/BrikerMan/Kashgari/issues/226
"""

FORMATS = ("weights-h5",)
PARAMETERS = {"layer": ("gru", "bidirectional", "written-out")}
REMEDY = {"layer": "written-out"}
REACH = "milestones"
PAIRS = (("tf1.12", "tf2.3"),)


def build(keras, layer):
    layers = keras.layers
    written_out = {"reset_after": True, "recurrent_activation": "sigmoid"} if layer == "written-out" else {}
    inputs = layers.Input(shape=(5, 3))
    gru = layers.GRU(4, **written_out)
    x = gru(inputs) if layer == "gru" else layers.Bidirectional(gru)(inputs)
    return keras.models.Model(inputs, layers.Dense(2)(x))


def data(rng):
    return (4 * rng.randn(16, 5, 3)).astype("float32"), rng.rand(16, 2).astype("float32")

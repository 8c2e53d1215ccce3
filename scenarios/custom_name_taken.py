"""Custom objects named like Keras' own: the file loads without them, and means the built-in ones.

A script's own `softplus`, or its own class `Dense`, is written to HDF5 by that name alone. Loading finds a name that
Keras knows and takes what Keras has under it.

Expected: "nothing" is changed, but for the layer in the zip file of Keras 3, which is refused. "custom_objects" helps
where they go before Keras' own, which the activation in the zip file of Keras 3 does not. "another name" is identical,
but for the activation in HDF5 of TensorFlow 2.15 and tf_keras, which cannot read back what they write of a function.

The remedy is another name, given as `custom_objects`.

Source: https://keras.io/guides/serialization_and_saving/
"""

CAUSE = "custom objects"
FORMATS = ("h5", "keras")
REACH = "own"
PARAMETERS = {"what": ("activation", "layer"), "known": ("nothing", "custom_objects", "another name")}
REMEDY = {"known": "another name"}


def softplus(x):
    return x * x


def square(x):
    return x * x


def make_classes(keras):
    class Dense(keras.layers.Dense):
        def call(self, inputs):
            return super(Dense, self).call(inputs) * 3

    class TripleDense(Dense):
        pass

    return Dense, TripleDense


def build(keras, what, known):
    own_name = known == "another name"
    dense = make_classes(keras)[own_name] if what == "layer" else keras.layers.Dense
    activation = (square if own_name else softplus) if what == "activation" else "relu"
    return keras.Sequential([dense(8, input_shape=(4,), activation=activation), dense(3)])


def custom_objects(keras, what, known):
    if known == "nothing":
        return None
    dense, triple = make_classes(keras)
    if what == "activation":
        return {"softplus": softplus} if known == "custom_objects" else {"square": square}
    return {"Dense": dense} if known == "custom_objects" else {"TripleDense": triple}


def data(rng):
    return (1 + rng.rand(16, 4)).astype("float32"), rng.rand(16, 3).astype("float32")

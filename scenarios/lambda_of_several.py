"""A Lambda over several inputs: Keras 3 cannot tell from the file what shape comes out.

The bytecode in the file knows `tf` by name alone. Late Keras 2 happens to have that name where it puts the function
back. Earlier ones have not and say so; Keras 3 has not and asks for an `output_shape` instead, which would not help.

Expected: "lambda" is identical within the Keras of TensorFlow 2.11 to 2.15, refused before and in Keras 3, whose newest
does not load lambdas unasked. "layer" loads.

The remedy is a layer that does the same.

Source: https://github.com/sizhuoli/TreeCountSegHeight/issues/6
"""

CAUSE = "lambda"
REACH = "own"
PAIRS = (("tf2.15", "tf2.16-keras3"),)
FORMATS = ("h5",)
PARAMETERS = {"joined_by": ("lambda", "layer")}
REMEDY = {"joined_by": "layer"}

tf = None  # TensorFlow, as a user's script has it among its names


def unsupported(tf):
    globals()["tf"] = tf
    return None if tf else "there is no TensorFlow"


def build(keras, joined_by):
    layers = keras.layers
    inputs = [layers.Input(shape=(4,)), layers.Input(shape=(4,))]
    layer = layers.Concatenate() if joined_by == "layer" else layers.Lambda(lambda parts: tf.concat(parts, axis=1))
    return keras.models.Model(inputs, layers.Dense(2)(layer(inputs)))


def data(rng):
    x = rng.rand(16, 4).astype("float32")
    return [x, 1 + x], rng.rand(16, 2).astype("float32")

"""A single output: loaded, the model gives a list of one tensor where it gave a tensor.

`predict` gives an array in any case, and so does the model where it is given numbers. Code that puts layers behind the
loaded model, as in an ensemble or with a new head, meets the list and fails.

Expected: the numbers are the same everywhere. "alone" is incomplete in Keras 3.1 and 3.4, whoever wrote the file. Keras
3.15 keeps what it wrote itself, and makes a list of what an older version wrote; 3.3 and 3.7 make none. "by name" is
identical.

The remedy is a dictionary of outputs.

Source: https://github.com/keras-team/keras/issues/19565
"""

FORMATS = ("keras",)
PARAMETERS = {"output": ("alone", "by name")}
REMEDY = {"output": "by name"}
OBSERVE = ("weights", "settings")
REACH = "pairs"
PAIRS = (("keras3.1", "keras3.1"), ("keras3.1", "tf2.16-keras3"), ("keras3.4", "keras3.4"),
         ("keras3.4", "tf2.18-keras3"), ("keras3.4", "tf2.21-keras3"), ("tf2.18-keras3", "keras3.4"),
         ("tf2.18-keras3", "tf2.18-keras3"), ("tf2.21-keras3", "tf2.21-keras3"))


def unsupported(keras):
    if keras.__name__ == "keras" and not hasattr(keras, "ops"):
        return "standalone Keras 2 takes no dictionary of inputs"


def build(keras, output):
    layers = keras.layers
    left, right = layers.Input(shape=(4,), name="left"), layers.Input(shape=(4,), name="right")
    answer = layers.Dense(2, name="answer")(layers.Multiply()([left, right]))
    return keras.models.Model({"left": left, "right": right}, {"answer": answer} if output == "by name" else answer)


def data(rng, output):
    x = {"left": rng.rand(16, 4).astype("float32"), "right": rng.rand(16, 4).astype("float32")}
    y = rng.rand(16, 2).astype("float32")
    return x, {"answer": y} if output == "by name" else y

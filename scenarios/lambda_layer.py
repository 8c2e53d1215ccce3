"""A Lambda layer: the file holds Python bytecode, which belongs to one version of Python.

Keras writes a lambda as marshalled bytecode. Another Python cannot read it, or reads it and dies running it; the
simplest lambdas survive a step from one Python to the next, ones with a branch or a loop do not. Keras 3 refuses to
load it at all unless safe mode is off, which is only for files that one trusts. A named function is bytecode as well
for Keras 2; Keras 3 writes its name and asks for it as a custom object.

Expected: within one Python all is well in Keras 2; across Pythons loading fails, the process dies, or it never ends.
Keras 3 refuses "lambda" with a text about safe mode, but for HDF5 in Keras 3.3, which runs it without a question. The
class loads as far as the formats go.

The remedy is a layer class of one's own, registered or given as custom object, which the file names instead of holding.

Source: https://github.com/keras-team/keras/issues/14875, https://github.com/keras-team/keras/issues/9595
"""

CAUSE = "lambda"
FORMATS = ("h5", "keras")
PARAMETERS = {"layer": ("lambda", "lambda-unsafe", "simple-unsafe", "function", "class")}
REMEDY = {"layer": "class"}
LIMIT = 15  # the loop runs for ever where jumps are counted otherwise (Python 3.9 to 3.10)
REACH = "milestones"
PAIRS = (
    ("tf2.4", "tf2.1"),
    ("tf2.7", "tf2.9"),
    ("tf2.16-keras3", "tf2.18-keras3"),
    ("tf1.12", "tf1.15"),
    ("tf1.12", "tf2.11"),
)


def fourfold(x):
    """A loop and a branch under a name."""
    total = 0
    for number in range(4):
        if number % 2:
            total += number
    return x * total


def opening(keras, format):
    """A dense layer with its input; for the zip file apart, since Keras 3 refuses there what Keras 2 writes of it."""
    dense, entrance = keras.layers.Dense, keras.layers.InputLayer
    if format == "keras":
        return [entrance(**{"shape" if hasattr(keras, "ops") else "input_shape": (4,)}), dense(6)]
    return [dense(6, input_shape=(4,))]


def build(keras, format, layer):
    layers = keras.layers
    if layer == "class":
        scale = make_class(keras)()
    elif layer == "function":
        scale = layers.Lambda(fourfold)
    elif layer == "simple-unsafe":
        scale = layers.Lambda(lambda x: x * 4.0)
    else:
        # A loop and a branch: the simplest lambdas happen to survive a step from one Python to the next.
        scale = layers.Lambda(lambda x: x * sum(n for n in range(4) if n % 2))
    return keras.Sequential([*opening(keras, format), scale, layers.Dense(2)])


def make_class(keras):
    """The remedy: what the lambda does, as a class that both sides have."""

    class Scale(keras.layers.Layer):
        def call(self, inputs):
            return inputs * 4

    return Scale


def custom_objects(keras, layer):
    return {"class": {"Scale": make_class(keras)}, "function": {"fourfold": fourfold}}.get(layer)


def load_options(layer):
    return {"safe_mode": False} if layer.endswith("-unsafe") else {}


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

"""A Lambda that uses a module imported by its script: where it is loaded, the name is unknown.

`tf` in a lambda is a global of the script that saved it. Loading finds the name only where a module of Keras itself
happens to have imported TensorFlow under the same name, or where it is given.

Expected: "global" is refused with a NameError, except by versions whose own module of the Lambda layer knows `tf`.

The remedy is to import inside the function, or to load with `custom_objects={"tf": tf}`.

Source: https://github.com/keras-team/keras/issues/5298
"""

CAUSE = "lambda"
FORMATS = ("h5",)
REACH = "own"
PARAMETERS = {"module": ("global", "custom_objects", "imported inside")}
REMEDY = {"module": "imported inside"}


def unsupported(tf):
    if tf is None:
        return "no TensorFlow behind this Keras"


def imports_inside(x):
    import tensorflow
    return tensorflow.nn.relu(x)


def uses_global():
    return lambda x: tf.nn.relu(x)  # noqa: F821


def custom_objects(tf, module):
    return {"tf": tf, "imports_inside": imports_inside} if module != "global" else None


def load_options():
    return {"safe_mode": False}


def build(keras, tf, module):
    globals()["tf"] = tf  # what `import tensorflow as tf` at the top of a script does
    layers = keras.layers
    function = imports_inside if module == "imported inside" else uses_global()
    return keras.Sequential([
        layers.Dense(6, input_shape=(4,)), layers.Lambda(function), layers.Dense(2)])


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

"""TensorFlow operations in a functional graph: each generation wraps them in another layer.

`x * 2`, `x[:, 1:]` and `tf.nn.relu(x)` on a symbolic tensor become layers that nobody wrote: TensorFlowOpLayer from
TensorFlow 1.14 on, TFOpLambda and SlicingOpLambda from 2.4 on, operations of Keras 3. The file names these.

Expected: files load within a generation and upwards from TensorFlowOpLayer to TFOpLambda, some of them even downwards.
Keras 3 knows none of these, refuses its own operations in HDF5, and nobody else knows them.

The remedy is to write layers: they have kept their names.

Source: https://github.com/naurril/SUSTechPOINTS/issues/203, https://github.com/openvinotoolkit/nncf/pull/1083
"""

FORMATS = ("h5", "keras")
PARAMETERS = {"operation": ("arithmetic", "slice", "function", "layer")}
REMEDY = {"operation": "layer"}
REACH = "milestones"
PAIRS = (("tf2.6", "tf2.3"),)


def unsupported(keras, tf, operation):
    if __name__ == "loading_script":  # which only reads the file
        return None
    three = hasattr(keras, "ops")
    if operation == "layer" or (three and operation != "function"):
        return None
    if three or tf is None:
        return "operations of TensorFlow do not take the symbolic tensors of Keras 3"
    if keras.__name__ == "keras":
        return "standalone Keras 2 makes no layers of operations"
    if tf.__version__.startswith(("1.12", "1.13")):
        return "TensorFlow before 1.14 makes no layers of operations"


def build(keras, tf, operation):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(6)(inputs)
    if operation == "arithmetic":
        x = x * 2.0 + 1.0
    elif operation == "slice":
        x = x[:, 1:4]
    elif operation == "function":
        x = tf.nn.relu(x)
    else:
        x = layers.Activation("relu")(x)
    return keras.models.Model(inputs, layers.Dense(2)(x))


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

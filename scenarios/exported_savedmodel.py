"""A SavedModel exported for serving: load_model makes no Keras model of it.

`tf.saved_model.save` of a module (in TensorFlow 1: `simple_save`) writes a graph, its weights and a signature, and
nothing of Keras.

Expected: refused by `load_model` everywhere: where it gives something back, that has no `predict`. The signature runs
and predicts the same, beside Keras 3 too; only graphs of a much newer TensorFlow are refused by an older one.

The remedy is to call the signature: `tf.saved_model.load(path).signatures["serving_default"]`.

Source: https://github.com/PINTO0309/onnx2tf/issues/552
"""

FORMATS = ("savedmodel",)
PARAMETERS = {"opened": ("load_model", "signature")}
REMEDY = {"opened": "signature"}
OBSERVE = ()
REACH = "milestones"
PAIRS = (("tf1.12", "tf2.11"), ("tf2.3", "tf2.14"))


def unsupported(tf):
    if tf is None:
        return "there is no TensorFlow here"


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def save(keras, tf, model, path, eager):
    if eager:
        serve = tf.function(lambda x: model(x), input_signature=[tf.TensorSpec((None, 4))])
        module = tf.Module()
        module.kept = model.weights
        tf.saved_model.save(module, path, signatures=serve.get_concrete_function())
    else:
        v1 = getattr(tf.compat, "v1", tf)
        v1.saved_model.simple_save(v1.keras.backend.get_session(), path, {"x": model.input}, {"y": model.output})


def load(keras, tf, path, opened, eager):
    if opened == "load_model":
        return keras.models.load_model(path)
    return Signature(tf, path) if eager else SignatureInSession(tf, path)


class Signature(object):
    """A function of TensorFlow 2 with the face of a model."""

    def __init__(self, tf, path):
        self.tf = tf
        self.loaded = tf.saved_model.load(path)

    def predict(self, x, verbose=0):  # noqa: ARG002 - Keras has it
        """What the signature's function gives for x."""
        outputs = self.loaded.signatures["serving_default"](x=self.tf.constant(x))
        return next(iter(outputs.values())).numpy()


class SignatureInSession(object):
    """A graph and its session, of TensorFlow 1, with the face of a model."""

    def __init__(self, tf, path):
        v1 = getattr(tf.compat, "v1", tf)
        self.session = v1.Session(graph=tf.Graph())
        with self.session.graph.as_default():
            graph = v1.saved_model.loader.load(self.session, ["serve"], path)
        self.signature = graph.signature_def["serving_default"]

    def predict(self, x, verbose=0):  # noqa: ARG002 - Keras has it
        """What the graph gives for x."""
        (argument,), (output,) = self.signature.inputs.values(), self.signature.outputs.values()
        return self.session.run(output.name, {argument.name: x})


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

"""A custom layer: without its class the file cannot be loaded.

The file names the layer's class and holds its configuration and weights. The class itself has to be known where it is
loaded: given as `custom_objects`, or registered by the same code before loading.

Expected: "nothing" is refused everywhere. The other two load as far as the formats go.

The remedy is `custom_objects={"Scale": Scale}`, or `register_keras_serializable` in the code that both sides import.

Source: https://github.com/tensorflow/tensorflow/issues/45231
"""

CAUSE = "custom objects"
FORMATS = ("h5", "keras")
PARAMETERS = {"known": ("nothing", "custom_objects", "registered")}
REMEDY = {"known": "custom_objects"}


def registry(keras):
    """The decorator, where this Keras has it."""
    return getattr(keras.utils, "register_keras_serializable", None) or getattr(
        getattr(keras, "saving", None), "register_keras_serializable", None)


def unsupported(keras, known):
    if known == "registered" and registry(keras) is None:
        return "this Keras has no registry of classes"


def make_class(keras):
    class Scale(keras.layers.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight(name="scale", shape=(int(input_shape[-1]),), initializer="ones")
            super(Scale, self).build(input_shape)

        def call(self, inputs):
            return inputs * self.scale

    return Scale


def opening(keras, format):
    """A dense layer with its input; for the zip file apart, since Keras 3 refuses there what Keras 2 writes of it."""
    dense, entrance = keras.layers.Dense, keras.layers.InputLayer
    if format == "keras":
        return [entrance(**{"shape" if hasattr(keras, "ops") else "input_shape": (4,)}), dense(6)]
    return [dense(6, input_shape=(4,))]


def build(keras, format, known):
    layers = keras.layers
    scale = registry(keras)()(make_class(keras)) if known == "registered" else make_class(keras)
    return keras.Sequential([*opening(keras, format), scale(), layers.Dense(2)])


def before_load(keras, known):
    if known == "registered":
        registry(keras)()(make_class(keras))


def custom_objects(keras, known):
    return {"Scale": make_class(keras)} if known == "custom_objects" else None


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")

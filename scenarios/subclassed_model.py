"""A subclassed model: its code is in no file, and the class has to be known.

A model that is a class of its own has no architecture that HDF5 could hold. SavedModel holds its computation, the zip
file its class by name with what `get_config` says.

Expected: HDF5 is unsaved in Keras 2, and saved and then refused in Keras 3. The zip file is refused unless the class is
known, and crosses no line between Keras 2 and 3. A SavedModel loads either way, in its own version and newer ones of
Keras 2, without the state of the optimizer.

The remedy is `register_keras_serializable` in the code that both sides import.

Source: https://github.com/keras-team/keras/issues/21046
"""

CAUSE = "custom objects"
FORMATS = ("h5", "savedmodel", "keras")
PARAMETERS = {"known": ("nothing", "registered")}
REMEDY = {"known": "registered"}


def registry(keras):
    return getattr(keras.utils, "register_keras_serializable", None) or getattr(
        getattr(keras, "saving", None), "register_keras_serializable", None)


def unsupported(keras, known):
    if known == "registered" and registry(keras) is None:
        return "this Keras has no registry of classes"


def make_class(keras, known):
    class Small(keras.models.Model):
        def __init__(self, units=8, **more):
            super(Small, self).__init__(**more)
            self.units = units
            self.inner = keras.layers.Dense(units, activation="relu")
            self.outer = keras.layers.Dense(3)

        def call(self, inputs):
            return self.outer(self.inner(inputs))

        def get_config(self):
            return {"units": self.units}

    return registry(keras)()(Small) if known == "registered" else Small


def build(keras, known):
    return make_class(keras, known)(units=5)


def before_load(keras, known):
    if known == "registered":
        make_class(keras, known)


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

"""A model of one's own that takes a dict of dicts: the shapes in the file are none.

A subclassed model inside another one is built again from the shapes of what it was called with. Those of a dict of
dicts are written to a `.keras` file as they are, and are no shape when they are read.

Expected: "model" as `.keras` is refused in the very TensorFlow that saved it, up to 2.15; Keras 3 reads its own.
As HDF5 it loads from TensorFlow 2.11 on. "layer" loads in both.

The remedy is a layer in the place of the model.

Source: https://github.com/tensorflow/tensorflow/issues/62192
"""

REACH = "own"
PAIRS = (("tf2.14", "tf2.14"),)
FORMATS = ("h5", "keras")
PARAMETERS = {"inside": ("model", "layer")}
REMEDY = {"inside": "layer"}


def unsupported(keras, inside):
    if __name__ != "saving_script":
        return None
    try:
        build(keras, inside)
    except Exception as error:
        return "nothing takes a dict of dicts: %s" % error
    keras.backend.clear_session()  # or the names of the next model's layers would count on
    return None


def make_class(keras, inside):
    class Join(keras.models.Model if inside == "model" else keras.layers.Layer):
        def __init__(self, **options):
            super(Join, self).__init__(**options)
            self.inner = keras.layers.Dense(2)

        def call(self, inputs):
            return self.inner(keras.layers.concatenate([inputs["outer"]["left"], inputs["outer"]["right"]]))

        def get_config(self):
            return {"name": self.name}

    return Join


def build(keras, inside):
    left, right = keras.layers.Input(shape=(4,)), keras.layers.Input(shape=(3,))
    output = make_class(keras, inside)()({"outer": {"left": left, "right": right}})
    return keras.models.Model([left, right], output)


def custom_objects(keras, inside):
    return {"Join": make_class(keras, inside)}


def data(rng):
    return [rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")], rng.rand(16, 2).astype("float32")

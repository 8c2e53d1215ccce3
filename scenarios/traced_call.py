"""A model whose call is a tf.function: loaded, it has the right weights and computes with others.

A `tf.function` runs its Python once, and repeats from then on what it met there. In Keras 3 that is the call with
which a loaded model makes its weights, before those of the file are put into it.

Expected: "traced" is changed in Keras 3, in the very version that saved it too, and identical in TensorFlow 2.15.
"plain" is identical.

The remedy is to leave the decorator away: Keras compiles `fit` and `predict` by itself.

Source: https://github.com/tensorflow/tensorflow/issues/98230
"""

CAUSE = "custom objects"
FORMATS = ("keras",)
PARAMETERS = {"call": ("traced", "plain")}
REMEDY = {"call": "plain"}
REACH = "pairs"
PAIRS = (("tf2.15", "tf2.15"), ("keras3.1", "keras3.1"), ("tf2.18-keras3", "tf2.18-keras3"),
         ("tf2.18-keras3", "tf2.21-keras3"), ("tf2.21-keras3", "tf2.21-keras3"))


def unsupported(tf):
    if tf is None or not hasattr(tf, "function"):
        return "there is no tf.function here"


def make_class(keras, tf, call):
    decorate = tf.function if call == "traced" else lambda function: function

    class Small(keras.models.Model):
        def __init__(self, **options):
            super(Small, self).__init__(**options)
            self.first = keras.layers.Dense(8, activation="relu")
            self.second = keras.layers.Dense(3)

        @decorate
        def call(self, inputs):
            return self.second(self.first(inputs))

        def get_config(self):
            return {"name": self.name}

    return Small


def build(keras, tf, call):
    return make_class(keras, tf, call)()


def train(model, x):
    model.predict(x, verbose=0)  # it has its weights then; Keras 3 finds no gradients for a traced one


def custom_objects(keras, tf, call):
    return {"Small": make_class(keras, tf, call)}


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

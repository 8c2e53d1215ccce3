"""An initialiser in a session of TensorFlow 1: run after loading, it wipes the weights.

In a graph, loading puts the weights into the variables of a session. Code that runs `global_variables_initializer`
afterwards, as every TensorFlow 1 tutorial does, puts random numbers in their place. Nothing fails.

With `manual_variable_initialization(True)`, which people recommend against it, Keras runs no initialiser of its own:
what was not loaded has no value at all.

Expected: "after" is changed, "before" is identical. "manual" is refused for a whole model, except by Keras 2.3.1: the
variables of the optimizer have no value; for weights alone it is identical.

The remedy is to run the initialiser first and load afterwards.

Source: https://github.com/ardamavi/Intel-Movidius-NCS-Keras/issues/4, https://github.com/keras-team/keras/issues/4875
"""

CAUSE = "initialiser"
CORE = True
FORMATS = ("h5", "weights-h5")
REACH = "own"
PARAMETERS = {"initialise": ("after", "before", "manual")}
REMEDY = {"initialise": "before"}
PAIRS = (("tf1.12", "tf1.12"),)


def unsupported(eager):
    if eager:
        return "operations run at once: there is no session and no initialiser"


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def run_initializer(keras, tf):
    v1 = getattr(tf.compat, "v1", tf)
    backend = keras.backend if hasattr(keras.backend, "get_session") else v1.keras.backend
    backend.get_session().run(v1.global_variables_initializer())


def before_load(keras, tf, initialise):
    if initialise == "manual":
        v1 = getattr(tf.compat, "v1", tf)
        backend = keras.backend if hasattr(keras.backend, "manual_variable_initialization") else v1.keras.backend
        backend.manual_variable_initialization(True)
    if initialise == "before":
        run_initializer(keras, tf)


def after_load(keras, tf, initialise):
    if initialise == "after":
        run_initializer(keras, tf)


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

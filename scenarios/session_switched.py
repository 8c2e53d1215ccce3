"""A session of TensorFlow 1 left behind: the weights stay in the session that loaded them.

In a graph the weights live in a session. A model that is loaded in one session and asked in another finds its
variables not initialised; one whose graph was cleared away finds nothing at all.

Expected: "another" and "cleared" are refused in the first prediction, "same" is identical.

The remedy is to set the session before the model is loaded, and to keep it.

Source: https://github.com/tensorflow/tensorflow/issues/28287
"""

CAUSE = "initialiser"
FORMATS = ("h5",)
REACH = "own"
PARAMETERS = {"session": ("another", "cleared", "same")}
REMEDY = {"session": "same"}


def unsupported(eager):
    if eager:
        return "operations run at once: there is no session"


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def new_session(keras, tf):
    v1 = getattr(tf.compat, "v1", tf)
    backend = keras.backend if hasattr(keras.backend, "set_session") else v1.keras.backend
    backend.set_session(v1.Session())


def before_load(keras, tf, session):
    if session == "same":
        new_session(keras, tf)


def after_load(keras, tf, session):
    if session == "another":
        new_session(keras, tf)
    elif session == "cleared":
        keras.backend.clear_session()


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

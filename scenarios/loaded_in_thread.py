"""Loaded in one thread, asked in another: each thread of TensorFlow 1 has a graph of its own.

A web server loads the model in one thread and answers in others. The default graph belongs to the thread, so the
other ones look for the model's tensors in an empty graph.

Expected: "thread" is refused by the Keras of TensorFlow 1 that looks for the default graph, identical elsewhere.

The remedy is to load under a graph and a session of one's own and to predict under both.

Source: https://github.com/matterport/Mask_RCNN/issues/1855
"""

import threading

CAUSE = "initialiser"
FORMATS = ("h5",)
REACH = "own"
PARAMETERS = {"loaded": ("thread", "thread with graph", "here")}
REMEDY = {"loaded": "thread with graph"}


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])


def load(keras, tf, eager, path, loaded):
    if loaded == "here":
        return keras.models.load_model(path)
    found = []
    if loaded == "thread with graph" and not eager:
        session = enter_session(keras, tf)

        def work():
            with session.graph.as_default(), session.as_default():
                found.append(keras.models.load_model(path))
    else:
        def work():
            found.append(keras.models.load_model(path))
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    (model,) = found
    return model


def enter_session(keras, tf):
    """A session on the default graph of this thread, for this thread and the one that loads."""
    v1 = getattr(tf.compat, "v1", tf)
    session = v1.Session(graph=v1.get_default_graph())
    backend = keras.backend if hasattr(keras.backend, "set_session") else v1.keras.backend
    backend.set_session(session)
    return session


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")

"""Which `keras` a runtime means, switched on: the only place that imports TensorFlow or Keras.

Constraints: Python 3.6 syntax. Switching on must create no operation, session, context or thread, because the zygote
forks after it.
"""

import contextlib
import importlib
import os
import platform
import sys

_REPORTED = ("numpy", "h5py", "tensorflow", "keras", "tf_keras", "jax", "torch", "protobuf", "ml_dtypes")


class Api(object):
    """A Keras switched on: `keras` the module, `tf` TensorFlow or None, and what they are."""

    def __init__(self, keras, tf, runtime):
        self.keras = keras
        self.tf = tf
        self.runtime = runtime

    @property
    def keras_version(self):
        """Keras' own version as numbers, such as (2, 11, 0)."""
        return _numbers(_version_of_keras(self.keras, self.tf))

    @property
    def tf_version(self):
        """TensorFlow's version as numbers; () without TensorFlow."""
        return _numbers(self.tf.__version__) if self.tf is not None else ()

    @property
    def eager(self):
        """Whether operations run at once now; else a graph and a session are behind everything.

        A script may switch that, so it is asked anew each time.
        """
        return self.tf is None or bool(self.tf.executing_eagerly())

    def versions(self):
        """The versions of everything that could matter, by package, and of Python."""
        found = {"python": platform.python_version()}
        for name in _REPORTED:
            module = sys.modules.get(name)
            version = getattr(module, "__version__", None) or getattr(module, "version", None)
            if isinstance(version, str):
                found[name] = version
        if self.tf is not None:
            found["tensorflow"] = self.tf.__version__
        found["keras"] = _version_of_keras(self.keras, self.tf)
        return found


def activate(runtime):
    """Import the Keras that `runtime` asks for and switch it on. Raises whatever that import raises."""
    if runtime["keras"] == "tf_keras":
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
    backend = runtime["backend"]
    if backend:
        os.environ["KERAS_BACKEND"] = backend
    tf = None
    if backend in (None, "tensorflow"):
        tf = importlib.import_module("tensorflow")
        if runtime["v1"]:
            tf.compat.v1.disable_v2_behavior()
    keras = tf.keras if runtime["keras"] == "tf.keras" else importlib.import_module(runtime["keras"])
    _touch(keras)
    return Api(keras, tf, runtime)


@contextlib.contextmanager
def untraced(model, eager):
    """Train or evaluate without tracing, where that is possible: a trace costs many times what the small steps do.

    Predictions are left as they are for a user.
    """
    compiled = getattr(model, "jit_compile", None)
    before = getattr(model, "run_eagerly", False)
    if eager:
        model.run_eagerly = True
        if compiled is not None:
            model.jit_compile = False
    try:
        yield
    finally:
        if eager:
            model.run_eagerly = before
            model.train_function = model.test_function = None
            if compiled is not None:
                model.jit_compile = compiled


def preload(names):
    """Import modules by name where that is possible; what a runtime does not have is left to whoever misses it."""
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:
            pass


def _touch(keras):
    """Resolve lazy modules."""
    for name in ("Sequential", "Model", "layers", "models", "optimizers", "losses", "metrics"):
        getattr(keras, name)
    getattr(keras.layers, "Dense")  # noqa: B009 - a lazy module resolves as an attribute of it is asked for


def _version_of_keras(keras, tf):
    version = getattr(keras, "__version__", None)
    if version is None:  # TensorFlow 2.13 to 2.15 hide it behind a lazy loader
        inner = sys.modules.get("keras")
        version = getattr(inner, "__version__", None) or (tf.__version__ if tf is not None else "0")
    return version


def _numbers(version):
    numbers = []
    for part in version.split("-")[0].split("+")[0].split("."):
        digits = "".join(character for character in part if character.isdigit())
        if not digits or not part[0].isdigit():
            break
        numbers.append(int(digits))
    return tuple(numbers)

"""Remedies of the loading side: each a small function from a run to a model, by its id in the catalogue of causes.

Constraints: Python 3.6 syntax. A remedy that is not for a file of this kind, or for this Keras, raises
`scenario.Unsupported`; whatever else it raises is what became of the cell with it. The artifact is a copy of the
cell's own, and may be changed.
"""

import contextlib
import os

from .. import formats, observe, protocol
from ..scenario import Unsupported
from . import dialect, stored


def compile_false(run):
    """Leave the compile arguments in the file alone."""
    return _load_model(run, compile=False)


def custom_objects(run):
    """Name the script's own classes and functions."""
    return _load_model(run, custom_objects=run.script.objects())


def register(run):
    """Register the script's own classes and functions under the names that the file has."""
    keras = run.api.keras
    registering = getattr(getattr(keras, "saving", None), "register_keras_serializable", None) or getattr(
        keras.utils, "register_keras_serializable", None)
    if registering is None:
        raise Unsupported("this Keras registers nothing")
    for name, thing in run.script.objects().items():
        registering(package="Custom", name=name)(thing)
    return _load_model(run)


def safe_mode_off(run):
    """Let Python code in the file be run."""
    load_model = run.api.keras.models.load_model
    if not formats.accepted(load_model, {"safe_mode": False}):
        raise Unsupported("this Keras has no safe mode")
    return _load_model(run, safe_mode=False)


def patch_config(run):
    """Rewrite the configuration in the file into the words of this Keras."""
    changed = dialect.rewrite(run.format.path(run.artifact), run.api)
    if not changed:
        raise Unsupported("there is nothing to rewrite in it")
    run.notes.extend(changed)
    with _old_functions(run):
        return _as_asked(run)


def rebuild(run):
    """Build the model by its code and load the weights that are in the file."""
    model = _built(run)
    model.load_weights(_weights(run))
    return model


def rebuild_by_name(run):
    """The same, each layer by its name."""
    model = _built(run)
    model.load_weights(_weights(run), by_name=True)
    return model


def load_before_compile(run):
    """Build the model by its code, load the weights, and compile it only then."""
    model = run.script.call("build")
    model.load_weights(_weights(run))
    run.script.call("compile", model=model)
    return model


def build_first(run):
    """Build the model by its code and ask it once, so that it has weights to be loaded into."""
    model = _built(run)
    observe.predictions(run.api, model, _inputs(run))
    model.load_weights(_weights(run))
    return model


def weights_by_hand(run):
    """Build the model by its code, as it was built where it was saved, and put the arrays in the file into it."""
    with _with_defaults(run.api.keras.layers, dialect.defaults_of(run.request["saver"], run.api)):
        model = _built(run)
    if not getattr(model, "built", True) or not model.weights:
        observe.predictions(run.api, model, _inputs(run))
    stored.put_into(model, _weights(run), run.api)
    return model


def legacy_optimizer(run):
    """Build the model by its code, with the optimizer of the kind that wrote the file."""
    kinds = getattr(run.api.keras.optimizers, "legacy", None)
    model = _built(run)
    kind = getattr(kinds, type(model.optimizer).__name__, None)
    if kind is None:
        raise Unsupported("this Keras has no legacy optimizers")
    model.optimizer = kind(learning_rate=float(run.api.keras.backend.get_value(model.optimizer.learning_rate)))
    model.load_weights(_weights(run))
    return model


def tfsm_layer(run):
    """Use a SavedModel as one layer, which predicts and no more."""
    keras = run.api.keras
    layer = getattr(keras.layers, "TFSMLayer", None)
    if layer is None:
        raise Unsupported("this Keras has no TFSMLayer")
    called = layer(_saved_model(run), call_endpoint="serving_default")
    return _Predicting(run.api, lambda x: called(x))


def saved_model_signature(run):
    """Call the serving signature of a SavedModel, without Keras."""
    tf = run.api.tf
    if tf is None or not run.api.eager:
        raise Unsupported("without TensorFlow's eager mode there is no calling it")
    loaded = tf.saved_model.load(_saved_model(run))
    called = loaded.signatures["serving_default"]
    names = sorted(called.structured_input_signature[1])

    def call(x):
        parts = list(observe.flat(x).values())
        return called(**{name: tf.constant(part) for name, part in zip(names, parts)})

    return _Predicting(run.api, call)


def manual_initialization(run):
    """Tell Keras that nobody but the script initialises variables (TensorFlow 1)."""
    manual = getattr(run.api.keras.backend, "manual_variable_initialization", None)
    if manual is None or run.api.eager:
        raise Unsupported("there are no sessions here")
    manual(True)
    return _as_asked(run)


def saver_defaults(run):
    """Build the model by its code, with the defaults that recurrent layers had where it was saved."""
    if not isinstance(run.format, formats.Rebuilt):
        raise Unsupported("the file says how the layers are to be")
    with _with_defaults(run.api.keras.layers, dialect.defaults_of(run.request["saver"], run.api)):
        return _as_asked(run)


def old_hard_sigmoid(run):
    """Give the file the hard_sigmoid of Keras 2, which is another function in Keras 3."""
    with _old_functions(run) as given:
        if not given:
            raise Unsupported("both sides have the same hard_sigmoid")
        return _as_asked(run)


def rename_file(run):
    """Call weights in the old layout .h5, by which Keras tells the layouts apart."""
    path = _weights(run)
    if not path.endswith(".weights.h5"):
        raise Unsupported("the file is not called .weights.h5")
    renamed = path[:-len(".weights.h5")] + ".h5"
    os.rename(path, renamed)
    model = _built(run)
    model.load_weights(renamed)
    return model


ALL = {function.__name__.replace("_", "-"): function for function in (
    compile_false, custom_objects, register, safe_mode_off, patch_config, rebuild, rebuild_by_name,
    load_before_compile, build_first, weights_by_hand, legacy_optimizer, tfsm_layer, saved_model_signature,
    manual_initialization, saver_defaults, old_hard_sigmoid, rename_file)}


class _Predicting(object):
    """What predicts as a model does, and has nothing else of one."""

    def __init__(self, api, call):
        self._api = api
        self._call = call

    def predict(self, x, verbose=0):
        """One output as an array, several as a list in the order of their names."""
        said = self._call(self._api.tf.constant(x) if not isinstance(x, (list, dict)) else x)
        values = [said[name] for name in sorted(said)] if isinstance(said, dict) else said
        values = values if isinstance(values, (list, tuple)) else [values]
        arrays = [value.numpy() if hasattr(value, "numpy") else value for value in values]
        return arrays if len(arrays) > 1 else arrays[0]


def _load_model(run, custom_objects=None, **options):
    """The model out of a file that holds all of it."""
    if formats.COMPILE not in run.format.carries or run.script.has("load"):
        raise Unsupported("the script does not load a whole model")
    load_model = run.api.keras.models.load_model
    known = dict(run.script.call("load_options"), **options)
    objects = dict(run.script.call("custom_objects") or {}, **(custom_objects or {}))
    return load_model(run.format.path(run.artifact), custom_objects=objects or None,
                      **formats.accepted(load_model, known))


def _as_asked(run):
    """The model as it would be loaded without a remedy."""
    if run.script.has("load"):
        return run.script.call("load", path=run.format.path(run.artifact))
    return run.format.load(run.api, run.script, run.artifact)


def _built(run):
    model = run.script.call("build")
    run.script.call("compile", model=model)
    return model


def _weights(run):
    """Where the weights are: the file itself, or the one beside an architecture."""
    if run.format.name == "code":
        raise Unsupported("there is no file")
    path = run.format.path(run.artifact)
    if run.format.name != "json+weights":
        return path
    (name,) = [name for name in os.listdir(run.artifact) if name.endswith(".h5")]
    return os.path.join(run.artifact, name)


def _saved_model(run):
    if run.format.name != "savedmodel":
        raise Unsupported("the file is no SavedModel")
    return run.format.path(run.artifact)


def _inputs(run):
    from .. import cell

    return cell._read_inputs(os.path.join(run.request["folder"], protocol.INPUTS))[0]


@contextlib.contextmanager
def _old_functions(run):
    """Let hard_sigmoid mean for a while what it meant to the Keras 2 that wrote the file; whether that is another."""
    keras = run.api.keras
    if not hasattr(keras, "ops") or not run.request["saver"]["versions"].get("keras", "").startswith("2"):
        yield False
        return
    with keras.saving.custom_object_scope({"hard_sigmoid": dialect.old_hard_sigmoid(keras)}):
        yield True


@contextlib.contextmanager
def _with_defaults(layers, defaults):
    """Let layers be made with other defaults than theirs for a while."""
    before = {name: getattr(layers, name) for name in defaults if hasattr(layers, name)}

    def making(kind, more):
        return lambda *given, **named: kind(*given, **dict(more, **named))

    for name, kind in before.items():
        setattr(layers, name, making(kind, formats.accepted(kind.__init__, defaults[name])))
    try:
        yield
    finally:
        for name, kind in before.items():
            setattr(layers, name, kind)

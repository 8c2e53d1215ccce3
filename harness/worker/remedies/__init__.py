"""Remedies of the loading side: each a small function from a run to a model, by its id in the catalogue of causes.

Constraints: Python 3.6 syntax. A remedy that is not for a file of this kind, or for this Keras, raises
`scenario.Unsupported`; whatever else it raises is what became of the cell with it. The artifact is a copy of the
cell's own, and may be changed.

The result of a remedy depends on its function here, on what that uses here, and on the modules beside this one that it
names: none of those imports another one.
"""

import contextlib
import os
import re
import shutil

from .. import formats, nest, observe
from ..scenario import Unsupported
from . import configuration, dialect, nested, own_objects, placing, replacing, resizing, stored

_WITH_OBJECTS = ("load_model", "model_from_json")


def compile_false(run):
    """Leave the compile arguments in the file alone, and compile again as the script does."""
    with replacing.options(run.api.keras.models, ("load_model",), compile=False):
        model = _as_asked(run)
    run.script.call("compile", model=model)
    return model


def custom_objects(run):
    """Say what the names in the file mean that are the script's own."""
    objects = own_objects.named(run.script, run.api.keras, _words(run))
    if not objects:
        raise _not_here("the file names nothing of the script's own")
    with replacing.options(run.api.keras.models, _WITH_OBJECTS, custom_objects=objects):
        return _as_asked(run)


def register(run):
    """Register the script's own classes and functions under the names that the file has."""
    things = own_objects.named(run.script, run.api.keras, _words(run) - {"Lambda"})
    if not things:
        raise _not_here("the file names nothing of the script's own")
    own_objects.register(run.api.keras, things)
    with replacing.options(run.api.keras.models, _WITH_OBJECTS):
        return _as_asked(run)


def safe_mode_off(run):
    """Let Python code in the file be run."""
    if not formats.accepted(run.api.keras.models.load_model, {"safe_mode": False}):
        raise _not_here("this Keras has no safe mode")
    with replacing.options(run.api.keras.models, ("load_model",), safe_mode=False):
        return _as_asked(run)


def unsafe_deserialization(run):
    """Let Python code be run in whatever is loaded: for JSON, which takes no `safe_mode`."""
    keras = run.api.keras
    places = [getattr(keras, name, None) for name in ("config", "__internal__")]  # of Keras 3, and of 2.13 to 2.15
    enable = next((place.enable_unsafe_deserialization for place in places
                   if hasattr(place, "enable_unsafe_deserialization")), None)
    if enable is None:
        raise _not_here("this Keras has no safe mode")
    enable()
    return _as_asked(run)


def rename_file(run):
    """Give the file the name that fits its content."""
    path = _weights(run)
    whole, kind = formats.COMPILE in run.format.carries, stored.kind(path)
    if whole:
        ending = ".keras" if kind == stored.ZIP else ".h5"
    else:
        ending = ".h5" if kind == stored.HDF5 and stored.lists_layers(path) else ".weights.h5"
    renamed = re.sub(r"(\.weights)?\.\w+$", "", path) + ending
    if kind == stored.CHECKPOINT or (renamed == path and not run.script.has("load")):
        raise _not_here("the file has the name that fits its content")
    if renamed != path:
        shutil.copyfile(path, renamed)
    if not whole:
        model = _built(run)
        model.load_weights(renamed)
        return model
    load_model = run.api.keras.models.load_model
    options = formats.accepted(load_model, run.script.call("load_options"))
    return load_model(renamed, custom_objects=run.script.call("custom_objects"), **options)


def finalize_state(run):
    """Load as asked, and let layers that learnt from data renew what they compute from it."""
    model = _as_asked(run)
    if not _finalize(model):
        raise _not_here("no layer of the model has a finalize_state()")
    return model


def call_then_load(run):
    """Load as asked, ask the model once, so that all of it is built, and load the weights of the same file."""
    path = _weights(run, stored.SAVEDMODEL)
    model = _as_asked(run)
    _ask(run, model)
    model.load_weights(path)
    return model


def patch_config(run):
    """Rewrite the configuration in the file into the words of this Keras."""
    changed = dialect.rewrite(run.format.path(run.artifact), run.api)
    if not changed:
        raise _not_here("there is nothing to rewrite in the file")
    run.notes.extend(changed)
    with _old_functions(run):
        return _as_asked(run)


def rebuild(run):
    """Build the model by its code and load the weights that are in the file."""
    path = _weights(run)
    model = _built(run)
    model.load_weights(path)
    return model


def rebuild_by_name(run):
    """The same, each layer by its name."""
    path = _weights(run)
    model = _built(run)
    model.load_weights(path, by_name=True)
    return model


def load_before_compile(run):
    """Build the model by its code, load the weights, and compile it only then."""
    path = _weights(run)
    model = _made(run)
    model.load_weights(path)
    run.script.call("compile", model=model)
    return model


def build_first(run):
    """Build the model by its code and ask it once, so that it has weights to be loaded into."""
    path = _weights(run)
    model = _built(run)
    _ask(run, model)
    model.load_weights(path)
    return model


def build_optimizer(run):
    """Build the model by its code, then its optimizer, so that its state has a place to be loaded into."""
    path = _weights(run)
    model = _built(run)
    if not hasattr(model.optimizer, "build"):
        raise _not_here("optimizers of this Keras have no build()")
    if not model.weights:
        _ask(run, model)
    model.optimizer.build(model.trainable_variables)
    model.load_weights(path)
    return model


def freeze_as_saved(run):
    """Build the model by its code, freeze for a while what was frozen where it was saved, and load the weights."""
    path = _weights(run)
    model = _built(run)
    described = next((found for found in map(configuration.architecture, _files(run)) if found), None)
    flags = nested.flags_in(model, described, configuration.layers) if described else nested.frozen(model)
    if all(layer.trainable == trained for layer, trained in flags):
        raise _not_here("the same layers are trained here as where it was saved, as far as the file says")
    with nested.trained(flags):
        model.load_weights(path)
    return model


def quantize_then_load(run):
    """Build the model by its code, quantise it as it was where it was saved, and load the weights."""
    path = _weights(run)
    model = _built(run)
    if not hasattr(model, "quantize"):
        raise _not_here("this Keras does not quantise")
    _ask(run, model)
    modes = [match.group(1) for match in map(re.compile("(int8|int4|float8)_from_").match, _words(run)) if match]
    model.quantize(modes[0] if modes else "int8")
    model.load_weights(path)
    return model


def weights_by_hand(run):
    """Build the model by its code, as it was built where it was saved, and put the arrays in the file into it."""
    content = stored.read(_weights(run, stored.SAVEDMODEL), run.api)
    with replacing.defaults(run.api.keras.layers, dialect.defaults_of(run.request["saver"], run.api)):
        model = _built(run)
    if not model.weights or not all(getattr(layer, "built", True) for layer in nested.layers(model)):
        _ask(run, model)
    placing.put_into(model, content, run.api)
    _finalize(model)
    return model


def legacy_optimizer(run):
    """Build the model by its code, with the optimizer of the kind that wrote the file."""
    path = _weights(run)
    kinds = getattr(run.api.keras.optimizers, "legacy", None)
    model = _built(run)
    kind = getattr(kinds, type(model.optimizer).__name__, None)
    if kind is None:
        raise _not_here("this Keras has no legacy optimizers")
    model.optimizer = kind(learning_rate=float(run.api.keras.backend.get_value(model.optimizer.learning_rate)))
    model.load_weights(path)
    return model


def tfsm_layer(run):
    """Use a SavedModel as one layer, which predicts and no more."""
    keras = run.api.keras
    layer = getattr(keras.layers, "TFSMLayer", None)
    if layer is None:
        raise _not_here("this Keras has no TFSMLayer")
    called = layer(_saved_model(run), call_endpoint="serving_default")
    return _Predicting(run.api, lambda x: called(x))


def saved_model_signature(run):
    """Call the serving signature of a SavedModel, without Keras."""
    tf = run.api.tf
    if tf is None or not run.api.eager:
        raise _not_here("without TensorFlow's eager mode there is no calling it")
    loaded = tf.saved_model.load(_saved_model(run))
    called = loaded.signatures["serving_default"]
    names = sorted(called.structured_input_signature[1])

    def call(x):
        parts = list(nest.flat(x).values())
        return called(**{name: tf.constant(part) for name, part in zip(names, parts)})

    return _Predicting(run.api, call)


def manual_initialization(run):
    """Tell Keras that nobody but the script initialises variables (TensorFlow 1)."""
    manual = getattr(run.api.keras.backend, "manual_variable_initialization", None)
    if manual is None or run.api.eager:
        raise _not_here("there are no sessions")
    manual(True)
    return _as_asked(run)


def saver_defaults(run):
    """Build the model by its code, with the defaults that recurrent layers had where it was saved."""
    if not isinstance(run.format, formats.Rebuilt):
        raise _not_here("the file says how the layers are to be")
    with replacing.defaults(run.api.keras.layers, dialect.defaults_of(run.request["saver"], run.api)):
        return _as_asked(run)


def old_hard_sigmoid(run):
    """Give the file the hard_sigmoid of Keras 2, which is another function in Keras 3."""
    with _old_functions(run) as given:
        if not given:
            raise _not_here("both sides have the same hard_sigmoid")
        return _as_asked(run)


def old_resize(run):
    """Give UpSampling2D the bilinear sampling that it had where the model was saved."""
    saver = run.request["saver"]
    if run.api.tf is None:
        raise _not_here("the old sampling takes TensorFlow")
    if not resizing.is_old(saver["runtime"], saver["versions"]) or resizing.is_old(run.api.runtime, run.api.versions()):
        raise _not_here("both sides sample alike")
    layer, made = resizing.layer(run.api)
    instead, keras = {"UpSampling2D": layer}, run.api.keras
    with replacing.names(keras.layers, instead), keras.utils.custom_object_scope(instead):
        model = _as_asked(run)
    if not made:
        raise _not_here("nothing in the model is enlarged by bilinear interpolation")
    return model


ALL = {function.__name__.replace("_", "-"): function for function in (
    compile_false, custom_objects, register, safe_mode_off, unsafe_deserialization, rename_file, finalize_state,
    call_then_load, patch_config, rebuild, rebuild_by_name, load_before_compile, build_first, build_optimizer,
    freeze_as_saved, quantize_then_load, weights_by_hand, legacy_optimizer, tfsm_layer, saved_model_signature,
    manual_initialization, saver_defaults, old_hard_sigmoid, old_resize)}


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


def _not_here(reason):
    """What a remedy raises that something is missing for."""
    return Unsupported("could not be tried here: %s" % reason)


def _as_asked(run):
    """The model as it would be loaded without a remedy."""
    if run.script.has("load"):
        return run.script.call("load", path=run.format.path(run.artifact))
    return run.format.load(run.api, run.script, run.artifact)


def _made(run):
    """The model by its code. A class that `before_load` has registered may be registered once more."""
    try:
        return run.script.call("build")
    except ValueError as error:
        if "already been registered" not in str(error):
            raise
    own_objects.forget(run.script, run.api.keras)
    return run.script.call("build")


def _built(run):
    model = _made(run)
    run.script.call("compile", model=model)
    return model


def _ask(run, model):
    """Let the model predict once: whatever is built only then is built now."""
    observe.predictions(run.api, model, run.fed(run.inputs()[0]))


def _finalize(model):
    """Let layers renew what they compute from their weights; whether there were any."""
    learnt = [layer for layer in nested.layers(model) if hasattr(layer, "finalize_state")]
    for layer in learnt:
        layer.finalize_state()
    return bool(learnt)


def _files(run):
    """The paths in the artifact: that of the format first, then what a script may have written beside it."""
    path = run.format.path(run.artifact)
    return [path] + [os.path.join(run.artifact, name) for name in sorted(os.listdir(run.artifact))]


def _weights(run, *more):
    """The file that has the weights. Only what `load_weights` reads, and of what else is asked for in `more`."""
    kinds = (stored.HDF5, stored.ZIP, stored.CHECKPOINT) + more
    if run.format.name in ("code", "own"):
        raise _not_here("nothing is known of a file with weights")
    for path in _files(run):
        if stored.kind(path) in kinds:
            return path
    raise _not_here("there is no file from which weights can be read alone")


def _words(run):
    """The words in the configurations of the artifact."""
    return {word for path in _files(run) for word in configuration.words(path)}


def _saved_model(run):
    if run.format.name != "savedmodel":
        raise _not_here("the file is no SavedModel")
    return run.format.path(run.artifact)


@contextlib.contextmanager
def _old_functions(run):
    """Let hard_sigmoid mean for a while what it meant to the Keras 2 that wrote the file; whether that is another."""
    keras = run.api.keras
    if not hasattr(keras, "ops") or not run.request["saver"]["versions"].get("keras", "").startswith("2"):
        yield False
        return
    with keras.saving.custom_object_scope({"hard_sigmoid": dialect.old_hard_sigmoid(keras)}):
        yield True

"""A stored configuration rewritten into the words of the Keras that is to read it.

Constraints: Python 3.6 syntax, the environment's own h5py.

Ten years renamed classes and modules, moved the shape of the input, added arguments and took others away. A patch is a
function of a reader and one stored object that gives the object back; an argument that this Keras does not know is
left out only where its value means nothing (None, False, 1 group ...), since leaving out another would be a lie.
"""

import inspect
import io
import json
import os
import re
import zipfile

import numpy

# Whatever they hold, they say how a thing is computed and not what comes out.
_HOW = frozenset(["implementation", "use_cudnn", "autocast", "flash_attention", "input_length", "seed", "fused",
                  "jit_compile", "is_legacy_optimizer", "ema_momentum", "ema_overwrite_frequency", "build_config",
                  "renorm_momentum"])
_NOTHING = (None, False, 0, 0.0, "auto")
_ALSO_NOTHING = {"groups": 1, "data_format": "channels_last", "dilation_rate": 1, "unit_forget_bias": True,
                 "reset_after": False, "output_padding": None, "dtype": "float32", "interpolation": "nearest",
                 "reduction": "auto", "from_logits": False, "go_backwards": False}
_OF_EVERY_LAYER = frozenset(["name", "trainable", "dtype", "activity_regularizer"])
_SHORT = {"mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error",
          "msle": "mean_squared_logarithmic_error"}
_CLIPS = ("clipnorm", "clipvalue")  # some compare them with 0 if they are there at all
_SCALING = {"Glorot": (1.0, "fan_avg"), "He": (2.0, "fan_in"), "Lecun": (1.0, "fan_in")}


def rewrite(path, api):
    """Rewrite the file, in place, for the Keras in `api`; what was changed, one line each, or nothing at all."""
    if os.path.isdir(path) or not os.path.isfile(path):
        return []
    if zipfile.is_zipfile(path):
        return _zip(path, Reader(api, zipped=True))
    with io.open(path, "rb") as stream:
        begin = stream.read(4)
    return (_hdf5 if begin == b"\x89HDF" else _json)(path, Reader(api, zipped=False))


def defaults_of(saver, api):
    """The defaults of recurrent layers where a model was saved: {layer: {argument: value}}.

    Keras 2.3 and TensorFlow 2 changed hard_sigmoid to sigmoid, and reset_after of GRU to True; hard_sigmoid has had
    another slope since Keras 3.
    """
    version = tuple(int(part) for part in re.findall(r"\d+", saver["versions"].get("tensorflow", "0"))[:2])
    standalone = saver["runtime"]["keras"] == "keras"
    keras = tuple(int(part) for part in re.findall(r"\d+", saver["versions"].get("keras", "0"))[:2])
    old = keras < (2, 3) if standalone else version < (2,) or bool(saver["runtime"]["v1"])
    activation = "sigmoid"
    if old:
        activation = old_hard_sigmoid(api.keras) if hasattr(api.keras, "ops") else "hard_sigmoid"
    return {"LSTM": {"recurrent_activation": activation},
            "GRU": {"recurrent_activation": activation, "reset_after": not old}}


def old_hard_sigmoid(keras):
    """The hard_sigmoid of Keras 2, for Keras 3."""
    def hard_sigmoid(x):
        return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)

    return keras.saving.register_keras_serializable()(hard_sigmoid)


class Reader(object):
    """Who is to read it: a Keras, and what it has."""

    def __init__(self, api, zipped):
        self.api = api
        self.keras = api.keras
        self.version = api.keras_version
        self.new = api.keras_version >= (3,)
        self.zipped = zipped
        self.changed = []

    def note(self, text):
        """Remember a change, once."""
        if text not in self.changed:
            self.changed.append(text)

    def find(self, name):
        """The class of this name, or None."""
        for place in ("layers", "initializers", "regularizers", "constraints"):
            found = getattr(getattr(self.keras, place, None), name, None)
            if isinstance(found, type):
                return found
        return None

    def value(self, value):
        """Any part of a configuration, rewritten from the inside out."""
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        value = {key: self.value(item) for key, item in value.items()}
        if isinstance(value.get("class_name"), str) and "config" in value:
            for patch in PATCHES:
                value = patch(self, value)
                if not isinstance(value, dict):
                    break
        return value


def policy(reader, stored):
    """A dtype policy by its name."""
    if stored["class_name"] in ("DTypePolicy", "Policy", "PolicyV1") and isinstance(stored["config"], dict):
        reader.note("dtype policies by their names")
        return stored["config"].get("name", "float32")
    return stored


def modules(reader, stored):
    """Where a class lives: a matter of Keras 2.12 and later, and each kind has a place of its own for Functional."""
    if reader.new or reader.zipped:
        module = stored.get("module")
        if isinstance(module, str):
            ours = "tf_keras" if reader.api.runtime["keras"] == "tf_keras" else "keras"
            moved = re.sub(r"^(tf_)?keras\b", ours, module)
            if moved.endswith(".functional"):
                middle = "models" if reader.new else "engine"
                moved = ours + (".src." if reader.version >= (2, 13) else ".") + middle + ".functional"
            if moved != module:
                reader.note("module %s is %s" % (module, moved))
                stored = dict(stored, module=moved)
        return stored
    gone = [key for key in ("module", "registered_name", "build_config") if key in stored]
    if gone:
        reader.note("no modules and build configurations")
    return {key: item for key, item in stored.items() if key not in gone}


def class_names(reader, stored):
    """Classes that this Keras calls otherwise."""
    name, config = stored["class_name"], stored["config"]
    now = name
    if name == "Functional" and reader.version < (2, 4):
        now = "Model"
    elif name == "Model" and reader.new:
        now = "Functional"
    elif name in ("BatchNormalizationV1", "BatchNormalizationV2") and not reader.find(name):
        now = "BatchNormalization"
    elif name in ("CuDNNLSTM", "CuDNNGRU"):
        now = name[len("CuDNN"):]
        config = dict(config, recurrent_activation="sigmoid", **({"reset_after": True} if now == "GRU" else {}))
    elif reader.new and reader.find(name):
        now = reader.find(name).__name__  # Orthogonal is another name of OrthogonalInitializer
    else:
        kind = re.match("(Glorot|He|Lecun)(Uniform|Normal)(V2)?$", name)
        if kind and not reader.find(name):
            scale, mode = _SCALING[kind.group(1)]
            now, config = "VarianceScaling", {
                "scale": scale, "mode": mode, "seed": config.get("seed"), "distribution": kind.group(2).lower()}
    if now == name:
        return stored
    reader.note("class %s is %s" % (name, now))
    return dict(stored, class_name=now, config=config)


def input_shape(reader, stored):
    """`batch_input_shape` of Keras 2 is `batch_shape` in Keras 3."""
    before, after = ("batch_input_shape", "batch_shape") if reader.new else ("batch_shape", "batch_input_shape")
    config = stored["config"]
    if stored["class_name"] != "InputLayer" or before not in config or after in config:
        return stored
    reader.note("%s is %s" % (before, after))
    config = {key: item for key, item in config.items() if key != before}
    return dict(stored, config=dict(config, **{after: stored["config"][before]}))


def axis(reader, stored):
    """The axis of batch normalisation as a number: a list of one only some can read."""
    config = stored["config"]
    if stored["class_name"] != "BatchNormalization" or not isinstance(config.get("axis"), list):
        return stored
    if len(config["axis"]) != 1:
        return stored
    reader.note("the axis is a number")
    return dict(stored, config=dict(config, axis=config["axis"][0]))


def arguments(reader, stored):
    """Arguments that the class does not have here are left out where they mean nothing."""
    kind = reader.find(stored["class_name"])
    if kind is None or not isinstance(stored["config"], dict):
        return stored
    known = set(inspect.signature(kind.__init__).parameters)
    is_layer = hasattr(reader.keras.layers, stored["class_name"])
    known |= _OF_EVERY_LAYER | {"batch_input_shape"} if is_layer else set()
    return dict(stored, config=_known_only(reader, stored["class_name"], stored["config"], known, is_layer))


def containers(reader, stored):
    """Sequential and functional models: their list of layers, the shape of the input, and the wires between layers."""
    config = stored["config"]
    if stored["class_name"] == "Sequential":
        if isinstance(config, list):
            config = {"name": "sequential", "layers": config} if reader.new else config
        elif not reader.new and reader.version < (2, 2, 3) and reader.api.runtime["keras"] == "keras":
            reader.note("a Sequential model is a list")
            config = config["layers"]
        if reader.new:
            config = dict(config, layers=_with_input(reader, config["layers"]))
    elif stored["class_name"] in ("Functional", "Model") and "layers" in config:
        config = dict(config, layers=[_wired(reader, layer) for layer in config["layers"]])
        if reader.version < (3, 5):  # one input is a list of one to them
            for key in ("input_layers", "output_layers"):
                if config.get(key) and isinstance(config[key][0], str):
                    config[key] = [config[key]]
    return dict(stored, config=config)


PATCHES = (policy, modules, class_names, input_shape, axis, arguments, containers)


def _known_only(reader, name, config, known, is_layer):
    kept = {}
    for key, value in config.items():
        if key in known or not _means_nothing(key, value, is_layer):
            kept[key] = value
        else:
            reader.note("%s without %s" % (name, key))
    return kept


def _means_nothing(key, value, is_layer):
    if key in _HOW or (key == "dtype" and not is_layer) or value == _ALSO_NOTHING.get(key, _HOW):
        return True
    return isinstance(value, (type(None), bool, int, float, str)) and value in _NOTHING


def _with_input(reader, layers):
    """The layers of a Sequential model with an InputLayer first, as Keras 3 wants it, and nobody else's shape."""
    shape = next((layer["config"]["batch_input_shape"] for layer in layers[:1]
                  if "batch_input_shape" in layer["config"]), None)
    bare = [dict(layer, config={key: item for key, item in layer["config"].items() if key != "batch_input_shape"})
            for layer in layers]
    if shape is None or layers[0]["class_name"] == "InputLayer":
        return bare
    reader.note("an InputLayer comes first")
    dtype = layers[0]["config"].get("dtype") or "float32"
    name = "%s_input" % layers[0]["config"].get("name", "first")
    return [{"class_name": "InputLayer", "config": {"batch_shape": shape, "dtype": dtype, "name": name}}] + bare


def _wired(reader, layer):
    """One layer of a functional model; nodes of Keras 3 name tensors, nodes of Keras 2 are lists."""
    config = layer["config"]
    if reader.new and isinstance(config, dict) and "batch_input_shape" in config:
        layer = dict(layer, config={key: item for key, item in config.items() if key != "batch_input_shape"})
    nodes = layer.get("inbound_nodes")
    if reader.new or not nodes or not isinstance(nodes[0], dict):
        return layer
    reader.note("wires are lists")
    return dict(layer, inbound_nodes=[_node(node) for node in nodes])


def _node(node):
    tensors = []

    def visit(value):
        if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            tensors.append(value["config"]["keras_history"])
        elif isinstance(value, (list, tuple)):
            for item in value:
                visit(item)

    visit(node["args"])
    plain = {key: value for key, value in node["kwargs"].items() if isinstance(value, (bool, int, float, str))}
    return [list(history) + [plain] for history in tensors]


def _training(reader, training):
    """The compile arguments."""
    training = dict(training)
    for key in ("optimizer_config", "optimizer"):
        if isinstance(training.get(key), dict):
            training[key] = _optimizer(reader, training[key])
    for key in ("loss", "metrics", "weighted_metrics"):
        if key in training:
            training[key] = _measure(reader, training[key])
            flat = reader.new or reader.api.runtime["keras"] == "keras"
            if flat and isinstance(training[key], list) and [list] == [type(one) for one in training[key]]:
                reader.note("%s of the only output" % key)
                training[key] = training[key][0]
    if reader.new and training.get("steps_per_execution", 1) is None:
        reader.note("one step at a time")
        training["steps_per_execution"] = 1
    for key in ("loss_weights", "sample_weight_mode", "weighted_metrics", "metrics"):
        if not reader.new and key not in training:
            reader.note("%s is None" % key)
            training[key] = None
    return training


def _optimizer(reader, stored):
    stored = modules(reader, stored)
    name = stored["class_name"].split(">")[-1]
    kind = getattr(reader.keras.optimizers, name, None)
    config = reader.value(stored["config"])
    if name != stored["class_name"]:
        reader.note("the optimizer is %s" % name)
    if kind is not None:
        known = set(inspect.signature(kind.__init__).parameters) | {"clipnorm", "clipvalue"}
        for before, after in (("lr", "learning_rate"), ("learning_rate", "lr")):
            if before in config and before not in known and after in known:
                reader.note("%s is %s" % (before, after))
                config[after] = config.pop(before)
        if "name" not in known and "name" in config:
            reader.note("the optimizer has no name")
            del config["name"]
        config = _known_only(reader, name, config, known, False)
        config = {key: value for key, value in config.items() if value is not None or not key.endswith(_CLIPS)}
        if "is_legacy_optimizer" not in config and (2, 11) <= reader.version < (3,) and reader.api.eager:
            reader.note("the optimizer is no legacy one")
            config["is_legacy_optimizer"] = False
    return dict(stored, class_name=name, config=config)


def _measure(reader, value):
    """A loss or metrics, in whatever nesting: short names spelled out, objects as this Keras has them."""
    if isinstance(value, str):
        if reader.new and value in _SHORT:
            reader.note("%s is %s" % (value, _SHORT[value]))
        return _SHORT.get(value, value) if reader.new else value
    if isinstance(value, list):
        return [_measure(reader, item) for item in value]
    if not isinstance(value, dict):
        return value
    config = value.get("config")
    if "class_name" not in value:
        return {key: _measure(reader, item) for key, item in value.items()}
    if value["class_name"] == "function" and isinstance(config, str):
        return _measure(reader, config)
    if value["class_name"] == "MeanMetricWrapper" and isinstance(config.get("fn"), str):
        return _measure(reader, config["fn"])
    places = [getattr(reader.keras, place, None) for place in ("losses", "metrics")]
    kind = next((found for place in places for found in [getattr(place, value["class_name"], None)]
                 if isinstance(found, type)), None)
    if kind is None:
        reader.note("%s by its name" % value["class_name"])
        return re.sub("([a-z])([A-Z])", r"\1_\2", value["class_name"]).lower()
    value = modules(reader, value)
    known = set(inspect.signature(kind.__init__).parameters) | {"name", "dtype"}
    config = _known_only(reader, value["class_name"], dict(config), known, False)
    if config.get("reduction") == "auto" and (reader.new or reader.api.runtime["keras"] == "keras"):
        reader.note("the reduction is sum_over_batch_size")
        config["reduction"] = "sum_over_batch_size"
    return dict(value, config=config)


def _hdf5(path, reader):
    import h5py

    with h5py.File(path, "r+") as stream:
        for key, rewritten in (("model_config", reader.value), ("training_config", lambda it: _training(reader, it))):
            if key in stream.attrs:
                text = stream.attrs[key]
                value = rewritten(json.loads(text.decode("utf-8") if isinstance(text, bytes) else text))
                stream.attrs[key] = json.dumps(value).encode("utf-8")
        if "optimizer_weights" in stream and reader.version < (2, 3) and reader.api.runtime["keras"] == "keras":
            reader.note("no state of the optimizer")  # these read only the state that they wrote themselves
            del stream["optimizer_weights"]
        if reader.version < (2, 3):
            _as_old_texts(stream)
    return reader.changed


def _as_old_texts(stream):
    """Lists of names as texts of a fixed length, which is all that old Keras reads."""
    def visit(_, group):
        for key, value in group.attrs.items():
            if key.endswith("_names") and getattr(value, "dtype", None) == numpy.dtype(object):
                texts = [text.encode("utf-8") if isinstance(text, str) else text for text in value]
                group.attrs[key] = numpy.array(texts, dtype="S")

    visit("", stream)
    stream.visititems(visit)


def _json(path, reader):
    with io.open(path, encoding="utf-8") as stream:
        value = reader.value(json.load(stream))
    if reader.new and "module" not in value:
        reader.note("the model's class has a module")
        value["module"] = "keras" if value["class_name"] == "Sequential" else "keras.src.models.functional"
    with io.open(path, "w", encoding="utf-8") as stream:
        stream.write(u"" + json.dumps(value))
    return reader.changed


def _zip(path, reader):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    value = json.loads(parts["config.json"].decode("utf-8"))
    training = value.pop("compile_config", None)
    value = reader.value(value)
    if training is not None:
        value["compile_config"] = _training(reader, training)
    parts["config.json"] = json.dumps(value).encode("utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return reader.changed

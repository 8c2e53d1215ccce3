"""Reads the arguments in a stored configuration: values, objects of Keras' own, and what was compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.culprit.defaults import says_nothing, says_nothing_beside
from harness.culprit.spec import Made, Table, UnwritableError

Entry = Mapping[str, Any]
MODELS = ("Sequential", "Functional", "Model")
_CODE = ("Lambda", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod", "InstanceMethod")
_FUNCTIONS = ("function", "builtin_function_or_method")
# Losses and metrics that are wrapped functions; the function says more.
_WRAPPERS = ("MeanMetricWrapper", "LossFunctionWrapper")
# Keras takes one number for all dimensions.
_SQUARE = ("kernel_size", "strides", "pool_size", "dilation_rate", "size", "axis")
_OLD_SUFFIX = re.compile(r"(?<=[a-z])V[12]$")
_SPACES = (
    ("initializer", "initializers"),
    ("regularizer", "regularizers"),
    ("constraint", "constraints"),
    ("layer", "layers"),
    ("cell", "layers"),
    ("cells", "layers"),
    ("schedule", "optimizers.schedules"),
    ("learning_rate", "optimizers.schedules"),
    ("optimizer", "optimizers"),
    ("loss", "losses"),
    ("metrics", "metrics"),
)


def class_of(entry: Entry) -> str:
    """The class as it was stored."""
    return str(entry["class_name"])


def own_class(entry: Entry) -> str:
    """The class of a layer, if it is Keras' own."""
    kind, module = class_of(entry), entry.get("module")
    registered = entry.get("registered_name")
    if kind in _CODE:
        raise UnwritableError(f"a {kind} holds code or an operation of TensorFlow, which plain Keras cannot say")
    foreign = isinstance(module, str) and not re.match(r"(?:keras|tf_keras|tensorflow)\b", module)
    if ">" in kind or foreign or (isinstance(registered, str) and ">" in registered):
        raise UnwritableError(f"{kind} is not a class of Keras' own")
    return _OLD_SUFFIX.sub("", kind)


def made(space: str, kind: str, config: Mapping[str, Any]) -> Made:
    """An object with those of its arguments that say something."""
    values = {
        name: value_of(name, value) for name, value in config.items() if not (name == "name" and space != "metrics")
    }
    given = {
        argument: value
        for argument, value in values.items()
        if not says_nothing(space, kind, argument, value) and not says_nothing_beside(kind, argument, values)
    }
    return Made(space, kind, tuple(given.items()))


def value_of(name: str, value: Any) -> Any:
    """The value of an argument, whatever it looks like in the file."""
    if name == "dtype":
        return dtype_of(value)
    if isinstance(value, float):
        return float(f"{value:.6g}")  # 0.001 was a number of 32 bits
    if isinstance(value, dict) and value.get("class_name") in ("__tuple__", "TensorShape"):
        value = value["items"]
    if isinstance(value, list):
        several = tuple(value_of(name, each) for each in value)
        return several[0] if name in _SQUARE and len(set(several)) == 1 else several
    if not isinstance(value, dict):
        return value
    if "class_name" not in value:
        return Table(tuple((str(key), value_of(name, each)) for key, each in value.items()))
    return _object(name, value)


def _object(name: str, value: Entry) -> Any:
    kind, config = class_of(value), value.get("config")
    if kind.startswith("__"):
        raise UnwritableError(f"{name} holds a {kind.strip('_')}")
    if kind in MODELS:
        raise UnwritableError(f"{name} is a model")
    if kind in _FUNCTIONS:
        return config if isinstance(config, str) else str((config or {}).get("name"))
    if not isinstance(config, dict):
        raise UnwritableError(f"{name} is a {kind} without a configuration")
    if kind in _WRAPPERS:
        return _function(config)
    space = _space(name, value)
    if space == "optimizers":
        kind = kind.removeprefix("Custom>")
        if kind.startswith("LossScaleOptimizer"):
            return _loss_scale(kind, config)
    else:
        kind = own_class(value)
    thing = made(space, kind, config)
    if space == "metrics" and thing.get("name") == snake(kind):
        thing = thing.lacking("name")
    return thing


def _loss_scale(kind: str, config: Entry) -> Made:
    """The optimizer of mixed precision, which Keras 2 has in another place, with the one in it."""
    inner = value_of("optimizer", config["inner_optimizer"])
    space = "optimizers" if kind == "LossScaleOptimizer" else "mixed_precision"
    return Made(space, "LossScaleOptimizer", (("inner_optimizer", inner),))


def _function(config: Entry) -> str:
    """The function in a wrapper; `accuracy` if that is what the user said, for which Keras chose a function."""
    name = config.get("name")
    if name in ("accuracy", "acc"):
        return str(name)
    function = config.get("fn")
    return str(function if isinstance(function, str) else (function or {}).get("config", name))


def _space(name: str, value: Entry) -> str:
    module = value.get("module")
    if isinstance(module, str) and module.startswith("keras."):
        space = module.removeprefix("keras.").removeprefix("src.")
        return "optimizers" if space.startswith("optimizers") and "schedules" not in space else space
    found = next((space for suffix, space in _SPACES if name == suffix or name.endswith(f"_{suffix}")), "")
    if not found:
        raise UnwritableError(f"{name} is a {class_of(value)} of which nothing says where it lives")
    return found


def dtype_of(value: Any) -> Any:
    """A type or policy by its name."""
    if isinstance(value, dict):
        config = value.get("config") or {}
        if not isinstance(config.get("name"), str):
            raise UnwritableError("a layer has types of its own (a map of policies, or quantised)")
        return config["name"]
    return value


def compiled_of(training: Any) -> Made | None:
    """The arguments of `compile`, in the words of any Keras; None if the model was not compiled."""
    if not isinstance(training, dict):
        return None
    optimizer = training.get("optimizer_config", training.get("optimizer"))
    chosen = value_of("optimizer", optimizer)
    if chosen is None:
        return None
    if isinstance(chosen, Made) and not chosen.arguments:
        chosen = chosen.name.lower()
    given: dict[str, Any] = {"optimizer": chosen}
    for name in ("loss", "metrics", "weighted_metrics", "loss_weights"):
        value = value_of(name, training.get(name))
        if value not in (None, ()):
            given[name] = value[0] if name == "metrics" and _nested_once(value) else value
    return Made("", "compile", tuple(given.items()))


def _nested_once(value: Any) -> bool:
    """Whether metrics of the only output lie in a list of their own."""
    return isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], tuple)


def snake(name: str) -> str:
    """The automatic name of an object of a class, as every Keras makes it."""
    parted = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parted).lower()

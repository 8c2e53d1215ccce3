"""What a stored configuration tells: classes, modules and arguments, policies, functions, the optimizer. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from harness.inspect import lambdas

_NO_ARGUMENTS = ("name", "trainable", "dtype")  # every layer has them
_PLAIN = ["float32"]


def facts_of(configuration: Any, training: Any) -> dict[str, Any]:
    """The facts of a configuration and of compile arguments, both as parsed JSON or None."""
    every = list(_objects(configuration))
    once = list(_objects(_without_repeats(configuration)))
    layers = [entry for entry in once if _is_layer(entry)]
    arguments = {f"{layer['class_name']}.{name}" for layer in layers for name in layer["config"]}
    common = {f"{layer['class_name']}.{name}" for layer in layers for name in _NO_ARGUMENTS}
    stored = lambdas.facts_of(function for entry in once for function in lambdas.functions(entry))
    return {
        "classes": sorted({entry["class_name"] for entry in every}),
        "modules": sorted({entry["module"] for entry in every if isinstance(entry.get("module"), str)}),
        "arguments": sorted(arguments - common),
        "layers": len(layers),
        "bytecode": stored["lambdas"] > 0,
        "compiled": training is not None,
        "optimizer": _optimizer(training),
        **({**stored, **_about_layers(once, layers)} if once else {}),  # a file of weights says nothing about them
    }


def _about_layers(objects: list[dict[str, Any]], layers: list[dict[str, Any]]) -> dict[str, Any]:
    configs = [layer["config"] for layer in layers if "trainable" in layer["config"]]  # no inputs, no metrics
    policies = sorted({name for config in configs for name in _policies(config.get("dtype"))})
    return {
        "nested": any(_holds_model(entry) for entry in objects),
        "frozen": sum(config["trainable"] is False for config in configs),
        "policies": [] if policies == _PLAIN else policies,
        "quantized": any("_from_" in name for name in policies)
        or any(config.get("quantization_mode") or config.get("quantization_config") for config in configs),
    }


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every {"class_name": text, ...} in a parsed JSON value, outermost first."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if isinstance(item.get("class_name"), str):
                yield item
            stack += item.values()
        elif isinstance(item, list):
            stack += item


def _without_repeats(configuration: Any) -> Any:
    """The same; a SavedModel describes a layer inside its model and once more by itself, and the first will do."""
    if not isinstance(configuration, list):
        return configuration
    kept, known = [], set[str]()
    for one in configuration:
        if _identity(one) not in known:
            kept.append(one)
            known.update(_identity(entry) for entry in _objects(one))
    return kept


def _identity(entry: dict[str, Any]) -> str:
    return json.dumps([entry.get("class_name"), entry.get("config")], sort_keys=True)


def _is_layer(entry: dict[str, Any]) -> bool:
    config = entry.get("config")
    return isinstance(config, dict) and "name" in config and "layers" not in config


def _holds_model(entry: dict[str, Any]) -> bool:
    """Whether it is a model with another one among, or inside, its layers."""
    return any(_layers_of(inner) is not None for inner in _objects(_layers_of(entry)))


def _layers_of(entry: dict[str, Any]) -> list[Any] | None:
    """The layers of a model as stored; None for anything else. Before Keras 2.2, a Sequential was a mere list."""
    config = entry.get("config")
    layers = config.get("layers") if isinstance(config, dict) else config
    if isinstance(layers, list) and all(isinstance(each, dict) and "class_name" in each for each in layers):
        return layers
    return None


def _policies(stored: Any) -> Iterator[str]:
    """The names of a dtype policy, or of all in a map of them."""
    if isinstance(stored, str):
        yield stored
    for entry in _objects(stored):
        config = entry.get("config")
        if isinstance(config, dict):
            if isinstance(config.get("name"), str):
                yield config["name"]
            elif isinstance(config.get("mode"), str):  # quantised: Keras makes the name of these two
                yield f"{config['mode']}_from_{config.get('source_name') or 'default'}"


def _optimizer(training: Any) -> str:
    if not isinstance(training, dict):
        return ""
    stored = training.get("optimizer_config") or training.get("optimizer")
    if isinstance(stored, dict):
        return str(stored.get("class_name", ""))
    return stored if isinstance(stored, str) else ""

"""What a stored configuration names: classes, modules and arguments of layers, bytecode, the optimizer. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_NO_ARGUMENTS = ("name", "trainable", "dtype")  # every layer has them


def facts_of(configuration: Any, training: Any) -> dict[str, Any]:
    """The facts of a configuration and of compile arguments, both as parsed JSON or None."""
    objects = list(_objects(configuration))
    layers = [entry for entry in objects if _is_layer(entry)]
    arguments = {f"{layer['class_name']}.{name}" for layer in layers for name in layer["config"]}
    common = {f"{layer['class_name']}.{name}" for layer in layers for name in _NO_ARGUMENTS}
    return {
        "classes": sorted({entry["class_name"] for entry in objects}),
        "modules": sorted({entry["module"] for entry in objects if isinstance(entry.get("module"), str)}),
        "arguments": sorted(arguments - common),
        "layers": len(layers),
        "bytecode": any(_is_bytecode(entry) for entry in objects),
        "compiled": training is not None,
        "optimizer": _optimizer(training),
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


def _is_layer(entry: dict[str, Any]) -> bool:
    config = entry.get("config")
    return isinstance(config, dict) and "name" in config and "layers" not in config


def _is_bytecode(entry: dict[str, Any]) -> bool:
    """Whether it is a Lambda layer whose function is stored as code, as Keras 2 or Keras 3 does."""
    if entry["class_name"] == "__lambda__":
        return True
    config = entry.get("config")
    return entry["class_name"] == "Lambda" and isinstance(config, dict) and config.get("function_type") == "lambda"


def _optimizer(training: Any) -> str:
    if not isinstance(training, dict):
        return ""
    stored = training.get("optimizer_config") or training.get("optimizer")
    if isinstance(stored, dict):
        return str(stored.get("class_name", ""))
    return stored if isinstance(stored, str) else ""

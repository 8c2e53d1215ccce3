"""What a stored configuration names: classes, modules and arguments of layers, bytecode, the optimizer. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_NO_ARGUMENTS = ("name", "trainable", "dtype")  # every layer has them


def told(configuration: Any, training: Any) -> dict[str, Any]:
    """The facts of a configuration and of compile arguments, both as parsed JSON or None."""
    objects = list(_objects(configuration))
    layers = [one for one in objects if _is_layer(one)]
    return {
        "classes": sorted({one["class_name"] for one in objects}),
        "modules": sorted({one["module"] for one in objects if isinstance(one.get("module"), str)}),
        "arguments": sorted(
            {f"{one['class_name']}.{name}" for one in layers for name in one["config"] if name not in _NO_ARGUMENTS}
        ),
        "layers": len(layers),
        "bytecode": any(_is_bytecode(one) for one in objects),
        "compiled": training is not None,
        "optimizer": _optimizer(training),
    }


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every {"class_name": text, ...} in it, outermost first."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            if isinstance(one.get("class_name"), str):
                yield one
            stack += one.values()
        elif isinstance(one, list):
            stack += one


def _is_layer(one: dict[str, Any]) -> bool:
    return isinstance(one.get("config"), dict) and "name" in one["config"] and "layers" not in one["config"]


def _is_bytecode(one: dict[str, Any]) -> bool:
    """Whether it is a Lambda layer whose function is stored as code, in the manner of Keras 2 or of Keras 3."""
    if one["class_name"] == "__lambda__":
        return True
    config = one.get("config")
    return one["class_name"] == "Lambda" and isinstance(config, dict) and config.get("function_type") == "lambda"


def _optimizer(training: Any) -> str:
    if not isinstance(training, dict):
        return ""
    stored = training.get("optimizer_config") or training.get("optimizer")
    if isinstance(stored, dict):
        return str(stored.get("class_name", ""))
    return stored if isinstance(stored, str) else ""

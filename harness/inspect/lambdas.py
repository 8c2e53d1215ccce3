"""The functions that a configuration holds as bytecode: with what they were stored, and which names they use. Pure."""

from __future__ import annotations

import base64
import binascii
import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from harness.inspect import marshalled

_PLACES = ("function", "output_shape", "mask")  # of a Lambda layer
_NAMES = 20  # that are kept


@dataclasses.dataclass(frozen=True)
class Function:
    """Marshalled code as text, the defaults of its arguments and what it closes over, as parsed JSON."""

    code: Any = None
    defaults: Any = None
    closure: Any = None


def functions(entry: dict[str, Any]) -> Iterator[Function]:
    """The functions stored as bytecode in one {"class_name", "config"}, not in what it holds."""
    config = entry.get("config")
    config = config if isinstance(config, dict) else {}
    if entry["class_name"] == "__lambda__":  # Keras 3; with "value" outside of Lambda layers, and in Keras 2
        named = (config.get(field.name) for field in dataclasses.fields(Function))
        yield Function(*named) if "code" in config else _of_three(config.get("value"))
    elif entry["class_name"] == "Lambda":
        for place in _PLACES:
            if config.get(f"{place}_type") == "lambda":
                yield _of_three(config.get(place))


def facts_of(stored: Iterable[Function]) -> dict[str, Any]:
    """`lambdas` and, where there are any, what they need besides their arguments."""
    every = list(stored)
    if not every:
        return {"lambdas": 0}
    names = set[str]().union(*(marshalled.names(_bytes(function.code)) for function in every))
    return {
        "lambdas": len(every),
        "lambda_closure": any(_unwrapped(function.closure) for function in every),
        "lambda_defaults": any(_unwrapped(function.defaults) for function in every),
        "lambda_names": sorted(names)[:_NAMES],
    }


def _of_three(stored: Any) -> Function:
    """Of [code, defaults, closure], the way of Keras 1 and 2."""
    parts = _unwrapped(stored)
    return Function(*parts[:3]) if isinstance(parts, list) else Function()


def _unwrapped(value: Any) -> Any:
    """A tuple as the list it holds: TensorFlow 2 says in JSON that it was a tuple."""
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        return value.get("items")
    return value


def _bytes(code: Any) -> bytes:
    """Bytecode of its text: base64, or in Keras before 2.1 a character for each byte."""
    if not isinstance(code, str):
        return b""
    try:
        return base64.b64decode("".join(code.split()), validate=True)
    except (binascii.Error, ValueError):
        return code.encode("raw_unicode_escape")

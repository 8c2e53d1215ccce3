"""The types of the results document match its published schema."""

from __future__ import annotations

import json
import types
import typing
from typing import Any, Literal, NotRequired

import pytest

from harness.report import export
from harness.results import shape

SCHEMA = json.loads(export.schema())
ENTRIES = {name.removesuffix("Entry").lower(): entry for name, entry in vars(shape).items() if name.endswith("Entry")}
PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema_of(kind: Any) -> dict[str, Any]:
    """The schema of values of this type, with references resolved."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is NotRequired:
        return schema_of(arguments[0])
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [schema_of(argument) for argument in arguments]}
    if origin is list:
        return {"array": schema_of(arguments[0])}
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        optional = {key for key, value in hints.items() if typing.get_origin(value) is NotRequired}
        return {
            "keys": {key: schema_of(value) for key, value in hints.items()},
            "required": sorted(hints.keys() - optional) if kind.__total__ else [],
        }
    if kind is dict or origin is dict:
        return {"map": {} if arguments[1] is Any else schema_of(arguments[1])}
    return {"type": PLAIN[kind]}


def published(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the published schema in the same form; limits on values are left out, as types have none."""
    if "$ref" in part:
        return published(SCHEMA["$defs"][part["$ref"].rpartition("/")[2]])
    if "anyOf" in part or "oneOf" in part:
        return {"anyOf": sorted((published(choice) for choice in part.get("anyOf") or part["oneOf"]), key=str)}
    if isinstance(part.get("type"), list):
        return {"anyOf": sorted(({"type": name} for name in part["type"]), key=str)}
    if "const" in part:
        return {"type": PLAIN[type(part["const"])]}
    if "enum" in part:
        return {"enum": part["enum"]}
    if part.get("type") == "array":
        return {"array": published(part["items"])}
    if "properties" in part:
        return {
            "keys": {key: published(value) for key, value in part["properties"].items()},
            "required": sorted(part.get("required", [])),
        }
    if part.get("type") == "object":
        more = part.get("additionalProperties")
        return {"map": published(more) if isinstance(more, dict) else {}}
    return {"type": part["type"]}


def agrees(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether the two agree; a type may be any text where the schema allows only a few."""
    if "anyOf" in ours:
        return ours.keys() == theirs.keys() and all(
            any(agrees(choice, published_choice) for published_choice in theirs["anyOf"]) for choice in ours["anyOf"]
        )
    if ours == {"type": "string"} and "enum" in theirs:
        return True
    if "keys" in ours:
        return (
            ours["required"] == theirs.get("required")
            and ours["keys"].keys() == theirs["keys"].keys()
            and all(agrees(value, theirs["keys"][key]) for key, value in ours["keys"].items())
        )
    for name in ("array", "map"):
        if name in ours:
            return name in theirs and agrees(ours[name], theirs[name])
    return ours == theirs


@pytest.mark.parametrize("name", [name for name in SCHEMA["$defs"] if name not in ("seconds", "versions")])
def test_every_part_of_the_schema_has_its_type(name: str) -> None:
    """The same keys, the same required keys, the same kinds of values."""
    assert agrees(schema_of(ENTRIES[name]), published(SCHEMA["$defs"][name])), (
        schema_of(ENTRIES[name]),
        published(SCHEMA["$defs"][name]),
    )


def test_the_document_is_the_root_of_the_schema() -> None:
    """A key that only one of them has would be noticed."""
    ours = schema_of(shape.Document)
    assert agrees(ours, published(SCHEMA))
    del ours["keys"]["cells"]
    assert not agrees(ours, published(SCHEMA))

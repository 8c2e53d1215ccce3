"""Made-up results documents for advice and counts: a cell is a scenario, a format, two runtimes and a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.unit import entries

RUNTIMES = {
    "old": ("tf.keras", "2.3.0", "env-old"),
    "mid": ("tf.keras", "2.15.0", "env-mid"),
    "new": ("keras", "3.15.1", "env-new"),
    "new-tf_keras": ("tf_keras", "2.21.0", "env-new"),
}
GRU = "GRU(reset_after=False) is not compatible with GRU(reset_after=True)"


def document(*cells: Any, pitfalls: Mapping[str, Any] | None = None) -> Any:
    """A results document of these cells; `pitfalls` are scenarios that show a mistake, with their remedies."""
    pitfalls = pitfalls or {}
    variants = {cell["variant"]: cell.pop("_variant") for cell in cells}
    for variant in variants.values():
        remedy = pitfalls.get(variant["scenario"], {})
        variant["remedy"] = bool(remedy) and remedy.items() <= variant["parameters"].items()
    names = dict.fromkeys(variant["scenario"] for variant in variants.values())
    return {
        "schema": 1,
        "run": {"started": "2026-11-24T03:00:00+00:00"},
        "environments": [
            {"id": id, "python": "3.11", "requirements": [f"keras=={version}"]}
            for id, version in {environment: version for _, version, environment in RUNTIMES.values()}.items()
        ],
        "runtimes": [
            {
                "id": id,
                "title": f"Title of {id}",
                "environment": environment,
                "keras": keras,
                "v1": False,
                "backend": None,
                "versions": {"keras": version, "python": "3.11.7", "tensorflow": "2.15.0"},
            }
            for id, (keras, version, environment) in RUNTIMES.items()
        ],
        "scenarios": [
            {
                "name": name,
                "title": f"Title of {name}",
                "source": "",
                "cause": "shown on purpose" if name in pitfalls else "",
                "remedy": dict(pitfalls.get(name, {})),
            }
            for name in names
        ],
        "variants": list(variants.values()),
        "saves": [],
        "cells": list(cells),
    }


def cell(
    scenario: str, format: str, verdict: str, *, save: str = "old", load: str = "new", message: str = "", **more: Any
) -> Any:
    """A cell; `parameters` select the variant, `message` is that of the exception."""
    parameters = more.pop("parameters", {})
    id = "/".join([scenario, format, *(f"{name}={value}" for name, value in parameters.items())])
    type, traceback = more.pop("type", "ValueError"), more.pop("traceback", "")
    raised = {}
    if message:
        raised["reason"] = f"ValueError: {message}"
        raised["failure"] = entries.failure(type, message, traceback=traceback)
    variant = {"id": id, "scenario": scenario, "format": format, "parameters": parameters, "remedy": False}
    values = {"_variant": variant, "variant": id, "save": save, "load": load, "verdict": verdict, **raised, **more}
    return entries.cell(**values)


def trial(remedy: str, verdict: str, *, verified: bool = True, **more: Any) -> Any:
    """A remedy that was run on a cell, unless `variant`, `save` or `load` name the other cell that proves it."""
    was_run = not {"variant", "save", "load"} & set(more)
    run = {"wall": 0.5, "key": "key" if was_run else "", "outcome": "done" if was_run else ""}
    return entries.trial(**{"remedy": remedy, "verdict": verdict, "verified": verified, **run, **more})


def many(format: str, verdict: str, count: int = 10, **more: Any) -> list[Any]:
    """The same cell in this many scenarios."""
    return [cell(f"scenario_{number}", format, verdict, **more) for number in range(count)]

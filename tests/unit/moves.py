"""Made-up results documents for advice and counts: a cell is a scenario, a format, two runtimes and a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RUNTIMES = {
    "old": ("tf.keras", "2.3.0", "env-old"),
    "mid": ("tf.keras", "2.15.0", "env-mid"),
    "new": ("keras", "3.15.1", "env-new"),
    "new-tf_keras": ("tf_keras", "2.21.0", "env-new"),
}
GRU = "GRU(reset_after=False) is not compatible with GRU(reset_after=True)"


def document(*cells: Any, pitfalls: Mapping[str, Any] | None = None) -> Any:
    """A results document of these cells; `pitfalls` are scenarios that show a mistake, with their remedy."""
    wrong = pitfalls or {}
    variants = {cell["variant"]: cell.pop("_variant") for cell in cells}
    for variant in variants.values():
        remedy = wrong.get(variant["scenario"], {})
        variant["remedy"] = bool(remedy) and remedy.items() <= variant["parameters"].items()
    names = dict.fromkeys(variant["scenario"] for variant in variants.values())
    return {
        "schema": 1,
        "run": {"started": "2026-11-24T03:00:00+00:00"},
        "environments": [],
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
                "cause": "shown on purpose" if name in wrong else "",
                "remedy": dict(wrong.get(name, {})),
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
    """One cell; `parameters` make it another variant, `message` is that of the exception."""
    parameters = more.pop("parameters", {})
    id = "/".join([scenario, format, *(f"{name}={value}" for name, value in parameters.items())])
    failure = {
        "type": more.pop("type", "ValueError"),
        "message": message,
        "traceback": more.pop("traceback", ""),
        "step": "load",
        "path": "",
        "line": 0,
    }
    return {
        "_variant": {"id": id, "scenario": scenario, "format": format, "parameters": parameters, "remedy": False},
        "variant": id,
        "save": save,
        "load": load,
        "key": "",
        "outcome": "",
        "verdict": verdict,
        "stage": "load",
        "reason": f"ValueError: {message}" if message else "",
        "failure": failure if message else None,
        "differences": [],
        "step": "load",
        "signal": "",
        "notes": [],
        "seconds": {},
        "wall": 0.0,
        "memory": 0,
        "log": "",
        "before": "",
        **more,
    }


def trial(remedy: str, verdict: str, *, verified: bool = True, **more: Any) -> Any:
    """A remedy that was run on a cell, unless `variant`, `save` or `load` name the other cell that proves it."""
    run = not {"variant", "save", "load"} & set(more)
    return {
        "remedy": remedy,
        "verdict": verdict,
        "reason": "",
        "verified": verified,
        "variant": "",
        "save": "",
        "load": "",
        "wall": 0.5,
        "key": "key" if run else "",
        "outcome": "done" if run else "",
        "step": "",
        "differences": [],
        **more,
    }


def many(format: str, verdict: str, count: int = 10, **more: Any) -> list[Any]:
    """The same in so many scenarios."""
    return [cell(f"scenario_{number}", format, verdict, **more) for number in range(count)]

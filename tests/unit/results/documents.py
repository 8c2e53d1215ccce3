"""Made-up results documents of one scenario, written badly and well, in several formats and runtimes."""

from __future__ import annotations

from typing import Any

from tests.unit import entries

# id: environment, module, release of Keras, and more; oldest first
RUNTIMES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "first": ("env-first", "tf.keras", "2.1.6-tf", {}),
    "second": ("env-second", "tf.keras", "2.4.0", {}),
    "third": ("env-third", "tf.keras", "2.15.0", {}),
    "third-v1": ("env-third", "tf.keras", "2.15.0", {"v1": True}),
    "old": ("two", "keras", "2.2.4", {}),
    "new": ("one", "keras", "3.3.3", {}),
    "legacy": ("one", "tf_keras", "2.16.0", {}),
    "legacy-v1": ("one", "tf_keras", "2.16.0", {"v1": True}),
    "jax": ("env-jax", "keras", "3.3.3", {"backend": "jax"}),
    "newer": ("env-newer", "keras", "3.5.0", {}),
    "newest": ("env-newest", "keras", "3.9.2", {}),
}


def runtime(id: str) -> Any:
    """The entry of a runtime."""
    environment, module, version, more = RUNTIMES[id]
    return {
        "id": id,
        "environment": environment,
        "keras": module,
        "v1": False,
        "backend": None,
        "versions": {"keras": version},
        **more,
    }


def environment(id: str) -> Any:
    """The entry of an environment, released in the order of the runtimes above."""
    year = 2018 + next(place for place, entry in enumerate(RUNTIMES.values()) if entry[0] == id)
    return {"id": id, "released": f"{year}-01-01", "python": "3.11", "requirements": [f"keras=={id}", "numpy<2"]}


def cell(verdict: str = "refused", cause: str = "", variant: str = "dense/h5", load: str = "new", **more: Any) -> Any:
    """A cell with its cause, saved in `old` unless said otherwise."""
    return entries.cell(**{"variant": variant, "load": load, "verdict": verdict, "cause": cause, **more})


def document(*cells: Any, without: tuple[str, ...] = (), **more: Any) -> Any:
    """These cells, and every runtime but those in `without`."""
    runtimes = [runtime(id) for id in RUNTIMES if id not in without]
    return {
        "runtimes": runtimes,
        "environments": [environment(id) for id in dict.fromkeys(runtime["environment"] for runtime in runtimes)],
        "scenarios": [{"name": "dense", "source": "", "remedy": {"how": "well"}}],
        "variants": [
            {
                "id": f"dense/{format}{'/well' if how == 'well' else ''}",
                "scenario": "dense",
                "format": format,
                "parameters": {"how": how},
                "remedy": how == "well",
            }
            for how in ("badly", "well")
            for format in ("own", "code", "h5", "keras", "weights-h5")
        ],
        "saves": [],
        "cells": list(cells),
        **more,
    }


def beside(*cells: Any, runtimes: tuple[str, ...] = ()) -> Any:
    """What was run beside the matrix: these cells, in these runtimes and their environments."""
    return {
        "saves": [],
        "cells": list(cells),
        "runtimes": [runtime(id) for id in runtimes],
        "environments": [environment(RUNTIMES[id][0]) for id in runtimes],
    }

"""The full matrix once more from nothing: its size, its speed, its memory and disk, and whether every verdict holds."""

from __future__ import annotations

import json
import pathlib
import tempfile
from collections.abc import Callable
from typing import Any

from benchmarks.core import gib, nox, own_bytes
from harness import paths
from harness.results import reference


def run(tell: Callable[[str], None]) -> dict[str, Any]:
    """Figures of `nox -s matrix -- --all --fresh` in the usual home, and how many verdicts differ from the reference.

    Environments that are there are used again. The results are in the store: `nox -s matrix -- --all` reports them.
    """
    tell("the full matrix, everything anew: this takes long ...")
    with tempfile.TemporaryDirectory() as folder:
        wall, peak = nox(paths.home(), pathlib.Path(folder), "--all", "--fresh")
        document = json.loads((pathlib.Path(folder) / "results.json").read_text())
        page = (pathlib.Path(folder) / "index.html").stat().st_size
    run_, work = document["run"], document["run"]["work"]
    count = work["saves_run"] + work["loads_run"]
    changed = reference.changes(reference.read(paths.REFERENCE), document)
    for change in changed:
        move = f"{change.variant}: {change.save} -> {change.load}"
        tell(f"{move}: {change.before or 'not in the reference'}, now {change.now}")
    return {
        "runtimes": len(document["runtimes"]),
        "variants": len(document["variants"]),
        "cells": len(document["cells"]),
        "saves run": work["saves_run"],
        "loads run": work["loads_run"],
        "remedies run": work["remedies_run"],
        "seconds in all": round(wall),
        "of these provisioning": run_["time"]["provision"],
        "of these saving": run_["time"]["save"],
        "of these loading": run_["time"]["load"],
        "of these remedies": run_["time"]["remedies"],
        "saves and loads per second": round(count / (run_["time"]["save"] + run_["time"]["load"]), 2),
        "cells per second": round(len(document["cells"]) / wall, 2),
        "peak memory, GiB": round(peak, 2),
        "the page, MB": round(page / 1e6, 2),
        "environments beside links into uv's cache, GiB": round(gib(own_bytes(paths.home() / "environments")), 2),
        "artifacts, GiB": round(gib(own_bytes(paths.home() / "artifacts")), 2),
        "store, GiB": round(gib((paths.home() / "store.sqlite").stat().st_size), 2),
        "cells with another verdict than the reference": len(changed),
        "cells run twice because they looked like machine trouble": sum(
            bool(cell["before"]) for cell in document["cells"]
        ),
    }

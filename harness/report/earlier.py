"""An earlier run laid under this one: which of its cells are new, gone, better, worse or the same."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any

from harness.errors import UsageError
from harness.model import CellId
from harness.report import labels
from harness.results.shape import CellEntry, Document, RunEntry, RuntimeEntry, cell_id

COLUMNS = ("variant", "save", "load", "verdict")
MOVES = ("worse", "better", "new", "gone", "same")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Earlier:
    """What is kept of an earlier run: when it was made, its runtimes with their versions, and its verdicts."""

    run: RunEntry
    runtimes: list[RuntimeEntry]
    verdicts: dict[CellId, str]


def of(document: Document) -> Earlier:
    """An earlier run from its results document."""
    verdicts = {cell_id(cell): cell["verdict"] for cell in document["cells"]}
    return Earlier(run=document["run"], runtimes=document["runtimes"], verdicts=verdicts)


def read(path: pathlib.Path) -> Earlier:
    """An earlier run from a `results.json`, or from a folder with a reference. Raises UsageError."""
    import pyarrow
    from pyarrow import parquet

    try:
        if not path.is_dir():
            return of(json.loads(path.read_text(encoding="utf-8")))
        rest = json.loads((path / "run.json").read_text(encoding="utf-8"))
        columns = parquet.read_table(path / "cells.parquet", columns=list(COLUMNS)).to_pydict()
        variants, saves, loads, verdicts = (columns[name] for name in COLUMNS)
        ids = [CellId(*names) for names in zip(variants, saves, loads, strict=True)]
        return Earlier(run=rest["run"], runtimes=rest["runtimes"], verdicts=dict(zip(ids, verdicts, strict=True)))
    except (OSError, ValueError, KeyError, TypeError, pyarrow.ArrowException) as error:
        raise UsageError(
            f"{path}: no earlier run can be read: {error}", "name a results.json, or a folder such as reports/reference"
        ) from error


def move(before: str, now: str) -> str:
    """What became of a cell: one of `MOVES`, or '' where the question was put neither then nor now.

    An empty verdict is that of a cell that was not there. One that could not be asked counts like one that was not.
    """
    if before == now:
        return "same" if now in labels.RANKS else ""
    if now not in labels.RANKS:
        return "gone" if before in labels.RANKS else ""
    if before not in labels.RANKS:
        return "new"
    return "worse" if labels.RANKS.index(now) > labels.RANKS.index(before) else "better"


def of_cell(earlier: Earlier, cell: CellEntry) -> str:
    """What became of a cell of a later run."""
    return move(earlier.verdicts.get(cell_id(cell), ""), cell["verdict"])


def counts(earlier: Earlier, results: Document) -> dict[str, int]:
    """How many cells each of `MOVES` befell; `gone` includes those of `lost`."""
    found = dict.fromkeys((*MOVES, ""), 0)
    for cell in results["cells"]:
        found[of_cell(earlier, cell)] += 1
    found["gone"] += len(lost(earlier, results))
    return {name: found[name] for name in MOVES}


def lost(earlier: Earlier, results: Document) -> list[CellId]:
    """Cells that had a verdict and that this run was not asked for, though it has their variant and their runtimes."""
    there = {cell_id(cell) for cell in results["cells"]}
    variants = {variant["id"] for variant in results["variants"]}
    runtimes = {runtime["id"] for runtime in results["runtimes"]}
    return [
        id
        for id, verdict in earlier.verdicts.items()
        if id not in there and verdict in labels.RANKS and id.variant in variants and {id.save, id.load} <= runtimes
    ]


def packed(earlier: Earlier, results: Document) -> dict[str, Any]:
    """What the page needs: of each cell the number of its earlier verdict (-1: none), and what is `lost`.

    The rest of the earlier run is counted.
    """
    numbers = {name: number for number, name in enumerate(labels.ORDER)}
    places = [cell_id(cell) for cell in results["cells"]]
    variants = {one["id"]: number for number, one in enumerate(results["variants"])}
    runtimes = {one["id"]: number for number, one in enumerate(results["runtimes"])}
    gone = lost(earlier, results)
    return {
        "run": {
            "started": earlier.run.get("started", ""),
            "command": earlier.run.get("command", ""),
            "cells": len(earlier.verdicts),
        },
        "verdicts": [numbers.get(earlier.verdicts.get(key, ""), -1) for key in places],
        "gone": [
            (variants[key[0]], runtimes[key[1]], runtimes[key[2]], numbers[earlier.verdicts[key]]) for key in gone
        ],
        "outside": len(earlier.verdicts.keys() - set(places)) - len(gone),
        "versions": versions(earlier.runtimes, results["runtimes"]),
    }


def versions(before: list[RuntimeEntry], now: list[RuntimeEntry]) -> list[list[str]]:
    """Packages of runtimes that both runs have whose versions differ: runtime, package, version then, version now."""
    then = {one["id"]: one["versions"] for one in before}
    return [
        [one["id"], name, then[one["id"]].get(name, ""), one["versions"].get(name, "")]
        for one in now
        if then.get(one["id"]) and one["versions"]
        for name in sorted({*then[one["id"]], *one["versions"]})
        if then[one["id"]].get(name) != one["versions"].get(name)
    ]

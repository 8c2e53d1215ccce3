"""Compares this run with an earlier one: which cells are new, gone, better, worse or the same."""

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
    """What a comparison needs of an earlier run: when it was made, its runtimes' versions, and its verdicts."""

    run: RunEntry
    runtimes: list[RuntimeEntry]
    verdicts: dict[CellId, str]


def of(document: Document) -> Earlier:
    """Make an earlier run from its results document."""
    verdicts = {cell_id(cell): cell["verdict"] for cell in document["cells"]}
    return Earlier(run=document["run"], runtimes=document["runtimes"], verdicts=verdicts)


def read(path: pathlib.Path) -> Earlier:
    """Read an earlier run from a `results.json`, or from a folder with a reference. Raises UsageError."""
    import pyarrow

    try:
        if path.is_dir():
            return _read_reference(path)
        return of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, pyarrow.ArrowException) as error:
        raise UsageError(
            f"{path}: no earlier run can be read: {error}", "name a results.json, or a folder such as reports/reference"
        ) from error


def _read_reference(folder: pathlib.Path) -> Earlier:
    """Only the columns that matter: `reference.read` would read everything."""
    from pyarrow import parquet

    rest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    columns = parquet.read_table(folder / "cells.parquet", columns=list(COLUMNS)).to_pydict()
    variants, saves, loads, verdicts = (columns[name] for name in COLUMNS)
    ids = [CellId(*names) for names in zip(variants, saves, loads, strict=True)]
    return Earlier(run=rest["run"], runtimes=rest["runtimes"], verdicts=dict(zip(ids, verdicts, strict=True)))


def move(before: str, now: str) -> str:
    """What became of a cell: one of `MOVES`, or '' if it has no ranked verdict in either run.

    An empty verdict means that the run has no such cell. Unsupported and unavailable cells count as absent too.
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
    """Count the cells of each of `MOVES`; `gone` includes those of `lost`."""
    numbers = dict.fromkeys((*MOVES, ""), 0)
    for cell in results["cells"]:
        numbers[of_cell(earlier, cell)] += 1
    numbers["gone"] += len(lost(earlier, results))
    return {name: numbers[name] for name in MOVES}


def lost(earlier: Earlier, results: Document) -> list[CellId]:
    """Cells that had a verdict and that this run left out, although it has their variant and their runtimes."""
    present = {cell_id(cell) for cell in results["cells"]}
    variants = {variant["id"] for variant in results["variants"]}
    runtimes = {runtime["id"] for runtime in results["runtimes"]}

    def comparable(cell: CellId) -> bool:
        return cell.variant in variants and {cell.save, cell.load} <= runtimes

    return [
        cell
        for cell, verdict in earlier.verdicts.items()
        if cell not in present and verdict in labels.RANKS and comparable(cell)
    ]


def packed(earlier: Earlier, results: Document) -> dict[str, Any]:
    """What the page needs: for each cell the number of its earlier verdict (-1: none), and the cells of `lost`.

    All other cells of the earlier run are only counted (`outside`).
    """
    variants = {variant["id"]: number for number, variant in enumerate(results["variants"])}
    runtimes = {runtime["id"]: number for number, runtime in enumerate(results["runtimes"])}
    cells = [cell_id(cell) for cell in results["cells"]]
    gone = [
        (variants[cell.variant], runtimes[cell.save], runtimes[cell.load], labels.NUMBER_OF[earlier.verdicts[cell]])
        for cell in lost(earlier, results)
    ]
    return {
        "run": {
            "started": earlier.run.get("started", ""),
            "command": earlier.run.get("command", ""),
            "cells": len(earlier.verdicts),
        },
        "verdicts": [labels.NUMBER_OF.get(earlier.verdicts.get(cell, ""), -1) for cell in cells],
        "gone": gone,
        "outside": len(earlier.verdicts.keys() - set(cells)) - len(gone),
        "versions": versions(earlier.runtimes, results["runtimes"]),
    }


def versions(before: list[RuntimeEntry], now: list[RuntimeEntry]) -> list[list[str]]:
    """Packages whose versions differ in runtimes that both runs have: runtime, package, version then, version now."""
    versions_before = {runtime["id"]: runtime["versions"] for runtime in before}
    rows = []
    for runtime in now:
        old, new = versions_before.get(runtime["id"]), runtime["versions"]
        if old and new:
            differing = [package for package in sorted({*old, *new}) if old.get(package) != new.get(package)]
            rows += [[runtime["id"], package, old.get(package, ""), new.get(package, "")] for package in differing]
    return rows

"""Runs what failing cells are held against and the selection does not include: their controls and neighbours.

A control is the same variant within one runtime. A neighbour is the next older or newer version of the same Keras,
asked where a runtime does not read a file of its own: is it the only one?
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from harness.model import CellId, Verdict
from harness.results.diagnosis import controls
from harness.results.document import build_document, judge_cells
from harness.results.shape import CellEntry, Document, cell_entries, cell_id, controls_of
from harness.run.matrix import Matrix
from harness.run.ready import Watcher

_GENERATION = datetime.timedelta(days=730)  # what is years apart is another Keras under the same name
_ASKED = (Verdict.REFUSED, Verdict.CHANGED, Verdict.CRASHED, Verdict.TIMED_OUT)  # where a neighbour may do better


def run_controls(matrix: Matrix, document: Document, watcher: Watcher) -> None:
    """Run the controls that failing cells lack, and then neighbours; they become the document's `controls`."""
    beside: list[CellId] = controls.missing(document)
    _run(matrix, beside, document, watcher)
    neighbours = list(_neighbours(document, matrix)) if matrix.options.neighbours else []
    if neighbours:
        _run(matrix, [*beside, *neighbours], document, watcher)


def _run(matrix: Matrix, cells: Sequence[CellId], document: Document, watcher: Watcher) -> None:
    if not cells:
        return
    beside = matrix.of(matrix.selection.only(cells))
    attempts = beside.run(watcher)
    found = build_document(attempts, judge_cells(attempts, beside.store.array))
    document["controls"] = {
        "saves": found["saves"],
        "cells": found["cells"],
        "runtimes": found["runtimes"],
        "environments": found["environments"],
    }


def _neighbours(document: Document, matrix: Matrix) -> Iterator[CellId]:
    """The cells that tell whether a runtime is alone in not reading a file, for cells that nothing good is known of."""
    known = dict(cell_entries(document))
    known |= {cell_id(cell): cell for cell in controls_of(document)["cells"]}
    good = {(id.variant, id.save) for id, cell in known.items() if cell["verdict"] == Verdict.IDENTICAL}
    for cell in document["cells"]:
        variant, save, load = cell_id(cell)
        if cell["verdict"] in _ASKED and (variant, save) not in good and _within_one(cell, known):
            asked = (CellId(variant, save, runtime) for runtime in _beside(load, matrix))
            yield from (id for id in asked if id not in known)


def _within_one(cell: CellEntry, known: dict[CellId, CellEntry]) -> bool:
    """Whether the cell fails in the loader's own runtime too."""
    control = known.get(CellId(cell["variant"], cell["load"], cell["load"]))
    return control is not None and controls.alike(cell, control)


def _beside(load: str, matrix: Matrix) -> list[str]:
    """The next older and the next newer version of the same Keras, switched on in the same way."""
    environments = {environment.id: environment for environment in matrix.catalogue.environments}
    asked = matrix.catalogue.runtime(load)
    kin = [
        runtime
        for runtime in matrix.catalogue.runtimes
        if (runtime.keras, runtime.v1, runtime.backend) == (asked.keras, asked.v1, asked.backend)
        and (runtime == asked or not environments[runtime.environment].rolling)
    ]
    day = environments[asked.environment].released
    older = [runtime for runtime in kin if environments[runtime.environment].released < day]
    newer = [runtime for runtime in kin if environments[runtime.environment].released > day]
    return [
        runtime.id
        for runtime in (*older[-1:], *newer[:1])
        if abs(environments[runtime.environment].released - day) < _GENERATION
    ]

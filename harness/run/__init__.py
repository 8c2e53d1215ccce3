"""Runs the matrix, from a selection to a results document. Environments, workers and judging meet only here."""

from __future__ import annotations

from harness.catalogue.causes import Causes
from harness.results import diagnose, remedies, second_faults
from harness.results.document import build_document, judge_cells
from harness.results.shape import Document
from harness.run.controls import run_controls
from harness.run.culprits import locate_culprits
from harness.run.matrix import Matrix
from harness.run.ready import Watcher
from harness.run.trials import try_remedies


def carry_out(matrix: Matrix, causes: Causes, watcher: Watcher) -> Document:
    """Run a matrix: save and load, judge every cell and its controls, find the causes, and try their remedies."""
    attempts = matrix.run(watcher)
    document = build_document(attempts, judge_cells(attempts, matrix.store.array))
    run_controls(matrix, document, watcher)
    diagnose.annotate(document, causes)
    trials = {} if matrix.options.remedies == "none" else try_remedies(matrix, attempts, document, causes, watcher)
    remedies.annotate(document, trials, causes)
    second_faults.annotate(document, causes)
    if matrix.options.culprit != "none":
        locate_culprits(matrix, attempts, document, watcher)
    return document

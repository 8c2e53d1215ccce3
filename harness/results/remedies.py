"""Which remedies are worth trying on a cell, and which of them helped. Pure, except that it reads the worker's source.

A remedy on the loading side needs its own run. Saving in a different way does not: the matrix already has the cell
that was saved that way, and its verdict is the proof.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import cast

from harness import paths
from harness.catalogue.causes import FAILING, Causes
from harness.model import Cell, CellId, Verdict
from harness.results.diagnosis.controls import WORSE
from harness.results.shape import CellEntry, Document, TrialEntry, cell_id
from harness.results.siblings import Siblings
from harness.results.trials import Trial, of_run, settled
from harness.tools.essence import essence_of

_LOADED = tuple(verdict for verdict in FAILING if verdict != Verdict.UNSAVED)  # the loading side can change these
_GENERIC = ("rebuild", "weights-by-hand")  # they may help whatever the cause is, as long as the file holds weights
_WITHOUT_WEIGHTS = ("code", "own")
_SOURCE = paths.WORKER / "remedies" / "__init__.py"


@functools.cache
def code_of(remedy: str) -> bytes:
    """The code on which the results of this remedy depend. Raises KeyError if the worker does not have it."""
    return essence_of(_SOURCE, remedy.replace("-", "_"))


@functools.cache
def runnable() -> frozenset[str]:
    """The remedies that the worker can run."""
    statements = ast.parse(_SOURCE.read_text(encoding="utf-8")).body
    functions = [node.name for node in statements if isinstance(node, ast.FunctionDef)]
    return frozenset(name.replace("_", "-") for name in functions if not name.startswith("_"))


def proposed(cell: CellEntry, format: str, causes: Causes) -> list[str]:
    """The remedies on the loading side to try on a cell: those that its cause proposes, and what may always help."""
    if cell["verdict"] not in _LOADED:
        return []
    cause = causes.by_id.get(cell["cause"])
    remedies = [remedy for remedy in cause.remedies if remedy in runnable()] if cause else []
    if cell["verdict"] in WORSE and format not in _WITHOUT_WEIGHTS:
        remedies += [remedy for remedy in _GENERIC if remedy not in remedies]
    return remedies


@dataclasses.dataclass
class Case:
    """A cell on which remedies are tried: the ones left, the trials so far, and whether anything helps already."""

    cell: CellEntry
    left: list[str]
    helped: bool
    trials: list[Trial] = dataclasses.field(default_factory=list)

    @property
    def id(self) -> CellId:
        """The id of the cell."""
        return cell_id(self.cell)

    def wants(self, more: bool) -> bool:
        """Whether to try another remedy: until one helps, or with `more` until the cell is identical."""
        return bool(self.left) and not settled(self.trials) and (more or not self.helped)

    def tried(self, remedy: str, cell: Cell, key: str) -> None:
        """Record the cell as it is with a remedy."""
        self.left.remove(remedy)
        if trial := of_run(remedy, self.cell, cell, key):
            self.trials.append(trial)
            self.helped |= trial.verified


def cases(document: Document, causes: Causes) -> list[Case]:
    """Every cell of a document with a loading-side remedy to try.

    Another cell may help an incomplete one well enough. A file that is refused or means something else may be all that
    someone has, so it counts as helped by a remedy for that file only.
    """
    siblings = Siblings(document)
    formats = {variant["id"]: variant["format"] for variant in document["variants"]}
    cases = []
    for cell in document["cells"]:
        remedies = proposed(cell, formats[cell["variant"]], causes)
        if remedies:
            incomplete = cell["verdict"] == Verdict.INCOMPLETE
            cases.append(Case(cell, remedies, incomplete and any(trial.verified for trial in siblings.of(cell))))
    return cases


def annotate(document: Document, run: Mapping[CellId, Sequence[Trial]], causes: Causes) -> None:
    """Set the `remedies` of every cell: the trials that were run, and what other cells of the document prove.

    Verified ones come first, in catalogue order (shortest first), followed by those that did not help.
    """
    order = {remedy.id: number for number, remedy in enumerate(causes.remedies)}
    siblings = Siblings(document)
    for cell in document["cells"]:
        trials = [*run.get(cell_id(cell), ()), *siblings.of(cell)] if cell["cause"] else []
        trials.sort(key=lambda trial: (not trial.verified, order.get(trial.remedy, len(order))))
        cell["remedies"] = [cast(TrialEntry, dataclasses.asdict(trial)) for trial in trials]

"""Holds each failing cell against its controls: the same variant, saved and loaded within one runtime. Pure.

What fails alike in the saver's own runtime, or in the loader's, is not explained by the move from one to the other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from harness.catalogue.causes import FAILING
from harness.model import CellId, Verdict
from harness.results import compare, shape
from harness.results.diagnosis.messages import gist
from harness.results.shape import CellEntry, Document, cell_id

_SIZE = 10.0  # times: differences of one kind that are not further apart count as the same
WORSE = tuple(verdict for verdict in FAILING if verdict != Verdict.INCOMPLETE)  # worse than incomplete


@dataclasses.dataclass(frozen=True)
class Controls:
    """What the controls of a cell say: `words` for signatures, and the loaders in which this very file is good.

    The words: `diagonal` (the cell is its own control); `saver-` and `loader-` with `good`, `alike` (it fails there
    in the same way), `other` (in another way) or `none` (it was not run, or has no such format); `both-good`; `alike`
    (either) and `not-alike`; `runtime-alone`: the loader fails alike with a file of its own, and others read this one.
    """

    words: frozenset[str]
    good_in: tuple[str, ...] = ()

    def allow(self, wanted: frozenset[str]) -> bool:
        """Whether one of these words holds; "any" always does."""
        return "any" in wanted or not wanted.isdisjoint(self.words)


NO_CONTROLS = Controls(frozenset({"saver-none", "loader-none", "not-alike"}))


def controls_of(document: Document) -> Callable[[CellEntry], Controls]:
    """A function from a failing cell to what its controls say, those that were run for it alone included."""
    cells = {cell_id(cell): cell for cell in (*shape.controls_of(document)["cells"], *document["cells"])}
    good: dict[tuple[str, str], list[str]] = {}
    for id, cell in cells.items():
        if cell["verdict"] == Verdict.IDENTICAL:
            good.setdefault((id.variant, id.save), []).append(id.load)

    def controls(cell: CellEntry) -> Controls:
        if cell["verdict"] == Verdict.UNSAVED:  # nothing was loaded, so the loader has no part in it
            return NO_CONTROLS
        variant, save, load = cell_id(cell)
        good_in = tuple(good.get((variant, save), ()))
        if save == load:
            return Controls(frozenset({"diagonal", *(["runtime-alone"] if good_in else [])}), good_in)
        saver = _word(cell, cells.get(CellId(variant, save, save)))
        loader = _word(cell, cells.get(CellId(variant, load, load)))
        words = {f"saver-{saver}", f"loader-{loader}", "alike" if "alike" in (saver, loader) else "not-alike"}
        if saver == loader == "good":
            words.add("both-good")
        if loader == "alike" and good_in:
            words.add("runtime-alone")
        return Controls(frozenset(words), good_in)

    return controls


def missing(document: Document) -> list[CellId]:
    """The controls that failing cells of a document lack, without those that cannot be run."""
    known = {cell_id(cell) for cell in (*shape.controls_of(document)["cells"], *document["cells"])}
    wanted: dict[CellId, None] = {}
    for cell in document["cells"]:
        if cell["verdict"] in FAILING and cell["verdict"] != Verdict.UNSAVED:
            variant, save, load = cell_id(cell)
            for runtime in (save, load):
                wanted[CellId(variant, runtime, runtime)] = None
    return [id for id in wanted if id not in known]


def good(before: str, now: str) -> bool:
    """Whether a verdict is good, held against the one before: what was worse may still lack something."""
    return now == Verdict.IDENTICAL or (now == Verdict.INCOMPLETE and before in WORSE)


def alike(cell: CellEntry, other: CellEntry) -> bool:
    """Whether two cells fail in the same way: the same verdict, and the same error or differences of the same size."""
    if cell["verdict"] != other["verdict"] or cell["signal"] != other["signal"]:
        return False
    ours, theirs = cell["failure"], other["failure"]
    if ours and theirs:
        return ours["type"] == theirs["type"] and gist(ours["message"]) == gist(theirs["message"])
    if ours or theirs:
        return False
    if cell["verdict"] == Verdict.CHANGED:  # what else differs goes with it
        ours_said, theirs_said = _said(cell), _said(other)
        return ours_said.keys() == theirs_said.keys() and all(
            _same_size(size, theirs_said[kind]) for kind, size in ours_said.items()
        )
    return _sizes(cell).keys() == _sizes(other).keys()


def _said(cell: CellEntry) -> dict[tuple[str, str], float]:
    return {kind: size for kind, size in _sizes(cell).items() if kind[0] in compare.SPEAK}


def _word(cell: CellEntry, control: CellEntry | None) -> str:
    if control is None or control["verdict"] in (Verdict.UNSUPPORTED, Verdict.UNAVAILABLE):
        return "none"
    if good(cell["verdict"], control["verdict"]):
        return "good"
    return "alike" if alike(cell, control) else "other"


def _sizes(cell: CellEntry) -> dict[tuple[str, str], float]:
    """The largest difference of each observation and kind that counts; 0 where it is not of numbers."""
    sizes: dict[tuple[str, str], float] = {}
    for difference in cell["differences"]:
        if difference["counts"]:
            kind = difference["observation"], difference["kind"]
            sizes[kind] = max(sizes.get(kind, 0.0), difference["absolute"] or 0.0)
    return sizes


def _same_size(one: float, other: float) -> bool:
    return max(one, other) <= _SIZE * min(one, other)

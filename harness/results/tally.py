"""Counts in an annotated results document: how many failing cells have a cause, and how many a remedy. Pure."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable, Sequence

from harness.catalogue.causes import CAUSE_KINDS, FAILING
from harness.model import Verdict
from harness.results.diagnose import UNKNOWN
from harness.results.located import is_located
from harness.results.shape import CellEntry, Document

LOCATED = "located"  # in place of a kind and a cause: none of the catalogue, but an experiment shows the culprit
KINDS_IN_ORDER = (*CAUSE_KINDS, LOCATED, UNKNOWN)  # the six classic kinds first
_EXAMPLES = 5
_WITHOUT_CAUSE = {
    UNKNOWN: "no signature matches it",
    LOCATED: "no signature matches it, but an experiment shows the culprit",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Count:
    """Failing cells by what is known to help; the four fields after `cells` add up to it.

    `verified`: a remedy made the cell good. `failed`: remedies were tried, and none helped. `untried`: the cause has
    remedies, but none was tried on this cell. `without`: the cause has no remedy, and none was tried.
    """

    cells: int = 0
    verified: int = 0
    failed: int = 0
    untried: int = 0
    without: int = 0

    @property
    def with_remedy(self) -> int:
        """The cells for which any remedy exists."""
        return self.cells - self.without

    @property
    def tried(self) -> int:
        """The cells on which at least one remedy was tried."""
        return self.verified + self.failed

    def __add__(self, other: Count) -> Count:
        return Count(
            **{field.name: getattr(self, field.name) + getattr(other, field.name) for field in dataclasses.fields(self)}
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """A cause with its cells."""

    kind: str
    id: str
    title: str
    count: Count


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tally:
    """All failing cells, and the same by cause: kinds in order, and within a kind the most frequent cause first.

    A cell without a known cause is either located, by experiment, or unknown.
    """

    all: Count
    rows: tuple[Row, ...]

    @property
    def unknown(self) -> int:
        """The cells that no signature matches and no experiment explains."""
        return self.of_kind(UNKNOWN).cells

    @property
    def located(self) -> int:
        """The cells that no signature matches, whose culprit an experiment found."""
        return self.of_kind(LOCATED).cells

    @property
    def diagnosed(self) -> int:
        """The cells with a cause of the catalogue."""
        return self.all.cells - self.unknown - self.located

    def of_kind(self, kind: str) -> Count:
        """The cells of all causes of one kind."""
        return sum((row.count for row in self.rows if row.kind == kind), Count())


@dataclasses.dataclass(frozen=True, kw_only=True)
class Record:
    """What one remedy did for the cells of one cause."""

    remedy: str
    tried: int
    verified: int


def tally(document: Document) -> Tally:
    """The counts of an annotated document; causes that name no cell are left out."""
    causes = {cause["id"]: cause for cause in document["causes"]}
    sides = {remedy["id"]: remedy["side"] for remedy in document["remedies"]}
    counts: dict[str, Count] = collections.defaultdict(Count)
    for cell in failing(document):
        proposed = causes[cell["cause"]]["remedies"] if cell["cause"] in causes else []
        if cell["verdict"] == Verdict.UNSAVED:  # where nothing was saved, no loading side can help
            proposed = [remedy for remedy in proposed if sides[remedy] == "save"]
        counts[LOCATED if uncatalogued(cell) else cell["cause"]] += _counted(cell, proposed)
    rows = [
        Row(kind=causes[id]["kind"], id=id, title=causes[id]["title"], count=count)
        if id in causes
        else Row(kind=id, id=id, title=_WITHOUT_CAUSE[id], count=count)
        for id, count in counts.items()
    ]
    rows.sort(key=lambda row: (KINDS_IN_ORDER.index(row.kind), -row.count.cells, row.id))
    return Tally(all=sum(counts.values(), Count()), rows=tuple(rows))


def uncatalogued(cell: CellEntry) -> bool:
    """Whether no signature matches a cell whose culprit an experiment found."""
    return cell.get("cause") == UNKNOWN and is_located(cell)


def failing(document: Document, cause: str = "") -> Iterable[CellEntry]:
    """The cells that need a cause, or those of one cause."""
    return (cell for cell in document["cells"] if cell["verdict"] in FAILING and cause in ("", cell["cause"]))


def records(document: Document, cause: str) -> list[Record]:
    """What each remedy did for the cells of a cause: first those it proposes, in order, then others that were tried."""
    proposed = next((entry["remedies"] for entry in document["causes"] if entry["id"] == cause), ())
    verified_of: dict[str, list[bool]] = {remedy: [] for remedy in proposed}
    for cell in failing(document, cause):
        for trial in cell["remedies"] or ():
            verified_of.setdefault(trial["remedy"], []).append(trial["verified"])
    return [
        Record(remedy=remedy, tried=len(verified), verified=sum(verified)) for remedy, verified in verified_of.items()
    ]


def examples(document: Document, cause: str) -> list[CellEntry]:
    """Some cells of a cause, each from a different scenario."""
    scenario_of = {variant["id"]: variant["scenario"] for variant in document["variants"]}
    first_of: dict[str, CellEntry] = {}
    for cell in failing(document, cause):
        first_of.setdefault(scenario_of[cell["variant"]], cell)
    return list(first_of.values())[:_EXAMPLES]


def _counted(cell: CellEntry, proposed: Sequence[str]) -> Count:
    trials = cell["remedies"] or ()
    if any(trial["verified"] for trial in trials):
        return Count(cells=1, verified=1)
    return Count(
        cells=1, failed=bool(trials), untried=bool(not trials and proposed), without=not trials and not proposed
    )

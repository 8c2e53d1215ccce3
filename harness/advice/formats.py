"""How file formats stand against each other for one move between runtimes. Pure; docs/upgrade.md explains it."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterable, Mapping, Sequence

from harness.results.shape import CellEntry, Document, TrialEntry

WHOLE = ("keras", "h5", "savedmodel")  # what holds a model without its code, the newest first
PARTS = ("weights.h5", "weights-h5", "tf-checkpoint", "json+weights")  # what needs the code that builds the model
FILES = (*WHOLE, *PARTS)  # on a tie the first wins; `code` is no file
UNASKED = ("unsupported", "unavailable")
CHANGED = -2.0
LESS = 0.25  # what is lost, and likewise what never was in the file
FEW = 3  # scenarios that a format needs to be recommended
ENOUGH = 10  # scenarios that a pair of runtimes needs to be judged


@dataclasses.dataclass(frozen=True, kw_only=True)
class FormatScore:
    """A format on one move: its cells by verdict, its mean points, and the formats that it beats or loses to.

    `remedied` counts the failing cells that a verified remedy of the loading side makes good. Pitfalls are left out.
    """

    format: str
    verdicts: Mapping[str, int]
    remedied: int
    scenarios: int
    points: float
    beats: tuple[str, ...] = ()
    loses_to: tuple[str, ...] = ()

    @property
    def cells(self) -> int:
        """The cells where the question could be put."""
        return sum(self.verdicts.values())

    @property
    def rankable(self) -> bool:
        """Whether enough scenarios were asked in it."""
        return self.scenarios >= FEW

    @property
    def good(self) -> bool:
        """Whether it is more use than harm."""
        return self.points > 0


class FormatScorer:
    """What of a document counts for formats: which variants are no pitfalls, of which scenario and format they are."""

    def __init__(self, document: Document) -> None:
        pitfalls = {scenario["name"] for scenario in document["scenarios"] if scenario["cause"]}
        self._loads = {remedy["id"] for remedy in document.get("remedies", ()) if remedy["side"] == "load"}
        self._of = {
            variant["id"]: (variant["format"], variant["scenario"])
            for variant in document["variants"]
            if variant["format"] in FILES and (variant["remedy"] or variant["scenario"] not in pitfalls)
        }

    def standings(self, cells: Iterable[CellEntry]) -> list[FormatScore]:
        """The formats of the cells of one move, the best first: who wins the most duels, then who has more points."""
        mine: dict[str, dict[str, list[CellEntry]]] = {}
        for cell in cells:
            if cell["verdict"] not in UNASKED and cell["variant"] in self._of:
                format, scenario = self._of[cell["variant"]]
                mine.setdefault(format, {}).setdefault(scenario, []).append(cell)
        points = {
            format: {
                scenario: statistics.fmean(self.points(format, cell) for cell in group)
                for scenario, group in groups.items()
            }
            for format, groups in mine.items()
        }
        found = [self._standing(format, mine[format], points) for format in FILES if format in mine]
        return sorted(found, key=lambda one: (not one.rankable, len(one.loses_to) - len(one.beats), -one.points))

    def points(self, format: str, cell: CellEntry) -> float:
        """What one cell counts: 1 for identical; a remedy that was run on the loading side counts half way."""
        as_is = _points(format, cell["verdict"])
        remedied = [_points(format, trial["verdict"]) for trial in self._helping(cell)]
        return (as_is + max([as_is, *remedied])) / 2

    def _helping(self, cell: CellEntry) -> list[TrialEntry]:
        """Verified remedies that need the loading side alone, in the runtime that one wants to move to."""
        return [
            trial
            for trial in cell.get("remedies") or ()
            if trial["verified"]
            and trial["remedy"] in self._loads
            and not (trial["variant"] or trial["save"] or trial["load"])
        ]

    def _standing(
        self, format: str, groups: Mapping[str, Sequence[CellEntry]], points: Mapping[str, Mapping[str, float]]
    ) -> FormatScore:
        cells = [cell for group in groups.values() for cell in group]
        verdicts: dict[str, int] = {}
        for cell in cells:
            verdicts[cell["verdict"]] = verdicts.get(cell["verdict"], 0) + 1
        duels = {other: _duel(points[format], points[other]) for other in points if other != format}
        return FormatScore(
            format=format,
            verdicts=verdicts,
            scenarios=len(groups),
            points=statistics.fmean(points[format].values()),
            remedied=sum(cell["verdict"] != "identical" and bool(self._helping(cell)) for cell in cells),
            beats=tuple(other for other, ahead in duels.items() if ahead > 0),
            loses_to=tuple(other for other, ahead in duels.items() if ahead < 0),
        )


def asked(cells: Iterable[CellEntry], scenario_of: Mapping[str, str]) -> int:
    """In how many scenarios the question could be put."""
    return len({scenario_of[cell["variant"]] for cell in cells if cell["verdict"] not in UNASKED})


def _points(format: str, verdict: str) -> float:
    if verdict == "changed":
        return CHANGED
    if verdict not in ("identical", "incomplete"):
        return 0.0
    return 1.0 - LESS * (verdict == "incomplete") - LESS * (format in PARTS)


def _duel(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """How far one format is ahead of another in the scenarios that both were asked in: a mean; 0 for less than FEW."""
    both = one.keys() & other.keys()
    if len(both) < FEW:
        return 0.0
    ahead = statistics.fmean(one[name] - other[name] for name in sorted(both))
    return ahead if abs(ahead) > 1e-9 else 0.0

"""Ranks the file formats for one move between runtimes. Pure; docs/upgrade.md explains the rules."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterable, Mapping, Sequence

from harness.results.shape import CellEntry, Document, TrialEntry

WHOLE = ("keras", "h5", "savedmodel")  # these hold the whole model, without its code; newest first
PARTS = ("weights.h5", "weights-h5", "tf-checkpoint", "json+weights")  # these need code as well
FILES = (*WHOLE, *PARTS)  # on a tie the first wins; `code` is not a file
UNASKED = ("unsupported", "unavailable")
CHANGED = -2.0
LESS = 0.25  # the penalty for what is lost, and for what was never in the file
FEW = 3  # a format needs this many scenarios to be recommended
ENOUGH = 10  # a pair of runtimes needs this many scenarios to be judged


@dataclasses.dataclass(frozen=True, kw_only=True)
class FormatScore:
    """A format on one move: its cells by verdict, its mean points, and the formats it beats or loses to.

    `remedied` counts the failing cells that a verified remedy on the loading side makes good. Pitfalls are left out.
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
        """How many cells could be tested."""
        return sum(self.verdicts.values())

    @property
    def rankable(self) -> bool:
        """Whether it was tested in enough scenarios."""
        return self.scenarios >= FEW

    @property
    def good(self) -> bool:
        """Whether it does more good than harm."""
        return self.points > 0


class FormatScorer:
    """Scores the formats of a document. Only variants that are not pitfalls count."""

    def __init__(self, document: Document) -> None:
        pitfalls = {scenario["name"] for scenario in document["scenarios"] if scenario["cause"]}
        self._load_side = {remedy["id"] for remedy in document.get("remedies", ()) if remedy["side"] == "load"}
        self._counted = {
            variant["id"]: (variant["format"], variant["scenario"])
            for variant in document["variants"]
            if variant["format"] in FILES and (variant["remedy"] or variant["scenario"] not in pitfalls)
        }

    def standings(self, cells: Iterable[CellEntry]) -> list[FormatScore]:
        """The formats of the cells of one move, best first: by duels won minus duels lost, then by points."""
        cells_of = self._by_format_and_scenario(cells)
        points_of = {format: self._scenario_points(format, groups) for format, groups in cells_of.items()}
        scores = [self._score(format, cells_of[format], points_of) for format in FILES if format in cells_of]
        return sorted(
            scores, key=lambda score: (not score.rankable, len(score.loses_to) - len(score.beats), -score.points)
        )

    def points(self, format: str, cell: CellEntry) -> float:
        """The points of one cell: 1 if identical; a remedy run on the loading side counts half."""
        as_is = _points(format, cell["verdict"])
        remedied = [_points(format, trial["verdict"]) for trial in self._helping(cell)]
        return (as_is + max([as_is, *remedied])) / 2

    def _by_format_and_scenario(self, cells: Iterable[CellEntry]) -> dict[str, dict[str, list[CellEntry]]]:
        cells_of: dict[str, dict[str, list[CellEntry]]] = {}
        for cell in cells:
            if cell["verdict"] not in UNASKED and cell["variant"] in self._counted:
                format, scenario = self._counted[cell["variant"]]
                cells_of.setdefault(format, {}).setdefault(scenario, []).append(cell)
        return cells_of

    def _scenario_points(self, format: str, groups: Mapping[str, Sequence[CellEntry]]) -> dict[str, float]:
        """The mean points of a format in each scenario."""
        return {
            scenario: statistics.fmean(self.points(format, cell) for cell in group)
            for scenario, group in groups.items()
        }

    def _helping(self, cell: CellEntry) -> list[TrialEntry]:
        """The verified remedies that need only the loading side, in the runtime you move to."""
        return [
            trial
            for trial in cell.get("remedies") or ()
            if trial["verified"]
            and trial["remedy"] in self._load_side
            and not (trial["variant"] or trial["save"] or trial["load"])
        ]

    def _score(
        self, format: str, groups: Mapping[str, Sequence[CellEntry]], points_of: Mapping[str, Mapping[str, float]]
    ) -> FormatScore:
        cells = [cell for group in groups.values() for cell in group]
        verdicts: dict[str, int] = {}
        for cell in cells:
            verdicts[cell["verdict"]] = verdicts.get(cell["verdict"], 0) + 1
        points = points_of[format]
        leads = {rival: _duel(points, points_of[rival]) for rival in points_of if rival != format}
        return FormatScore(
            format=format,
            verdicts=verdicts,
            scenarios=len(groups),
            points=statistics.fmean(points.values()),
            remedied=sum(cell["verdict"] != "identical" and bool(self._helping(cell)) for cell in cells),
            beats=tuple(rival for rival, lead in leads.items() if lead > 0),
            loses_to=tuple(rival for rival, lead in leads.items() if lead < 0),
        )


def count_scenarios(cells: Iterable[CellEntry], scenario_of: Mapping[str, str]) -> int:
    """How many scenarios could be tested."""
    return len({scenario_of[cell["variant"]] for cell in cells if cell["verdict"] not in UNASKED})


def _points(format: str, verdict: str) -> float:
    if verdict == "changed":
        return CHANGED
    if verdict not in ("identical", "incomplete"):
        return 0.0
    return 1.0 - LESS * (verdict == "incomplete") - LESS * (format in PARTS)


def _duel(points: Mapping[str, float], rival_points: Mapping[str, float]) -> float:
    """The mean lead of one format over another in the scenarios they share; 0 if these are fewer than FEW."""
    shared = points.keys() & rival_points.keys()
    if len(shared) < FEW:
        return 0.0
    lead = statistics.fmean(points[scenario] - rival_points[scenario] for scenario in sorted(shared))
    return lead if abs(lead) > 1e-9 else 0.0

"""Works out what a move from one runtime to another means for saved models. Pure; docs/upgrade.md explains the rules.

A document without causes or remedies is fine: problems are then grouped by the reasons of their cells.
"""

from __future__ import annotations

import collections
import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence

from harness.advice.formats import ENOUGH, FILES, UNASKED, WHOLE, FormatScore, FormatScorer, count_scenarios
from harness.catalogue import model_kinds
from harness.results.shape import CellEntry, Document, RemedyEntry, RuntimeEntry, TrialEntry
from harness.results.siblings import ANOTHER_FORMAT, AS_THE_SCENARIO_SAYS

SILENT = ("changed",)
BREAKS = ("crashed", "timed-out", "refused", "unsaved")
LOSSES = ("incomplete",)
_SERIOUS_FIRST = (*SILENT, *BREAKS, *LOSSES)
_NUMBER = re.compile(r"\d[\d.e+-]*")
_GENERATION_DISTANCE = 1000  # between runtimes of different Keras generations, in places of the matrix
_TRAIT_DISTANCE = 100  # for each different trait: the Keras module, TF1 mode, the backend

Pair = tuple[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class FormatCode:
    """Code to copy and its formats; `formats` is empty if all of them share the code."""

    text: str
    formats: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class RemedySummary:
    """A remedy for some cells: on how many it was tried, and on how many of these it was verified.

    `by` names the other cells that prove it: by format, by runtime, or by scenario and the parameters that differ.
    """

    id: str
    title: str
    side: str
    codes: tuple[FormatCode, ...]
    costs: str
    tried: int
    verified: int
    by: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Problem:
    """Cells of one move with the same verdict and cause; `at_home` of them have that verdict without a move, too.

    `cause` is the id of a cause, `unknown`, or empty if the document has no causes. `pitfalls` counts cells that show a
    mistake on purpose. Verified remedies come first, the shortest before the others. `at_home` is 0 if both runtimes
    are the same.
    """

    verdict: str
    cause: str
    title: str
    reason: str
    models: tuple[str, ...]
    formats: tuple[str, ...]
    scenarios: tuple[str, ...]
    cells: int
    at_home: int
    pitfalls: int
    helps: tuple[RemedySummary, ...]

    @property
    def moved(self) -> bool:
        """Whether the move causes it: not all of its cells do the same without a move."""
        return self.at_home < self.cells


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelKindVerdicts:
    """What happens to models of one kind: counts of verdicts by format. Pitfalls are left out."""

    kind: str
    title: str
    formats: Mapping[str, Mapping[str, int]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Advice:
    """Everything known about one move; each list has the most serious entries first.

    `best` is the format to use, None if no format does more good than harm or too little was tested; `whole` is the
    best format that needs no code, if `best` needs it. `save_codes` has the code that saves each format. `tried` is
    whether remedies were run on the loading side; if not, only those that other cells prove are verified.
    """

    save: str
    load: str
    scenarios: int
    cells: int
    enough: bool
    best: FormatScore | None
    whole: FormatScore | None
    standings: tuple[FormatScore, ...]
    silent: tuple[Problem, ...]
    breaks: tuple[Problem, ...]
    losses: tuple[Problem, ...]
    models: tuple[ModelKindVerdicts, ...]
    save_codes: Mapping[str, str]
    tried: bool


def advise(document: Document, save: str, load: str) -> Advice:
    """Advice on the move from one runtime to another."""
    cells = [cell for cell in _cells_of(document, save, load) if cell["verdict"] not in UNASKED]
    scenarios = count_scenarios(cells, _scenario_of(document))
    enough = scenarios >= ENOUGH
    standings = tuple(FormatScorer(document).standings(cells))
    best = _best(standings) if enough else None
    problems = _Problems(document, save, load).of(cells)
    return Advice(
        save=save,
        load=load,
        scenarios=scenarios,
        cells=len(cells),
        enough=enough,
        best=best,
        whole=_best_whole(standings) if best and best.format not in WHOLE else None,
        standings=standings,
        models=_models(document, cells, [score.format for score in standings]),
        save_codes=_save_codes(document),
        tried=any(trial["outcome"] for cell in cells for trial in cell.get("remedies") or ()),
        silent=tuple(problem for problem in problems if problem.verdict in SILENT),
        breaks=tuple(problem for problem in problems if problem.verdict in BREAKS),
        losses=tuple(problem for problem in problems if problem.verdict in LOSSES),
    )


def best_formats(document: Document) -> dict[Pair, str]:
    """The best format of every judged move that has a format that does more good than harm."""
    scorer = FormatScorer(document)
    judged = set(judged_moves(document))
    best = {pair: _best(scorer.standings(cells)) for pair, cells in _by_pair(document).items() if pair in judged}
    return {pair: score.format for pair, score in best.items() if score}


def judged_moves(document: Document) -> list[Pair]:
    """The pairs of runtimes with enough tested scenarios to be judged."""
    scenario_of = _scenario_of(document)
    return [pair for pair, cells in _by_pair(document).items() if count_scenarios(cells, scenario_of) >= ENOUGH]


def scenarios_covered(document: Document, save: str, load: str) -> int:
    """How many scenarios of a document tested this move."""
    return count_scenarios(_cells_of(document, save, load), _scenario_of(document))


def nearest_move(document: Document, save: str, load: str) -> Pair | None:
    """The judged move most like this one: rather the same Keras on both sides than the same year."""
    places = {runtime["id"]: (place, runtime) for place, runtime in enumerate(document["runtimes"])}
    if save not in places or load not in places:
        return None

    def distance(first: str, second: str) -> int:
        (place, runtime), (second_place, second_runtime) = places[first], places[second]
        traits = len([key for key in ("keras", "v1", "backend") if runtime[key] != second_runtime[key]])
        generations = abs(_generation(runtime) - _generation(second_runtime))
        return abs(place - second_place) + _TRAIT_DISTANCE * traits + _GENERATION_DISTANCE * generations

    pairs = [pair for pair in judged_moves(document) if (pair[0] == pair[1]) == (save == load)]
    return min(pairs, key=lambda pair: distance(pair[0], save) + distance(pair[1], load), default=None)


def narrowed(document: Document, save: str) -> Document:
    """The document with only what one runtime saved, which is all that advice on its moves needs."""
    return {
        **document,
        "cells": [cell for cell in document["cells"] if cell["save"] == save],
        "saves": [entry for entry in document["saves"] if entry["runtime"] == save],
    }


def _scenario_of(document: Document) -> dict[str, str]:
    """The scenario of each variant."""
    return {variant["id"]: variant["scenario"] for variant in document["variants"]}


def _cells_of(document: Document, save: str, load: str) -> list[CellEntry]:
    return [cell for cell in document["cells"] if (cell["save"], cell["load"]) == (save, load)]


def _by_pair(document: Document) -> dict[Pair, list[CellEntry]]:
    cells_of: dict[Pair, list[CellEntry]] = {}
    for cell in document["cells"]:
        cells_of.setdefault((cell["save"], cell["load"]), []).append(cell)
    return cells_of


def _save_codes(document: Document) -> dict[str, str]:
    """The code that saves in each format: that of the remedy of choosing another format."""
    codes: dict[str, str] = {}
    for remedy in document.get("remedies", ()):
        if remedy["id"] == ANOTHER_FORMAT:
            codes.update(remedy["codes"])
    return codes


def _best(standings: Sequence[FormatScore]) -> FormatScore | None:
    return next((score for score in standings if score.rankable and score.good), None)


def _best_whole(standings: Sequence[FormatScore]) -> FormatScore | None:
    return _best([score for score in standings if score.format in WHOLE])


def _generation(runtime: RuntimeEntry) -> int:
    """2 or 3: the generation of Keras that writes the files in this runtime."""
    version = str(runtime["versions"].get("keras", ""))
    return 3 if runtime["keras"] == "keras" and version.startswith("3") else 2


def _models(document: Document, cells: Iterable[CellEntry], formats: Sequence[str]) -> tuple[ModelKindVerdicts, ...]:
    pitfalls = {scenario["name"] for scenario in document["scenarios"] if scenario["cause"]}
    variants = {variant["id"]: variant for variant in document["variants"]}
    counts: dict[str, dict[str, collections.Counter[str]]] = {}
    for cell in cells:
        variant = variants[cell["variant"]]
        if variant["format"] in FILES and (variant["remedy"] or variant["scenario"] not in pitfalls):
            kind = model_kinds.of(variant["scenario"])
            counts.setdefault(kind, {}).setdefault(variant["format"], collections.Counter())[cell["verdict"]] += 1
    return tuple(
        ModelKindVerdicts(
            kind=kind.id,
            title=kind.title,
            formats={format: dict(counts[kind.id][format]) for format in formats if format in counts[kind.id]},
        )
        for kind in model_kinds.known()
        if kind.id in counts
    )


class _Problems:
    """Groups the failing cells of a move by verdict and cause, and adds what helps."""

    def __init__(self, document: Document, save: str, load: str) -> None:
        self._variants = {variant["id"]: variant for variant in document["variants"]}
        self._pitfalls = {scenario["name"] for scenario in document["scenarios"] if scenario["cause"]}
        self._titles = {scenario["name"]: scenario["title"] for scenario in document["scenarios"]}
        self._causes = {cause["id"]: cause for cause in document.get("causes", ())}
        self._remedies = {remedy["id"]: remedy for remedy in document.get("remedies", ())}
        self._home = {
            cell["variant"]: cell["verdict"]
            for cell in document["cells"]
            if save != load and cell["save"] == cell["load"] == save
        }

    def of(self, cells: Iterable[CellEntry]) -> list[Problem]:
        """All problems, the most serious first; those that the move causes before those that occur without it, too."""
        groups: dict[tuple[str, str, str], list[CellEntry]] = {}
        for cell in cells:
            if cell["verdict"] in _SERIOUS_FIRST:
                groups.setdefault(self._key(cell), []).append(cell)
        problems = [self._problem(verdict, cause, group) for (verdict, cause, _), group in groups.items()]
        return sorted(problems, key=_seriousness)

    def _key(self, cell: CellEntry) -> tuple[str, str, str]:
        cause = cell.get("cause", "")
        reason = "" if cause in self._causes else _NUMBER.sub("#", cell["reason"])
        return cell["verdict"], cause, reason

    def _problem(self, verdict: str, cause: str, cells: list[CellEntry]) -> Problem:
        variants = [self._variants[cell["variant"]] for cell in cells]
        scenarios = tuple(dict.fromkeys(variant["scenario"] for variant in variants))
        formats = tuple(dict.fromkeys(variant["format"] for variant in variants))
        kinds = {model_kinds.of(scenario) for scenario in scenarios}
        known_cause = self._causes.get(cause)
        proposed = known_cause["remedies"] if known_cause else ()
        return Problem(
            verdict=verdict,
            cause=cause,
            reason=cells[0]["reason"],
            scenarios=scenarios,
            cells=len(cells),
            title=known_cause["title"] if known_cause else self._scenario_title(scenarios),
            models=tuple(kind.title for kind in model_kinds.known() if kind.id in kinds),
            formats=formats,
            at_home=sum(self._home.get(cell["variant"]) == verdict for cell in cells),
            pitfalls=sum(not variant["remedy"] and variant["scenario"] in self._pitfalls for variant in variants),
            helps=self._helps(cells, proposed, formats),
        )

    def _scenario_title(self, scenarios: Sequence[str]) -> str:
        """The title of the scenario, if there is only one."""
        return self._titles[scenarios[0]] if len(scenarios) == 1 else ""

    def _helps(
        self, cells: list[CellEntry], proposed: Iterable[str], formats: tuple[str, ...]
    ) -> tuple[RemedySummary, ...]:
        """What helps these cells: verified remedies first, untried ones last."""
        trials_of: dict[str, list[TrialEntry]] = {remedy: [] for remedy in proposed}
        for cell in cells:
            for trial in cell.get("remedies") or ():
                trials_of.setdefault(trial["remedy"], []).append(trial)
        order = list(self._remedies)
        summaries = [
            self._summary(self._remedies[remedy], trials, formats)
            for remedy, trials in trials_of.items()
            if remedy in self._remedies
        ]
        summaries.sort(key=lambda summary: (not summary.verified, not summary.tried, order.index(summary.id)))
        return tuple(summaries)

    def _summary(self, remedy: RemedyEntry, trials: list[TrialEntry], formats: tuple[str, ...]) -> RemedySummary:
        verified = [trial for trial in trials if trial["verified"]]
        proofs = collections.Counter(self._proof(trial) for trial in verified)
        by = tuple(proof for proof, _ in proofs.most_common() if proof)
        formats_to_write = by if remedy["id"] == ANOTHER_FORMAT and by else formats
        return RemedySummary(
            id=remedy["id"],
            title=remedy["title"],
            side=remedy["side"],
            costs=remedy["costs"],
            by=by,
            tried=len(trials),
            verified=len(verified),
            codes=_format_codes(remedy, formats_to_write),
        )

    def _proof(self, trial: TrialEntry) -> str:
        """The other cell that proves a remedy, as text; empty if the remedy was run."""
        if not trial["variant"]:
            return str(trial["load"] or trial["save"])
        variant = self._variants[trial["variant"]]
        if trial["remedy"] != AS_THE_SCENARIO_SAYS:
            return str(variant["format"])
        parameters = ", ".join(f"{name}={value}" for name, value in variant["parameters"].items())
        return f"{variant['scenario']}: {parameters}"


def _seriousness(problem: Problem) -> tuple[int, bool, bool, int]:
    """The key that sorts the most serious problems first."""
    only_pitfalls = problem.pitfalls == problem.cells
    return _SERIOUS_FIRST.index(problem.verdict), not problem.moved, only_pitfalls, -problem.cells


def _format_codes(remedy: RemedyEntry, formats: Iterable[str]) -> tuple[FormatCode, ...]:
    """The code of a remedy for these formats; formats with the same code share an entry."""
    formats_of: dict[str, list[str]] = {}
    for format in formats:
        formats_of.setdefault(remedy["codes"].get(format, remedy["code"]), []).append(format)
    has_own_codes = bool(remedy["codes"])
    return tuple(
        FormatCode(text=text, formats=tuple(names) if has_own_codes else ()) for text, names in formats_of.items()
    )

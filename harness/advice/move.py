"""What a move from one runtime to another means for saved models. Pure; docs/upgrade.md explains how it judges.

A document without causes or remedies is fine: what breaks is told by the reasons of its cells then.
"""

from __future__ import annotations

import collections
import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence

from harness.advice.formats import ENOUGH, FILES, UNASKED, WHOLE, FormatScore, FormatScorer, asked
from harness.catalogue import model_kinds
from harness.results.remedies import ANOTHER_FORMAT, AS_THE_SCENARIO_SAYS
from harness.results.shape import CellEntry, Document, RemedyEntry, RuntimeEntry, TrialEntry

SILENT = ("changed",)
BREAKS = ("crashed", "timed-out", "refused", "unsaved")
LOSSES = ("incomplete",)
_NUMBER = re.compile(r"\d[\d.e+-]*")
_FAR = 1000  # how far another generation of Keras is, in places of the matrix
_OTHERWISE = 100  # and another way to switch it on

Pair = tuple[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class FormatCode:
    """Code to copy, and the formats that it is for; none where it is the same for each of them."""

    text: str
    formats: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class RemedySummary:
    """A remedy for some cells: in how many it was tried, in how many of these it was verified.

    `by` says how, where another cell proves it: the format, the runtime, or the scenario and what is done otherwise.
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
    """Cells of one move that came to one verdict for one cause; `at_home` of them do so without any move, too.

    `cause` is the id of a cause, `unknown`, or empty where the document has none. `pitfalls` are those of mistakes that
    are shown on purpose. Verified remedies come first, the shortest of them before the others. `at_home` is 0 where
    nothing moves.
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
        """Whether the move has to do with it: it does not do the same in each cell without any move."""
        return self.at_home < self.cells


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelKindVerdicts:
    """What becomes of models of one kind: counts of verdicts by format. Pitfalls are left out."""

    kind: str
    title: str
    formats: Mapping[str, Mapping[str, int]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Advice:
    """All there is to say of one move; the loudest first in each list.

    `best` is the format to use, None where none is more use than harm or too little was asked; `whole` is the best
    format that needs no code, where that is another one. `save_codes` says how to save in each format. `tried` is
    whether remedies were run on the loading side; else no more than what other cells prove is known of them.
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
    """What the document knows of the move from one runtime to another."""
    scenario_of = {variant["id"]: variant["scenario"] for variant in document["variants"]}
    mine = [
        cell
        for cell in document["cells"]
        if (cell["save"], cell["load"]) == (save, load) and cell["verdict"] not in UNASKED
    ]
    scenarios = asked(mine, scenario_of)
    standings = tuple(FormatScorer(document).standings(mine))
    best = _best(standings) if scenarios >= ENOUGH else None
    found = _Problems(document, save, load).of(mine)
    return Advice(
        save=save,
        load=load,
        scenarios=scenarios,
        cells=len(mine),
        enough=scenarios >= ENOUGH,
        best=best,
        whole=_best([one for one in standings if one.format in WHOLE]) if best and best.format not in WHOLE else None,
        standings=standings,
        models=_models(document, mine, [one.format for one in standings]),
        save_codes={
            format: code
            for one in document.get("remedies", ())
            if one["id"] == ANOTHER_FORMAT
            for format, code in one["codes"].items()
        },
        tried=any(trial["outcome"] for cell in mine for trial in cell.get("remedies") or ()),
        silent=tuple(one for one in found if one.verdict in SILENT),
        breaks=tuple(one for one in found if one.verdict in BREAKS),
        losses=tuple(one for one in found if one.verdict in LOSSES),
    )


def best_formats(document: Document) -> dict[Pair, str]:
    """The best format for every pair of runtimes that was asked enough and has one that is more use than harm."""
    sound = FormatScorer(document)
    known = set(judged_moves(document))
    found = {pair: _best(sound.standings(cells)) for pair, cells in _by_pair(document).items() if pair in known}
    return {pair: standing.format for pair, standing in found.items() if standing}


def judged_moves(document: Document) -> list[Pair]:
    """The pairs of runtimes that were asked in enough scenarios to be judged."""
    scenario_of = {variant["id"]: variant["scenario"] for variant in document["variants"]}
    return [pair for pair, cells in _by_pair(document).items() if asked(cells, scenario_of) >= ENOUGH]


def scenarios_asked(document: Document, save: str, load: str) -> int:
    """In how many scenarios a document asked this move."""
    scenario_of = {variant["id"]: variant["scenario"] for variant in document["variants"]}
    return asked((cell for cell in document["cells"] if (cell["save"], cell["load"]) == (save, load)), scenario_of)


def nearest_move(document: Document, save: str, load: str) -> Pair | None:
    """The pair most like this one that was asked enough: the same Keras on both sides if need be from another year."""
    places = {runtime["id"]: (place, runtime) for place, runtime in enumerate(document["runtimes"])}
    if save not in places or load not in places:
        return None

    def away(one: str, other: str) -> int:
        (place, runtime), (other_place, other_runtime) = places[one], places[other]
        otherwise = len([key for key in ("keras", "v1", "backend") if runtime[key] != other_runtime[key]])
        return (
            abs(place - other_place)
            + _OTHERWISE * otherwise
            + _FAR * abs(_generation(runtime) - _generation(other_runtime))
        )

    pairs = [pair for pair in judged_moves(document) if (pair[0] == pair[1]) == (save == load)]
    return min(pairs, key=lambda pair: away(pair[0], save) + away(pair[1], load), default=None)


def narrowed(document: Document, save: str) -> Document:
    """The document with no more than what one runtime saved: all that advice on its moves is made from."""
    return {
        **document,
        "cells": [cell for cell in document["cells"] if cell["save"] == save],
        "saves": [one for one in document["saves"] if one["runtime"] == save],
    }


def _by_pair(document: Document) -> dict[Pair, list[CellEntry]]:
    found: dict[Pair, list[CellEntry]] = {}
    for cell in document["cells"]:
        found.setdefault((cell["save"], cell["load"]), []).append(cell)
    return found


def _best(standings: Sequence[FormatScore]) -> FormatScore | None:
    return next((one for one in standings if one.rankable and one.good), None)


def _generation(runtime: RuntimeEntry) -> int:
    """2 or 3: what `keras` writes in this runtime."""
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
    """Puts the cells of a move that are not good together by verdict and cause, with what helps."""

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
        """All of them, the loudest first; what the move does comes before what fails without it, too."""
        groups: dict[tuple[str, str, str], list[CellEntry]] = {}
        for cell in cells:
            if cell["verdict"] in (*SILENT, *BREAKS, *LOSSES):
                groups.setdefault(self._key(cell), []).append(cell)
        found = [self._trouble(verdict, cause, group) for (verdict, cause, _), group in groups.items()]
        order = (*SILENT, *BREAKS, *LOSSES)
        return sorted(
            found, key=lambda one: (order.index(one.verdict), not one.moved, one.pitfalls == one.cells, -one.cells)
        )

    def _key(self, cell: CellEntry) -> tuple[str, str, str]:
        cause = cell.get("cause", "")
        apart = "" if cause in self._causes else _NUMBER.sub("#", cell["reason"])
        return cell["verdict"], cause, apart

    def _trouble(self, verdict: str, cause: str, cells: list[CellEntry]) -> Problem:
        variants = [self._variants[cell["variant"]] for cell in cells]
        scenarios = tuple(dict.fromkeys(variant["scenario"] for variant in variants))
        known = self._causes.get(cause)
        mine = {model_kinds.of(name) for name in scenarios}
        return Problem(
            verdict=verdict,
            cause=cause,
            reason=cells[0]["reason"],
            scenarios=scenarios,
            cells=len(cells),
            title=known["title"] if known else self._titles[scenarios[0]] if len(scenarios) == 1 else "",
            models=tuple(kind.title for kind in model_kinds.known() if kind.id in mine),
            formats=tuple(dict.fromkeys(variant["format"] for variant in variants)),
            at_home=sum(self._home.get(cell["variant"]) == verdict for cell in cells),
            pitfalls=sum(not variant["remedy"] and variant["scenario"] in self._pitfalls for variant in variants),
            helps=self._helps(cells, known["remedies"] if known else (), tuple(one["format"] for one in variants)),
        )

    def _helps(
        self, cells: list[CellEntry], proposed: Iterable[str], formats: tuple[str, ...]
    ) -> tuple[RemedySummary, ...]:
        trials: dict[str, list[TrialEntry]] = {id: [] for id in proposed}
        for cell in cells:
            for trial in cell.get("remedies") or ():
                trials.setdefault(trial["remedy"], []).append(trial)
        order = list(self._remedies)
        found = [self._help(self._remedies[id], some, formats) for id, some in trials.items() if id in self._remedies]
        return tuple(sorted(found, key=lambda one: (not one.verified, not one.tried, order.index(one.id))))

    def _help(self, remedy: RemedyEntry, trials: list[TrialEntry], formats: tuple[str, ...]) -> RemedySummary:
        good = [trial for trial in trials if trial["verified"]]
        by = tuple(name for name, _ in collections.Counter(map(self._told, good)).most_common() if name)
        codes: dict[str, list[str]] = {}
        for format in by if remedy["id"] == ANOTHER_FORMAT and by else dict.fromkeys(formats):
            codes.setdefault(remedy["codes"].get(format, remedy["code"]), []).append(format)
        return RemedySummary(
            id=remedy["id"],
            title=remedy["title"],
            side=remedy["side"],
            costs=remedy["costs"],
            by=by,
            tried=len(trials),
            verified=len(good),
            codes=tuple(
                FormatCode(text=text, formats=tuple(some) if remedy["codes"] else ()) for text, some in codes.items()
            ),
        )

    def _told(self, trial: TrialEntry) -> str:
        """Which other cell proves a remedy, as far as it is another one."""
        if not trial["variant"]:
            return str(trial["load"] or trial["save"])
        variant = self._variants[trial["variant"]]
        said = ", ".join(f"{name}={value}" for name, value in variant["parameters"].items())
        return f"{variant['scenario']}: {said}" if trial["remedy"] == AS_THE_SCENARIO_SAYS else str(variant["format"])

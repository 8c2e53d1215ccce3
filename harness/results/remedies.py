"""Which remedies are worth trying on a cell, and which of them did it good. Pure, but for reading the worker's source.

A remedy of the loading side is a run of its own. Saving otherwise needs none: the matrix holds the cell that was saved
in that way, and its verdict is the proof.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness import paths
from harness.catalogue.causes import FAILING, Causes
from harness.model import Attempt, Cell, Difference, Outcome, Verdict
from harness.tools.essence import essence_of

ANOTHER_FORMAT = "another-format"
AS_THE_SCENARIO_SAYS = "as-the-scenario-says"
OTHER_KERAS = "other-keras"
_LOADED = tuple(one for one in FAILING if one != Verdict.UNSAVED)  # what a loading side can do something about
_WORSE = tuple(one for one in FAILING if one != Verdict.INCOMPLETE)  # than incomplete
_SOURCE = paths.WORKER / "remedies" / "__init__.py"
Place = tuple[str, str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trial:
    """One remedy on one cell; `variant`, `save` or `load` name the other cell that shows it, where none was run.

    `outcome`, `step` and `differences` are those of the run, from which the verdict followed.
    """

    remedy: str
    verdict: str
    reason: str
    verified: bool
    variant: str = ""
    save: str = ""
    load: str = ""
    wall: float = 0.0
    key: str = ""
    outcome: str = ""
    step: str = ""
    differences: tuple[Difference, ...] = ()


@functools.cache
def code_of(remedy: str) -> bytes:
    """The code that a result of this remedy depends on. Raises KeyError for one that the worker has not."""
    return essence_of(_SOURCE, remedy.replace("-", "_"))


@functools.cache
def runnable() -> frozenset[str]:
    """The remedies that the worker can carry out."""
    functions = (
        node for node in ast.parse(_SOURCE.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
    )
    return frozenset(node.name.replace("_", "-") for node in functions if not node.name.startswith("_"))


def proposed(cell: Mapping[str, Any], causes: Causes) -> list[str]:
    """The remedies of the loading side that the cell's cause proposes, the shortest first."""
    if cell["verdict"] not in _LOADED:
        return []
    cause = causes.by_id.get(cell["cause"])
    return [remedy for remedy in cause.remedies if remedy in runnable()] if cause else []


@dataclasses.dataclass
class Case:
    """A cell on which remedies are tried: those that are left, what was found, and whether anything helps already."""

    cell: Mapping[str, Any]
    left: list[str]
    helped: bool
    trials: list[Trial] = dataclasses.field(default_factory=list)

    @property
    def place(self) -> Place:
        """The cell's variant, saver and loader."""
        return self.cell["variant"], self.cell["save"], self.cell["load"]

    def wants(self, more: bool) -> bool:
        """Whether another remedy is worth a try: until something helps, and with `more` until it is identical."""
        return bool(self.left) and not settled(self.trials) and (more or not self.helped)

    def tried(self, remedy: str, found: Cell, key: str) -> None:
        """Take what a run with a remedy showed."""
        self.left.remove(remedy)
        if trial := of_run(remedy, self.cell["verdict"], found, key):
            self.trials.append(trial)
            self.helped |= trial.verified


def cases(document: Mapping[str, Any], causes: Causes) -> list[Case]:
    """Every cell of a document that has a remedy of the loading side to be tried."""
    others = _Siblings(document)
    return [
        Case(cell, left, any(trial.verified for trial in others.of(cell)))
        for cell in document["cells"]
        if (left := proposed(cell, causes))
    ]


def good(before: str, now: str) -> bool:
    """Whether a verdict is better than the one before in the way that counts as verified."""
    return now == Verdict.IDENTICAL or (now == Verdict.INCOMPLETE and before in _WORSE)


def of_run(remedy: str, before: str, found: Cell, key: str) -> Trial | None:
    """What a run with a remedy showed; None where it turned out not to be for such a file."""
    if found.verdict in (Verdict.UNSUPPORTED, Verdict.UNAVAILABLE) or found.loaded is None:
        return None
    verdict = str(found.verdict)
    first: dict[str, Difference] = {}
    for difference in found.differences:
        if difference.counts:
            first.setdefault(difference.observation, difference)
    return Trial(
        remedy=remedy,
        verdict=verdict,
        reason=found.reason,
        verified=good(before, verdict),
        wall=found.loaded.wall,
        key=key,
        outcome=str(found.loaded.outcome),
        step=found.loaded.step,
        differences=tuple(first.values()),
    )


def attempt_of(trial: Mapping[str, Any]) -> Attempt:
    """The attempt behind a trial that a document tells of, as far as a verdict needs it."""
    return Attempt(
        outcome=Outcome(trial["outcome"]),
        step=trial["step"],
        wall=trial["wall"],
        reason="" if trial["outcome"] == Outcome.DONE else trial["reason"],  # else it is what the comparison said
        differences=tuple(Difference(**one) for one in trial["differences"]),
    )


def run_in(document: Mapping[str, Any]) -> dict[Place, list[Trial]]:
    """The trials of a document that were runs of their own."""
    return {
        (cell["variant"], cell["save"], cell["load"]): [
            Trial(**{**trial, "differences": tuple(Difference(**one) for one in trial["differences"])})
            for trial in cell.get("remedies") or ()
            if trial["key"]
        ]
        for cell in document["cells"]
    }


def settled(trials: Iterable[Trial]) -> bool:
    """Whether nothing better can be found any more."""
    return any(trial.verdict == Verdict.IDENTICAL for trial in trials)


def annotate(document: dict[str, Any], run: Mapping[Place, Sequence[Trial]], causes: Causes) -> None:
    """Set the `remedies` of every cell: what was run, and what other cells of the document show; verified ones first.

    Those that are verified come in the order of the catalogue, the shortest first, and then those that did no good.
    """
    order = {remedy.id: number for number, remedy in enumerate(causes.remedies)}
    shown = _Siblings(document)
    for cell in document["cells"]:
        place = (cell["variant"], cell["save"], cell["load"])
        trials = [*run.get(place, ()), *shown.of(cell)] if cell["cause"] else []
        trials.sort(key=lambda trial: (not trial.verified, order.get(trial.remedy, len(order))))
        cell["remedies"] = [dataclasses.asdict(trial) for trial in trials]


class _Siblings:
    """Cells that differ from a given one by a single thing that a user could have done otherwise."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._verdicts = {(cell["variant"], cell["save"], cell["load"]): cell["verdict"] for cell in document["cells"]}
        self._variants = {variant["id"]: variant for variant in document["variants"]}
        self._by_parameters: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for variant in document["variants"]:
            self._by_parameters.setdefault(_of(variant), []).append(variant)
        self._remedies = {scenario["name"]: scenario["remedy"] for scenario in document["scenarios"]}
        self._others: dict[str, str] = {}
        for one in document["runtimes"]:
            for other in document["runtimes"]:
                if (
                    one["environment"] == other["environment"]
                    and {one["keras"], other["keras"]} == {"keras", "tf_keras"}
                    and not other["v1"]
                    and not one["v1"]
                ):
                    self._others[one["id"]] = other["id"]

    def of(self, cell: Mapping[str, Any]) -> list[Trial]:
        """The trials that they amount to: the best other format, the scenario's own remedy, the other Keras."""
        variant = self._variants[cell["variant"]]
        formats = [
            one
            for other in self._by_parameters[_of(variant)]
            if other["id"] != variant["id"]
            and other["format"] != "code"
            and (one := self._trial(ANOTHER_FORMAT, cell, variant=other["id"]))
            and one.verified
        ]
        formats.sort(key=lambda trial: trial.verdict != Verdict.IDENTICAL)
        return [
            *formats[:1],
            *self._as_said(cell, variant),
            *(
                [trial]
                if (other := self._others.get(cell["load"])) and (trial := self._trial(OTHER_KERAS, cell, load=other))
                else []
            ),
        ]

    def _as_said(self, cell: Mapping[str, Any], variant: Mapping[str, Any]) -> list[Trial]:
        remedy = self._remedies[variant["scenario"]]
        if not remedy or variant["remedy"]:
            return []
        wanted = {**variant, "parameters": {**variant["parameters"], **remedy}}
        same = [other for other in self._by_parameters.get(_of(wanted), ()) if other["format"] == variant["format"]]
        return [trial for other in same if (trial := self._trial(AS_THE_SCENARIO_SAYS, cell, variant=other["id"]))]

    def _trial(self, remedy: str, cell: Mapping[str, Any], variant: str = "", load: str = "") -> Trial | None:
        verdict = self._verdicts.get((variant or cell["variant"], cell["save"], load or cell["load"]))
        if verdict is None or verdict in (Verdict.UNSUPPORTED, Verdict.UNAVAILABLE):
            return None
        return Trial(
            remedy=remedy,
            verdict=verdict,
            reason="",
            verified=good(cell["verdict"], verdict),
            variant=variant,
            load=load,
        )


def _of(variant: Mapping[str, Any]) -> tuple[str, str]:
    return variant["scenario"], repr(sorted(variant["parameters"].items()))

"""Which remedies are worth trying on a cell, and which of them helped. Pure, except that it reads the worker's source.

A remedy on the loading side needs its own run. Saving in a different way does not: the matrix already has the cell
that was saved that way, and its verdict is the proof.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from harness import paths
from harness.catalogue.causes import FAILING, Causes
from harness.model import Attempt, Cell, CellId, Difference, Outcome, Verdict
from harness.results.shape import CellEntry, Document, TrialEntry, VariantEntry, cell_entries, cell_id
from harness.tools.essence import essence_of

ANOTHER_FORMAT = "another-format"
AS_THE_SCENARIO_SAYS = "as-the-scenario-says"
OTHER_KERAS = "other-keras"
_LOADED = tuple(verdict for verdict in FAILING if verdict != Verdict.UNSAVED)  # the loading side can change these
_WORSE = tuple(verdict for verdict in FAILING if verdict != Verdict.INCOMPLETE)  # worse than incomplete
_SOURCE = paths.WORKER / "remedies" / "__init__.py"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trial:
    """One remedy on one cell. If it was not run itself, `variant`, `save` or `load` name the cell that proves it.

    `outcome`, `step` and `differences` are those of the run; the verdict follows from them.
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
    """The code on which the results of this remedy depend. Raises KeyError if the worker does not have it."""
    return essence_of(_SOURCE, remedy.replace("-", "_"))


@functools.cache
def runnable() -> frozenset[str]:
    """The remedies that the worker can run."""
    statements = ast.parse(_SOURCE.read_text(encoding="utf-8")).body
    functions = [node.name for node in statements if isinstance(node, ast.FunctionDef)]
    return frozenset(name.replace("_", "-") for name in functions if not name.startswith("_"))


def proposed(cell: CellEntry, causes: Causes) -> list[str]:
    """The remedies on the loading side that the cell's cause proposes, shortest first."""
    if cell["verdict"] not in _LOADED:
        return []
    cause = causes.by_id.get(cell["cause"])
    return [remedy for remedy in cause.remedies if remedy in runnable()] if cause else []


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
        if trial := of_run(remedy, self.cell["verdict"], cell, key):
            self.trials.append(trial)
            self.helped |= trial.verified


def cases(document: Document, causes: Causes) -> list[Case]:
    """Every cell of a document with a loading-side remedy to try."""
    siblings = _Siblings(document)
    remedies_of = {cell_id(cell): proposed(cell, causes) for cell in document["cells"]}
    return [
        Case(cell, remedies_of[cell_id(cell)], any(trial.verified for trial in siblings.of(cell)))
        for cell in document["cells"]
        if remedies_of[cell_id(cell)]
    ]


def good(before: str, now: str) -> bool:
    """Whether a verdict is good enough, compared with the one before, for a remedy to count as verified."""
    return now == Verdict.IDENTICAL or (now == Verdict.INCOMPLETE and before in _WORSE)


def of_run(remedy: str, before: str, cell: Cell, key: str) -> Trial | None:
    """What a run with a remedy showed; None if the remedy does not apply to such a file."""
    if cell.verdict in (Verdict.UNSUPPORTED, Verdict.UNAVAILABLE) or cell.loaded is None:
        return None
    verdict = str(cell.verdict)
    first_of: dict[str, Difference] = {}
    for difference in cell.differences:
        if difference.counts:
            first_of.setdefault(difference.observation, difference)
    return Trial(
        remedy=remedy,
        verdict=verdict,
        reason=cell.reason,
        verified=good(before, verdict),
        wall=cell.loaded.wall,
        key=key,
        outcome=str(cell.loaded.outcome),
        step=cell.loaded.step,
        differences=tuple(first_of.values()),
    )


def attempt_of(trial: TrialEntry) -> Attempt:
    """The attempt behind a trial of a document: only what a verdict needs."""
    return Attempt(
        outcome=Outcome(trial["outcome"]),
        step=trial["step"],
        wall=trial["wall"],
        reason="" if trial["outcome"] == Outcome.DONE else trial["reason"],  # otherwise the comparison gave it
        differences=_differences(trial),
    )


def run_in(document: Document) -> dict[CellId, list[Trial]]:
    """The trials of a document that were run."""
    return {
        id: [_trial(entry) for entry in cell.get("remedies") or () if entry["key"]]
        for id, cell in cell_entries(document).items()
    }


def settled(trials: Iterable[Trial]) -> bool:
    """Whether nothing better can be found."""
    return any(trial.verdict == Verdict.IDENTICAL for trial in trials)


def annotate(document: Document, run: Mapping[CellId, Sequence[Trial]], causes: Causes) -> None:
    """Set the `remedies` of every cell: the trials that were run, and what other cells of the document prove.

    Verified ones come first, in catalogue order (shortest first), followed by those that did not help.
    """
    order = {remedy.id: number for number, remedy in enumerate(causes.remedies)}
    siblings = _Siblings(document)
    for cell in document["cells"]:
        trials = [*run.get(cell_id(cell), ()), *siblings.of(cell)] if cell["cause"] else []
        trials.sort(key=lambda trial: (not trial.verified, order.get(trial.remedy, len(order))))
        cell["remedies"] = [cast(TrialEntry, dataclasses.asdict(trial)) for trial in trials]


def _trial(entry: TrialEntry) -> Trial:
    fields = {name: value for name, value in entry.items() if name != "differences"}
    return Trial(**fields, differences=_differences(entry))  # type: ignore[arg-type]  # the other fields match by name


def _differences(entry: TrialEntry) -> tuple[Difference, ...]:
    return tuple(Difference(**difference) for difference in entry["differences"])


class _Siblings:
    """Finds cells that differ from another in a single thing that a user could have done differently."""

    def __init__(self, document: Document) -> None:
        self._verdicts = {id: cell["verdict"] for id, cell in cell_entries(document).items()}
        self._variants = {variant["id"]: variant for variant in document["variants"]}
        self._by_parameters: dict[tuple[str, str], list[VariantEntry]] = {}
        for variant in document["variants"]:
            self._by_parameters.setdefault(_parameters(variant), []).append(variant)
        self._remedies = {scenario["name"]: scenario["remedy"] for scenario in document["scenarios"]}
        self._other_keras = _other_keras(document)

    def of(self, cell: CellEntry) -> list[Trial]:
        """The trials that siblings of a cell prove: best other format, the scenario's own remedy, the other Keras."""
        variant = self._variants[cell["variant"]]
        other_keras = self._other_keras.get(cell["load"])
        trials = [*self._best_format(cell, variant), *self._as_the_scenario_says(cell, variant)]
        if other_keras:
            trials += self._trials(OTHER_KERAS, cell, load=other_keras)
        return trials

    def _best_format(self, cell: CellEntry, variant: VariantEntry) -> list[Trial]:
        """At most one trial: a format in which this cell is good."""
        siblings = [sibling for sibling in self._by_parameters[_parameters(variant)] if sibling["format"] != "code"]
        trials = [
            trial
            for sibling in siblings
            if sibling["id"] != variant["id"]
            for trial in self._trials(ANOTHER_FORMAT, cell, variant=sibling["id"])
        ]
        verified = [trial for trial in trials if trial.verified]
        return sorted(verified, key=lambda trial: trial.verdict != Verdict.IDENTICAL)[:1]

    def _as_the_scenario_says(self, cell: CellEntry, variant: VariantEntry) -> list[Trial]:
        remedy = self._remedies[variant["scenario"]]
        if not remedy or variant["remedy"]:
            return []
        remedied: VariantEntry = {**variant, "parameters": {**variant["parameters"], **remedy}}
        siblings = self._by_parameters.get(_parameters(remedied), ())
        return [
            trial
            for sibling in siblings
            if sibling["format"] == variant["format"]
            for trial in self._trials(AS_THE_SCENARIO_SAYS, cell, variant=sibling["id"])
        ]

    def _trials(self, remedy: str, cell: CellEntry, variant: str = "", load: str = "") -> list[Trial]:
        """The trial that another cell proves; none if that cell does not exist or proves nothing."""
        verdict = self._verdicts.get(CellId(variant or cell["variant"], cell["save"], load or cell["load"]))
        if verdict is None or verdict in (Verdict.UNSUPPORTED, Verdict.UNAVAILABLE):
            return []
        verified = good(cell["verdict"], verdict)
        return [Trial(remedy=remedy, verdict=verdict, reason="", verified=verified, variant=variant, load=load)]


def _other_keras(document: Document) -> dict[str, str]:
    """For each runtime of Keras 3 or tf_keras: the runtime of the other one in the same environment."""
    runtimes = [runtime for runtime in document["runtimes"] if not runtime["v1"]]
    return {
        runtime["id"]: other["id"]
        for runtime in runtimes
        for other in runtimes
        if runtime["environment"] == other["environment"]
        and {runtime["keras"], other["keras"]} == {"keras", "tf_keras"}
    }


def _parameters(variant: VariantEntry) -> tuple[str, str]:
    return variant["scenario"], repr(sorted(variant["parameters"].items()))

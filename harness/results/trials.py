"""One remedy on one cell: what a run with it showed, or what another cell proves; to and from a document. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from harness.model import Attempt, Cell, CellId, Difference, Failure, Outcome, Verdict
from harness.results.diagnosis.controls import good
from harness.results.diagnosis.messages import gist
from harness.results.shape import CellEntry, Document, FailureEntry, TrialEntry, cell_entries


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trial:
    """One remedy on one cell. If it was not run itself, `variant`, `save` or `load` name the cell that proves it.

    `outcome`, `stage`, `step`, `notes` and `differences` are those of the run; the verdict follows from them. `failure`
    is kept where the cell failed otherwise without the remedy: then this is a second fault.
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
    stage: str = ""
    step: str = ""
    failure: Failure | None = None
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def of_run(remedy: str, before: CellEntry, cell: Cell, key: str) -> Trial | None:
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
        verified=good(before["verdict"], verdict),
        wall=cell.loaded.wall,
        key=key,
        outcome=str(cell.loaded.outcome),
        stage=str(cell.stage),
        step=cell.loaded.step,
        failure=cell.failure if cell.failure and _other(before["failure"], cell.failure) else None,
        notes=cell.loaded.notes,
        differences=tuple(first_of.values()),
    )


def _other(before: FailureEntry | None, failure: Failure) -> bool:
    return before is None or (before["type"], gist(before["message"])) != (failure.type, gist(failure.message))


def attempt_of(trial: TrialEntry) -> Attempt:
    """The attempt behind a trial of a document: only what a verdict needs."""
    return Attempt(
        outcome=Outcome(trial["outcome"]),
        step=trial["step"],
        wall=trial["wall"],
        failure=_failure(trial),
        notes=tuple(trial.get("notes") or ()),
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


def _trial(entry: TrialEntry) -> Trial:
    fields = {name: value for name, value in entry.items() if name not in ("differences", "failure", "notes")}
    notes = tuple(entry.get("notes") or ())
    return Trial(**fields, failure=_failure(entry), notes=notes, differences=_differences(entry))  # type: ignore[arg-type]


def _differences(entry: TrialEntry) -> tuple[Difference, ...]:
    return tuple(Difference(**difference) for difference in entry["differences"])


def _failure(entry: TrialEntry) -> Failure | None:
    failure = entry.get("failure")
    return Failure(**failure) if failure else None

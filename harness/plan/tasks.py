"""From a selection and what is known to the work still to do. Pure: no file, process or clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from harness.model import Attempt, CellId, Outcome, Runtime, Scenario, Stage, Variant, digest_of

# Another session has another order of sets and hashes, so the two sides run under different, recorded seeds.
HASH_SEEDS = {Stage.SAVE: "1", Stage.LOAD: "2"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Selection:
    """What a run is about. Runtimes are in the order of the matrix: oldest first."""

    scenarios: Mapping[str, Scenario]
    variants: tuple[Variant, ...]
    savers: tuple[Runtime, ...]
    loaders: tuple[Runtime, ...]
    order: tuple[Runtime, ...] = ()
    by_reach: bool = False  # whether scenarios say among which runtimes they are asked, or all of these are meant

    @property
    def runtimes(self) -> tuple[Runtime, ...]:
        """Every runtime that has any part in it, once, in `order` where that is given."""
        part = dict.fromkeys((*self.savers, *self.loaders))
        return tuple(dict.fromkeys((*(one for one in self.order if one in part), *part)))

    def asks(self, variant: Variant, saver: Runtime, loader: Runtime) -> bool:
        """Whether this cell is part of it."""
        scenario = self.scenarios[variant.scenario]
        if not self.by_reach or scenario.reach == "all" or (saver.id, loader.id) in scenario.pairs:
            return True
        return saver.milestone and loader.milestone and (scenario.reach == "milestones" or saver == loader)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conditions:
    """Everything beside the scenario that could change a result."""

    worker: str
    environments: Mapping[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """One save or load to be done; `key` names its result for ever."""

    stage: Stage
    key: str
    variant: Variant
    runtime: Runtime
    scenario: str
    saver: str = ""
    artifact: str = ""
    limit: float | None = None
    remedy: str = ""
    saved_by: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # settings and versions, for a remedy

    @property
    def save_id(self) -> tuple[str, str]:
        """The ids of the variant and of the runtime in which this save is made."""
        return self.variant.id, self.runtime.id

    @property
    def cell_id(self) -> CellId:
        """The cell to which this load belongs."""
        return CellId(self.variant.id, self.saver, self.runtime.id)

    @property
    def about(self) -> str:
        """The task in one readable line."""
        way = f"{self.saver + ' -> ' if self.saver else ''}{self.runtime.id}"
        return f"{self.variant.id}: {way}{f', with {self.remedy}' if self.remedy else ''}"


def save_tasks(selection: Selection, conditions: Conditions) -> list[Task]:
    """Every save that the selection asks for, runtime by runtime."""
    return [
        _task(Stage.SAVE, selection, conditions, variant, runtime)
        for runtime in selection.savers
        for variant in selection.variants
        if any(selection.asks(variant, runtime, loader) for loader in selection.loaders)
    ]


def load_tasks(selection: Selection, conditions: Conditions, saved: Mapping[tuple[str, str], Attempt]) -> list[Task]:
    """Every load of what was saved, by loading runtime; `saved` is by (variant id, runtime id)."""
    return [
        _task(Stage.LOAD, selection, conditions, variant, loader, saver.id, artifact)
        for loader in selection.loaders
        for variant in selection.variants
        for saver in selection.savers
        if selection.asks(variant, saver, loader) and (artifact := _artifact(saved.get((variant.id, saver.id))))
    ]


def with_remedy(load: Task, remedy: str, essence: bytes, saver: Runtime, versions: Mapping[str, str]) -> Task:
    """The same load once more, with a remedy; `essence` is the remedy's code, `versions` those of the saving side."""
    told = {"runtime": saver.settings(), "versions": dict(versions)}
    key = digest_of([load.key, remedy, essence.hex(), told])
    return dataclasses.replace(load, key=key, remedy=remedy, saved_by=told)


def _artifact(attempt: Attempt | None) -> str:
    return attempt.artifact if attempt and attempt.outcome is Outcome.DONE else ""


def _task(
    stage: Stage,
    selection: Selection,
    conditions: Conditions,
    variant: Variant,
    runtime: Runtime,
    saver: str = "",
    artifact: str = "",
) -> Task:
    scenario = selection.scenarios[variant.scenario]
    key = digest_of(
        [
            stage,
            scenario.digest,
            scenario.name,
            variant.format,
            variant.parameters,
            conditions.worker,
            conditions.environments[runtime.environment],
            runtime.settings(),
            HASH_SEEDS[stage],
            artifact,
        ]
    )
    return Task(
        stage=stage,
        key=key,
        variant=variant,
        runtime=runtime,
        scenario=scenario.path,
        saver=saver,
        artifact=artifact,
        limit=scenario.limit,
    )

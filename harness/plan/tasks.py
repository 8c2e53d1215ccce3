"""Derives the tasks of a run from its selection, each with the key of its result. Pure: no file, process or clock."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.model import Attempt, CellId, Outcome, Runtime, Scenario, Stage, Variant, digest_of

# Sets and hashes are ordered differently in another session, so the two sides run under different, recorded seeds.
HASH_SEEDS = {Stage.SAVE: "1", Stage.LOAD: "2"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Selection:
    """What a run covers. Runtimes are in matrix order: oldest first.

    `cells` are exactly the cells of the run, sorted; None means that every saver is combined with every loader.
    """

    scenarios: Mapping[str, Scenario]
    variants: tuple[Variant, ...]
    savers: tuple[Runtime, ...]
    loaders: tuple[Runtime, ...]
    order: tuple[Runtime, ...] = ()
    cells: tuple[CellId, ...] | None = None

    @property
    def runtimes(self) -> tuple[Runtime, ...]:
        """Every runtime that takes part, once, in `order` if there is one."""
        participants = dict.fromkeys((*self.savers, *self.loaders))
        ordered = [runtime for runtime in self.order if runtime in participants]
        return tuple(dict.fromkeys((*ordered, *participants)))

    def includes(self, variant: Variant, saver: Runtime, loader: Runtime) -> bool:
        """Whether this cell is part of the selection."""
        return self._included is None or (variant.id, saver.id, loader.id) in self._included

    def only(self, cells: Iterable[CellId]) -> Selection:
        """The selection of exactly these cells, with what they need: of its variants, and of any known runtime."""
        exact = tuple(sorted(set(cells)))
        variants, savers, loaders = ({cell[place] for cell in exact} for place in range(3))
        kept = tuple(variant for variant in self.variants if variant.id in variants)
        known = dict.fromkeys((*self.order, *self.runtimes))
        return dataclasses.replace(
            self,
            scenarios={variant.scenario: self.scenarios[variant.scenario] for variant in kept},
            variants=kept,
            savers=tuple(runtime for runtime in known if runtime.id in savers),
            loaders=tuple(runtime for runtime in known if runtime.id in loaders),
            cells=exact,
        )

    @functools.cached_property
    def _included(self) -> frozenset[CellId] | None:
        return None if self.cells is None else frozenset(self.cells)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conditions:
    """Everything besides the scenario that could change a result."""

    worker: str
    environments: Mapping[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """One save or load to be done, or experiments on a load; `key` identifies its result for good."""

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
    budget: float = 0.0  # seconds for experiments on a failing load, which such a task is
    lay_out: Callable[[pathlib.Path], None] | None = None  # puts further files into the folder of the task

    @property
    def save_id(self) -> tuple[str, str]:
        """The ids of the variant and the saving runtime of this save."""
        return self.variant.id, self.runtime.id

    @property
    def cell_id(self) -> CellId:
        """The cell to which this load belongs."""
        return CellId(self.variant.id, self.saver, self.runtime.id)

    @property
    def about(self) -> str:
        """The task in one readable line."""
        route = f"{self.saver} -> {self.runtime.id}" if self.saver else self.runtime.id
        remedy = f", with {self.remedy}" if self.remedy else ""
        culprit = ", the culprit" if self.budget else ""
        return f"{self.variant.id}: {route}{remedy}{culprit}"


def save_tasks(selection: Selection, conditions: Conditions) -> list[Task]:
    """Every save of the selection, runtime by runtime."""
    return [
        _task(Stage.SAVE, selection, conditions, variant, runtime)
        for runtime in selection.savers
        for variant in selection.variants
        if any(selection.includes(variant, runtime, loader) for loader in selection.loaders)
    ]


def load_tasks(selection: Selection, conditions: Conditions, saved: Mapping[tuple[str, str], Attempt]) -> list[Task]:
    """Every load of what was saved, by loading runtime; `saved` is by (variant id, runtime id)."""
    artifacts = {save: attempt.artifact for save, attempt in saved.items() if attempt.outcome is Outcome.DONE}
    return [
        _task(Stage.LOAD, selection, conditions, variant, loader, saver.id, artifacts[variant.id, saver.id])
        for loader in selection.loaders
        for variant in selection.variants
        for saver in selection.savers
        if artifacts.get((variant.id, saver.id)) and selection.includes(variant, saver, loader)
    ]


def with_remedy(load: Task, remedy: str, essence: bytes, saver: Runtime, versions: Mapping[str, str]) -> Task:
    """The same load with a remedy; `essence` is the remedy's code, `versions` those of the saving side."""
    saved_by = {"runtime": saver.settings(), "versions": dict(versions)}
    key = digest_of([load.key, remedy, essence.hex(), saved_by])
    return dataclasses.replace(load, key=key, remedy=remedy, saved_by=saved_by)


def with_experiments(
    load: Task,
    essence: bytes,
    saved_by: Mapping[str, Any],
    failing: object,
    budget: float,
    lay_out: Callable[[pathlib.Path], None],
) -> Task:
    """Experiments on the same load, for at most `budget` seconds; `failing` is all that says how it failed.

    `essence` is the code of the experiments, `saved_by` the settings and versions of the saving side.
    """
    key = digest_of([load.key, "culprit", essence.hex(), saved_by, failing, budget])
    return dataclasses.replace(load, key=key, saved_by=saved_by, budget=budget, lay_out=lay_out)


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

"""The tasks of a run: which there are, in which order, and what changes the key of a result."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest

from harness.model import Attempt, CellId, Outcome, Runtime, Scenario, Stage, Variant
from harness.plan.tasks import HASH_SEEDS, Conditions, Selection, load_tasks, save_tasks
from tests.unit import made

OLD, NEW = made.runtime("old"), made.runtime("new")
CONDITIONS = Conditions(worker="worker", environments={"env-old": "locked-old", "env-new": "locked-new"})


def selection(
    *,
    scenario: Scenario | None = None,
    variants: tuple[Variant, ...] = (made.variant(),),
    savers: tuple[Runtime, ...] = (OLD, NEW),
    loaders: tuple[Runtime, ...] = (OLD, NEW),
) -> Selection:
    """A selection of one scenario."""
    scenario = scenario or made.scenario()
    return Selection(scenarios={scenario.name: scenario}, variants=variants, savers=savers, loaders=loaders)


def saved(*artifacts: str, variant: Variant | None = None) -> dict[tuple[str, str], Attempt]:
    """What OLD and NEW saved: one artifact each, '' for none."""
    variant = variant or made.variant()
    return {
        (variant.id, runtime.id): made.attempt(artifact=artifact)
        for runtime, artifact in zip((OLD, NEW), artifacts, strict=True)
    }


def test_every_save_is_planned_runtime_by_runtime() -> None:
    """All saves of one runtime come together, so that its zygote starts once and can then end."""
    variants = (made.variant(), made.variant(format="keras"))
    assert [("old", "h5"), ("old", "keras"), ("new", "h5"), ("new", "keras")] == [
        (task.runtime.id, task.variant.format) for task in save_tasks(selection(variants=variants), CONDITIONS)
    ]


def test_every_load_is_planned_by_loading_runtime() -> None:
    """Everything that was saved is loaded everywhere, including where it was saved."""
    tasks = load_tasks(selection(), CONDITIONS, saved("a", "b"))
    assert [("old", "old", "a"), ("new", "old", "b"), ("old", "new", "a"), ("new", "new", "b")] == [
        (task.saver, task.runtime.id, task.artifact) for task in tasks
    ]


@pytest.mark.parametrize(
    "attempt",
    [
        None,
        made.attempt(Outcome.RAISED, artifact="left behind"),
        made.attempt(Outcome.UNAVAILABLE),
        made.attempt(),
    ],
)
def test_what_was_not_saved_is_not_loaded(attempt: Attempt | None) -> None:
    """Neither a failed save nor one without files can be loaded."""
    kept = {} if attempt is None else {(made.variant().id, "old"): attempt}
    assert [] == load_tasks(selection(), CONDITIONS, kept)


def test_a_task_describes_itself_in_one_line() -> None:
    """A save names its runtime, a load names both."""
    assert "dense/h5: old" == save_tasks(selection(), CONDITIONS)[0].about
    assert "dense/h5: new -> old" == load_tasks(selection(), CONDITIONS, saved("a", "b"))[1].about


def test_the_two_sides_run_under_different_hash_seeds() -> None:
    """A vocabulary built from a set changes its order between sessions, and the matrix has to show that."""
    assert 2 == len({HASH_SEEDS[Stage.SAVE], HASH_SEEDS[Stage.LOAD]})


@pytest.mark.parametrize(
    "changed",
    [
        {"scenario": made.scenario(digest="another")},
        {"scenario": made.scenario(name="renamed"), "variants": (made.variant("renamed"),)},
        {"variants": (made.variant(format="keras"),)},
        {"variants": (made.variant(units=4),)},
        {"savers": (dataclasses.replace(OLD, v1=True),)},
        {"savers": (dataclasses.replace(OLD, backend="jax"),)},
        {"savers": (dataclasses.replace(OLD, keras="tf_keras"),)},
    ],
    ids=str,
)
def test_whatever_could_change_a_result_changes_its_key(changed: dict[str, Any]) -> None:
    """Changed work is repeated."""
    assert (
        save_tasks(selection(savers=(OLD,)), CONDITIONS)[0].key
        != save_tasks(selection(**{"savers": (OLD,), **changed}), CONDITIONS)[0].key
    )


@pytest.mark.parametrize("changed", [{"worker": "another"}, {"environments": {"env-old": "locked anew"}}], ids=str)
def test_another_worker_or_environment_changes_the_key(changed: dict[str, Any]) -> None:
    """So does a change of the worker or the environment."""
    chosen = selection(savers=(OLD,))
    assert (
        save_tasks(chosen, CONDITIONS)[0].key != save_tasks(chosen, dataclasses.replace(CONDITIONS, **changed))[0].key
    )


def test_what_cannot_change_a_result_leaves_its_key_alone() -> None:
    """Titles, neighbours, the place of the script, unused environments: unchanged work is not repeated."""
    before = save_tasks(selection(savers=(OLD,)), CONDITIONS)[0].key
    moved = made.scenario(path="/elsewhere/dense.py", title="Another title", formats=("h5", "keras"))
    after = save_tasks(
        selection(scenario=moved, savers=(NEW, dataclasses.replace(OLD, title="Another title"))),
        Conditions(worker="worker", environments={"env-old": "locked-old", "env-new": "locked anew"}),
    )[1].key
    assert before == after


def test_a_load_is_known_by_the_artifact_whoever_saved_it() -> None:
    """Two runtimes that save identical files share one load; another artifact needs its own."""
    same, different = (load_tasks(selection(loaders=(NEW,)), CONDITIONS, saved("a", second)) for second in ("a", "b"))
    assert same[0].key == same[1].key
    assert different[0].key != different[1].key


def test_saving_and_loading_never_share_a_key() -> None:
    """Even without its artifact, a load never has the key of the save."""
    keys = [
        task.key
        for task in (*save_tasks(selection(), CONDITIONS), *load_tasks(selection(), CONDITIONS, saved("a", "b")))
    ]
    assert len(keys) == len(set(keys))


def test_each_runtime_that_takes_part_is_named_once() -> None:
    """A runtime that saves and loads is one row and one column."""
    assert (OLD, NEW) == selection().runtimes
    assert (OLD, NEW) == selection(savers=(OLD,), loaders=(NEW,)).runtimes


NEITHER = made.runtime("neither")
EVERYWHERE = Conditions(worker="worker", environments={**CONDITIONS.environments, "env-neither": "locked"})
VARIANTS = (made.variant(), made.variant(format="keras"))
RUNTIMES = (OLD, NEITHER, NEW)


def wide() -> Selection:
    """Two variants in three runtimes."""
    return selection(variants=VARIANTS, savers=RUNTIMES, loaders=RUNTIMES)


def cells_of(chosen: Selection) -> set[CellId]:
    """Every cell that a selection includes."""
    return {
        CellId(variant.id, saver.id, loader.id)
        for variant in VARIANTS
        for saver in RUNTIMES
        for loader in RUNTIMES
        if chosen.includes(variant, saver, loader)
    }


def test_without_exact_cells_every_saver_meets_every_loader() -> None:
    """For every variant."""
    assert 18 == len(cells_of(wide()))


@pytest.mark.parametrize("seed", range(20))
def test_exact_cells_are_what_is_included_saved_and_loaded(seed: int) -> None:
    """Whichever they are: the tasks are those of the cells, and nothing is saved that no cell needs."""
    every = sorted(cells_of(wide()))
    cells = set(random.Random(seed).sample(every, 1 + seed % len(every)))
    chosen = wide().only(cells)
    assert cells == cells_of(chosen)
    saves = {task.save_id for task in save_tasks(chosen, EVERYWHERE)}
    assert {(cell.variant, cell.save) for cell in cells} == saves
    attempts = {(variant.id, saver.id): made.attempt(artifact="a") for variant in VARIANTS for saver in RUNTIMES}
    assert sorted(cells) == sorted(task.cell_id for task in load_tasks(chosen, EVERYWHERE, attempts))
    assert {cell.variant for cell in cells} == {variant.id for variant in chosen.variants}
    assert {id for cell in cells for id in cell[1:]} == {runtime.id for runtime in chosen.runtimes}


def test_exact_cells_may_name_any_known_runtime() -> None:
    """Not only one of a chosen group; the order of the matrix stays."""
    chosen = dataclasses.replace(selection(savers=(NEW,), loaders=(NEW,)), order=RUNTIMES)
    wider = chosen.only([CellId("dense/h5", "new", "neither"), CellId("dense/h5", "new", "old")])
    assert ((NEW,), (OLD, NEITHER)) == (wider.savers, wider.loaders)
    assert RUNTIMES == wider.runtimes


def test_the_same_cells_are_the_same_selection() -> None:
    """In any order, and given twice: a note of the last run has the text of its selection."""
    cells = sorted(cells_of(wide()))
    assert repr(wide().only(cells)) == repr(wide().only([*reversed(cells), *cells]))
    assert wide().only(cells) != wide().only(cells[1:])


def test_scenarios_without_a_cell_take_no_part() -> None:
    """Like variants and runtimes."""
    scenarios = {name: made.scenario(name) for name in ("dense", "conv")}
    variants = (made.variant("dense"), made.variant("conv"))
    chosen = Selection(scenarios=scenarios, variants=variants, savers=(OLD,), loaders=(OLD,))
    assert ["conv"] == list(chosen.only([CellId("conv/h5", "old", "old")]).scenarios)

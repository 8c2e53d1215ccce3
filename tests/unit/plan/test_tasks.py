"""The tasks of a run: which there are, in which order, and what changes the key of a result."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from harness.model import Attempt, Outcome, Runtime, Scenario, Stage, Variant
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


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        ("all", 9),
        ("milestones", {("old", "old"), ("old", "new"), ("new", "old"), ("new", "new"), ("neither", "old")}),
        ("own", {("old", "old"), ("new", "new"), ("neither", "old")}),
    ],
)
def test_a_scenario_reaches_as_far_as_it_says(reach: Any, expected: Any) -> None:
    """In a run of a whole group: milestones with each other or themselves, or all; plus additional pairs."""
    old, new = (dataclasses.replace(runtime, milestone=True) for runtime in (OLD, NEW))
    scenario = dataclasses.replace(made.scenario(), reach=reach, pairs=(("neither", "old"),))
    runtimes = (old, NEITHER, new)
    chosen = selection(scenario=scenario, savers=runtimes, loaders=runtimes)
    wide = {(saver.id, loader.id) for saver in runtimes for loader in runtimes}
    every = {pair for pair in wide if includes(chosen, *pair)}
    reached = {pair for pair in wide if includes(dataclasses.replace(chosen, by_reach=True), *pair)}
    assert wide == every
    assert (wide if expected == 9 else expected) == reached


def includes(chosen: Selection, saver: str, loader: str) -> bool:
    """Whether a selection includes a pair, by its ids."""
    by_id = {runtime.id: runtime for runtime in chosen.runtimes}
    return chosen.includes(made.variant(), by_id[saver], by_id[loader])


def test_what_is_never_loaded_is_not_saved() -> None:
    """A runtime that a scenario does not reach has no work for it."""
    scenario = dataclasses.replace(made.scenario(), pairs=(("old", "new"),))
    conditions = Conditions(worker="worker", environments={**CONDITIONS.environments, "env-neither": "locked"})
    chosen = dataclasses.replace(selection(scenario=scenario, savers=(OLD, NEITHER, NEW)), by_reach=True)
    assert ["old"] == [task.runtime.id for task in save_tasks(chosen, conditions)]
    saves = saved("a", "b") | {("scenario/h5", "neither"): made.attempt(artifact="c")}
    assert [("old", "new")] == [(task.saver, task.runtime.id) for task in load_tasks(chosen, conditions, saves)]

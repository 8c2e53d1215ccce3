"""What tasks stand on: environments made ahead, or each as its turn comes."""

from __future__ import annotations

import pathlib

import pytest

from harness.environments import provision, sessions
from harness.execute import rehearsal
from harness.model import Environment, Provisioned
from harness.run.ready import RunEnvironments
from tests.unit import made

CATALOGUE = made.catalogue("old", "new")
OLD, NEW = CATALOGUE.runtimes
TASKS = [made.task(runtime=OLD, number=1), made.task(runtime=NEW, number=2), made.task(runtime=OLD, number=3)]
CHAINS = [[task] for task in TASKS]


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happens to environments, in order; that of `new` cannot be made."""
    found: list[str] = []

    def make(environment: Environment) -> Provisioned:
        found.append(f"make {environment.id}")
        if environment.id == "env-old":
            return made.record(environment.id)
        return made.record(environment.id, status="unavailable", reason="no wheel")

    monkeypatch.setattr(provision, "current", lambda environment: None)
    monkeypatch.setattr(sessions, "provision", make)
    monkeypatch.setattr(provision, "clear", lambda environment: found.append(f"clear {environment.id}"))
    monkeypatch.setattr(rehearsal, "rehearse", lambda runtime, *more: found.append(f"rehearse {runtime.id}"))
    monkeypatch.setattr(rehearsal, "modules", lambda runtime, python, place, worker: ["json"])
    return found


def test_each_environment_is_there_for_its_batch_only(events: list[str]) -> None:
    """Made and rehearsed before, removed after; in one that cannot be made nothing is rehearsed."""
    ground = RunEnvironments(CATALOGUE, "worker", jobs=1, prune=True)
    for batch in ground.batches(CHAINS):
        events.append(" ".join(task.key for [task] in batch))
    assert [
        "make env-old",
        "rehearse old",
        "save-new-1 save-new-3",
        "clear env-old",
        "make env-new",
        "save-new-2",
        "clear env-new",
    ] == events
    assert ["", "no wheel"] == [ground.missing(task) for task in TASKS[:2]]
    assert {"env-old": "python"} == ground.pythons()


def test_everything_is_one_batch_where_nothing_is_removed(events: list[str]) -> None:
    """And a runtime that is ready has what its zygotes import ahead."""
    ground = RunEnvironments(CATALOGUE, "worker", jobs=1, prune=False)
    assert [CHAINS] == list(ground.batches(CHAINS))
    assert [] == events
    assert "its environment was not provisioned" == ground.missing(TASKS[0])
    ground.records["env-old"] = made.record("env-old", python=str(pathlib.Path("env") / "bin" / "python"))
    assert {"old": ["json"]} == ground.preloads(CHAINS)

"""Zygotes are started when they are needed or just ahead, replaced when lost, and ended when not needed any more."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from harness.execute import nursery as module
from harness.execute.nursery import Nursery, RuntimeUnavailableError, zygote_key
from harness.execute.zygote import ZygoteGoneError
from harness.model import Stage
from harness.plan.tasks import HASH_SEEDS
from tests.unit import made

OLD, NEW = (Stage.SAVE, "old"), (Stage.SAVE, "new")


class Zygote:
    """Stands where a process would be; an interpreter called `gone` cannot be started, a `broken` one not be used."""

    started: list[Zygote]

    def __init__(self, python: str, settings: dict[str, Any], folder: pathlib.Path, hash_seed: str) -> None:
        self.settings, self.folder, self.hash_seed = settings, folder, hash_seed
        self.python = python
        self.closed = 0
        if python == "gone":
            raise FileNotFoundError(python)
        Zygote.started.append(self)

    def wait_ready(self, seconds: float) -> float:
        """Ready at once, or never."""
        if self.python == "broken":
            raise ZygoteGoneError("ImportError: broken")
        return seconds

    def close(self) -> None:
        """Count it."""
        self.closed += 1


@pytest.fixture(autouse=True)
def _made_zygotes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started."""
    Zygote.started = []
    monkeypatch.setattr(module, "Zygote", Zygote)


def nursery(old: str = "python", new: str = "python") -> Nursery:
    """A nursery for two runtimes."""
    return Nursery({"env-old": old, "env-new": new}, pathlib.Path("/work"), 20.0, {"new": ["h5py"]})


def test_one_zygote_serves_all_tasks_of_a_place_and_goes_with_the_last() -> None:
    """However many there are."""
    some = nursery()
    tasks = [made.task(number=number) for number in range(3)]
    some.expect(tasks)
    found: list[Any] = []
    for task in tasks:
        found.append(some.zygote(zygote_key(task)))
        assert 0 == found[0].closed
        some.done_with(zygote_key(task))
    assert [found[0]] * 3 == found
    assert 1 == found[0].closed


def test_the_next_one_is_started_ahead_and_no_more_than_that() -> None:
    """Importing takes seconds, which nobody should wait for, and memory, which three of them would take at once."""
    some = nursery()
    some.expect([made.task(id="old"), made.task(id="new"), made.task(Stage.LOAD, id="old")])
    some.zygote(OLD)
    assert ["zygote-save-old", "zygote-save-new"] == [one.folder.name for one in Zygote.started]


def test_what_is_done_with_is_not_started_ahead() -> None:
    """Saves are over when loads begin."""
    some = nursery()
    some.expect([made.task(id="old"), made.task(id="new")])
    some.done_with(NEW)
    some.zygote(OLD)
    assert ["zygote-save-old"] == [one.folder.name for one in Zygote.started]


def test_each_place_has_its_own_settings_and_hash_seed() -> None:
    """Saving and loading are two sessions; what is imported ahead depends on the runtime."""
    some = nursery()
    some.expect([made.task(id="new"), made.task(Stage.LOAD, id="old")])
    for place in (NEW, (Stage.LOAD, "old")):
        some.zygote(place)
    assert [HASH_SEEDS[Stage.SAVE], HASH_SEEDS[Stage.LOAD]] == [one.hash_seed for one in Zygote.started]
    assert [("new", ["h5py"]), ("old", [])] == [(one.settings["id"], one.settings["preload"]) for one in Zygote.started]


def test_one_that_is_lost_is_replaced() -> None:
    """A second report of the same loss does not cost its successor."""
    some = nursery()
    some.expect([made.task()])
    lost = some.zygote(NEW)
    some.lost(NEW, lost)
    successor = some.zygote(NEW)
    some.lost(NEW, lost)
    assert successor is some.zygote(NEW)
    assert [True, False] == [bool(one.closed) for one in Zygote.started]


def test_one_that_fails_to_start_twice_is_never_tried_again() -> None:
    """The runtime is unavailable, with the reason; no process of it stays."""
    some = nursery(new="broken")
    some.expect([made.task()])
    for _ in range(2):
        with pytest.raises(RuntimeUnavailableError, match="Keras cannot be imported: ImportError: broken"):
            some.zygote(NEW)
    assert [True, True] == [bool(one.closed) for one in Zygote.started]


def test_a_runtime_that_is_broken_is_not_started_ahead_again() -> None:
    """It has had its two tries."""
    some = nursery(new="broken")
    some.expect([made.task(id="old"), made.task(id="new")])
    with pytest.raises(RuntimeUnavailableError):
        some.zygote(NEW)
    some.zygote(OLD)
    assert ["broken", "broken", "python"] == [one.python for one in Zygote.started]


def test_closing_ends_every_zygote() -> None:
    """Also those that were only started ahead."""
    some = nursery()
    some.expect([made.task(id="old"), made.task(id="new")])
    some.zygote(OLD)
    some.close()
    assert [1, 1] == [one.closed for one in Zygote.started]


def test_trouble_of_the_next_runtime_is_not_that_of_this_one() -> None:
    """Its interpreter is gone; whoever asks for it will hear."""
    some = nursery(new="gone")
    some.expect([made.task(id="old"), made.task(id="new")])
    assert some.zygote(OLD)


def test_an_interpreter_that_is_gone_makes_its_runtime_unavailable() -> None:
    """A fact about this machine, and none about Keras."""
    some = nursery(new="gone")
    some.expect([made.task()])
    with pytest.raises(RuntimeUnavailableError):
        some.zygote(NEW)

"""Zygotes are started when they are needed or just ahead, replaced when lost, and ended when not needed any more."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from harness.execute.nursery import Nursery, RuntimeUnavailableError, zygote_key
from harness.execute.zygote import ZygoteGoneError
from harness.model import Stage
from harness.plan.tasks import HASH_SEEDS
from tests.unit import made

OLD, NEW = (Stage.SAVE, "old"), (Stage.SAVE, "new")


class FakeZygote:
    """In place of a process; an interpreter called `gone` cannot be started, and a `broken` one cannot import Keras."""

    started: list[FakeZygote]

    def __init__(self, python: str, settings: dict[str, Any], folder: pathlib.Path, hash_seed: str) -> None:
        self.settings, self.folder, self.hash_seed = settings, folder, hash_seed
        self.python = python
        self.closed = 0
        if python == "gone":
            raise FileNotFoundError(python)
        FakeZygote.started.append(self)

    def wait_ready(self, seconds: float) -> float:
        """Ready at once, or never."""
        if self.python == "broken":
            raise ZygoteGoneError("ImportError: broken")
        return seconds

    def close(self) -> None:
        """Count it."""
        self.closed += 1


@pytest.fixture(autouse=True)
def _none_started() -> None:
    """No zygote has been started yet."""
    FakeZygote.started = []


def nursery(old: str = "python", new: str = "python") -> Nursery:
    """A nursery for two runtimes that starts no process."""
    start: Any = FakeZygote
    return Nursery({"env-old": old, "env-new": new}, pathlib.Path("/work"), 20.0, {"new": ["h5py"]}, start)


def test_one_zygote_serves_all_tasks_of_a_place_and_goes_with_the_last() -> None:
    """However many there are."""
    zygotes = nursery()
    tasks = [made.task(number=number) for number in range(3)]
    zygotes.expect(tasks)
    used: list[Any] = []
    for task in tasks:
        used.append(zygotes.zygote(zygote_key(task)))
        assert 0 == used[0].closed
        zygotes.done_with(zygote_key(task))
    assert [used[0]] * 3 == used
    assert 1 == used[0].closed


def test_the_next_one_is_started_ahead_and_no_more_than_that() -> None:
    """Importing takes seconds, which nobody should wait for, and memory, which three of them would take at once."""
    zygotes = nursery()
    zygotes.expect([made.task(id="old"), made.task(id="new"), made.task(Stage.LOAD, id="old")])
    zygotes.zygote(OLD)
    assert ["zygote-save-old", "zygote-save-new"] == [zygote.folder.name for zygote in FakeZygote.started]


def test_what_is_done_with_is_not_started_ahead() -> None:
    """Saves are over when loads begin."""
    zygotes = nursery()
    zygotes.expect([made.task(id="old"), made.task(id="new")])
    zygotes.done_with(NEW)
    zygotes.zygote(OLD)
    assert ["zygote-save-old"] == [zygote.folder.name for zygote in FakeZygote.started]


def test_each_place_has_its_own_settings_and_hash_seed() -> None:
    """Saving and loading are two sessions; what is imported ahead depends on the runtime."""
    zygotes = nursery()
    zygotes.expect([made.task(id="new"), made.task(Stage.LOAD, id="old")])
    for place in (NEW, (Stage.LOAD, "old")):
        zygotes.zygote(place)
    assert [HASH_SEEDS[Stage.SAVE], HASH_SEEDS[Stage.LOAD]] == [zygote.hash_seed for zygote in FakeZygote.started]
    assert [("new", ["h5py"]), ("old", [])] == [
        (zygote.settings["id"], zygote.settings["preload"]) for zygote in FakeZygote.started
    ]


def test_one_that_is_lost_is_replaced() -> None:
    """A second report of the same loss does not cost its successor."""
    zygotes = nursery()
    zygotes.expect([made.task()])
    lost = zygotes.zygote(NEW)
    zygotes.lost(NEW, lost)
    successor = zygotes.zygote(NEW)
    zygotes.lost(NEW, lost)
    assert successor is zygotes.zygote(NEW)
    assert [True, False] == [bool(zygote.closed) for zygote in FakeZygote.started]


def test_one_that_fails_to_start_twice_is_never_tried_again() -> None:
    """The runtime is unavailable, with the reason; no process of it stays."""
    zygotes = nursery(new="broken")
    zygotes.expect([made.task()])
    for _ in range(2):
        with pytest.raises(RuntimeUnavailableError, match="Keras cannot be imported: ImportError: broken"):
            zygotes.zygote(NEW)
    assert [True, True] == [bool(zygote.closed) for zygote in FakeZygote.started]


def test_a_runtime_that_is_broken_is_not_started_ahead_again() -> None:
    """It has had its two tries."""
    zygotes = nursery(new="broken")
    zygotes.expect([made.task(id="old"), made.task(id="new")])
    with pytest.raises(RuntimeUnavailableError):
        zygotes.zygote(NEW)
    zygotes.zygote(OLD)
    assert ["broken", "broken", "python"] == [zygote.python for zygote in FakeZygote.started]


def test_closing_ends_every_zygote() -> None:
    """Also those that were only started ahead."""
    zygotes = nursery()
    zygotes.expect([made.task(id="old"), made.task(id="new")])
    zygotes.zygote(OLD)
    zygotes.close()
    assert [1, 1] == [zygote.closed for zygote in FakeZygote.started]


def test_trouble_of_the_next_runtime_is_not_that_of_this_one() -> None:
    """Its interpreter is gone; whoever asks for it will hear."""
    zygotes = nursery(new="gone")
    zygotes.expect([made.task(id="old"), made.task(id="new")])
    assert zygotes.zygote(OLD)


def test_an_interpreter_that_is_gone_makes_its_runtime_unavailable() -> None:
    """A fact about this machine, and none about Keras."""
    zygotes = nursery(new="gone")
    zygotes.expect([made.task()])
    with pytest.raises(RuntimeUnavailableError):
        zygotes.zygote(NEW)

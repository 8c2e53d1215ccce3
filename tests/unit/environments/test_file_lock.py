"""The lock that lets one process at a time into an environment; test_provision has it between real processes."""

from __future__ import annotations

import pathlib

import pytest

from harness.environments import file_lock


def test_lock_is_for_one_at_a_time(tmp_path: pathlib.Path) -> None:
    """A second holder is told to wait, gives up at its limit, and gets in once the first has gone."""
    waiting: list[str] = []
    with (
        file_lock.held(tmp_path / "a.lock", timeout=1, busy=lambda: waiting.append("first")),
        pytest.raises(TimeoutError),
        file_lock.held(tmp_path / "a.lock", timeout=0.2, busy=lambda: waiting.append("second")),
    ):
        raise AssertionError("two hold it")
    with file_lock.held(tmp_path / "a.lock", timeout=0.2, busy=lambda: waiting.append("third")):
        assert ["second"] == waiting

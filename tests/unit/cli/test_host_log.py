"""The log of the harness: on the console, in a file, or nowhere."""

from __future__ import annotations

import io
import logging
import pathlib

import pytest
from rich.console import Console

from harness.cli.host_log import host_log
from harness.errors import UsageError

LOG = logging.getLogger("harness.execute.somewhere")


def test_the_file_has_everything_and_the_console_what_matters(tmp_path: pathlib.Path) -> None:
    """Only the file has details, with time, level, thread and module; nothing is logged afterwards."""
    console = Console(file=io.StringIO(), width=200)
    with host_log(console, verbose=True, file=tmp_path / "run.log"):
        LOG.debug("a detail")
        LOG.info("a [/b] step")
    LOG.info("too late")
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "a [/b] step" in shown
    assert "a detail" not in shown
    lines = (tmp_path / "run.log").read_text().splitlines()
    assert ["a detail", "a [/b] step"] == [line.rpartition("somewhere: ")[2] for line in lines]
    assert all("MainThread harness.execute.somewhere" in line for line in lines)


def test_without_either_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Not even a warning: users read the run's own lines."""
    console = Console(file=io.StringIO())
    with host_log(console, verbose=False, file=None):
        LOG.info("a step")
        LOG.warning("an overdue worker")
    assert "" == console.file.getvalue()  # type: ignore[attr-defined]
    captured = capsys.readouterr()
    assert ("", "") == (captured.out, captured.err)


def test_a_file_that_cannot_be_written_is_wrong_use(tmp_path: pathlib.Path) -> None:
    """The error says what to do."""
    with pytest.raises(UsageError, match="--log FILE"), host_log(Console(), verbose=False, file=tmp_path):
        pass

"""A script counts as checked only if it fails as the cell does, run as a user would run it."""

from __future__ import annotations

import pathlib
import sys
from typing import Any

import pytest

from harness.culprit.check import check
from tests.unit import entries

REFUSED = entries.cell(verdict="refused", failure=entries.failure("TypeError", "Unrecognized arguments: {'groups': 1}"))
CHANGED = entries.cell(verdict="changed")
CRASHED = entries.cell(verdict="crashed", signal="SIGSEGV")
LATE = entries.cell(verdict="timed-out")
SAVED = 'import sys\nif sys.argv[1] == "save":\n    open("file", "w").close()\n    sys.exit()\nopen("file").close()\n'


def run(tmp_path: pathlib.Path, load: str, cell: Any, seconds: float = 30) -> Any:
    return check(SAVED + load, (sys.executable, sys.executable), tmp_path / "check", cell, seconds)


@pytest.mark.parametrize(
    ("load", "cell"),
    [
        ("raise TypeError(\"In x\\n\\nException encountered: Unrecognized arguments: {'groups': 4}\")", REFUSED),
        ("print('loaded:'); sys.exit(1)", CHANGED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", CRASHED),
    ],
)
def test_it_fails_alike(tmp_path: pathlib.Path, load: str, cell: Any) -> None:
    checked = run(tmp_path, load, cell)
    assert checked.failed_alike, checked


@pytest.mark.parametrize(
    ("load", "cell", "why"),
    [
        ("raise TypeError('other')", REFUSED, "another error"),
        ("raise ValueError(\"Unrecognized arguments: {'groups': 1}\")", REFUSED, "another error"),
        ("print('fine')", REFUSED, "exit code 0"),
        ("raise TypeError('other')", CHANGED, "another error"),
        ("sys.exit(1)", CRASHED, "exit code 1"),
    ],
)
def test_it_fails_otherwise(tmp_path: pathlib.Path, load: str, cell: Any, why: str) -> None:
    checked = run(tmp_path, load, cell)
    assert not checked.failed_alike
    assert why in checked.why


def test_saving_has_to_succeed(tmp_path: pathlib.Path) -> None:
    python = (sys.executable, sys.executable)
    checked = check("raise KeyError('x')", python, tmp_path / "check", REFUSED, 30)
    assert (False, "`save` ended with exit code 1: KeyError: 'x'") == (checked.failed_alike, checked.why)


def test_what_never_ends_is_ended(tmp_path: pathlib.Path) -> None:
    assert run(tmp_path, "import time; time.sleep(60)", LATE, seconds=1).failed_alike


def test_an_observation_that_fails_is_named_by_the_cell(tmp_path: pathlib.Path) -> None:
    detail = "metrics cannot be observed: TypeError: 'str' object is not callable"
    cell = entries.cell(verdict="incomplete", differences=[{"detail": detail}])
    assert run(tmp_path, "'a'()", cell).failed_alike
    assert not run(tmp_path / "other", "1 / 0", cell).failed_alike


def test_no_path_of_this_machine_is_shown(tmp_path: pathlib.Path) -> None:
    """Nor where a library lies, only which one it is."""
    checked = run(tmp_path, "import json; json.loads('{')", REFUSED)
    assert str(tmp_path) not in checked.output
    assert sys.prefix not in checked.output
    assert 'File "repro.py"' in checked.output

"""What zygotes import ahead: learnt once, kept for as long as it holds, and no harm if it cannot be learnt."""

from __future__ import annotations

import pathlib
import sys

import pytest

from harness.execute import rehearsal
from tests.unit import made
from tests.unit.execute.virtualenv import python_with

NEW = made.runtime("new")


def test_what_a_cell_imports_is_learnt_and_kept(tmp_path: pathlib.Path) -> None:
    """For this Python and this worker; nothing else stays in the environment."""
    python, folder = python_with(tmp_path / "python"), tmp_path / "folder"
    folder.mkdir()
    assert None is rehearsal.modules(NEW, python, folder, "worker")
    assert "ready" == rehearsal.rehearse(NEW, python, folder, "worker")
    modules = rehearsal.modules(NEW, python, folder, "worker")
    assert modules is not None
    assert not {"saving_script", "loading_script", "keras", "numpy"} & set(modules)
    assert ["rehearsed-new.json"] == [path.name for path in folder.iterdir()]


@pytest.mark.parametrize(
    ("python", "worker", "runtime"), [("other", "worker", "new"), ("", "other", "new"), ("", "worker", "old")]
)
def test_what_was_learnt_otherwise_is_not_known(tmp_path: pathlib.Path, python: str, worker: str, runtime: str) -> None:
    """Another Python, another worker, another runtime of the environment."""
    (tmp_path / "rehearsed-new.json").write_text(f'{{"for": ["{sys.executable}", "worker"], "modules": ["h5py"]}}')
    assert ["h5py"] == rehearsal.modules(NEW, sys.executable, tmp_path, "worker")
    assert None is rehearsal.modules(made.runtime(runtime), python or sys.executable, tmp_path, worker)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"for": []}'])
def test_a_record_that_cannot_be_read_is_none(tmp_path: pathlib.Path, content: str) -> None:
    """It is learnt again."""
    (tmp_path / "rehearsed-new.json").write_text(content)
    assert None is rehearsal.modules(NEW, sys.executable, tmp_path, "worker")


@pytest.mark.parametrize("keras", ["raise ImportError", "import os\nos.abort()"])
def test_a_rehearsal_that_fails_costs_nothing_else(tmp_path: pathlib.Path, keras: str) -> None:
    """Nothing is kept; the first zygote will report why."""
    python, folder = python_with(tmp_path / "python", keras), tmp_path / "folder"
    folder.mkdir()
    assert "failed" == rehearsal.rehearse(NEW, python, folder, "worker")
    assert [] == list(folder.iterdir())


def test_a_python_that_is_gone_fails(tmp_path: pathlib.Path) -> None:
    """As a word, not as an exception."""
    assert "failed" == rehearsal.rehearse(NEW, str(tmp_path / "gone"), tmp_path, "worker")


def test_an_environment_that_is_gone_fails(tmp_path: pathlib.Path) -> None:
    """It may have been removed, or may not be written to."""
    assert "failed" == rehearsal.rehearse(NEW, sys.executable, tmp_path / "gone", "worker")

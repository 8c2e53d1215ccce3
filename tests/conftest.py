"""What all tests share: a home of their own, so that none reads or writes what a real run left behind."""

from __future__ import annotations

import pathlib

import pytest


@pytest.fixture
def home(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """An empty home for environments, artifacts and results."""
    folder = tmp_path / "home"
    monkeypatch.setenv("CROSSLOAD_HOME", str(folder))
    return folder

"""Real environments for the end-to-end tests: provisioned by their own nox sessions, kept between runs of the tests."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from harness import paths

Cells = dict[tuple[str, str, str], dict[str, Any]]


@pytest.fixture(scope="session")
def home() -> pathlib.Path:
    """A home with no results in it; its environments stay, since they are verified before they are used again."""
    folder = paths.PROJECT / ".crossload" / "tests"
    for name in ("artifacts", "work"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in folder.glob("store.sqlite*"):
        path.unlink()
    return folder


@pytest.fixture(scope="session")
def matrix(home: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Run the matrix with these arguments, as `nox -s matrix` does; gives the results document."""

    def run(*arguments: str, **variables: str) -> dict[str, Any]:
        reports = tmp_path_factory.mktemp("reports")
        done = subprocess.run(
            [sys.executable, "-m", "harness", "matrix", *arguments, "--reports", str(reports)],
            cwd=paths.PROJECT,
            env={**os.environ, "CROSSLOAD_HOME": str(home), **variables},
            capture_output=True,
            text=True,
            timeout=1200,
        )
        assert 0 == done.returncode, done.stdout + done.stderr
        document: dict[str, Any] = json.loads((reports / "results.json").read_text())
        return {**document, "said": done.stdout}

    return run


@pytest.fixture(scope="session")
def cells() -> Callable[[dict[str, Any]], Cells]:
    """The cells of a results document by variant, saver and loader."""

    def by_place(document: dict[str, Any]) -> Cells:
        return {(cell["variant"], cell["save"], cell["load"]): cell for cell in document["cells"]}

    return by_place

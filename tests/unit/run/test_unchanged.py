"""Whether the last report is still true: not if anything behind it has changed, or would be tried again."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

from harness import paths
from harness.run import unchanged
from tests.unit import made

CATALOGUE = made.catalogue("old", "new")
DOCUMENT: Any = {
    "schema": 1,
    "run": {"work": {"saves_run": 3, "saves_known": 1, "loads_run": 8, "loads_known": 0}},
    "environments": [{"status": "ready"}, {"status": "unused"}],
    "saves": [{"outcome": "done"}, {"outcome": "unsupported"}],
    "cells": [{"outcome": "crashed", "remedies": [{"outcome": ""}, {"outcome": "raised"}]}, {"outcome": ""}],
}


@pytest.fixture
def place(home: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A project with one source, a store and a report, in this folder."""
    for name, text in {
        "harness/judge.py": "same = 0\n",
        "store.sqlite": "rows",
        "reports/index.html": "<p>",
        "reports/results.json": json.dumps(DOCUMENT),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def last(place: pathlib.Path, request: Any = "all", reports: str = "reports", **more: Any) -> unchanged.PreviousRun:
    """The last run, as a run of this command sees it."""
    how = {"environments": CATALOGUE.environments, "current": lambda environment: made.record(environment.id), **more}
    return unchanged.PreviousRun(place / "store.sqlite", place / reports, request, code=place / "harness", **how)


def leave(place: pathlib.Path, document: Any = DOCUMENT, environments: Any = CATALOGUE.environments) -> None:
    """Let a run leave its note."""
    files = {name: place / "reports" / name for name in ("index.html", "results.json")}
    last(place, environments=environments).leave(document, files)


def test_a_report_is_still_true(place: pathlib.Path) -> None:
    """Everything is known then, as `work` says; nothing else in the document changes."""
    assert last(place).report() is None
    leave(place)
    report = last(place).report()
    assert report
    assert {"saves_run": 0, "saves_known": 4, "loads_run": 0, "loads_known": 8} == report.document["run"]["work"]
    assert {**DOCUMENT, "run": 0} == {**report.document, "run": 0}
    assert {"index.html": place / "reports" / "index.html", "results.json": place / "reports" / "results.json"} == (
        report.files
    )


def _code(place: pathlib.Path) -> None:
    (place / "harness" / "judge.py").write_text("same = 1\n")


def _catalogue(place: pathlib.Path) -> None:
    (place / "harness" / "catalogue").mkdir()
    (place / "harness" / "catalogue" / "causes.toml").write_text("")


def _store(place: pathlib.Path) -> None:
    (place / "store.sqlite").write_text("rows and rows")


def _no_store(place: pathlib.Path) -> None:
    (place / "store.sqlite").unlink()


def _page(place: pathlib.Path) -> None:
    (place / "reports" / "index.html").write_text("<b>")
    (place / "reports" / "index.html").touch()


def _no_page(place: pathlib.Path) -> None:
    (place / "reports" / "index.html").unlink()


def _note(place: pathlib.Path) -> None:
    (path,) = (paths.home() / "unchanged").iterdir()
    path.write_text("[]")


@pytest.mark.parametrize("change", [_code, _catalogue, _store, _no_store, _page, _no_page, _note])
def test_a_change_is_noticed(place: pathlib.Path, change: Callable[[pathlib.Path], None]) -> None:
    """In the code that judges, in what is known, or in the report itself."""
    leave(place)
    change(place)
    assert last(place).report() is None


def test_bytecode_does_not_count_as_code(place: pathlib.Path) -> None:
    """Every run leaves some."""
    leave(place)
    (place / "harness" / "__pycache__").mkdir()
    (place / "harness" / "__pycache__" / "judge.pyc").write_bytes(b"\0")
    assert last(place).report()


def test_another_command_folder_or_package_makes_another_run(
    place: pathlib.Path,
) -> None:
    """Each reports folder has its own note."""
    leave(place)
    assert last(place, request=["all", "--fresh"]).report() is None
    assert last(place, reports="elsewhere").report() is None
    assert last(place).report()
    assert last(place, packages=["pandas-99.dist-info"]).report() is None


@pytest.mark.parametrize("status", ["gone", "other"])
def test_a_changed_environment_is_noticed(place: pathlib.Path, status: str) -> None:
    """It was removed, or its record lists other packages."""
    leave(place)
    changed = dataclasses.replace(made.record("env-old"), packages={"keras": "0.1"})
    assert last(place, current=lambda environment: changed if status == "other" else None).report() is None


@pytest.mark.parametrize(
    "passing",
    [
        {"environments": [{"status": "unavailable"}]},
        {"saves": [{"outcome": "unavailable"}]},
        {"cells": [{"outcome": "unavailable"}]},
        {"cells": [{"outcome": "raised", "remedies": [{"outcome": "unavailable"}]}]},
        {"controls": {"cells": [{"outcome": "unavailable"}], "environments": [], "runtimes": []}},
        {"controls": {"cells": [], "environments": [{"status": "unavailable"}], "runtimes": []}},
    ],
    ids=str,
)
def test_what_is_tried_again_leaves_no_note(place: pathlib.Path, passing: dict[str, Any]) -> None:
    """It also removes the previous note."""
    leave(place)
    leave(place, {**DOCUMENT, **passing})
    assert last(place).report() is None
    assert [] == list((paths.home() / "unchanged").iterdir())


def test_a_rolling_environment_leaves_no_note(place: pathlib.Path) -> None:
    """It is resolved again at each run."""
    rolling = [dataclasses.replace(CATALOGUE.environments[0], rolling=True)]
    leave(place, environments=rolling)
    assert last(place, environments=rolling).report() is None


def test_a_source_edited_during_a_run_counts_for_the_next(place: pathlib.Path) -> None:
    """The note is about the code that ran."""
    running = last(place)
    _code(place)
    running.leave(DOCUMENT, {"results.json": place / "reports" / "results.json"})
    assert last(place).report() is None


def test_a_note_that_cannot_be_written_stops_nothing(place: pathlib.Path) -> None:
    """The next run judges again."""
    paths.home().mkdir(exist_ok=True)
    (paths.home() / "unchanged").write_text("a file")
    leave(place)
    assert last(place).report() is None

"""Which results a command uses, and that they are diagnosed again."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest

from harness import paths
from harness.catalogue.causes_reader import load_causes
from harness.errors import UsageError
from harness.results import reference, sources
from tests.unit import moves


@pytest.fixture
def place(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A folder for reports, with neither a last run nor a reference."""
    monkeypatch.setattr(paths, "REPORTS", tmp_path)
    monkeypatch.setattr(paths, "REFERENCE", tmp_path / "reference")
    return tmp_path


def written(path: pathlib.Path, *cells: Any) -> pathlib.Path:
    """A results document in a file."""
    path.write_text(json.dumps(moves.document(*cells)))
    return path


def test_without_results_the_error_says_how_to_make_some(place: pathlib.Path) -> None:
    with pytest.raises(UsageError, match="nox -s matrix"):
        sources.choose(None)


def test_the_last_run_is_used_if_it_knows_enough(place: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If not, the reference is used, or the last run if there is no reference."""
    last = written(place / "results.json", moves.cell("dense", "h5", "identical"))
    source = sources.choose(None)
    assert (last, "the last run") == (source.path, source.what)
    assert last == sources.choose(None, lambda document: False).path
    monkeypatch.setattr(reference, "there", lambda folder: True)
    monkeypatch.setattr(reference, "read", lambda folder: {"schema": 1, "cells": []})
    assert last == sources.choose(None, lambda document: len(document["cells"]) == 1).path
    source = sources.choose(None, lambda document: False)
    assert (place / "reference", "the committed reference") == (source.path, source.what)


def test_a_named_file_is_used_whatever_it_knows(place: pathlib.Path) -> None:
    written(place / "results.json")
    named = written(place / "mine.json", moves.cell("dense", "h5", "identical"))
    assert named == sources.choose(named, lambda document: False).path
    with pytest.raises(UsageError, match="no such file"):
        sources.choose(place / "none.json")


def test_causes_are_found_again_and_remedies_that_were_run_stay() -> None:
    """An old cause is replaced; what other cells prove is looked up again."""
    stale = moves.trial("another-format", "identical", variant="gru_defaults/gone")
    run = moves.trial("saver-defaults", "identical")
    document = moves.document(
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU, cause="old", remedies=[stale, run]),
        moves.cell("gru_defaults", "h5", "identical", cause="", remedies=None),
    )
    first, second = sources.rediagnose(document, load_causes())["cells"]
    assert ("gru-reset-after", "") == (first["cause"], second["cause"])
    assert [("saver-defaults", ""), ("another-format", "gru_defaults/h5")] == [
        (trial["remedy"], trial["variant"]) for trial in first["remedies"]
    ]
    assert [] == second["remedies"]

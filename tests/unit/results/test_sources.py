"""Which results a command uses, and that they are diagnosed again."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest

from harness import paths
from harness.catalogue.causes_reader import load_causes
from harness.errors import UsageError
from harness.results import sources
from harness.results.sources import Source
from tests.unit import moves


def choose(folder: pathlib.Path, named: pathlib.Path | None = None, *, enough: bool = True) -> Source:
    """The source among the results in a folder; `enough` is whether any document knows enough."""
    return sources.choose(named, lambda document: enough, last=folder / "results.json", committed=folder / "reference")


def written(path: pathlib.Path, *cells: Any) -> pathlib.Path:
    """A results document in a file."""
    path.write_text(json.dumps(moves.document(*cells)))
    return path


def test_without_results_the_error_says_how_to_make_some(tmp_path: pathlib.Path) -> None:
    with pytest.raises(UsageError, match="nox -s matrix"):
        choose(tmp_path)


def test_the_last_run_is_used_if_it_knows_enough(tmp_path: pathlib.Path) -> None:
    """If not, the reference is used, or the last run if there is no reference."""
    last = written(tmp_path / "results.json", moves.cell("dense", "h5", "identical"))
    source = choose(tmp_path)
    assert (last, "the last run") == (source.path, source.what)
    assert last == choose(tmp_path, enough=False).path
    (tmp_path / "reference").symlink_to(paths.REFERENCE)
    assert last == choose(tmp_path).path
    source = choose(tmp_path, enough=False)
    assert (tmp_path / "reference", "the committed reference") == (source.path, source.what)


def test_a_named_file_is_used_whatever_it_knows(tmp_path: pathlib.Path) -> None:
    written(tmp_path / "results.json")
    named = written(tmp_path / "mine.json", moves.cell("dense", "h5", "identical"))
    assert named == choose(tmp_path, named, enough=False).path
    with pytest.raises(UsageError, match="no such file"):
        choose(tmp_path, tmp_path / "none.json")


def test_causes_are_found_again_and_remedies_that_were_run_stay() -> None:
    """An old cause is replaced; what other cells prove, and what shows behind the first fault, is looked up again."""
    stale = moves.trial("another-format", "identical", variant="gru_defaults/gone")
    run = moves.trial("saver-defaults", "identical")
    document = moves.document(
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU, cause="old", remedies=[stale, run]),
        moves.cell("gru_defaults", "h5", "identical", cause="", remedies=None),
    )
    first, second = sources.rediagnose(document, load_causes())["cells"]
    assert ("gru-reset-after", "") == (first["cause"], second["cause"])
    assert ([], []) == (first["then"], second["then"])
    assert [("saver-defaults", ""), ("another-format", "gru_defaults/h5")] == [
        (trial["remedy"], trial["variant"]) for trial in first["remedies"]
    ]
    assert [] == second["remedies"]

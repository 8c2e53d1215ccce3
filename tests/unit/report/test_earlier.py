"""Comparing a run with an earlier one, checked against counts made by hand."""

from __future__ import annotations

import collections
import json
import pathlib
from typing import Any

import pytest

from harness.errors import UsageError
from harness.report import earlier, export, payload, render, tables
from harness.results import reference
from harness.results.shape import cell_id
from tests.unit.report import made

MOVED = {
    ("identical", "changed"): "worse",
    ("refused", "changed"): "worse",
    ("incomplete", "refused"): "worse",
    ("changed", "identical"): "better",
    ("crashed", "refused"): "better",
    ("", "refused"): "new",
    ("unavailable", "identical"): "new",
    ("identical", ""): "gone",
    ("refused", "unsupported"): "gone",
    ("refused", "refused"): "same",
    ("unavailable", "unavailable"): "",
    ("", "unsupported"): "",
    ("unsupported", "unavailable"): "",
}


@pytest.fixture(scope="module")
def document() -> Any:
    """A made run."""
    return made.results()


@pytest.mark.parametrize(("before", "now"), MOVED)
def test_what_became_of_a_cell(before: str, now: str) -> None:
    """A silent difference is the worst verdict; an unsupported or unavailable cell counts as absent."""
    assert MOVED[before, now] == earlier.move(before, now)


def test_every_cell_is_counted_once(document: Any) -> None:
    """Counts over both runs agree with a plain counter."""
    old = made.earlier(document)
    verdicts = {cell_id(cell): cell["verdict"] for cell in old["cells"]}
    expected = collections.Counter(
        earlier.move(verdicts.get(cell_id(cell), ""), cell["verdict"]) for cell in document["cells"]
    )
    counts = earlier.counts(earlier.of(old), document)
    assert {name: expected[name] for name in earlier.MOVES} == counts
    assert all(counts[name] for name in ("worse", "better", "new", "gone", "same"))


def test_cells_that_this_run_left_out_are_gone(document: Any) -> None:
    """Cells whose variant and runtimes are in both runs are gone; all others cannot be compared."""
    old, new = earlier.of(document), document | {"cells": document["cells"][10:]}
    gone = sum(cell["verdict"] not in ("unsupported", "unavailable") for cell in document["cells"][:10])
    assert gone == len(earlier.lost(old, new)) == earlier.counts(old, new)["gone"]
    packed = earlier.packed(old, new)
    assert (gone, 10 - gone) == (len(packed["gone"]), packed["outside"])
    assert [] == earlier.lost(old, new | {"variants": document["variants"][1:]})


def test_versions_that_differ_are_listed(document: Any) -> None:
    """Runtime, package, then and now; runtimes of only one run, or without known versions, are left out."""
    old = made.earlier(document)
    assert [["keras-2.2.4", "numpy", "1.0", "1.19.5"]] == earlier.versions(old["runtimes"], document["runtimes"])
    assert [] == earlier.versions(old["runtimes"][1:], document["runtimes"])


def test_a_document_and_a_reference_are_the_same_run(document: Any, tmp_path: pathlib.Path) -> None:
    """A results.json and a folder of columns give the same earlier run."""
    old = made.earlier(made.results(nasty=False))
    (tmp_path / "results.json").write_text(export.document(old), encoding="utf-8")
    reference.write(_storable(old), tmp_path / "reference")
    from_json, from_columns = earlier.read(tmp_path / "results.json"), earlier.read(tmp_path / "reference")
    assert (from_json.verdicts, from_json.run) == (from_columns.verdicts, from_columns.run)
    assert earlier.of(old) == from_json


def _storable(document: Any) -> Any:
    """With the keys that a real run has and a made one lacks."""
    return document | {name: [run | {"key": ""} for run in document[name]] for name in ("cells", "saves")}


@pytest.mark.parametrize("text", ["", "[]", '{"cells": 1}', "{}"])
def test_a_file_that_is_not_a_run_is_refused(tmp_path: pathlib.Path, text: str) -> None:
    """The message names the file."""
    (tmp_path / "results.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="no earlier run can be read"):
        earlier.read(tmp_path / "results.json")


def test_a_missing_file_and_a_folder_without_a_run_are_refused(tmp_path: pathlib.Path) -> None:
    """Neither ends in a traceback."""
    for path in (tmp_path, tmp_path / "nothing.json"):
        with pytest.raises(UsageError, match="no earlier run"):
            earlier.read(path)


def test_page_and_summary_say_what_moved(document: Any) -> None:
    """Both say since when, and the summary lists the cells that became worse, without live markup."""
    old, sums = earlier.of(made.earlier(document)), tables.sums(document)
    counts = earlier.counts(old, document)
    text = export.summary(document, sums, old)
    assert "## Since the run of 1 November 2026, 03:00 UTC" in text
    assert f"| worse | {counts['worse']} |" in text
    assert min(counts["worse"], export.MOST_WORSE) == sum(": was " in line for line in text.splitlines())
    assert "<script" not in text
    assert f"{counts['worse']} worse, {counts['better']} better" in render.page(document, sums, old)
    assert "Since the run of" not in export.summary(document, sums)


def test_the_page_has_the_earlier_verdicts(document: Any) -> None:
    """One number for each cell of this run, in the order of its cells."""
    old = earlier.of(made.earlier(document))
    packed = json.loads(json.dumps(earlier.packed(old, document)))
    names = [label["verdict"] for label in payload.core(document, tables.sums(document))["labels"]]
    verdicts = [names[number] if number >= 0 else "" for number in packed["verdicts"]]
    assert [old.verdicts.get(cell_id(cell), "") for cell in document["cells"]] == verdicts

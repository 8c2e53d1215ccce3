"""The outputs beside the page: valid, complete, and inert whatever the results hold."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import pathlib
import re
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from pyarrow import parquet

import harness.report
from harness.report import export, render, tables, words
from harness.tools.markdown import inert
from tests.unit.report import made


@pytest.fixture(scope="module")
def document() -> Any:
    """A made run full of hostile text."""
    return made.results()


@pytest.fixture(scope="module")
def sums(document: Any) -> tables.Sums:
    """Its sums."""
    return tables.sums(document)


@pytest.mark.parametrize("name", ["made", "empty", "harmless"])
def test_results_keep_to_the_published_schema(name: str) -> None:
    """What is written validates against what is published."""
    results = {"made": made.results(), "empty": made.empty(), "harmless": made.results(nasty=False, runtimes=3)}[name]
    schema = json.loads(export.schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(export.document(results)), schema)


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        ("cells", "verdict", "fine"),
        ("cells", "extra", 1),
        ("saves", "outcome", "identical"),
        ("runtimes", "keras", "kears"),
    ],
)
def test_the_schema_refuses_what_the_contract_does_not_know(place: str, key: str, value: object) -> None:
    """An unknown verdict, field, outcome or module is a fault of the document."""
    results = made.results(runtimes=2, scenarios=1, formats=1)
    results[place][0][key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(results, json.loads(export.schema()))


@pytest.mark.parametrize("key", ["schema", "run", "cells"])
def test_the_schema_misses_what_is_not_there(key: str) -> None:
    """Every part of the document is required."""
    results = made.results(runtimes=2, scenarios=1, formats=1)
    del results[key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(results, json.loads(export.schema()))


def test_the_document_comes_back_as_it_was(document: Any) -> None:
    """Writing and reading the results changes nothing."""
    assert document == json.loads(export.document(document))


def test_each_cell_has_a_line_of_its_own(document: Any) -> None:
    """A diff of two results shows the cells that differ."""
    lines = export.document(document).split("\n")
    assert len(document["cells"]) == sum(line.startswith('  {"variant": ') and '"load": ' in line for line in lines)


def test_not_a_number_becomes_null() -> None:
    """JSON has no NaN and no infinity: they are written as null, at any depth."""
    assert {"a": [None, {"b": None}], "c": 1.5} == export.plain({"a": [math.nan, {"b": math.inf}], "c": 1.5})


def test_csv_has_every_cell(document: Any, sums: tables.Sums) -> None:
    """One line per cell, in order, and the fields come back."""
    rows = list(csv.DictReader(io.StringIO(export.csv(sums), newline="")))
    told = [(row["save"], row["load"], row["verdict"]) for row in rows]
    assert [(cell["save"], cell["load"], cell["verdict"]) for cell in document["cells"]] == told
    assert list(export.CSV_COLUMNS) == list(rows[0])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_runs_no_formula(start: str) -> None:
    """A reason that a spreadsheet would take for a formula is held back."""
    results = made.results(runtimes=1, scenarios=1, formats=1, nasty=False)
    results["cells"][0]["reason"] = start + "HYPERLINK(1)"
    text = export.csv(tables.sums(results))
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert "'" + start + "HYPERLINK(1)" == row["reason"]


def test_parquet_has_the_rows_of_the_csv(sums: tables.Sums) -> None:
    """The same columns with their types, and texts as they are: no apostrophe, no lost line."""
    table = parquet.read_table(io.BytesIO(export.parquet(sums)))
    assert list(export.CSV_COLUMNS) == table.column_names
    told = table.to_pydict()
    assert [str(value) for value in sums.frame["reason"]] == told["reason"]
    assert [float(value) for value in sums.frame["wall"]] == told["wall"]
    assert {"double", "int64"} == {str(table.schema.field(name).type) for name in export.NUMBERS}


def test_parquet_takes_what_is_no_text() -> None:
    """A lone surrogate in a reason becomes a question mark, and no cell at all makes an empty table."""
    results = made.results(runtimes=1, scenarios=1, formats=1)
    results["cells"][0]["reason"] = "bad \udc80 byte"
    assert ["bad ? byte"] == parquet.read_table(io.BytesIO(export.parquet(tables.sums(results))))["reason"].to_pylist()
    assert 0 == parquet.read_table(io.BytesIO(export.parquet(tables.sums(made.empty())))).num_rows


def test_tables_name_cause_and_remedy(document: Any, sums: tables.Sums) -> None:
    """The id of a cell's cause, and of the first remedy that was verified."""
    rows = list(csv.DictReader(io.StringIO(export.csv(sums), newline="")))
    assert [cell["cause"] for cell in document["cells"]] == [row["cause"] for row in rows]
    assert [tables.verified(cell) for cell in document["cells"]] == [row["remedy"] for row in rows]


def test_the_summary_counts_causes(document: Any, sums: tables.Sums) -> None:
    """The most frequent with their cells and how many were remedied; a document without causes has no such part."""
    most = max(sums.causes, key=lambda why: why.cells)
    assert f"| {inert(most.title)} | {most.cells} | {most.remedied} |" in export.summary(document, sums)
    many = dataclasses.replace(sums, causes=sums.causes * 2)
    assert f"And {2 * len(sums.causes) - export.MOST_CAUSES} causes with fewer" in export.summary(document, many)
    bare = made.bare(document)
    assert "## Why" not in export.summary(bare, tables.sums(bare))


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (["identical", "changed"], "50% identical, 1 silent"),
        (["identical", "identical"], "100% identical, 0 silent"),
        (["unavailable", "unsupported"], "nothing asked"),
    ],
)
def test_the_badge_says_how_it_stands(verdicts: list[str], told: str) -> None:
    """An SVG that names the share of identical cells and how many differ in silence."""
    results = made.results(runtimes=2, scenarios=1, formats=1, nasty=False)
    results["cells"] = [cell | {"verdict": verdict} for cell, verdict in zip(results["cells"], verdicts, strict=False)]
    root = ElementTree.fromstring(render.badge_svg(tables.sums(results)))
    assert f"crossload: {told}" == root.get("aria-label")
    assert ["crossload", told] == [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_summary_tells_what_matters(document: Any, sums: tables.Sums) -> None:
    """Counts, findings, the matrix, what is missing and what is at fault; and not one live tag."""
    text = export.summary(document, sums)
    assert "## Findings" in text
    assert f"| ≠ | changed | {sums.all.of['changed']} |" in text
    assert "scenarios/broken.py:12" in text
    assert "uv python install 3.7" in text
    assert "| **keras-2.2.4** |" in text
    assert not re.search(r"<[a-z!/]", text)


def test_the_sums_say_what_they_leave_out(document: Any, sums: tables.Sums) -> None:
    """Summary and picture say that pitfalls are left out, and only where there are any."""
    plain = made.results(runtimes=2, scenarios=1, formats=1)
    none = tables.sums(plain)
    for text, other in [
        (export.summary(document, sums), export.summary(plain, none)),
        (render.matrix_svg(document, sums), render.matrix_svg(plain, none)),
    ]:
        assert words.PITFALLS in text
        assert words.PITFALLS not in other


def test_the_summary_marks_pitfalls(document: Any, sums: tables.Sums) -> None:
    """A finding that a pitfall is there to show is marked as one."""
    expected = sum(f.kind == "pitfall" for f in sums.findings if f.verdict == "changed")
    assert 0 < expected == export.summary(document, sums).count("**changed** (pitfall)")


def test_the_summary_stays_short(sums: tables.Sums) -> None:
    """Silent differences are listed; of the rest the first few, and how many more there are."""
    many = dataclasses.replace(sums, findings=sums.findings * 3)
    refused = sum(finding.verdict == "refused" for finding in many.findings)
    text = export.summary(made.results(), many)
    assert f"and {refused - 5} more **refused**: see the report" in text
    assert 5 == text.count("- × **refused**")


def test_the_picture_is_xml_with_every_square(document: Any, sums: tables.Sums) -> None:
    """The SVG parses, has a square for each pair, and a title for those who cannot see it."""
    root = ElementTree.fromstring(render.matrix_svg(document, sums))
    name = "{http://www.w3.org/2000/svg}"
    assert len(sums.pairs) == len(root.findall(f"{name}g/{name}rect"))
    assert "Crossload: Keras models saved in rows, loaded in columns" == root.findtext(f"{name}title")


def test_the_picture_escapes_names() -> None:
    """A runtime named like markup stays text."""
    results = made.results(runtimes=1, scenarios=1, formats=1)
    evil = '"><script>alert(1)</script>'
    results["runtimes"][0]["id"] = evil
    for cell in results["cells"]:
        cell |= {"save": evil, "load": evil}
    for save in results["saves"]:
        save["runtime"] = evil
    picture = render.matrix_svg(results, tables.sums(results))
    assert "<script" not in picture
    assert evil in "".join(ElementTree.fromstring(picture).itertext())


def test_write_leaves_every_file(tmp_path: pathlib.Path) -> None:
    """All outputs are written, named, and nothing else is left behind; a second time replaces them."""
    names = [
        "badge.svg",
        "index.html",
        "junit.xml",
        "matrix.svg",
        "results.csv",
        "results.json",
        "results.parquet",
        "results.schema.json",
        "summary.md",
    ]
    for _ in range(2):
        written = harness.report.write(made.results(runtimes=2, scenarios=1, formats=1), tmp_path / "new")
        assert names == sorted(written)
        assert names == sorted(path.name for path in (tmp_path / "new").iterdir())
        assert all(written[name] == tmp_path / "new" / name for name in names)


def test_write_takes_what_is_no_text(tmp_path: pathlib.Path) -> None:
    """A lone surrogate in a log becomes a question mark rather than the end of the report."""
    results = made.results(runtimes=1, scenarios=1, formats=1)
    results["cells"][0]["log"] = "bad \udc80 byte"
    written = harness.report.write(results, tmp_path)
    assert "bad ? byte" == json.loads(written["results.json"].read_text("utf-8"))["cells"][0]["log"]


def test_write_takes_not_a_number(tmp_path: pathlib.Path) -> None:
    """NaN in one cell is null in the data and in the page's blocks, and other cells keep their numbers."""
    results = made.results(runtimes=1, scenarios=1, formats=1)
    results["cells"][0] |= {"wall": math.nan, "memory": 7}
    cell = json.loads(harness.report.write(results, tmp_path)["results.json"].read_text("utf-8"))["cells"][0]
    assert (None, 7) == (cell["wall"], cell["memory"])


def test_write_takes_an_empty_run(tmp_path: pathlib.Path) -> None:
    """A run without a cell has a report too."""
    assert "No cell went wrong." in harness.report.write(made.empty(), tmp_path)["index.html"].read_text("utf-8")

"""The outputs besides the page: valid, complete, and inert whatever the results contain."""

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
    """The written document validates against the published schema."""
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
def test_the_schema_refuses_unknown_values(place: str, key: str, value: object) -> None:
    """An unknown verdict, field, outcome or Keras module makes the document invalid."""
    results = made.results(runtimes=2, scenarios=1, formats=1)
    results[place][0][key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(results, json.loads(export.schema()))


@pytest.mark.parametrize("key", ["schema", "run", "cells"])
def test_the_schema_requires_every_part(key: str) -> None:
    """A document without one of its parts is invalid."""
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
    expected = [(cell["save"], cell["load"], cell["verdict"]) for cell in document["cells"]]
    assert expected == [(row["save"], row["load"], row["verdict"]) for row in rows]
    assert list(export.CSV_COLUMNS) == list(rows[0])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_runs_no_formula(start: str) -> None:
    """A reason that looks like a formula gets an apostrophe."""
    results = made.results(runtimes=1, scenarios=1, formats=1, nasty=False)
    results["cells"][0]["reason"] = start + "HYPERLINK(1)"
    text = export.csv(tables.sums(results))
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert "'" + start + "HYPERLINK(1)" == row["reason"]


def test_parquet_has_the_rows_of_the_csv(sums: tables.Sums) -> None:
    """The same columns with their types, and texts unchanged: no apostrophe, no lost line."""
    table = parquet.read_table(io.BytesIO(export.parquet(sums)))
    assert list(export.CSV_COLUMNS) == table.column_names
    columns = table.to_pydict()
    assert [str(value) for value in sums.frame["reason"]] == columns["reason"]
    assert [float(value) for value in sums.frame["wall"]] == columns["wall"]
    assert {"double", "int64"} == {str(table.schema.field(name).type) for name in export.NUMBERS}


def test_parquet_takes_invalid_text() -> None:
    """A lone surrogate in a reason becomes a question mark, and a run without cells makes an empty table."""
    results = made.results(runtimes=1, scenarios=1, formats=1)
    results["cells"][0]["reason"] = "bad \udc80 byte"
    assert ["bad ? byte"] == parquet.read_table(io.BytesIO(export.parquet(tables.sums(results))))["reason"].to_pylist()
    assert 0 == parquet.read_table(io.BytesIO(export.parquet(tables.sums(made.empty())))).num_rows


def test_tables_name_cause_and_remedy(document: Any, sums: tables.Sums) -> None:
    """The id of a cell's cause, and of its first verified remedy."""
    rows = list(csv.DictReader(io.StringIO(export.csv(sums), newline="")))
    assert [cell["cause"] for cell in document["cells"]] == [row["cause"] for row in rows]
    assert [tables.verified(cell) for cell in document["cells"]] == [row["remedy"] for row in rows]


def test_the_summary_counts_causes(document: Any, sums: tables.Sums) -> None:
    """The most frequent causes with their cells and verified remedies; a document without causes has no such part."""
    most = max(sums.causes, key=lambda why: why.cells)
    assert f"| {inert(most.title)} | {most.cells} | {most.remedied} |" in export.summary(document, sums)
    many = dataclasses.replace(sums, causes=sums.causes * 2)
    assert f"And {2 * len(sums.causes) - export.MOST_CAUSES} causes with fewer" in export.summary(document, many)
    bare = made.bare(document)
    assert "## Why" not in export.summary(bare, tables.sums(bare))


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["identical", "changed"], "50% identical, 1 silent"),
        (["identical", "identical"], "100% identical, 0 silent"),
        (["unavailable", "unsupported"], "nothing tested"),
    ],
)
def test_the_badge_sums_up_the_run(verdicts: list[str], expected: str) -> None:
    """An SVG with the percentage of identical cells and the number that differ in silence."""
    results = made.results(runtimes=2, scenarios=1, formats=1, nasty=False)
    results["cells"] = [cell | {"verdict": verdict} for cell, verdict in zip(results["cells"], verdicts, strict=False)]
    root = ElementTree.fromstring(render.badge_svg(tables.sums(results)))
    assert f"crossload: {expected}" == root.get("aria-label")
    assert ["crossload", expected] == [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_summary_shows_what_matters(document: Any, sums: tables.Sums) -> None:
    """Counts, findings, the matrix, missing environments and faults, but no live tag."""
    text = export.summary(document, sums)
    assert "## Findings" in text
    assert f"| ≠ | changed | {sums.all.of['changed']} |" in text
    assert "scenarios/broken.py:12" in text
    assert "uv python install 3.7" in text
    assert "| **keras-2.2.4** |" in text
    assert not re.search(r"<[a-z!/]", text)


def test_the_sums_say_what_they_leave_out(document: Any, sums: tables.Sums) -> None:
    """Summary and picture say that pitfalls are left out, but only if there are any."""
    plain = made.results(runtimes=2, scenarios=1, formats=1)
    plain_sums = tables.sums(plain)
    for with_pitfalls, without in [
        (export.summary(document, sums), export.summary(plain, plain_sums)),
        (render.matrix_svg(document, sums), render.matrix_svg(plain, plain_sums)),
    ]:
        assert words.PITFALLS in with_pitfalls
        assert words.PITFALLS not in without


def test_the_summary_marks_pitfalls(document: Any, sums: tables.Sums) -> None:
    """A finding about a pitfall is marked as one."""
    expected = sum(finding.kind == "pitfall" for finding in sums.findings if finding.verdict == "changed")
    assert 0 < expected == export.summary(document, sums).count("**changed** (pitfall)")


def test_the_summary_stays_short(sums: tables.Sums) -> None:
    """It lists silent differences; of the others the first few, and the number of further ones."""
    many = dataclasses.replace(sums, findings=sums.findings * 3)
    refused = sum(finding.verdict == "refused" for finding in many.findings)
    text = export.summary(made.results(), many)
    assert f"and {refused - 5} more **refused**: see the report" in text
    assert 5 == text.count("- × **refused**")


def test_the_picture_is_xml_with_every_square(document: Any, sums: tables.Sums) -> None:
    """The SVG parses, has a square for each pair, and a title for screen readers."""
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
    """All outputs are written and returned, nothing else is left behind, and a second call replaces them."""
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


def test_write_takes_invalid_text(tmp_path: pathlib.Path) -> None:
    """A lone surrogate in a log becomes a question mark instead of breaking the report."""
    results = made.results(runtimes=1, scenarios=1, formats=1)
    results["cells"][0]["log"] = "bad \udc80 byte"
    written = harness.report.write(results, tmp_path)
    assert "bad ? byte" == json.loads(written["results.json"].read_text("utf-8"))["cells"][0]["log"]


def test_write_takes_not_a_number(tmp_path: pathlib.Path) -> None:
    """NaN in a cell becomes null, and its other numbers stay."""
    results = made.results(runtimes=1, scenarios=1, formats=1)
    results["cells"][0] |= {"wall": math.nan, "memory": 7}
    cell = json.loads(harness.report.write(results, tmp_path)["results.json"].read_text("utf-8"))["cells"][0]
    assert (None, 7) == (cell["wall"], cell["memory"])


def test_write_takes_an_empty_run(tmp_path: pathlib.Path) -> None:
    """A run without cells has a report too."""
    assert "No cell went wrong." in harness.report.write(made.empty(), tmp_path)["index.html"].read_text("utf-8")

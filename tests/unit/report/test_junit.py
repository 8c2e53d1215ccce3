"""JUnit XML: it parses whatever the results contain, and every cell is a test with the right outcome."""

from __future__ import annotations

import collections
from typing import Any
from xml.etree import ElementTree

import pytest

from harness.report import junit
from tests.unit.report import made

OUTCOME = {
    "identical": None,
    "incomplete": "failure",
    "changed": "failure",
    "refused": "failure",
    "unsaved": "failure",
    "crashed": "error",
    "timed-out": "error",
    "unsupported": "skipped",
    "unavailable": "skipped",
}


@pytest.fixture(scope="module")
def document() -> Any:
    """A made run full of hostile text."""
    return made.results(formats=6)


@pytest.fixture(scope="module")
def root(document: Any) -> ElementTree.Element:
    """Its JUnit XML, parsed."""
    return ElementTree.fromstring(junit.document(document))


def test_every_cell_is_a_test(document: Any, root: ElementTree.Element) -> None:
    """Named by its variant and its move, with the outcome of its verdict."""
    tests = [
        (test.get("classname"), test.get("name"), test[0].tag if len(test) else None) for test in root.iter("testcase")
    ]
    expected = [
        (cell["variant"], f"{cell['save']} -> {cell['load']}", OUTCOME[cell["verdict"]]) for cell in document["cells"]
    ]
    assert expected == tests
    assert set(OUTCOME) == {cell["verdict"] for cell in document["cells"]}


def test_suites_count_their_tests(document: Any, root: ElementTree.Element) -> None:
    """The totals of the run and of each variant match the tests in them."""
    assert [variant["id"] for variant in document["variants"]] == [suite.get("name") for suite in root]
    for suite in (root, *root):
        tests = list(suite.iter("testcase"))
        kinds = collections.Counter(test[0].tag for test in tests if len(test))
        expected = {
            "tests": len(tests),
            "failures": kinds["failure"],
            "errors": kinds["error"],
            "skipped": kinds["skipped"],
        }
        assert {name: str(count) for name, count in expected.items()} == {name: suite.get(name) for name in expected}


def test_a_failure_says_why_and_what_helps(document: Any, root: ElementTree.Element) -> None:
    """Reason, cause and verified remedy are in its text, with their titles."""
    titles = {entry["id"]: entry["title"] for entry in (*document["causes"], *document["remedies"])}
    place, cell = next(
        (place, cell)
        for place, cell in enumerate(document["cells"])
        if cell["cause"] == "slots-lost" and cell["remedies"] and cell["remedies"][0]["verified"]
    )
    failure = list(root.iter("testcase"))[place][0]
    assert ("incomplete", f"incomplete: {cell['reason']}") == (failure.get("type"), failure.get("message"))
    lines = (failure.text or "").splitlines()
    assert [cell["reason"], f"cause: {titles['slots-lost']}"] == lines[:2]
    assert lines[2].startswith("verified remedy: ")


@pytest.mark.parametrize(
    "text", ["\x00\x1b[31mred\x1b[0m", "\ud800", "\ufffe\uffff", "]]>", "a\nb\t\"'<&>", "\x85\x7f"]
)
def test_any_text_is_valid_xml(text: str) -> None:
    """Characters that XML cannot hold are replaced; all others come back."""
    document = made.results(runtimes=1, scenarios=1, formats=1, nasty=False)
    document["cells"][0] |= {"verdict": "refused", "reason": text, "signal": text}
    document["variants"][0]["id"] = document["cells"][0]["variant"] = text
    root = ElementTree.fromstring(junit.document(document).encode("utf-8", "strict"))
    failure = next(root.iter("failure"))
    invalid = "\x00\x1b\ud800\ufffe\uffff"
    kept = "".join("\N{REPLACEMENT CHARACTER}" if sign in invalid else sign for sign in text)
    assert f"refused: {kept}" == failure.get("message")
    assert kept in (failure.text or "")
    assert kept == next(root.iter("testcase")).get("classname")


def test_runs_without_cells_or_causes(document: Any) -> None:
    """Both have valid XML."""
    assert "0" == ElementTree.fromstring(junit.document(made.empty())).get("tests")
    bare = junit.document(made.bare(document))
    assert "cause: " not in bare
    assert len(document["cells"]) == bare.count("<testcase")

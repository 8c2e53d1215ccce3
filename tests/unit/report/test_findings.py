"""Findings in words: who saved, who loaded, the silent ones first, nothing that a model says taken for markup."""

from __future__ import annotations

import pytest

from harness.report import findings
from harness.tools.markdown import inert
from tests.unit.report import made

ORDER = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["c"], "`c`"),
        (["b", "a"], "`a`, `b`"),
        (["a", "b", "c"], "`a` to `c`"),
        (["e", "a", "c", "d"], "`a`, `c` to `e`"),
    ],
)
def test_runtimes_are_told_as_spans_of_time(names: list[str], told: str) -> None:
    """Two are named, three and more are a span."""
    assert told == findings.spans(names, ORDER)


def test_every_bad_verdict_has_its_chapter_and_the_silent_one_comes_first() -> None:
    """In the order of how loud they are to be; good cells are not told."""
    document = made.results()
    page = findings.page(document)
    verdicts = {cell["verdict"] for cell in document["cells"]}
    heads = [head for verdict, head in findings._HEADS.items() if verdict in verdicts]
    places = [page.index(f"## {head}\n") for head in heads]
    assert "## Loads, and predicts differently" in page
    assert sorted(places) == places
    assert len(heads) == page.count("\n## ")


def test_what_a_model_says_is_no_markup() -> None:
    """A reason with tags and mentions stays a text."""
    document = made.results()
    for cell in document["cells"]:
        if cell["verdict"] == "changed":
            cell["reason"] = "<script>alert(1)</script> @someone"
    page = findings.page(document)
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "@someone" not in page


def test_a_finding_tells_its_cause_and_what_helped() -> None:
    """By their titles; where nothing helped, that is told too."""
    document = made.results()
    titles = {one["id"]: one["title"] for one in (*document["causes"], *document["remedies"])}
    page = findings.page(document)
    helped = [cell for cell in document["cells"] if any(trial["verified"] for trial in cell["remedies"])]
    assert helped
    trial = next(trial for trial in helped[0]["remedies"] if trial["verified"])
    assert f"[{inert(titles[helped[0]['cause']])}; helped in " in page
    assert inert(titles[trial["remedy"]]) in page
    for cell in document["cells"]:
        cell["remedies"] = []
    assert "; no remedy is verified]" in findings.page(document)

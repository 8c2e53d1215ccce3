"""The findings page: who saved, who loaded, silent differences first, and no markup from a model's messages."""

from __future__ import annotations

import pytest

from harness.report import findings
from harness.tools.markdown import inert
from tests.unit.report import made

ORDER = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["c"], "`c`"),
        (["b", "a"], "`a`, `b`"),
        (["a", "b", "c"], "`a` to `c`"),
        (["e", "a", "c", "d"], "`a`, `c` to `e`"),
    ],
)
def test_runtimes_are_written_as_spans(names: list[str], expected: str) -> None:
    """Two neighbours are named, three or more are a span."""
    assert expected == findings.spans(names, ORDER)


def test_every_bad_verdict_has_a_section_and_silent_differences_come_first() -> None:
    """Sections are in their fixed order, and good cells have none."""
    document = made.results()
    page = findings.page(document)
    verdicts = {cell["verdict"] for cell in document["cells"]}
    heads = [head for verdict, head in findings._HEADS.items() if verdict in verdicts]
    places = [page.index(f"## {head}\n") for head in heads]
    assert "## Loads, and predicts differently" in page
    assert sorted(places) == places
    assert len(heads) == page.count("\n## ")


def test_a_reason_is_never_markup() -> None:
    """A reason with tags and mentions stays text."""
    document = made.results()
    for cell in document["cells"]:
        if cell["verdict"] == "changed":
            cell["reason"] = "<script>alert(1)</script> @someone"
    page = findings.page(document)
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "@someone" not in page


def test_a_finding_names_its_cause_and_what_helped() -> None:
    """By their titles; if nothing helped, the page says so."""
    document = made.results()
    titles = {entry["id"]: entry["title"] for entry in (*document["causes"], *document["remedies"])}
    page = findings.page(document)
    helped = [cell for cell in document["cells"] if any(trial["verified"] for trial in cell["remedies"])]
    assert helped
    trial = next(trial for trial in helped[0]["remedies"] if trial["verified"])
    assert f"[{inert(titles[helped[0]['cause']])}; helped in " in page
    assert inert(titles[trial["remedy"]]) in page
    for cell in document["cells"]:
        cell["remedies"] = []
    assert "; no remedy is verified]" in findings.page(document)

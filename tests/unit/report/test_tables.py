"""The sums of a run, checked against counts made by hand."""

from __future__ import annotations

import collections
from typing import Any

from harness.report import labels, tables, words
from tests.unit.report import made


def small() -> Any:
    """One scenario in one format between two runtimes: changed, refused, identical and unavailable."""
    document = made.results(runtimes=2, scenarios=1, formats=1, nasty=False)
    verdicts = ["changed", "refused", "identical", "unavailable"]
    for cell, verdict in zip(document["cells"], verdicts, strict=True):
        cell |= {"verdict": verdict, "reason": f"because {verdict}"}
    return document


def pitfalls(document: Any) -> set[str]:
    """The variants that go wrong on purpose, determined without the code under test."""
    causes = {case["name"] for case in document["scenarios"] if case["cause"]}
    variants = document["variants"]
    return {variant["id"] for variant in variants if variant["scenario"] in causes and not variant["remedy"]}


def test_verdicts_are_counted() -> None:
    """All counts agree with a plain counter over the cells."""
    document = made.results()
    expected = collections.Counter(cell["verdict"] for cell in document["cells"])
    assert dict(expected) == tables.sums(document).all.of


def test_pairs_are_counted() -> None:
    """Each square counts its own cells, without those of pitfalls."""
    document = made.results()
    kept = [cell for cell in document["cells"] if cell["variant"] not in pitfalls(document)]
    expected = collections.Counter((cell["save"], cell["load"], cell["verdict"]) for cell in kept)
    counted = {
        (save, load, verdict): number
        for (save, load), counts in tables.sums(document).pairs.items()
        for verdict, number in counts.of.items()
    }
    assert dict(expected) == counted


def test_what_is_left_out_is_counted() -> None:
    """Summed and left-out cells together are all cells, and only pitfalls are left out."""
    document = made.results()
    sums = tables.sums(document)
    assert sum(cell["variant"] in pitfalls(document) for cell in document["cells"]) == sums.left_out
    assert sums.all.total == sums.summed.total + sums.left_out


def test_a_run_of_only_pitfalls_is_summed() -> None:
    """If there is nothing but pitfalls, none are left out."""
    document = made.results(nasty=False)
    document["cells"] = [cell for cell in document["cells"] if cell["variant"] in pitfalls(document)]
    sums = tables.sums(document)
    assert (0, len(document["cells"])) == (sums.left_out, sums.summed.total)


def test_one_silent_difference_is_not_outvoted() -> None:
    """A square of many good cells and one changed cell is a changed square, in a weak colour."""
    counts = tables.Counts(of={"identical": 40, "refused": 5, "changed": 1})
    assert ("changed", 1, 40, 46) == (counts.worst, counts.level, counts.good, counts.asked)


def test_cells_that_could_not_be_tried_are_not_bad() -> None:
    """Unsupported and unavailable cells do not count as asked, nor as worse than identical."""
    counts = tables.Counts(of={"unavailable": 9, "unsupported": 3, "identical": 1})
    assert ("identical", 1, 13) == (counts.worst, counts.asked, counts.total)


def test_findings_are_the_bad_cells() -> None:
    """Every bad cell belongs to one finding and no other cell does."""
    document = made.results()
    sums = tables.sums(document)
    for cell, number in zip(document["cells"], sums.finding_of, strict=True):
        bad = cell["verdict"] not in ("identical", "unsupported", "unavailable")
        assert bad == (number >= 0)
        if bad:
            assert (cell["verdict"], number) == (sums.findings[number].verdict, sums.findings[number].number)
    assert sum(number >= 0 for number in sums.finding_of) == sum(finding.cells for finding in sums.findings)


def test_findings_come_loudest_first() -> None:
    """Silent differences come first, and within a verdict pitfalls come last."""
    findings = tables.sums(made.results()).findings
    assert "changed" == findings[0].verdict
    changed = [finding.kind == "pitfall" for finding in findings if finding.verdict == "changed"]
    assert sorted(changed) == changed
    assert {True, False} == set(changed)


def test_a_finding_names_its_runtimes() -> None:
    """A finding names who saved, who loaded, the reason and an example cell."""
    document = small()
    saver, loader = (runtime["id"] for runtime in document["runtimes"])
    finding = tables.sums(document).findings[1]
    assert ("refused", [saver], [loader], "because refused") == (
        finding.verdict,
        finding.savers,
        finding.loaders,
        finding.reason,
    )
    assert (document["variants"][0]["id"], saver, loader) == finding.example
    assert (1, 3) == (finding.cells, finding.asked)


def test_reasons_that_differ_in_numbers_are_one() -> None:
    """`differs by 0.1` and `differs by 2e-5` are the same reason; another word is another reason."""
    document = small()
    reasons = ["differs by 0.1", "differs by 2e-5", "is gone", "differs by 7"]
    for cell, reason in zip(document["cells"], reasons, strict=True):
        cell |= {"verdict": "changed", "reason": reason}
    finding = tables.sums(document).findings[0]
    assert ("differs by 0.1", 1) == (finding.reason, finding.other_reasons)


def test_a_finding_in_the_saving_runtime_says_so() -> None:
    """A finding that affects even the runtime that saved the file says so."""
    finding = tables.sums(small()).findings[0]
    assert (1, "changed") == (finding.own, finding.verdict)
    assert "in the very runtime that saved it" in words.where(finding)


def test_a_finding_about_saving_has_no_loaders() -> None:
    """It names only the savers."""
    document = small()
    for cell in document["cells"]:
        cell |= {"verdict": "unsaved", "reason": "no"}
    assert "(h5; in keras-2.2.4, tf-1.15)" == words.where(tables.sums(document).findings[0])


def test_an_empty_run_has_sums() -> None:
    """It has no cells and no findings, and the headline says so."""
    sums = tables.sums(made.empty())
    assert ({}, []) == (sums.all.of, sums.findings)
    assert "Nothing could be tested in this run." == words.headline(sums.all)


def test_located_cells_are_a_cause_of_their_own() -> None:
    """If the catalogue has none for them, and not where no single part was found."""
    document = small()
    entry = dict.fromkeys(("kind", "class", "argument"), "") | {"part": "layer", "said": "", "script": ""}
    changed, refused, *_ = document["cells"]
    changed |= {"cause": "unknown", "located": entry}
    refused |= {"cause": "unknown", "located": {**entry, "part": "model"}}
    assert [("located", 1), ("unknown", 1)] == [(why.id, why.cells) for why in tables.sums(document).causes]
    assert ["located", "unknown"] == [cause["id"] for cause in tables.causes(document)][-2:]


def test_causes_are_counted_in_their_order() -> None:
    """The classic six come first, unknown last, the most frequent first within a kind; none are lost."""
    document = made.results()
    causes = tables.sums(document).causes
    expected = collections.Counter(cell["cause"] for cell in document["cells"] if cell["cause"])
    assert dict(expected) == {why.id: why.cells for why in causes}
    assert ["hash-order", "bytecode", "custom-missing"] == [why.id for why in causes][:3]
    assert "unknown" == causes[-1].id
    kinds = [list(labels.KINDS).index(why.kind) for why in causes]
    assert sorted(kinds) == kinds


def test_only_verified_remedies_count() -> None:
    """An unverified trial does not count, and a cell's remedy is its first verified one."""
    document = made.results()
    for why in tables.sums(document).causes:
        cells = [cell for cell in document["cells"] if cell["cause"] == why.id]
        assert sum(any(trial["verified"] for trial in cell["remedies"]) for cell in cells) == why.remedied
    tried: Any = {"remedies": [{"remedy": "a", "verified": False}, {"remedy": "b", "verified": True}]}
    untried: Any = {"remedies": None}
    old: Any = {}
    assert ("b", "", "") == (tables.verified(tried), tables.verified(untried), tables.verified(old))


def test_an_older_document_has_no_causes() -> None:
    """Its cells are summed all the same."""
    document = made.results()
    sums = tables.sums(made.bare(document))
    assert ([], tables.sums(document).all) == (sums.causes, sums.all)

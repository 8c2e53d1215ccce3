"""How formats stand against each other: points, duels, what a remedy is worth, and what does not count."""

from __future__ import annotations

from typing import Any

import pytest

from harness.advice.formats import FormatScore, FormatScorer
from tests.unit import moves

LOAD_SIDE = [{"id": "compile-false", "side": "load"}, {"id": "another-format", "side": "save"}]


def standings(*cells: Any, **more: Any) -> list[FormatScore]:
    """The formats of these cells, the best first."""
    document: Any = {**moves.document(*cells, **more), "remedies": LOAD_SIDE}
    return FormatScorer(document).standings(document["cells"])


@pytest.mark.parametrize(
    ("format", "verdict", "points"),
    [
        ("keras", "identical", 1.0),
        ("h5", "incomplete", 0.75),
        ("weights.h5", "identical", 0.75),
        ("weights.h5", "incomplete", 0.5),
        ("h5", "refused", 0.0),
        ("h5", "crashed", 0.0),
        ("h5", "unsaved", 0.0),
        ("h5", "changed", -2.0),
        ("weights-h5", "changed", -2.0),
    ],
)
def test_points_of_a_verdict(format: str, verdict: str, points: float) -> None:
    """Losing something costs a quarter, weights without a model likewise; a silent difference is worse than none."""
    (one,) = standings(moves.cell("dense", format, verdict))
    assert (points, {verdict: 1}, 1) == (one.points, one.verdicts, one.cells)


def test_a_remedy_of_the_loading_side_counts_half_way() -> None:
    """Refused is 0, with the remedy it is 0.75; one of the saving side or by another runtime counts nothing."""
    (one,) = standings(moves.cell("dense", "h5", "refused", remedies=[moves.trial("compile-false", "incomplete")]))
    assert (0.375, 1) == (one.points, one.remedied)
    for other in (
        moves.trial("compile-false", "incomplete", load="new-tf_keras"),
        moves.trial("another-format", "identical"),
        moves.trial("compile-false", "refused", verified=False),
    ):
        (one,) = standings(moves.cell("dense", "h5", "refused", remedies=[other]))
        assert (0.0, 0) == (one.points, one.remedied)


def test_a_scenario_counts_once_however_many_variants_it_has() -> None:
    """The mean of the scenarios, not of the cells."""
    many = [moves.cell("optimizers", "h5", "refused", parameters={"optimizer": name}) for name in "abcd"]
    (one,) = standings(*many, moves.cell("dense", "h5", "identical"))
    assert (0.5, 2, 5) == (one.points, one.scenarios, one.cells)


def test_formats_duel_in_the_scenarios_that_both_were_asked_in() -> None:
    """One that was asked the hard scenarios alone is not behind one that was asked the easy ones as well."""
    easy = moves.many("h5", "identical", 10)
    hard = [moves.cell(f"hard_{number}", "h5", "changed") for number in range(3)]
    better = [moves.cell(f"hard_{number}", "keras", "refused") for number in range(3)]
    first, second = standings(*easy, *hard, *better)
    assert ("keras", ("h5",), ()) == (first.format, first.beats, first.loses_to)
    assert ("h5", (), ("keras",)) == (second.format, second.beats, second.loses_to)
    assert second.points > first.points == 0.0


def test_what_shares_too_few_scenarios_does_not_duel() -> None:
    """Then points decide, and the newer format on a tie."""
    found = standings(*moves.many("h5", "identical", 2), *moves.many("keras", "identical", 2))
    assert [("keras", ()), ("h5", ())] == [(one.format, one.beats) for one in found]


def test_what_was_asked_too_little_comes_last_however_good() -> None:
    found = standings(*moves.many("h5", "incomplete", 3), *moves.many("keras", "identical", 2))
    assert [("h5", True), ("keras", False)] == [(one.format, one.rankable) for one in found]


def test_mistakes_on_purpose_code_without_a_file_and_what_was_not_asked_do_not_count() -> None:
    """The variant of a pitfall that has its remedy does."""
    found = standings(
        moves.cell("lambda_layer", "h5", "changed", parameters={"layer": "lambda"}),
        moves.cell("lambda_layer", "h5", "identical", parameters={"layer": "class"}),
        moves.cell("dense", "code", "changed"),
        moves.cell("dense", "keras", "unsupported"),
        moves.cell("dense", "savedmodel", "unavailable"),
        pitfalls={"lambda_layer": {"layer": "class"}},
    )
    assert [("h5", {"identical": 1})] == [(one.format, one.verdicts) for one in found]

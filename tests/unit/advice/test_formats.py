"""The ranking of formats: points, duels, what a remedy is worth, and what does not count."""

from __future__ import annotations

from typing import Any

import pytest

from harness.advice.formats import FormatScore, FormatScorer
from tests.unit import moves

LOAD_SIDE = [{"id": "compile-false", "side": "load"}, {"id": "another-format", "side": "save"}]


def standings(*cells: Any, **more: Any) -> list[FormatScore]:
    """The formats of these cells, best first."""
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
    """Losing something costs a quarter, and so do weights without a model; silent differences are worst."""
    (score,) = standings(moves.cell("dense", format, verdict))
    assert (points, {verdict: 1}, 1) == (score.points, score.verdicts, score.cells)


def test_a_remedy_on_the_loading_side_counts_half() -> None:
    """Refused is 0, with the remedy it is 0.75; one on the saving side or in another runtime counts nothing."""
    (score,) = standings(moves.cell("dense", "h5", "refused", remedies=[moves.trial("compile-false", "incomplete")]))
    assert (0.375, 1) == (score.points, score.remedied)
    for trial in (
        moves.trial("compile-false", "incomplete", load="new-tf_keras"),
        moves.trial("another-format", "identical"),
        moves.trial("compile-false", "refused", verified=False),
    ):
        (score,) = standings(moves.cell("dense", "h5", "refused", remedies=[trial]))
        assert (0.0, 0) == (score.points, score.remedied)


def test_a_scenario_counts_once_however_many_variants_it_has() -> None:
    """The mean of the scenarios, not of the cells."""
    many = [moves.cell("optimizers", "h5", "refused", parameters={"optimizer": name}) for name in "abcd"]
    (score,) = standings(*many, moves.cell("dense", "h5", "identical"))
    assert (0.5, 2, 5) == (score.points, score.scenarios, score.cells)


def test_formats_duel_in_the_scenarios_they_share() -> None:
    """A format tested only in hard scenarios is not behind one that was also tested in easy ones."""
    easy = moves.many("h5", "identical", 10)
    hard = [moves.cell(f"hard_{number}", "h5", "changed") for number in range(3)]
    better = [moves.cell(f"hard_{number}", "keras", "refused") for number in range(3)]
    first, second = standings(*easy, *hard, *better)
    assert ("keras", ("h5",), ()) == (first.format, first.beats, first.loses_to)
    assert ("h5", (), ("keras",)) == (second.format, second.beats, second.loses_to)
    assert second.points > first.points == 0.0


def test_formats_that_share_too_few_scenarios_do_not_duel() -> None:
    """Points decide then, and on a tie the newer format."""
    scores = standings(*moves.many("h5", "identical", 2), *moves.many("keras", "identical", 2))
    assert [("keras", ()), ("h5", ())] == [(score.format, score.beats) for score in scores]


def test_a_format_with_too_few_scenarios_comes_last_however_good_it_is() -> None:
    scores = standings(*moves.many("h5", "incomplete", 3), *moves.many("keras", "identical", 2))
    assert [("h5", True), ("keras", False)] == [(score.format, score.rankable) for score in scores]


def test_mistakes_on_purpose_other_formats_and_untested_cells_do_not_count() -> None:
    """`code` is no file, and `own` is no format that others could save in. The variant of a pitfall's remedy counts."""
    scores = standings(
        moves.cell("lambda_layer", "h5", "changed", parameters={"layer": "lambda"}),
        moves.cell("lambda_layer", "h5", "identical", parameters={"layer": "class"}),
        moves.cell("dense", "code", "changed"),
        moves.cell("dense", "own", "identical"),
        moves.cell("dense", "keras", "unsupported"),
        moves.cell("dense", "savedmodel", "unavailable"),
        pitfalls={"lambda_layer": {"layer": "class"}},
    )
    assert [("h5", {"identical": 1})] == [(score.format, score.verdicts) for score in scores]

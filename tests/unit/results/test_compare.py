"""From two sets of observations to differences, and from two attempts to a verdict."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy
import pytest

from harness.model import Attempt, Difference, Outcome, Stage, Verdict
from harness.results.compare import Array, Observations, compare, judge
from tests.unit import made

NAN, INF = float("nan"), float("inf")
TINY = float(numpy.spacing(numpy.float32(1)))


def array(values: Any, dtype: str = "float32") -> Array:
    """An array."""
    return numpy.array(values, dtype=dtype)


def predicting(values: Any, dtype: str = "float32", **more: Any) -> Observations:
    """The observations of a side whose model predicts this."""
    return {"predictions": {"0": array(values, dtype)}, **more}


def only(differences: tuple[Difference, ...]) -> Difference:
    """The only difference."""
    assert 1 == len(differences)
    return differences[0]


@pytest.mark.parametrize(
    ("saved", "loaded"),
    [
        (array([1.0, -2.0]), array([1.0, -2.0])),
        (array([1.0, 1000.0]), array([1.05, 1000.0])),  # 1e-4 of the largest of the array
        (array([1e-7]), array([9e-7])),
        (array([0.0]), array([-0.0])),
        (array(3.0), array(3.0)),
        (array([1.0], "float32"), array([1.0], "float64")),
        (array([0.5], "float32"), array([0.5], "float16")),
        (array([NAN, 1.0]), array([NAN, 1.0])),
        (array([NAN, NAN]), array([NAN, NAN])),
        (array([INF, -INF]), array([INF, -INF])),
        (array([NAN, 1.0]), array([NAN, 1.0 + TINY])),
        (array([], "float32"), array([], "float32")),
        (array([[], []], "float32"), array([[], []], "float32")),
        (array([True, False], "bool"), array([True, False], "bool")),
        (array([7, -7], "int64"), array([7, -7], "int64")),
        (array([0, 255], "uint8"), array([0, 255], "uint8")),
        (array([65504.0], "float16"), array([65504.0], "float16")),
        (array([1e300], "float64"), array([1e300 * (1 + 1e-6)], "float64")),
        (array(["a", "b"], "U"), array(["a", "b"], "U")),
        (array(["a"], "U1"), array(["a"], "U9")),
        (array([b"a"], "S"), array([b"a"], "S")),
    ],
    ids=repr,
)
def test_what_agrees_within_tolerance_is_no_difference(saved: Array, loaded: Array) -> None:
    """For any type and shape, including empty, infinite and NaN."""
    assert () == compare({"predictions": {"0": saved}}, {"predictions": {"0": loaded}})


def of_kind(kind: str, saved: Array, loaded: Array) -> Any:
    """A case of the table of differences, with its arrays as its id."""
    return pytest.param(kind, saved, loaded, id=f"{saved!r}-{loaded!r}")


@pytest.mark.parametrize(
    ("kind", "saved", "loaded"),
    [
        of_kind("value", array([1.0, 1000.0]), array([1.2, 1000.0])),
        of_kind("value", array([0.0, 0.0]), array([0.0, 1e-5])),
        of_kind("value", array(3.0), array(4.0)),
        of_kind("value", array([NAN, 1.0]), array([0.0, 1.0])),
        of_kind("value", array([0.0, 1.0]), array([NAN, 1.0])),
        of_kind("value", array([NAN, NAN]), array([1.0, 2.0])),
        of_kind("value", array([1.0, 2.0]), array([NAN, NAN])),
        of_kind("value", array([1.0]), array([INF])),
        of_kind("value", array([INF, 1.0]), array([NAN, 1.0])),
        of_kind("value", array([True, False], "bool"), array([True, True], "bool")),
        of_kind("value", array([0], "uint8"), array([255], "uint8")),
        of_kind("value", array([1.0], "float16"), array([1.01], "float16")),
        of_kind("value", array([1.0], "float32"), array([1.01], "float16")),
        of_kind("value", array([-3e38]), array([3e38])),
        of_kind("value", array([1e308], "float64"), array([-1e308], "float64")),
        of_kind("shape", array([1.0]), array([[1.0]])),
        of_kind("shape", array([1.0, 2.0]), array([1.0])),
        of_kind("shape", array([]), array([1.0])),
        of_kind("shape", array(1.0), array([1.0])),
        of_kind("text", array(["a", "b"], "U"), array(["a", "c"], "U")),
        of_kind("text", array(["1"], "U"), array([1.0])),
        of_kind("value", array([INF]), array([-INF])),
        of_kind("value", array([INF]), array([1.0])),
        of_kind("value", array([INF, 1.0]), array([INF, 500.0])),
        of_kind("value", array([20_000, 5], "int64"), array([20_000, 6], "int64")),
        of_kind("value", array([2**53], "int64"), array([2**53 + 1], "int64")),
        of_kind("value", array(7, "int64"), array(8, "int64")),
        of_kind("value", array(True, "bool"), array(False, "bool")),
        of_kind("value", array([2**63], "uint64"), array([-(2**63)], "int64")),
        of_kind("value", array(1 + 2j, "complex128"), array(1 - 2j, "complex128")),
        of_kind("text", array([1.0]), array(["1"], "U")),
        of_kind("value", array([1 + 2j], "complex64"), array([1 - 2j], "complex64")),
    ],
)
def test_a_disagreement_is_one_difference_of_its_kind(kind: str, saved: Array, loaded: Array) -> None:
    """Anything that a user would call a different answer is reported."""
    assert kind == only(compare({"predictions": {"0": saved}}, {"predictions": {"0": loaded}})).kind


def test_numbers_of_a_type_unknown_to_this_numpy_still_compare() -> None:
    """bfloat16 is read from a file as raw bytes: equal bytes are equal, and no cell may stop the whole report."""
    first, second = (numpy.frombuffer(content, "V2") for content in (b"\x80\x3f", b"\x00\x40"))
    assert () == compare({"predictions": {"0": first}}, {"predictions": {"0": first.copy()}})
    assert 1 == len(compare({"predictions": {"0": first}}, {"predictions": {"0": second}}))


def test_a_difference_says_how_large_it_is() -> None:
    """Absolute, relative to the largest saved value, in units in the last place, and what was allowed."""
    difference = only(compare(predicting([1.0, 4.0]), predicting([1.0 + 8192 * TINY, 4.0])))
    assert pytest.approx(8192 * TINY) == difference.absolute
    assert pytest.approx(8192 * TINY / 4) == difference.relative
    assert pytest.approx(8192) == difference.ulp
    assert pytest.approx(1e-6 + 4e-4) == difference.allowed


@pytest.mark.parametrize(("dtype", "ulp"), [("float16", 1.0), ("float32", 2.0**13), ("float64", 2.0**42)])
def test_units_in_the_last_place_are_those_of_the_saved_type(dtype: str, ulp: float) -> None:
    """The same step is one unit of a half float and a great many of a double."""
    assert ulp == only(compare(predicting([1.0], dtype), predicting([1 + 2.0**-10], "float64"))).ulp


@pytest.mark.parametrize(
    ("saved", "loaded"),
    [(predicting([1], "int64"), predicting([5], "int64")), (predicting([True], "bool"), predicting([False], "bool"))],
)
def test_whole_numbers_have_no_units_in_the_last_place(saved: Observations, loaded: Observations) -> None:
    """A flag or a count either differs or does not."""
    assert None is only(compare(saved, loaded)).ulp


@pytest.mark.parametrize(
    ("saved", "loaded"),
    [
        ([0.0], [1.0]),
        ([NAN], [1.0]),
        ([1.0], [NAN]),
        ([1.0], [INF]),
        ([0.0], [INF]),
        ([NAN, 1.0], [NAN, 2.0]),
        ([3e38], [-3e38]),
        ([1e-45], [1.0]),
    ],
)
def test_a_difference_is_always_fit_for_json(saved: list[float], loaded: list[float]) -> None:
    """A number that is not finite is left out: strict JSON cannot express it."""
    entry = dataclasses.asdict(only(compare(predicting(saved), predicting(loaded))))
    assert entry == json.loads(json.dumps(entry, allow_nan=False))


@pytest.mark.parametrize(("noise", "differs"), [(0.0, True), (0.005, True), (0.02, False)])
def test_a_difference_has_to_exceed_the_models_own_sensitivity(noise: float, differs: bool) -> None:
    """A model whose output changes when inputs change by rounding has not changed if it differs by so little."""
    saved = predicting([1.0], sensitivity={"0": array(noise)})
    assert differs == bool(compare(saved, predicting([1.1])))


def test_a_sensitivity_of_nan_allows_as_much_as_none() -> None:
    """A model with one NaN among its outputs is not changed by rounding in the others."""
    assert () == compare(predicting([NAN, 1.0], sensitivity={"0": array(NAN)}), predicting([NAN, 1.0 + TINY]))


def test_whole_numbers_that_rounding_noise_alone_moves_have_not_changed() -> None:
    """The chosen class may flip where two are equally likely; the saving side saw it flip by itself."""
    saved = predicting([3, 5], "int64", sensitivity={"0": array(2.0)})
    assert () == compare(saved, predicting([3, 4], "int64"))


def test_an_output_without_a_sensitivity_gets_none_from_another() -> None:
    """Each output has its own."""
    saved: Observations = {"predictions": {"0": array([1.0]), "1": array([1.0])}, "sensitivity": {"0": array(1.0)}}
    loaded: Observations = {"predictions": {"0": array([2.0]), "1": array([2.0])}}
    assert "1" == only(compare(saved, loaded)).where


def test_sensitivity_applies_only_to_predictions() -> None:
    """Weights do not depend on inputs."""
    saved = predicting([1.0], sensitivity={"0": array(1.0)}, weights={"0": array([1.0])})
    assert "weights" == only(compare(saved, predicting([1.0], weights={"0": array([1.5])}))).observation


@pytest.mark.parametrize(
    ("observation", "lost", "gained"),
    [("predictions", True, True), ("weights", True, False), ("optimizer", True, False), ("metrics", True, False)],
)
def test_what_is_lost_always_counts_and_what_is_gained_only_in_predictions(
    observation: str, lost: bool, gained: bool
) -> None:
    """A slot that a newer Keras adds is reported, but does not count."""
    few, many = (
        {**predicting([1.0]), observation: items}
        for items in ({"0": array([1.0])}, {"0": array([1.0]), "1": array([1.0])})
    )
    assert ("lost", "1", lost) == outline(only(compare(many, few)))
    assert ("gained", "1", gained) == outline(only(compare(few, many)))


def outline(difference: Difference) -> tuple[str, str, bool]:
    return difference.kind, difference.where, difference.counts


@pytest.mark.parametrize(
    ("observation", "counts"),
    [("metrics", False), ("architecture", False), ("weights", False), ("optimizer", True), ("predictions", True)],
)
def test_changed_names_count_only_where_they_matter(observation: str, counts: bool) -> None:
    """`acc` may become `accuracy`, but an optimizer of another class is not the one that was saved."""
    pair = [{observation: {"name": name}} for name in ("acc", "accuracy")]
    saved, loaded = pair if observation == "predictions" else [{**predicting([1.0]), **named} for named in pair]
    difference = only(compare(saved, loaded))
    assert ("text", counts) == (difference.kind, difference.counts)
    assert "acc became accuracy" in difference.detail


def test_what_the_saving_side_could_not_observe_does_not_count() -> None:
    """There is nothing to compare with."""
    assert () == compare(
        predicting([1.0], metrics={"failed": "TypeError: no"}), predicting([1.0], metrics={"0": array(1.0)})
    )


def test_what_only_the_loading_side_cannot_observe_is_lost() -> None:
    """The difference includes the reason."""
    difference = only(
        compare(
            predicting([1.0], metrics={"0": array(1.0)}),
            predicting([1.0], metrics={"failed": "RuntimeError: not compiled"}),
        )
    )
    assert ("lost", "metrics cannot be observed: RuntimeError: not compiled") == (difference.kind, difference.detail)


def test_an_observation_that_the_loading_side_never_made_is_lost_item_by_item() -> None:
    """Absence is not agreement."""
    differences = compare(predicting([1.0], weights={"0/0": array([1.0]), "0/1": array([1.0])}), predicting([1.0]))
    assert [("lost", "0/0"), ("lost", "0/1")] == [(difference.kind, difference.where) for difference in differences]
    assert "lost" == only(compare(predicting([1.0]), {})).kind


def test_fresh_predictions_are_compared_with_the_saved_ones() -> None:
    """If a new session prepares different inputs, the same model predicts something else."""
    difference = only(
        compare(predicting([1.0, 2.0]), predicting([1.0, 2.0], fresh_predictions={"0": array([2.0, 1.0])}))
    )
    assert ("fresh_predictions", "value", True) == (difference.observation, difference.kind, difference.counts)


def test_what_supports_the_comparison_is_not_itself_compared() -> None:
    """Sensitivity and layer outputs do not count."""
    saved = predicting([1.0], sensitivity={"0": array(1.0)}, layers={"0 dense": array([1.0])})
    assert () == compare(saved, predicting([1.0], sensitivity={"0": array(9.0)}, layers={"0 dense": array([9.0])}))


@pytest.mark.parametrize(
    ("layers", "where"),
    [
        ({"0 a": array([1.0]), "1 b": array([7.0]), "2 c": array([7.0])}, "layer 1 b"),
        ({"0 renamed": array([1.0]), "1 also": array([7.0])}, "layer 1 b"),
        ({"0 a": array([1.0]), "1 b": array([2.0]), "2 c": array([3.0])}, "0"),
        ({}, "0"),
        ({"failed": "ValueError: no"}, "0"),
    ],
)
def test_changed_predictions_name_the_layer_where_they_diverge(layers: dict[str, Array], where: str) -> None:
    """The first differing layer by position, if known, under its name on the saving side."""
    inside = {"0 a": array([1.0]), "1 b": array([2.0]), "2 c": array([3.0])}
    difference = only(compare(predicting([3.0], layers=inside), predicting([7.0], layers=layers)))
    assert where == difference.where
    assert difference.detail.endswith(f", first at {where}") or where == "0"


def test_predictions_come_first() -> None:
    """In whatever order things were observed."""
    saved: Observations = {
        "weights": {"0/0": array([1.0])},
        "metrics": {"0": array(1.0)},
        "predictions": {"0": array([1.0])},
    }
    loaded: Observations = {
        "weights": {"0/0": array([2.0])},
        "metrics": {"0": array(2.0)},
        "predictions": {"0": array([2.0])},
    }
    assert ["predictions", "weights", "metrics"] == [difference.observation for difference in compare(saved, loaded)]


@pytest.mark.parametrize(
    ("saved", "loaded", "detail"),
    [
        (predicting([1.0, 2.0]), predicting([1.0, 1.0]), "predictions differ by up to 1 (0.5 of the largest)"),
        (predicting([0.0]), predicting([1.0]), "predictions differ by up to 1"),
        (
            {"predictions": {"out": array([1.0])}},
            {"predictions": {"out": array([[1.0]])}},
            "predictions out: shape (1,) became (1, 1)",
        ),
        (
            predicting([1.0], metrics={"1": array(0.75)}),
            predicting([1.0], metrics={"1": array(0.05)}),
            "metrics 1: 0.75 became 0.05",
        ),
    ],
)
def test_the_detail_is_a_readable_line(saved: Observations, loaded: Observations, detail: str) -> None:
    """It names the observation, the item, and the size of the difference."""
    assert detail == only(compare(saved, loaded)).detail


DONE = made.attempt()
CHANGED = Difference(observation="predictions", kind="value", detail="predictions differ")
FRESH = Difference(observation="fresh_predictions", kind="value", detail="fresh predictions differ")
LOST = Difference(observation="optimizer", kind="lost", detail="optimizer lost")
SHORT = Difference(observation="metrics", kind="value", detail="metrics 1: 1 became 2")
NAMED = Difference(observation="metrics", kind="text", detail="metrics 0 name: a became b", counts=False)


@pytest.mark.parametrize(
    ("differences", "verdict", "reason"),
    [
        ((), Verdict.IDENTICAL, ""),
        ((NAMED,), Verdict.IDENTICAL, ""),
        ((LOST, NAMED), Verdict.INCOMPLETE, "optimizer lost"),
        ((LOST, SHORT, LOST), Verdict.INCOMPLETE, "optimizer lost (and 1 more); metrics 1: 1 became 2"),
        ((CHANGED, LOST), Verdict.CHANGED, "predictions differ"),
        ((LOST, FRESH), Verdict.CHANGED, "fresh predictions differ"),
        ((dataclasses.replace(CHANGED, counts=False),), Verdict.IDENTICAL, ""),
    ],
)
def test_differences_make_the_verdict_of_what_was_loaded(
    differences: tuple[Difference, ...], verdict: Verdict, reason: str
) -> None:
    """A changed prediction outweighs everything that was lost."""
    judged = judge(DONE, DONE, differences)
    assert (verdict, Stage.COMPARE, reason) == (judged.verdict, judged.stage, judged.reason)


def ended(outcome: Outcome, step: str = "") -> Attempt:
    """An attempt that ended early, with a reason."""
    return made.attempt(outcome, step=step, reason=f"because {outcome}")


@pytest.mark.parametrize(
    ("saved", "loaded", "verdict", "stage"),
    [
        (None, None, Verdict.UNAVAILABLE, Stage.PROVISION),
        (None, DONE, Verdict.UNAVAILABLE, Stage.PROVISION),
        (DONE, None, Verdict.UNAVAILABLE, Stage.PROVISION),
        (ended(Outcome.UNAVAILABLE), None, Verdict.UNAVAILABLE, Stage.PROVISION),
        (DONE, ended(Outcome.UNAVAILABLE), Verdict.UNAVAILABLE, Stage.PROVISION),
        (ended(Outcome.RAISED), None, Verdict.UNSAVED, Stage.SAVE),
        (ended(Outcome.UNSUPPORTED), None, Verdict.UNSUPPORTED, Stage.SAVE),
        (ended(Outcome.CRASHED), None, Verdict.CRASHED, Stage.SAVE),
        (ended(Outcome.NO_ANSWER), None, Verdict.CRASHED, Stage.SAVE),
        (ended(Outcome.TIMED_OUT), None, Verdict.TIMED_OUT, Stage.SAVE),
        (DONE, ended(Outcome.RAISED, "load"), Verdict.REFUSED, Stage.LOAD),
        (DONE, ended(Outcome.RAISED, "observe predictions"), Verdict.REFUSED, Stage.OBSERVE),
        (DONE, ended(Outcome.UNSUPPORTED, "unsupported"), Verdict.UNSUPPORTED, Stage.LOAD),
        (DONE, ended(Outcome.CRASHED), Verdict.CRASHED, Stage.LOAD),
        (DONE, ended(Outcome.NO_ANSWER), Verdict.CRASHED, Stage.LOAD),
        (DONE, ended(Outcome.TIMED_OUT), Verdict.TIMED_OUT, Stage.LOAD),
    ],
)
def test_an_attempt_that_ended_early_decides_the_verdict(
    saved: Attempt | None, loaded: Attempt | None, verdict: Verdict, stage: Stage
) -> None:
    """The saving side is checked first; the reason is that of the attempt that ended."""
    judged = judge(saved, loaded, ())
    assert (verdict, stage) == (judged.verdict, judged.stage)
    last = saved if stage is Stage.SAVE or loaded is None else loaded
    assert judged.reason
    assert last is None or last is DONE or last.reason == judged.reason


def test_every_outcome_of_either_side_has_a_verdict() -> None:
    """However a worker ends, the cell has a verdict."""
    for outcome in Outcome:
        assert judge(made.attempt(outcome), DONE, ()).verdict in Verdict
        assert judge(DONE, made.attempt(outcome), ()).verdict in Verdict

"""From two sets of observations to differences, and from two attempts to a verdict."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy
import pytest

from harness.model import Attempt, Difference, Outcome, Stage, Verdict
from harness.results.compare import Array, Observations, compare, judge
from harness.worker.protocol import SCENARIO_STEPS
from tests.unit import made
from tests.unit.results.observing import array, only, outline, predicting

NAN, INF = float("nan"), float("inf")
DONE = made.attempt()
TINY = float(numpy.spacing(numpy.float32(1)))


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


@pytest.mark.parametrize(("dtype", "ulp"), [("float16", 64.0), ("float32", 2.0**19), ("float64", 2.0**48)])
def test_units_in_the_last_place_are_those_of_the_saved_type(dtype: str, ulp: float) -> None:
    """The same step is a few units of a half float and a great many of a double."""
    assert ulp == only(compare(predicting([1.0], dtype), predicting([1 + 2.0**-4], "float64"))).ulp


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


HALVES: dict[str, Any] = {"settings": {"0 precision": "float32", "1 precision": "float16"}}
BRAINS: dict[str, Any] = {"settings": {"0 precision": "bfloat16"}}


@pytest.mark.parametrize(
    ("saved", "allowed"),
    [
        (predicting([8.0, 0.0]), 8e-4),
        (predicting([8.0, 0.0], "float64"), 8e-4),
        (predicting([8.0, 0.0], settings={"0 precision": "float32", "1 precision": "float32 int8"}), 8e-4),
        (predicting([8.0, 0.0], settings={"0 precision": "float64"}), 8e-4),
        (predicting([8.0, 0.0], settings={"failed": "TypeError: float16"}), 8e-4),
        (predicting([8.0, 0.0], "float16"), 8 * 2.0**-8),
        (predicting([8.0, 0.0], **HALVES), 8 * 2.0**-8),
        (predicting([8.0, 0.0], "float16", **BRAINS), 8 * 2.0**-5),
        (predicting([8.0, 0.0], **BRAINS), 8 * 2.0**-5),
        (predicting([8.0, 0.0], settings={"0 precision": "float16 int8"}), 8 * 2.0**-8),
    ],
)
def test_half_precision_allows_for_its_own_roundings(saved: Observations, allowed: float) -> None:
    """Four of them, of the outputs' own type or of any layer's; single precision allows for what it always did."""
    assert () == compare(saved, predicting([8.0, 0.99 * allowed], "float64"))
    difference = only(compare(saved, predicting([8.0, 1.01 * allowed], "float64")))
    assert pytest.approx(1e-6 + allowed) == difference.allowed


@pytest.mark.parametrize(
    ("observation", "counts"),
    [("metrics", False), ("resume", False), ("fresh_predictions", False), ("weights", True), ("optimizer", True)],
)
def test_the_precision_of_layers_applies_only_to_what_they_compute(observation: str, counts: bool) -> None:
    """Weights are kept, not computed."""
    said = {"0/0": array([1.0])}
    saved: Observations = {"predictions": said, observation: said, **HALVES}
    loaded: Observations = {"predictions": said, observation: {"0/0": array([1.002])}}
    assert counts == bool(compare(saved, loaded))


def test_a_layer_within_half_precision_is_not_where_predictions_part() -> None:
    """What it put out is kept in single precision, of which bfloat16 is a part."""
    saved = predicting([3.0], layers={"0 a": array([1.0]), "1 b": array([2.0])}, **BRAINS)
    loaded = predicting([7.0], layers={"0 a": array([1.01]), "1 b": array([7.0])})
    assert "layer 1 b" == only(compare(saved, loaded)).where


DRAWN: dict[str, Any] = {"by_itself": {"0": array(2.0), "first layer": ""}}


@pytest.mark.parametrize("drawn", [1.0, 0.5, 6.9, -4.9])
def test_a_model_that_is_random_by_itself_is_told_whatever_the_loading_side_draws(drawn: float) -> None:
    """Even the very same number: the next session would draw another. Three spreads are still the same randomness."""
    difference = only(compare(predicting([1.0], **DRAWN), predicting([drawn])))
    assert ("predictions", "random", "0", True, 2.0) == (
        difference.observation,
        *outline(difference),
        difference.absolute,
    )
    assert difference.detail == (
        "predictions random by itself: two predictions of the saved model on the same inputs differ by up to 2"
    )
    judged = judge(DONE, DONE, (difference,))
    assert (Verdict.CHANGED, Stage.COMPARE, difference.detail) == (judged.verdict, judged.stage, judged.reason)


def test_what_exceeds_its_own_randomness_is_told_as_well() -> None:
    """The weights may be lost besides."""
    differences = compare(predicting([1.0], **DRAWN), predicting([7.2]))
    assert ["random", "value"] == [difference.kind for difference in differences]
    assert pytest.approx(6.0, rel=1e-3) == differences[1].allowed


def test_a_random_layer_is_named_and_a_steady_one_is_still_found() -> None:
    """By where the randomness arises, and by where predictions part beyond it."""
    inside = {"0 a": array([1.0]), "1 b": array([1.0])}
    saved = predicting([1.0], by_itself={"0": array(0.1), "first layer": "1 b"}, layers=inside)
    random, value = compare(saved, predicting([9.0], layers={"0 a": array([5.0]), "1 b": array([9.0])}))
    assert ("random", "layer 1 b") == (random.kind, random.where)
    assert random.detail.endswith("differ by up to 0.1, from layer 1 b on")
    assert ("value", "layer 0 a") == (value.kind, value.where)


def test_only_the_outputs_that_are_random_are_told_as_such() -> None:
    """The others are held to what they said."""
    saved: Observations = {
        "predictions": {"0": array([1.0]), "1": array([1.0])},
        "by_itself": {"1": array(5.0), "first layer": ""},
    }
    loaded: Observations = {"predictions": {"0": array([2.0]), "1": array([2.0])}}
    assert [("random", "1"), ("value", "0")] == [(each.kind, each.where) for each in compare(saved, loaded)]


def test_what_is_random_without_a_distance_is_random_all_the_same() -> None:
    """Words, or another number of rows each time."""
    saved: Observations = {"predictions": {"0": array(["a"], "U")}, "by_itself": {"0": array(INF), "first layer": ""}}
    random, text = compare(saved, {"predictions": {"0": array(["b"], "U")}})
    assert ("random", None, "text") == (random.kind, random.absolute, text.kind)


@pytest.mark.parametrize(
    ("targets", "kinds"),
    [
        ([1.0, 2.0], []),
        ([1.0, 2.00001], []),
        ([2.0, 1.0], ["value"]),
        ([1.0], ["shape"]),
    ],
)
def test_targets_that_a_new_session_prepares_otherwise_are_a_change(targets: list[float], kinds: list[str]) -> None:
    """Held against those of the saving side, however far the model itself may move."""
    saved = predicting([1.0], targets={"0": array([1.0, 2.0])}, sensitivity={"0": array(9.0)})
    differences = compare(saved, predicting([1.0], fresh_targets={"0": array(targets)}))
    assert kinds == [difference.kind for difference in differences]
    if differences:
        assert differences[0].detail.startswith("fresh targets")
        assert Verdict.CHANGED is judge(DONE, DONE, differences).verdict


def test_targets_that_were_not_prepared_anew_are_not_missed() -> None:
    """Equal ones are not observed twice."""
    assert () == compare(predicting([1.0], targets={"0": array([1.0])}), predicting([1.0]))


@pytest.mark.parametrize(
    ("loaded", "found"),
    [
        ({"0 trained": "2", "output": "tensor"}, []),
        ({"0 trained": "0", "output": "tensor"}, ["settings 0 trained: 2 became 0"]),
        ({"0 trained": "2", "output": "[tensor]"}, ["settings output: tensor became [tensor]"]),
        ({"0 trained": "2"}, []),
        ({"0 trained": "2", "output": "tensor", "mask of the output": "none"}, []),
        ({}, []),
    ],
)
def test_settings_that_changed_make_a_cell_incomplete(loaded: dict[str, str], found: list[str]) -> None:
    """What only one side could tell decides nothing: it depends on the version."""
    saved = predicting([1.0], settings={"0 trained": "2", "output": "tensor"})
    differences = compare(saved, predicting([1.0], settings=loaded))
    assert found == [difference.detail for difference in differences]
    assert (Verdict.INCOMPLETE if found else Verdict.IDENTICAL) is judge(DONE, DONE, differences).verdict


def test_settings_that_cannot_be_told_are_reported_and_do_not_count() -> None:
    """Unlike metrics that cannot be had any more, they are nothing that a user asks for."""
    saved = predicting([1.0], settings={"0 trained": "2"})
    difference = only(compare(saved, predicting([1.0], settings={"failed": "AttributeError: no"})))
    assert ("settings cannot be observed: AttributeError: no", False) == (difference.detail, difference.counts)


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


@pytest.mark.parametrize(
    ("observation", "counts"),
    [("metrics", False), ("architecture", False), ("weights", True), ("optimizer", True), ("predictions", True)],
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
        (ended(Outcome.UNSUPPORTED, "probe"), None, Verdict.UNSUPPORTED, Stage.SAVE),
        (ended(Outcome.UNSUPPORTED, "unsupported"), None, Verdict.UNSUPPORTED, Stage.SCRIPT),
        (ended(Outcome.CRASHED), None, Verdict.CRASHED, Stage.SAVE),
        (ended(Outcome.NO_ANSWER), None, Verdict.CRASHED, Stage.SAVE),
        (ended(Outcome.TIMED_OUT), None, Verdict.TIMED_OUT, Stage.SAVE),
        (ended(Outcome.RAISED, "save"), None, Verdict.UNSAVED, Stage.SAVE),
        *((ended(Outcome.RAISED, step), None, Verdict.UNSAVED, Stage.SCRIPT) for step in SCENARIO_STEPS),
        (ended(Outcome.RAISED, "observe settings"), None, Verdict.UNSAVED, Stage.SAVE),
        (ended(Outcome.CRASHED, "observe predictions"), None, Verdict.CRASHED, Stage.SAVE),
        (DONE, ended(Outcome.RAISED, "load"), Verdict.REFUSED, Stage.LOAD),
        *((DONE, ended(Outcome.RAISED, step), Verdict.REFUSED, Stage.SCRIPT) for step in SCENARIO_STEPS),
        (DONE, ended(Outcome.RAISED, "before_load"), Verdict.REFUSED, Stage.SCRIPT),
        (DONE, ended(Outcome.RAISED, "after_load"), Verdict.REFUSED, Stage.SCRIPT),
        (DONE, ended(Outcome.RAISED, "observe predictions"), Verdict.REFUSED, Stage.OBSERVE),
        (DONE, ended(Outcome.UNSUPPORTED, "unsupported"), Verdict.UNSUPPORTED, Stage.SCRIPT),
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


def test_a_model_that_cannot_predict_where_it_is_to_be_saved_says_nothing_about_saving() -> None:
    """The question could not be put; its reason says so."""
    judged = judge(ended(Outcome.RAISED, "observe predictions"), None, ())
    assert (Verdict.UNSUPPORTED, Stage.OBSERVE) == (judged.verdict, judged.stage)
    assert "the model does not predict where it is to be saved: because raised" == judged.reason


def test_every_outcome_of_either_side_has_a_verdict() -> None:
    """However a worker ends, the cell has a verdict."""
    for outcome in Outcome:
        assert judge(made.attempt(outcome), DONE, ()).verdict in Verdict
        assert judge(DONE, made.attempt(outcome), ()).verdict in Verdict

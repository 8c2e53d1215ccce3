"""Weights of two sides: which is held against which, and whose came back."""

from __future__ import annotations

from typing import Any

import pytest

from harness.model import Verdict
from harness.results.compare import Array, Observations, compare, judge
from tests.unit import made
from tests.unit.results.observing import array, only, outline, predicting

ONE, TWO, THREE = array([[1.0, 2.0]]), array([[3.0, 4.0]]), array([[5.0, 6.0]])
BIAS = array([0.0, 0.0])


def weighing(*layers: tuple[str, list[Array]]) -> Observations:
    """The observations of a side whose layers, by name, have these weights."""
    weights: dict[str, Any] = {}
    for place, (name, values) in enumerate(layers):
        weights[f"{place} name"] = name
        weights.update({f"{place}/{position}": value for position, value in enumerate(values)})
    return predicting([1.0], weights=weights)


@pytest.mark.parametrize(
    "loaded",
    [
        weighing(("a", [ONE, BIAS]), ("b", [TWO]), ("c", [THREE])),
        weighing(("b", [TWO]), ("c", [THREE]), ("a", [ONE, BIAS])),
        weighing(("other", [ONE, BIAS]), ("names", [TWO]), ("entirely", [THREE])),
        weighing(("b", [ONE, BIAS]), ("b", [TWO]), ("b", [THREE])),
    ],
    ids=["the same", "in another order", "renamed", "one name for all"],
)
def test_layers_are_held_against_each_other_by_name_or_else_by_place(loaded: Observations) -> None:
    """Keras' list of layers depends on its version, and so do the names it gives."""
    assert () == compare(weighing(("a", [ONE, BIAS]), ("b", [TWO]), ("c", [THREE])), loaded)


def test_a_weight_that_differs_is_found_in_whatever_order_layers_are_listed() -> None:
    """Named by its place on the saving side."""
    saved = weighing(("a", [ONE]), ("b", [BIAS, TWO]))
    difference = only(compare(saved, weighing(("b", [BIAS, TWO + 1]), ("a", [ONE]))))
    assert ("value", "1/1", True) == outline(difference)


def test_like_names_are_no_names() -> None:
    """Nobody could say which is which."""
    saved = weighing(("a", [ONE]), ("a", [TWO]), ("b", [THREE]))
    loaded = weighing(("b", [ONE]), ("a", [TWO]), ("a", [THREE]))
    assert () == compare(saved, loaded)


def test_more_than_ten_layers_keep_their_places() -> None:
    """Places are numbers, not words."""
    layers = [(f"layer{number}", [array([[float(number), 1.0]])]) for number in range(12)]
    assert () == compare(weighing(*layers), weighing(*reversed(layers)))


def test_weights_that_swapped_places_say_whose_they_are() -> None:
    """It is no rounding: the file gave each to the other."""
    saved = weighing(("a", [ONE, BIAS]), ("b", [TWO, BIAS]))
    differences = compare(saved, weighing(("a", [TWO, BIAS]), ("b", [ONE, BIAS])))
    assert [("moved", "0/0", True), ("moved", "1/0", True)] == [outline(each) for each in differences]
    assert [
        "weights 0/0: those of 1/0 came back in their place",
        "weights 1/0: those of 0/0 came back in their place",
    ] == [each.detail for each in differences]
    assert Verdict.INCOMPLETE is judge(made.attempt(), made.attempt(), differences).verdict


def test_a_weight_may_come_back_where_another_shape_was() -> None:
    """A transposed order of layers is still an order."""
    saved = weighing(("a", [ONE]), ("b", [array([7.0, 8.0, 9.0])]))
    difference = only(compare(saved, weighing(("a", [array([7.0, 8.0, 9.0])]), ("b", [array([7.0, 8.0, 9.0])]))))
    assert ("moved", "0/0", True) == outline(difference)


@pytest.mark.parametrize(
    ("theirs", "kind"),
    [
        (array([[9.0, 9.5]]), "value"),
        (array([[3.0, 4.00001]]), "value"),
        (array([[0.0, 0.0]]), "value"),
        (array([[1.0]]), "shape"),
        (array([], "float32"), "shape"),
        (array([["x", "y"]], "U"), "text"),
    ],
    ids=["nobody's", "almost another's", "constant", "a single number", "empty", "words"],
)
def test_weights_that_are_nobodys_have_not_moved(theirs: Array, kind: str) -> None:
    """Zeros are everybody's, and so says a single number nothing."""
    saved = weighing(("a", [ONE]), ("b", [TWO]), ("c", [array([[0.0, 0.0]]), array([[1.0]])]))
    loaded = weighing(("a", [theirs]), ("b", [TWO]), ("c", [array([[0.0, 0.0]]), array([[1.0]])]))
    assert kind == only(compare(saved, loaded)).kind


def test_only_weights_can_have_moved() -> None:
    """Slots and outputs that look like another's are differences of their own."""
    saved = predicting([1.0], optimizer={"slot 0": ONE, "slot 1": TWO})
    loaded = predicting([1.0], optimizer={"slot 0": TWO, "slot 1": TWO})
    assert "value" == only(compare(saved, loaded)).kind


WORDS, NUMBERS = array(["b", "a", "c"], "U"), array([1, 0, 2], "int64")


@pytest.mark.parametrize(
    ("words", "numbers", "found"),
    [
        (["b", "a", "c"], [1, 0, 2], []),
        (["a", "b", "c"], [0, 1, 2], []),
        (["c", "b", "a"], [2, 1, 0], []),
        (["a", "b", "c"], [1, 0, 2], [("value", "0/1", True)]),
        (["b", "a", "c"], [0, 1, 2], [("value", "0/1", True)]),
        (["a", "b"], [0, 1], [("text", "0/0", True), ("shape", "0/1", True)]),
    ],
)
def test_a_table_means_what_it_says_of_each_word(
    words: list[str], numbers: list[int], found: list[tuple[str, str, bool]]
) -> None:
    """A hash table gives its entries back in any order."""
    saved = weighing(("lookup", [WORDS, NUMBERS]))
    loaded = weighing(("lookup", [array(words, "U"), array(numbers, "int64")]))
    assert found == [outline(each) for each in compare(saved, loaded) if each.counts]


def test_a_table_of_numbers_is_one_too() -> None:
    """Those of an integer lookup."""
    saved = weighing(("lookup", [array([30, 10, 20], "int64"), array([3, 1, 2], "int64")]))
    assert () == compare(saved, weighing(("lookup", [array([10, 20, 30], "int64"), array([1, 2, 3], "int64")])))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ([array([2.0, 1.0]), array([1.0, 2.0])], [array([1.0, 2.0]), array([2.0, 1.0])]),
        ([array([2, 1], "int64")], [array([1, 2], "int64")]),
        ([array([2, 1], "int64"), array([1, 2, 3], "int64")], [array([1, 2], "int64"), array([1, 2, 3], "int64")]),
        ([array([2, 1], "int64"), *[array([1, 2], "int64")] * 2], [array([1, 2], "int64")] * 3),
    ],
    ids=["numbers with fractions", "one list", "lists of two lengths", "three lists"],
)
def test_what_is_no_table_keeps_its_order(ours: list[Array], theirs: list[Array]) -> None:
    """Two lists of one length, of words or whole numbers, are a table and nothing else is."""
    assert compare(weighing(("a", ours)), weighing(("a", theirs)))


def test_names_of_layers_are_never_lost_nor_gained() -> None:
    """They say which weights to compare, and an older worker told none."""
    named, bare = weighing(("a", [ONE])), predicting([1.0], weights={"0/0": ONE})
    assert () == compare(named, bare)
    assert () == compare(bare, named)


def test_weights_that_cannot_be_observed_are_lost() -> None:
    """With the reason."""
    difference = only(compare(weighing(("a", [ONE])), predicting([1.0], weights={"failed": "ValueError: no"})))
    assert ("lost", "weights cannot be observed: ValueError: no") == (difference.kind, difference.detail)
    assert () == compare(predicting([1.0], weights={"failed": "ValueError: no"}), weighing(("a", [ONE])))

"""What a scenario feeds and a model says, taken apart into named arrays and put together again."""

from __future__ import annotations

import json
import types
from typing import Any

import numpy
import pytest

from harness.worker import nest
from tests.unit.worker.cells import through_a_file

NAN = float("nan")


@pytest.mark.parametrize(
    "data",
    [
        numpy.arange(6.0).reshape(2, 3),
        numpy.array(["ü", "b"]),
        numpy.array([b"a"]),
        numpy.array(1),
        numpy.zeros((0, 2)),
        numpy.array([True]),
        numpy.array([1, NAN]),
        [numpy.array([1]), numpy.array([2.0])],
        [],
        [numpy.array([number]) for number in range(12)],
        (numpy.array([1]), numpy.array([2])),
        {"b": numpy.array([1]), "a/c": numpy.array([2]), "file": numpy.array([3]), "": numpy.array([4])},
        {},
        {"b": [numpy.array([1]), {"d": numpy.array([2]), "c": numpy.array([3.0])}], "a": numpy.array([4])},
        [{"a": numpy.array([1])}, [[numpy.array([2])], []]],
        [numpy.array([1]), None, {"a": None}],
        {"": {"a": numpy.array([1])}},
    ],
    ids=repr,
)
def test_what_is_taken_apart_and_stored_can_be_put_together(data: Any) -> None:
    """Arrays, lists and dicts, also inside each other; a tuple comes back as the list that Keras takes it for."""
    arrays = nest.flat(data)
    back = nest.unflat(through_a_file(arrays), json.loads(json.dumps(nest.kind(data))))
    expected: Any = list(data) if isinstance(data, tuple) else data
    numpy.testing.assert_equal(back, expected)
    again = nest.flat(back)
    assert {name: value.dtype for name, value in arrays.items()} == {name: value.dtype for name, value in again.items()}


def test_what_is_inside_is_named_by_its_path() -> None:
    """By position or key, in an order that does not depend on how a dict was filled."""
    data = {"b": (numpy.array([1]), {2: numpy.array([2]), 1: numpy.array([3])}), "a": numpy.array([4])}
    assert ["a", "b/0", "b/1/1", "b/1/2"] == list(nest.flat(data))


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (numpy.array([1.0]), {"0": [1.0]}),
        ([numpy.array([1]), numpy.array([2])], {"0": [1], "1": [2]}),
        ({"b": numpy.array([1]), "a": numpy.array([2])}, {"a": [2], "b": [1]}),
        ({"a": [numpy.array([1])]}, {"a/0": [1]}),
        (None, {}),
    ],
    ids=repr,
)
def test_targets_are_named_as_outputs_are(y: Any, expected: dict[str, list[Any]]) -> None:
    """One array by position, too."""
    assert expected == {name: value.tolist() for name, value in nest.targets(y).items()}


class Ragged:
    """Rows of several lengths, as TensorFlow has them."""

    def to_tensor(self) -> Any:
        """The rows filled up with zeros."""
        return numpy.array([[1.0, 2.0], [3.0, 0.0]])


class OfTorch:
    """A tensor that knows its gradient, on a device of its own."""

    def detach(self) -> Any:
        """The same without its gradient."""
        return types.SimpleNamespace(cpu=lambda: numpy.array([1.0]))


@pytest.mark.parametrize(
    ("value", "expected"), [(Ragged(), [[1.0, 2.0], [3.0, 0.0]]), (OfTorch(), [1.0])], ids=["ragged", "torch"]
)
def test_tensors_that_are_no_arrays_are_stored_as_such(value: Any, expected: Any) -> None:
    """Ragged rows are filled up, for a file has no ragged arrays without a pickle."""
    assert {"a": expected} == {name: array.tolist() for name, array in nest.items({"a": value}).items()}


def test_words_in_an_object_array_are_stored_as_text() -> None:
    """A pickle would be needed otherwise."""
    stored = through_a_file(nest.flat(numpy.array(["ü", "longer"], dtype=object)))
    assert ["ü", "longer"] == stored[""].tolist()


def test_bytes_in_an_object_array_are_stored_too() -> None:
    """As TensorFlow gives texts."""
    assert nest.flat(numpy.array(["ü".encode()], dtype=object))


def test_targets_that_do_not_exist_come_back_as_none() -> None:
    """A model whose loss is its own has none."""
    back = nest.unflat(through_a_file(nest.flat(None)), nest.kind(None))
    assert back is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (numpy.array([1.0]), numpy.array([1.0]), True),
        (numpy.array([1.0]), numpy.array([1.0 + 1e-15]), False),
        (numpy.array([1.0], "float32"), numpy.array([1.0], "float64"), False),
        (numpy.array([1.0]), numpy.array([[1.0]]), False),
        (numpy.array(["a", "b"]), numpy.array(["b", "a"]), False),
        ([numpy.array([1])], [numpy.array([1]), numpy.array([1])], False),
        ({"a": numpy.array([1])}, {"b": numpy.array([1])}, False),
        ({"a": numpy.array([1]), "b": numpy.array([2])}, {"b": numpy.array([2]), "a": numpy.array([1])}, True),
        (numpy.array(["a"], dtype=object), numpy.array(["a"]), True),
        (numpy.array([NAN]), numpy.array([NAN]), True),
    ],
)
def test_inputs_are_the_same_to_the_bit_or_not(one: Any, other: Any, same: bool) -> None:
    """Rounding noise is another input."""
    assert same == nest.same(nest.flat(one), nest.flat(other))

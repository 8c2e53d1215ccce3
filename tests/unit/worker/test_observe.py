"""Named arrays and texts out of whatever a model gives, and data taken apart and put together again."""

from __future__ import annotations

import io
import types
from typing import Any

import numpy
import pytest

from harness.worker import observe
from harness.worker.keras_api import Api

NAN = float("nan")


def through_a_file(arrays: dict[str, Any]) -> dict[str, Any]:
    """The arrays as the loading side reads them."""
    stream = io.BytesIO()
    numpy.savez(stream, **{f"x/{name}": value for name, value in arrays.items()})
    stream.seek(0)
    with numpy.load(stream, allow_pickle=False) as stored:
        return {name.partition("/")[2]: stored[name] for name in stored.files}


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
    ],
    ids=repr,
)
def test_what_is_taken_apart_and_stored_can_be_put_together(data: Any) -> None:
    """Arrays, lists and dicts of any length and names; a tuple comes back as the list that Keras takes it for."""
    arrays = observe.flat(data)
    back = observe.unflat(through_a_file(arrays), observe.kind(data))
    expected: Any = list(data) if isinstance(data, tuple) else data
    numpy.testing.assert_equal(back, expected)
    again = observe.flat(back)
    assert {name: value.dtype for name, value in arrays.items()} == {name: value.dtype for name, value in again.items()}


def test_words_in_an_object_array_are_stored_as_text() -> None:
    """A pickle would be needed otherwise."""
    stored = through_a_file(observe.flat(numpy.array(["ü", "longer"], dtype=object)))
    assert ["ü", "longer"] == stored[""].tolist()


def test_bytes_in_an_object_array_are_stored_too() -> None:
    """As TensorFlow gives texts."""
    assert observe.flat(numpy.array(["ü".encode()], dtype=object))


def test_targets_that_do_not_exist_come_back_as_none() -> None:
    """A model whose loss is its own has none."""
    back = observe.unflat(through_a_file(observe.flat(None)), observe.kind(None))
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
    assert same == observe.same(observe.flat(one), observe.flat(other))


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ({"0": [1.0]}, {"0": [1.0]}, False),
        ({"0": [1.0]}, {"0": [1.0001]}, False),
        ({"0": [1.0]}, {"0": [1.1]}, True),
        ({"0": [1.0]}, {"1": [1.0]}, True),
        ({"0": [1.0]}, {"0": [1.0, 1.0]}, True),
        ({"0": [True]}, {"0": [False]}, True),
        ({"0": [1.0]}, {"0": [NAN]}, True),
        ({}, {}, False),
        pytest.param({"0": ["a"]}, {"0": ["a"]}, False),
        pytest.param({"0": ["a"]}, {"0": ["b"]}, True),
    ],
)
def test_predictions_that_part_are_worth_looking_into(one: Any, other: Any, apart: bool) -> None:
    """Names, shapes and values."""
    assert apart == observe.apart(
        *({name: numpy.array(value) for name, value in side.items()} for side in (one, other))
    )


class Saying:
    """A model that says what a function makes of its inputs."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def predict(self, x: Any, verbose: int = 0) -> Any:
        """Say it."""
        return self.function(x)


@pytest.mark.parametrize(
    ("output", "items"),
    [
        (numpy.array([1.0]), ["0"]),
        ([numpy.array([1.0]), numpy.array([2.0])], ["0", "1"]),
        ((numpy.array([1.0]),), ["0"]),
        ({"b": numpy.array([1.0]), "a": [2.0]}, ["b", "a"]),
        ([[1.0]], ["0"]),
    ],
)
def test_outputs_are_named_by_position_or_by_their_own_names(api: Api, output: Any, items: list[str]) -> None:
    """One array, several, or a dict of them."""
    said = observe.predictions(api, Saying(lambda x: output), None)
    assert items == list(said)
    assert all(isinstance(value, numpy.ndarray) for value in said.values())


def test_texts_that_a_model_says_can_be_stored(api: Api) -> None:
    """TensorFlow gives them as an object array of bytes."""
    said = observe.predictions(api, Saying(lambda x: numpy.array([b"yes", b"no"], dtype=object)), None)
    assert ["yes", "no"] == through_a_file(said)["0"].astype(str).tolist()


def sensitivity(api: Api, function: Any, x: Any) -> Any:
    """The sensitivity of a function as plain numbers."""
    model = Saying(function)
    found = observe.sensitivity(api, model, x, observe.predictions(api, model, x))
    return {name: float(value) for name, value in found.items()}


X = numpy.linspace(1, 2, 50, dtype="float32")


def test_sensitivity_is_what_rounding_noise_on_the_inputs_does(api: Api) -> None:
    """A steep model moves a thousand times as much as a plain one, and a constant one not at all."""
    plain, steep = (sensitivity(api, lambda x, by=by: x.astype("float64") * by, X)["0"] for by in (1.0, 1000.0))
    assert 1e-7 < plain < 1e-5
    assert pytest.approx(1000 * plain) == steep
    assert {"0": 0.0} == sensitivity(api, numpy.zeros_like, X)


def test_sensitivity_of_every_output_is_its_own(api: Api) -> None:
    """Numbers only; text has none."""
    found = sensitivity(api, lambda x: {"a": x, "b": x * 0, "c": numpy.array(["text"])}, X)
    assert {"a", "b"} == set(found)
    assert 0.0 == found["b"] < found["a"]


@pytest.mark.parametrize(
    "x", [numpy.array([1, 2]), numpy.array(["a"]), numpy.array([True]), [numpy.array([1])], {}], ids=repr
)
def test_inputs_that_cannot_move_by_rounding_give_no_sensitivity(api: Api, x: Any) -> None:
    """Whole numbers and text."""
    assert {} == sensitivity(api, lambda x: numpy.ones(2), x)


def test_only_the_parts_that_can_move_are_moved(api: Api) -> None:
    """The inputs themselves stay as they are, in type and value."""
    x = {"words": numpy.array(["a", "b"]), "numbers": numpy.array([1.0, 2.0], "float32")}
    seen: list[Any] = []

    def function(given: Any) -> Any:
        seen.append(given)
        return given["numbers"]

    sensitivity(api, function, x)
    assert ["a", "b"] == seen[1]["words"].tolist()
    assert numpy.float32 == seen[1]["numbers"].dtype
    assert [1.0, 2.0] == x["numbers"].tolist() != seen[1]["numbers"].tolist()


def test_sensitivity_of_an_empty_batch_is_nothing(api: Api) -> None:
    """No sample, no movement."""
    assert {"0": 0.0} == sensitivity(api, lambda x: x, numpy.zeros((0, 2), "float32"))


@pytest.mark.parametrize("value", [NAN, float("inf")])
def test_sensitivity_looks_past_outputs_that_are_no_numbers(api: Api, value: float) -> None:
    """One such output says nothing of the others."""
    found = sensitivity(api, lambda x: numpy.append(x * 0, value), X)
    assert {"0": 0.0} == found


def model(api: Api, *shapes: tuple[int, int]) -> Any:
    """A compiled model with an input layer that some versions list."""
    built = api.keras.Sequential([api.keras.layers.InputLayer(), *(api.keras.layers.Dense(*shape) for shape in shapes)])
    built.compile()
    return built


def test_weights_are_named_by_position_among_layers_that_have_any(api: Api) -> None:
    """Whether an input layer is listed depends on the version of Keras."""
    built = model(api, (2, 3), (3, 1))
    found = observe.weights(api, built)
    assert {"0/0": (2, 3), "1/0": (3, 1)} == {name: value.shape for name, value in found.items()}


def test_weights_that_are_words_are_stored_as_text(api: Api) -> None:
    """The table of a lookup layer is among the weights of some versions."""
    words = numpy.array(["a", "b"], dtype=object)
    table = types.SimpleNamespace(layers=[], weights=[1], get_weights=lambda: [words])
    assert ["a", "b"] == through_a_file(observe.weights(api, table))["0/0"].tolist()


@pytest.mark.parametrize(
    ("version", "fed"), [("2.15.0", ["array", "array"]), ("3.0.0", ["array", "tensor"])], ids=["Keras 2", "Keras 3"]
)
def test_words_are_fed_as_this_keras_takes_them(api: Api, version: str, fed: list[str]) -> None:
    """Since Keras 3 as tensors only; numbers stay arrays."""
    seen: list[str] = []

    def predict(x: Any, verbose: int) -> Any:
        seen.extend("tensor" if isinstance(part, tuple) else "array" for part in x)
        return X

    api.keras.__version__ = version
    api.tf = types.SimpleNamespace(constant=lambda words: ("tensor", words), __version__="2.21.0")
    observe.predictions(api, types.SimpleNamespace(predict=predict), [X, numpy.array(["a", "b"])])
    assert fed == seen


def test_weights_of_a_model_without_layers_are_its_own(api: Api) -> None:
    """As a SavedModel that Keras gives back."""
    bare = types.SimpleNamespace(layers=[], weights=[1], get_weights=lambda: [numpy.ones(2)])
    assert ["0/0"] == list(observe.weights(api, bare))


def test_the_architecture_is_classes_in_order_and_a_count(api: Api) -> None:
    """Without input layers."""
    assert {"layer 0": "Dense", "layer 1": "Dense", "parameters": "9"} == observe.architecture(
        api, model(api, (2, 3), (3, 1))
    )


def test_metrics_are_values_with_their_names_beside_them(api: Api) -> None:
    """The loss first."""
    found = observe.metrics(api, model(api, (2, 1)), numpy.zeros((4, 2)), numpy.ones((4, 1)))
    assert ["0", "0 name", "1", "1 name"] == list(found)
    assert (1.0, "loss", 1.0, "mae") == tuple(found.values())


@pytest.mark.parametrize(
    ("values", "names", "items"),
    [
        ([0.5, 0.25], ["loss", "acc"], {"0": 0.5, "0 name": "loss", "1": 0.25, "1 name": "acc"}),
        (0.5, ["loss"], {"0": 0.5, "0 name": "loss"}),
    ],
)
def test_an_old_keras_gives_values_without_names(
    api: Api, values: Any, names: list[str], items: dict[str, Any]
) -> None:
    """A list, or a single number."""
    old = types.SimpleNamespace(evaluate=lambda x, y, verbose: values, metrics_names=names)
    assert items == observe.metrics(api, old, None, None)


def test_the_optimizer_tells_its_steps_its_rate_and_its_slots(api: Api) -> None:
    """Slots that only the next step would make are made; they are in an order that every Keras has in common."""
    built = model(api, (2, 3), (3, 1))
    built.optimizer.build([numpy.ones((3, 1)), numpy.ones((2, 3)), numpy.ones((2, 3))])
    built.optimizer.variables = [
        numpy.full((3, 1), 5.0),
        numpy.full((2, 3), 4.0),
        numpy.full((2, 3), -1.0),
        numpy.array(7),
    ]
    found = observe.optimizer(api, built)
    assert ("Adam", 0, 0.5) == (found["class"], found["iterations"], found["learning rate"])
    assert [-1.0, 4.0, 5.0] == [float(found[f"slot {place}"].mean()) for place in range(3)]
    assert 6 == len(found)


def test_slots_are_made_without_a_training_function_where_operations_run_at_once() -> None:
    """TensorFlow 2.0 to 2.2 make none after a model has run eagerly; its optimizer is asked instead."""
    api: Any = types.SimpleNamespace(eager=True)
    weights = [numpy.ones((2, 3))]
    optimizer = types.SimpleNamespace(
        iterations=3, learning_rate=0.5, made=[], get_weights=lambda: [numpy.full((2, 3), 4.0)]
    )
    optimizer._create_hypers = lambda: optimizer.made.append("hypers")
    optimizer._create_slots = optimizer.made.append
    built = types.SimpleNamespace(
        optimizer=optimizer,
        trainable_variables=weights,
        get_weights=lambda: weights,
        _make_train_function=lambda: pytest.fail("asked for a training function"),
    )
    found = observe.optimizer(api, built)
    assert ["hypers", weights] == optimizer.made
    assert 4.0 == float(found["slot 0"].mean())


def test_a_model_without_an_optimizer_says_so(api: Api) -> None:
    """It was not compiled, or that was lost."""
    assert {"class": "none"} == observe.optimizer(api, types.SimpleNamespace(optimizer=None))


def test_resuming_takes_one_step_and_tells_the_loss_after_it(api: Api) -> None:
    """What training simply goes on with."""
    built = model(api, (1, 1))
    built.layers[1].kernel[:] = 0.5
    found = observe.resume(api, built, numpy.ones((1, 1)), numpy.ones((1, 1)))
    assert {"loss": 0.0625} == found
    assert 1 == built.optimizer.iterations

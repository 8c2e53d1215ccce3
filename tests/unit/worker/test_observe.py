"""Named arrays and texts out of whatever a model gives."""

from __future__ import annotations

import types
from typing import Any

import numpy
import pytest

from harness.worker import observe
from harness.worker.keras_api import Api
from tests.unit.worker.cells import through_a_file

NAN = float("nan")


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
        ({"b": numpy.array([1.0]), "a": numpy.array([2.0])}, ["a", "b"]),
        ([[numpy.array([1.0])], {"a": numpy.array([2.0])}], ["0/0", "1/a"]),
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

    def predict(inputs: Any) -> Any:
        return observe.predictions(api, Saying(function), inputs)

    found = observe.sensitivity(predict, x, predict(x))
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


def drawing(*draws: Any) -> Any:
    """A function that predicts one thing after another, whatever it is asked."""
    said = iter(draws)
    return lambda x: next(said)


def numbers(*values: float, **more: Any) -> Any:
    """One output with these numbers, and more by name."""
    return {"0": numpy.array(values), **more}


def test_a_model_that_is_random_is_asked_often_and_its_largest_change_counts() -> None:
    """Against what it said first; two draws may lie next to each other by chance."""
    draws = [numbers(1.0, value) for value in (2.5, 2.1, 7.0, 2.0, -1.0, 3.0, 2.0)]
    found = observe.by_itself(drawing(*draws), X, numbers(1.0, 2.0))
    assert {"0": 5.0} == {name: float(value) for name, value in found.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (numbers(1.0, 2.0), numbers(1.0, 2.0)),
        (numbers(1.0, 1000.0), numbers(1.05, 1000.0)),
        (numbers(NAN, 1.0), numbers(NAN, 1.0)),
        (numbers(float("inf")), numbers(float("inf"))),
        (numbers(), numbers()),
        ({"0": numpy.array(["a"])}, {"0": numpy.array(["a"])}),
        ({"0": numpy.array([True])}, {"0": numpy.array([True])}),
        ({"0": numpy.array([1j])}, {"0": numpy.array([1j])}),
    ],
)
def test_a_model_that_says_the_same_twice_is_not_asked_again(one: Any, other: Any) -> None:
    """Within rounding, which threads alone may do; most models are steady, and each answer costs time."""
    assert {} == observe.by_itself(drawing(other), X, one)


@pytest.mark.parametrize(
    ("one", "other", "spread"),
    [
        (numbers(1.0), numbers(1.0, 1.0), float("inf")),
        ({"0": numpy.array(["a"])}, {"0": numpy.array(["b"])}, float("inf")),
        ({"0": numpy.array([True])}, {"0": numpy.array([False])}, float("inf")),
        ({"0": numpy.array([1])}, {"0": numpy.array([3])}, 2.0),
        ({"0": numpy.array([1j])}, {"0": numpy.array([-1j])}, 2.0),
    ],
    ids=["other shapes", "words", "yes or no", "whole numbers", "complex"],
)
def test_anything_can_be_random_by_itself(one: Any, other: Any, spread: float) -> None:
    """What has no distance moves without bounds."""
    assert {"0": spread} == {name: float(value) for name, value in observe.by_itself(lambda x: other, X, one).items()}


def test_only_outputs_that_are_random_move_by_themselves() -> None:
    """Each on its own."""
    draws = [numbers(1.0, b=numpy.array([float(value)])) for value in range(1, 8)]
    found = observe.by_itself(drawing(*draws), X, numbers(1.0, b=numpy.array([0.0])))
    assert {"b": 7.0} == {name: float(value) for name, value in found.items()}


def functional(*functions: Any) -> Any:
    """A model that is asked for what each of its layers makes of the inputs, and the Keras that asks it."""
    built = types.SimpleNamespace(
        inputs=[],
        layers=[types.SimpleNamespace(name=f"layer{place}", output=each) for place, each in enumerate(functions)],
    )

    def inner(inputs: Any, outputs: Any) -> Any:
        return Saying(lambda x: [output(x) for output in outputs])

    keras = types.SimpleNamespace(models=types.SimpleNamespace(Model=inner))
    return types.SimpleNamespace(keras=keras, tf=None, eager=True, keras_version=(3,)), built


@pytest.mark.parametrize(
    ("functions", "first"),
    [
        ([lambda x: x, lambda x: x + numpy.random.rand(), lambda x: x * numpy.random.rand()], "1 layer1"),
        ([lambda x: x, lambda x: x * 2], ""),
        ([], ""),
    ],
)
def test_the_first_layer_that_is_random_is_found(functions: list[Any], first: str) -> None:
    """Those after it are moved by it."""
    api, built = functional(*functions)
    assert first == observe.first_restless(api, built, X)


def model(api: Api, *shapes: tuple[int, int]) -> Any:
    """A compiled model with an input layer that some versions list."""
    built = api.keras.Sequential([api.keras.layers.InputLayer(), *(api.keras.layers.Dense(*shape) for shape in shapes)])
    built.compile()
    return built


def test_weights_are_named_by_position_among_layers_that_have_any(api: Api) -> None:
    """With what Keras calls the layer; whether an input layer is listed depends on the version of Keras."""
    built = model(api, (2, 3), (3, 1))
    built.layers[2].name = "last"
    found = observe.weights(api, built)
    assert ["0 name", "0/0", "1 name", "1/0"] == list(found)
    assert ("dense", "last") == (found["0 name"], found["1 name"])
    assert ((2, 3), (3, 1)) == (found["0/0"].shape, found["1/0"].shape)


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
    found = observe.weights(api, bare)
    assert (["0 name", "0/0"], "") == (list(found), found["0 name"])


def test_the_architecture_is_classes_in_order_and_a_count(api: Api) -> None:
    """Without input layers."""
    assert {"layer 0": "Dense", "layer 1": "Dense", "parameters": "9"} == observe.architecture(
        api, model(api, (2, 3), (3, 1))
    )


def layer(**attributes: Any) -> Any:
    """A layer with one weight that is trained."""
    return types.SimpleNamespace(**{"weights": [1], "trainable_weights": [1], "dtype": "float32", **attributes})


class Called(types.SimpleNamespace):
    """A model of such layers that gives an output when it is called."""

    seen: Any = None

    def __call__(self, x: Any) -> Any:
        """The output."""
        self.seen = x
        return self.output


def settings(api: Api, *layers: Any, output: Any = 0.0, x: Any = X) -> Any:
    """The settings of such a model."""
    return observe.settings(api, Called(layers=layers or [layer()], output=output), x)


def test_settings_tell_of_each_layer_with_weights_how_many_are_trained(api: Api) -> None:
    """By the same positions as its weights; a frozen layer trains none, and batch normalisation half of them."""
    found = settings(api, layer(trainable_weights=[]), layer(weights=[]), layer(trainable_weights=[1, 2]))
    assert {"0 trained": "0", "1 trained": "2"} == {name: found[name] for name in found if "trained" in name}


@pytest.mark.parametrize(
    ("attributes", "precision"),
    [
        ({}, "float32"),
        ({"dtype": types.SimpleNamespace(name="float64")}, "float64"),
        ({"compute_dtype": "float16"}, "float16"),
        ({"_compute_dtype": "bfloat16"}, "bfloat16"),
        ({"compute_dtype": "float16", "_compute_dtype": "float32"}, "float16"),
        ({"compute_dtype": None, "_compute_dtype": None}, "float32"),
        ({"quantization_mode": "int8"}, "float32 int8"),
        ({"quantization_mode": None}, "float32"),
        ({"dtype": None}, None),
        ({"dtype": "string"}, None),
        ({"dtype": "int64"}, None),
    ],
    ids=repr,
)
def test_settings_tell_the_precision_in_which_a_layer_computes(
    api: Api, attributes: dict[str, Any], precision: str | None
) -> None:
    """Left out where it is not told, and of tables of words, which say `string` or `int64` by version."""
    assert precision == settings(api, layer(**attributes)).get("0 precision")


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (0.0, "tensor"),
        ([0.0], "[tensor]"),
        ((0.0, 0.0), "[tensor, tensor]"),
        ({"b": 0.0, "a": [0.0]}, "{a: [tensor], b: tensor}"),
        ([], "[]"),
        (type("RaggedTensor", (), {})(), "ragged tensor"),
        ([type("SparseTensor", (), {})()], "[sparse tensor]"),
    ],
)
def test_settings_tell_how_the_output_is_put_together(api: Api, output: Any, told: str) -> None:
    """A list of one is not a tensor."""
    assert told == settings(api, output=output)["output"]


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (types.SimpleNamespace(_keras_mask=numpy.array([True])), "a mask"),
        (types.SimpleNamespace(_keras_mask=None), "none"),
        (0.0, "none"),
        ([types.SimpleNamespace(_keras_mask=1)], None),
    ],
)
def test_settings_tell_whether_a_single_output_has_a_mask(api: Api, output: Any, told: str | None) -> None:
    """What comes after the model would leave out the same steps."""
    assert told == settings(api, output=output).get("mask of the output")


def test_a_graph_is_not_asked_how_its_output_is_put_together() -> None:
    """Calling it would only add to it."""
    graph: Any = types.SimpleNamespace(eager=False, keras_version=(2,))
    assert ["0 trained", "0 precision"] == list(observe.settings(graph, Called(layers=[layer()], output=0.0), X))


@pytest.mark.parametrize(
    "tf", [None, types.SimpleNamespace(constant=lambda part: ("tensor", part))], ids=["without TensorFlow", "with it"]
)
def test_a_model_is_called_with_tensors_of_its_backend(api: Api, tf: Any) -> None:
    """In the structure that the scenario gave its inputs."""
    asked: Any = types.SimpleNamespace(
        tf=tf,
        eager=True,
        keras_version=(2,),
        keras=types.SimpleNamespace(ops=types.SimpleNamespace(convert_to_tensor=lambda part: ("tensor", part))),
    )
    built = Called(layers=[layer()], output=0.0)
    observe.settings(asked, built, {"a": [numpy.array([1.0])]})
    assert {"a": [("tensor", [1.0])]} == built.seen


@pytest.mark.parametrize(
    ("layers", "optimizer", "names", "built"),
    [
        ([("a", False), ("b", True), ("c", False)], types.SimpleNamespace(built=True), ["a", "c"], True),
        ([], types.SimpleNamespace(built=False), [], False),
        ([], types.SimpleNamespace(_built=False), [], False),
        ([], types.SimpleNamespace(_built=True), [], True),
        ([], types.SimpleNamespace(), [], True),
        ([], None, [], True),
    ],
)
def test_what_is_not_built_is_found_at_any_depth(
    layers: list[tuple[str, bool]], optimizer: Any, names: list[str], built: bool
) -> None:
    """Layers as Keras walks through them, and the optimizer; where nothing tells it, it counts as built."""
    walked = [types.SimpleNamespace(name=name, built=done) for name, done in layers] + [types.SimpleNamespace()]
    found, told = observe.unbuilt(types.SimpleNamespace(_flatten_layers=lambda: iter(walked), optimizer=optimizer))
    assert (names, built) == ([each.name for each in found], told)


def test_before_keras_can_walk_through_its_layers_those_of_the_model_itself_are_asked() -> None:
    """Before TensorFlow 2.3; a model that lists no layers has none."""
    inside = types.SimpleNamespace(built=False)
    assert ([inside], True) == observe.unbuilt(types.SimpleNamespace(layers=[inside]))
    assert ([], True) == observe.unbuilt(types.SimpleNamespace())


@pytest.mark.parametrize(
    ("layers", "remembers"),
    [([True], True), ([False, True], True), ([False], False), ([], False), (["maybe"], False)],
)
def test_a_model_remembers_as_soon_as_one_of_its_layers_does(layers: list[Any], remembers: bool) -> None:
    """Or it says so itself; many a layer has no such flag at all."""
    inside = [types.SimpleNamespace(stateful=each) for each in layers] + [types.SimpleNamespace()]
    assert remembers is observe.stateful(types.SimpleNamespace(layers=inside))
    assert observe.stateful(types.SimpleNamespace(layers=inside, stateful=True))


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

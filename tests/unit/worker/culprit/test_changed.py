"""What explains that a loaded model puts out something else: each exchange that does, and that others do not."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any

import numpy
import pytest

from harness.worker import observe
from harness.worker.culprit.changed import Changed

X = numpy.array([[1.0, -2.0], [3.0, 4.0]])


class Dense:
    """Multiplies, adds, and applies a function."""

    meaning = 1.0  # of the function "odd", where it is not what it was

    def __init__(self, name: str, activation: str = "linear", doubled: bool = False, kernel: Any = 1.0) -> None:
        self.name = name
        self.activation = activation
        self.doubled = doubled
        self.weights = [SimpleNamespace(name=f"{name}/kernel:0"), SimpleNamespace(name=f"{name}/bias:0")]
        self.values = [numpy.asarray(kernel), numpy.zeros(2)]

    def get_weights(self) -> list[Any]:
        return list(self.values)

    def set_weights(self, values: list[Any]) -> None:
        self.values = list(values)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "activation": self.activation, "doubled": self.doubled}

    def __call__(self, x: Any) -> Any:
        said = x * self.values[0] + self.values[1]
        said = {"linear": said, "relu": numpy.maximum(said, 0), "odd": said * self.meaning}[self.activation]
        return said * 2 if self.doubled else said


class Model:
    """Layers one after another."""

    def __init__(self, layers: list[Dense]) -> None:
        self.layers = layers

    @property
    def weights(self) -> list[Any]:
        return [weight for layer in self.layers for weight in layer.weights]

    def get_weights(self) -> list[Any]:
        return [value for layer in self.layers for value in layer.get_weights()]

    def set_weights(self, values: list[Any]) -> None:
        for number, layer in enumerate(self.layers):
            layer.set_weights(values[2 * number : 2 * number + 2])

    def get_config(self) -> dict[str, Any]:
        return {"layers": [{"class_name": "Dense", "config": layer.get_config()} for layer in self.layers]}

    @classmethod
    def from_config(cls, config: Any, custom_objects: Any = None) -> Model:
        return cls([Dense(**layer["config"]) for layer in config["layers"]])


def outputs(model: Model, x: Any) -> dict[str, Any]:
    """What every layer puts out."""
    found = {}
    for number, layer in enumerate(model.layers):
        x = layer(x)
        found[f"{number} {layer.name}"] = x
    return found


def located(
    monkeypatch: pytest.MonkeyPatch, saved: Model, loaded: Model, stored: Any = None, **more: Any
) -> dict[str, Any]:
    """The finding of a model that came back as another."""
    monkeypatch.setattr(observe, "layers", lambda api, model, x: outputs(model, x))
    weights: dict[str, Any] = {}
    for number, layer in enumerate(saved.layers):
        weights |= {f"{number} name": layer.name}
        weights |= {f"{number}/{place}": value for place, value in enumerate(layer.get_weights())}
    observed = {"layers": outputs(saved, X), "weights": weights}
    said = {"0": list(outputs(saved, X).values())[-1]}
    keras = SimpleNamespace(
        activations=SimpleNamespace(relu=1, linear=1),
        utils=SimpleNamespace(custom_object_scope=lambda names: contextlib.nullcontext()),
    )
    run = SimpleNamespace(
        api=SimpleNamespace(keras=keras, tf=None, eager=True),
        script=SimpleNamespace(call=lambda name, **given: None),
        inputs=lambda: (X, None, said),
        fed=lambda x: x,
        predict=lambda model, x: {"0": list(outputs(model, x).values())[-1]},
    )
    described = SimpleNamespace(model=stored) if stored else None
    clock = SimpleNamespace(check=lambda: None)
    loads = SimpleNamespace(run=run, clock=clock, stored=described, model=loaded, number=0, failure=lambda: None)
    found: dict[str, Any] = Changed(loads, observed | more).locate()
    return found


def test_a_weight_that_came_back_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first layer that parts, and the weight by its own name; one number everywhere was never filled."""
    saved = Model([Dense("a"), Dense("b", kernel=[2.0, 3.0])])
    found = located(monkeypatch, saved, Model([Dense("a"), Dense("b", kernel=[0.5, 0.5])]))
    assert ("weights", "b", "kernel", True) == tuple(found[name] for name in ("part", "layer", "argument", "constant"))


def test_an_argument_that_came_back_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has it, and put back it gives what was saved."""
    saved = Model([Dense("a", activation="relu"), Dense("b")])
    stored = {"class_name": "Sequential", "config": saved.get_config()}
    found = located(monkeypatch, saved, Model([Dense("a"), Dense("b")]), stored)
    assert ("argument", "a", "activation", "relu", "came back") == tuple(
        found[name] for name in ("part", "layer", "argument", "value", "how")
    )


@pytest.mark.parametrize(("argument", "value"), [("doubled", True), ("activation", "relu")])
def test_an_argument_of_which_the_file_says_nothing(monkeypatch: pytest.MonkeyPatch, argument: str, value: Any) -> None:
    """As if it had been another: switches and functions are exchanged one at a time."""
    saved = Model([Dense("a"), Dense("b", **{argument: value})])
    found = located(monkeypatch, saved, Model([Dense("a"), Dense("b")]))
    assert ("argument", "b", argument, "as if") == tuple(found[name] for name in ("part", "layer", "argument", "how"))


def test_what_no_exchange_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    """The layer is named all the same."""
    model = Model([Dense("a", activation="odd")])
    monkeypatch.setattr(Dense, "meaning", 3.0)
    before = outputs(model, X)
    monkeypatch.setattr(Dense, "meaning", 5.0)
    monkeypatch.setattr(observe, "apart", lambda one, other: True)
    found = located(monkeypatch, model, model, layers=before)
    assert ("layer", "a", "puts out otherwise") == tuple(found[name] for name in ("part", "layer", "how"))


def test_a_model_that_says_the_same_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is blamed."""
    model = Model([Dense("a")])
    found = located(monkeypatch, model, model)
    assert ("model", "gone") == (found["part"], found["how"])

"""Messages held against each other, models cut to pieces, files written anew, values exchanged, and the budget."""

from __future__ import annotations

import json
import pathlib
import time
import zipfile
from types import SimpleNamespace
from typing import Any

import h5py
import numpy
import pytest

from harness.worker.culprit import configs, exchanges, failures
from harness.worker.culprit.clock import Clock, OutOfTime
from harness.worker.culprit.files import Stored
from tests.unit.worker.culprit.made_loads import layer, sequential


def failure(error: Exception) -> failures.Failure:
    """The failure of a raised error."""
    try:
        raise error
    except Exception as raised:
        return failures.Failure(raised, lambda value: False)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ValueError("Unknown layer: Scale"), ValueError("Unknown layer: Scale"), True),
        (ValueError("Unknown layer: Scale"), TypeError("Unknown layer: Scale"), False),
        (ValueError("Unknown layer: Scale"), ValueError("axes must be an int"), False),
        (ValueError("shape (3, 4) is not (4,)"), ValueError("shape (5, 6) is not (7,)"), True),
        (TypeError("Error using config={1}.\n\nException encountered: no x"), TypeError("no x"), True),
    ],
)
def test_which_failures_are_the_same(one: Exception, other: Exception, same: bool) -> None:
    """The type and what the message is about; not numbers, and not what Keras wraps around it."""
    assert same == failures.same(failure(one), failure(other))
    assert not failures.same(failure(one), None)


def test_a_failure_knows_the_layers_at_work() -> None:
    """Those in its frames, the innermost first, and those that the message shows."""

    class Layer:
        def __init__(self, name: str) -> None:
            self.name = name

        def call(self, inner: Any) -> None:
            if inner:
                inner.call(None)
            raise ValueError("<Dense name=shown, built=True>")

    try:
        Layer("outer").call(Layer("inner"))
    except ValueError as error:
        found = failures.Failure(error, lambda value: isinstance(value, Layer))
    assert [("inner", "Layer"), ("outer", "Layer"), ("shown", "Dense")] == found.suspects


def test_a_model_until_a_layer_ends_there() -> None:
    """Nodes that take from what is cut off are cut off, too: Keras would look for their tensors for ever."""
    layers = [
        {**layer("InputLayer", "in"), "inbound_nodes": []},
        {**layer("Dense", "a"), "inbound_nodes": [[["in", 0, 0, {}]], [["b", 0, 0, {}]]]},
        {**layer("Dense", "b"), "inbound_nodes": [[["a", 0, 0, {"mask": None}]]]},
    ]
    config = {"name": "model", "layers": layers, "input_layers": [["in", 0, 0]], "output_layers": [["b", 0, 0]]}
    model = {"class_name": "Functional", "config": config}
    cut = configs.until(model, "a")["config"]
    assert [["a", 0, 0]] == cut["output_layers"]
    assert [[["in", 0, 0, {}]]] == cut["layers"][1]["inbound_nodes"]
    assert 2 == len(layers[1]["inbound_nodes"])
    assert configs.until(model, "nowhere") is None
    assert ["mask"] == configs.called_with(model, "b")
    without = configs.without_call_argument(model, "b", "mask")
    assert [] == configs.called_with(without, "b")


def test_a_layer_alone_is_a_model_without_wires() -> None:
    """In the way of the loader, and with the modules of a file that has some."""
    stored = {**layer("Dense", "a", units=1, batch_input_shape=[None, 3]), "inbound_nodes": [[["in", 0, 0, {}]]]}
    (kept,) = configs.listed(configs.alone(sequential(), stored))
    assert {"class_name": "Dense", "config": {"name": "a", "units": 1}} == kept
    assert isinstance(configs.alone(sequential(), stored, as_list=True)["config"], list)
    assert "tf_keras" == configs.alone({"module": "tf_keras.src.engine.functional"}, stored)["module"]


MODEL = sequential(layer("Dense", "a", units=1))


def h5(path: pathlib.Path) -> None:
    with h5py.File(path, "w") as stream:
        stream.attrs["model_config"] = json.dumps(MODEL)
        stream.attrs["training_config"] = json.dumps({"loss": "mse"})
        group = stream.create_group("model_weights")
        group.attrs["layer_names"] = numpy.array([b"a"])
        group.create_group("a")["kernel"] = numpy.ones(3)


def keras(path: pathlib.Path) -> None:
    h5(path.with_name("inner.h5"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps({**MODEL, "compile_config": {"loss": "mse"}}))
        archive.write(path.with_name("inner.h5"), "model.weights.h5")
    path.with_name("inner.h5").unlink()


@pytest.mark.parametrize(("name", "write"), [("model.h5", h5), ("model.keras", keras)])
def test_a_file_with_another_model_and_nothing_else(tmp_path: pathlib.Path, name: str, write: Any) -> None:
    """The artifact itself stays as it is."""
    artifact = tmp_path / "artifact"
    artifact.mkdir()
    write(artifact / name)
    before = (artifact / name).read_bytes()
    format = SimpleNamespace(path=lambda folder: str(pathlib.Path(folder) / name))
    stored = Stored.of(SimpleNamespace(artifact=str(artifact), format=format))
    assert (MODEL, {"loss": "mse"}) == (stored.model, stored.training)
    other = sequential(layer("Dense", "b", units=2))
    stored.write(str(tmp_path / "trial"), model=other, training=None, weights=False)
    again = Stored.of(SimpleNamespace(artifact=str(tmp_path / "trial"), format=format))
    assert (other, None) == (again.model, again.training)
    if name.endswith(".h5"):
        with h5py.File(tmp_path / "trial" / name) as stream:
            assert ([], []) == (list(stream["model_weights"]), list(stream["model_weights"].attrs["layer_names"]))
    assert before == (artifact / name).read_bytes()


def test_a_file_without_a_configuration_cannot_be_taken_apart(tmp_path: pathlib.Path) -> None:
    (tmp_path / "weights").write_bytes(b"--")
    format = SimpleNamespace(path=lambda folder: str(pathlib.Path(folder) / "weights"))
    assert Stored.of(SimpleNamespace(artifact=str(tmp_path), format=format)) is None


def test_switches_are_exchanged_first() -> None:
    """Then functions and words; never what only names, trains or fills a layer."""
    keras = SimpleNamespace(activations=SimpleNamespace(relu=1, tanh=1))
    config = {"name": "a", "trainable": True, "reset_after": True, "activation": "tanh", "padding": "same", "units": 3}
    assert [("reset_after", False), ("activation", "relu"), ("padding", "valid")] == exchanges.alternatives(
        keras, config
    )


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ((1, 2), [1, 2], True),
        ({"class_name": "DTypePolicy", "config": {"name": "float32"}}, "float32", True),
        ({"class_name": "Zeros", "config": {}, "module": "keras"}, {"class_name": "Zeros", "config": {}}, True),
        ("relu", "tanh", False),
    ],
)
def test_which_values_say_the_same(one: Any, other: Any, alike: bool) -> None:
    assert alike == exchanges.alike(one, other)


def test_the_budget_ends_what_never_looks_at_it() -> None:
    """Even what catches every Exception; and a check ends the rest."""
    clock = Clock(0.2)

    def stubborn() -> None:
        while True:
            try:
                time.sleep(5)
            except Exception:  # noqa: S112 - as stubborn code does
                continue

    with pytest.raises(OutOfTime), clock.alarm():
        stubborn()
    assert clock.taken < 2
    with pytest.raises(OutOfTime):
        clock.check()

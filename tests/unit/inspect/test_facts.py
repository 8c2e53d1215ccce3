"""Static facts of artifacts: files as Keras writes them, made here byte by byte, and broken files."""

from __future__ import annotations

import json
import pathlib
import zipfile
from typing import Any

import h5py
import numpy
import pytest

from harness import inspect

DENSE = {"class_name": "Dense", "module": "keras.layers", "config": {"name": "dense", "units": 2, "groups": 1}}
LAMBDA = {"class_name": "Lambda", "config": {"name": "lambda", "function_type": "lambda", "function": ["4wEAAAA="]}}
TRAINING = {"loss": "mse", "optimizer_config": {"class_name": "Adam", "config": {"lr": 0.1}}}


def model(*layers: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a Sequential model of these layers."""
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": list(layers)}}


def hdf5(path: pathlib.Path, **attributes: Any) -> None:
    """Write a whole model with two arrays."""
    with h5py.File(path, "w") as stream:
        group = stream.create_group("model_weights/dense")
        group["kernel"], group["bias"] = numpy.zeros((3, 2)), numpy.zeros(2)
        for name, value in attributes.items():
            stream.attrs[name] = value if isinstance(value, (str, bytes)) else json.dumps(value)


def test_hdf5_has_its_keras_version_its_layers_and_how_it_was_compiled(tmp_path: pathlib.Path) -> None:
    """Attributes are text in new files and bytes in old ones."""
    hdf5(
        tmp_path / "model.h5",
        keras_version=b"2.2.4",
        backend="tensorflow",
        model_config=model(DENSE, LAMBDA),
        training_config=TRAINING,
    )
    assert {
        "kind": "hdf5",
        "keras_version": "2.2.4",
        "backend": "tensorflow",
        "weights": 2,
        "optimizer_arrays": 0,
        "types": ["float64"],
        "layers": 2,
        "nested": False,
        "frozen": 0,
        "policies": [],
        "quantized": False,
        "classes": ["Dense", "Lambda", "Sequential"],
        "modules": ["keras.layers"],
        "bytecode": True,
        "lambdas": 1,
        "lambda_closure": False,
        "lambda_defaults": False,
        "lambda_names": [],
        "compiled": True,
        "arguments": ["Dense.groups", "Dense.units", "Lambda.function", "Lambda.function_type"],
        "optimizer": "Adam",
    } == inspect.facts(tmp_path)


def test_weights_alone_have_few_facts(tmp_path: pathlib.Path) -> None:
    """Only what wrote them, and how many arrays they are: nothing is made up about layers."""
    with h5py.File(tmp_path / "w.h5", "w") as stream:
        stream["dense/kernel"] = numpy.zeros(2)
        stream.attrs["keras_version"] = "2.3.1"
    facts = inspect.facts(tmp_path)
    assert ("hdf5", "2.3.1", 1, [], False) == tuple(
        facts[name] for name in ("kind", "keras_version", "weights", "classes", "compiled")
    )
    assert not {"nested", "frozen", "policies", "quantized", "lambdas", "held"} & facts.keys()


@pytest.mark.parametrize(
    ("paths", "attributes", "weights", "optimizer_arrays"),
    [
        (["model_weights/a/k", "model_weights/a/b", "optimizer_weights/adam/m", "other/x"], {}, 2, 1),
        (["layers/a/vars/0", "optimizer/vars/0", "optimizer/inner/vars/0", "metrics/mean/vars/0"], {}, 1, 2),
        (["dense/kernel", "optimizer/kernel"], {"layer_names": ["dense", "optimizer"]}, 2, 0),
        (["dense/kernel", "optimizer/kernel"], {"layer_names0": ["dense"], "layer_names1": ["optimizer"]}, 2, 0),
    ],
    ids=["whole model", "weights.h5", "old weights", "old weights with many names"],
)
def test_arrays_of_the_optimizer_are_counted_by_themselves(
    tmp_path: pathlib.Path, paths: list[str], attributes: dict[str, Any], weights: int, optimizer_arrays: int
) -> None:
    """Each layout of HDF5 has them elsewhere; in the old one of weights alone, a layer may be called "optimizer"."""
    with h5py.File(tmp_path / "w.h5", "w") as stream:
        for path in paths:
            stream[path] = numpy.zeros(2)
        stream.attrs.update(attributes)
    facts = inspect.facts(tmp_path)
    assert (weights, optimizer_arrays) == (facts["weights"], facts["optimizer_arrays"])


@pytest.mark.parametrize(
    ("layer", "bytecode"),
    [
        (
            {"class_name": "Lambda", "config": {"name": "l", "function": {"class_name": "__lambda__", "config": {}}}},
            True,
        ),
        ({"class_name": "Lambda", "config": {"name": "l", "function": "twice", "function_type": "function"}}, False),
    ],
)
def test_zip_has_the_same_facts(tmp_path: pathlib.Path, layer: dict[str, Any], bytecode: bool) -> None:
    """A function stored by name is not bytecode; the optimizer's arrays are not weights."""
    with h5py.File(tmp_path / "w", "w") as stream:
        stream["layers/dense/vars/0"] = numpy.zeros(2)
        stream["optimizer/vars/0"] = numpy.zeros(2)
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.1.0"}))
        archive.writestr("config.json", json.dumps({**model(DENSE, layer), "compile_config": {"optimizer": "sgd"}}))
        archive.write(tmp_path / "w", "model.weights.h5")
    (tmp_path / "w").unlink()
    facts = inspect.facts(tmp_path)
    assert ("zip", "3.1.0", 1, 1, bytecode, "sgd") == tuple(
        facts[name] for name in ("kind", "keras_version", "weights", "optimizer_arrays", "bytecode", "optimizer")
    )


def test_an_architecture_comes_before_the_weights_next_to_it(tmp_path: pathlib.Path) -> None:
    """It says more, and the arrays are counted all the same. JSON inside JSON is read too."""
    hdf5(tmp_path / "weights.h5")
    (tmp_path / "model.json").write_text(json.dumps(json.dumps({**model(DENSE), "keras_version": "2.1.6"})))
    facts = inspect.facts(tmp_path)
    assert ("json", "2.1.6", ["Dense", "Sequential"]) == (facts["kind"], facts["keras_version"], facts["classes"])
    assert (2, 0) == (facts["weights"], facts["optimizer_arrays"])


def test_an_architecture_alone_says_nothing_about_arrays(tmp_path: pathlib.Path) -> None:
    """Which is not the same as having none."""
    (tmp_path / "model.json").write_text(json.dumps(model(DENSE)))
    assert not {"weights", "optimizer_arrays"} & inspect.facts(tmp_path).keys()


def test_savedmodel_has_the_facts_that_keras_left_in_it(tmp_path: pathlib.Path) -> None:
    """They are JSON between other bytes."""
    (tmp_path / "model").mkdir()
    metadata = json.dumps({**DENSE, "keras_version": "2.11.0", "training_config": TRAINING})
    (tmp_path / "model" / "saved_model.pb").write_bytes(b"\x0a\x07\xff")
    (tmp_path / "model" / "keras_metadata.pb").write_bytes(b"\x0a\x12\x01" + metadata.encode() + b"\x1a\x00")
    facts = inspect.facts(tmp_path)
    assert ("savedmodel", ["Adam", "Dense"], True, "Adam") == tuple(
        facts[name] for name in ("kind", "classes", "compiled", "optimizer")
    )


def test_a_layer_that_a_savedmodel_describes_three_times_counts_once(tmp_path: pathlib.Path) -> None:
    """In the model, in the model once more, and by itself; copies may have numbers that tell shared objects."""
    zeros = {"class_name": "Zeros", "config": {}}

    def dense(initializer: dict[str, Any]) -> dict[str, Any]:
        return {"class_name": "Dense", "config": {"name": "dense", "trainable": False, "bias": initializer}}

    whole = model(dense({**zeros, "shared_object_id": 3}))
    parts = ({**whole, "model_config": whole}, dense(zeros))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "saved_model.pb").write_bytes(b"")
    (tmp_path / "model" / "keras_metadata.pb").write_bytes(b"\x1a\x00".join(json.dumps(one).encode() for one in parts))
    facts = inspect.facts(tmp_path)
    assert (1, 1) == (facts["layers"], facts["frozen"])
    assert "weights" not in facts


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("model.h5", b"\x89HDF\r\n\x1a\n and nothing more", "hdf5"),
        ("model.keras", b"PK\x03\x04 cut", "zip"),
        ("model.json", b'{"class_name": ', "json"),
    ],
)
def test_a_broken_file_is_reported_without_an_exception(
    tmp_path: pathlib.Path, name: str, content: bytes, kind: str
) -> None:
    """The facts are its apparent kind and the error of its reader."""
    (tmp_path / name).write_bytes(content)
    facts = inspect.facts(tmp_path)
    assert kind == facts["kind"]
    assert facts["unreadable"]


def test_files_that_are_no_model_are_of_the_kind_other(tmp_path: pathlib.Path) -> None:
    """The content decides, whatever the name; an empty folder is `other` too."""
    assert "other" == inspect.facts(tmp_path)["kind"]
    (tmp_path / "model.h5").write_bytes(b"hello")
    assert "other" == inspect.facts(tmp_path)["kind"]


def test_a_checkpoint_is_recognised_by_its_index(tmp_path: pathlib.Path) -> None:
    """The index says nothing without TensorFlow."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "ckpt.index").write_bytes(b"")
    assert "checkpoint" == inspect.facts(tmp_path)["kind"]

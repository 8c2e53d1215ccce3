"""Arrays of a file put into a model by hand: how files of real versions arrange them, and where each array belongs."""

from __future__ import annotations

import io
import pathlib
import types
import zipfile
from collections.abc import Sequence
from typing import Any

import h5py
import numpy
import pytest

from harness.worker.remedies import placing, stored
from harness.worker.remedies.stored import Node


class Weight:
    """A variable that takes arrays."""

    def __init__(self, name: str, *shape: int) -> None:
        self.name = name
        self.shape = shape
        self.value: Any = None

    def assign(self, array: Any) -> None:
        """Take an array."""
        self.value = array


class Thing:
    """A layer or model with weights of its own and parts by attribute."""

    layers: Sequence[Thing]

    def __init__(self, *own: Weight, **parts: Any) -> None:
        self._trainable_weights = list(own)
        self._non_trainable_weights: list[Weight] = []
        vars(self).update(parts)

    @property
    def weights(self) -> list[Weight]:
        """All weights, its own first."""
        inner: list[Weight] = []
        for part in vars(self).values():
            for one in part if isinstance(part, list | tuple) else [part]:
                inner += one.weights if isinstance(one, Thing) else []
        return [*self._trainable_weights, *inner]

    @property
    def trainable_weights(self) -> list[Weight]:
        """Those that are trained, which are all."""
        return self.weights

    non_trainable_weights = ()


class Dense(Thing):
    """A layer whose groups are called `dense`."""

    def __init__(self, name: str = "dense", rows: int = 2) -> None:
        super().__init__(Weight(f"{name}/kernel:0", rows, 2), Weight(f"{name}/bias:0", 2))


class Functional(Thing):
    """A model."""


class Model(Thing):
    """A model as older versions call it."""


NEW = types.SimpleNamespace(keras_version=(3, 0), tf=None)


def group(arrays: dict[str, Any]) -> Node:
    """A tree as an HDF5 file has it, of {way: array}."""
    content = io.BytesIO()
    with h5py.File(content, "w") as stream:
        for way, array in arrays.items():
            stream[way] = array
    content.seek(0)
    node = stored._of_hdf5(content)
    assert isinstance(node, Node)
    return node


def of_layers(*ways: str) -> dict[str, Any]:
    """Arrays of dense layers, each with numbers of its own."""
    found: dict[str, Any] = {}
    for number, way in enumerate(ways):
        found |= {f"{way}/vars/0": numpy.full((2, 2), 1.0 + number), f"{way}/vars/1": numpy.full(2, 1.0 + number)}
    return found


def firsts(*layers: Thing) -> list[float]:
    """The number in the first weight of each layer."""
    return [float(layer.weights[0].value.flat[0]) for layer in layers]


@pytest.mark.parametrize(
    ("names", "root"),
    [
        (("dense", "dense_2", "dense_4"), "_layer_checkpoint_dependencies"),  # TensorFlow 2.12 and 2.13
        (("dense", "dense_1", "dense_2"), "_layer_checkpoint_dependencies"),  # 2.14
        (("dense", "dense_1", "dense_2"), "layers"),  # 2.15 and later
        (("dense_9", "dense_10", "dense_11"), "layers"),  # by number, and not by the alphabet
    ],
)
def test_layers_of_one_class_come_in_the_order_of_their_numbers(names: tuple[str, ...], root: str) -> None:
    """Whatever a version counts."""
    layers = [Dense(), Dense(), Dense()]
    placing.put_into(Functional(layers=layers), group(of_layers(*(f"{root}/{name}" for name in names))), NEW)
    assert [1, 2, 3] == firsts(*layers)


def test_parts_of_a_layer_by_attribute_and_by_list() -> None:
    """A layer of one's own with a weight, a layer and a list of layers, as Keras 3 writes it."""
    inner, parts = Dense(), [Dense(), Dense()]
    block = Thing(Weight("scale", 3), inner=inner, parts=parts)
    arrays = of_layers("layers/thing/inner", "layers/thing/parts/dense", "layers/thing/parts/dense_1")
    arrays["layers/thing/vars/0"] = numpy.full(3, 9.0)
    placing.put_into(Functional(layers=[block]), group(arrays), NEW)
    assert [9, 1, 2, 3] == firsts(block, inner, *parts)


def test_lists_in_lists() -> None:
    """The latest Keras 3 writes them as containers."""
    parts = [[Dense(), Dense()], [Dense()]]
    arrays = of_layers("parts/container/dense", "parts/container/dense_1", "parts/container_1/dense")
    model = Thing(parts=parts)
    model.layers = [layer for part in parts for layer in part]
    placing.put_into(model, group(arrays), NEW)
    assert [1, 2, 3] == firsts(*model.layers)


def test_a_layer_that_is_an_attribute_is_not_in_the_list_as_well() -> None:
    """Keras 3 counts it there all the same, so that the second layer is `dense_1`."""
    first, second = Dense(), Dense()
    model = Thing(first=first, layers=[first, second])
    placing.put_into(model, group(of_layers("first", "layers/dense_1")), NEW)
    assert [1, 2] == firsts(first, second)


def test_a_list_without_the_layer_that_is_an_attribute() -> None:
    """TensorFlow 2.14 visits attributes from the end of the alphabet, and does not count what it has seen."""
    first, second = Dense(), Dense()
    model = Thing(blocks=[first, second], stem=first, layers=[first, second])
    placing.put_into(model, group(of_layers("stem", "blocks/dense")), NEW)
    assert [1, 2] == firsts(first, second)


def test_attributes_that_lost_their_underscore() -> None:
    """MultiHeadAttention of Keras 2 keeps `_query_dense`, which Keras 3 calls `query_dense` in the file."""
    query, key = Dense(), Dense()
    layer = Thing(_query_dense=query, _key_dense=key)
    ways = of_layers("layers/thing/key_dense", "layers/thing/query_dense")
    placing.put_into(Functional(layers=[layer]), group(ways), NEW)
    assert [1, 2] == firsts(key, query)


def test_a_model_inside_whose_class_has_another_name() -> None:
    """A functional model is a Model in old versions; what is inside it tells it apart."""
    inner, outer = Dense(rows=3), Dense()
    arrays = of_layers("layers/functional/layers/dense", "layers/dense")
    arrays["layers/functional/layers/dense/vars/0"] = numpy.full((3, 2), 1.0)
    placing.put_into(Functional(layers=[Model(layers=[inner]), outer]), group(arrays), NEW)
    assert [1, 2] == firsts(inner, outer)


def test_what_is_no_weight_is_left_alone() -> None:
    """The optimizer, the metrics and the state of random numbers."""
    layer, dropout = Dense(), Thing(seed_generator=Thing())
    arrays = of_layers("layers/dense") | {
        "optimizer/vars/0": numpy.zeros(()),
        "metrics/mean/vars/0": numpy.zeros(()),
        "layers/thing/seed_generator/vars/0": numpy.zeros(2),
    }
    placing.put_into(Functional(layers=[dropout, layer]), group(arrays), NEW)
    assert [1] == firsts(layer)


def test_weights_whose_attributes_have_other_names_go_by_order_and_shape() -> None:
    """Below one layer, and never in doubt."""
    layer = Thing(now=Dense())
    placing.put_into(Functional(layers=[layer]), group(of_layers("layers/thing/before")), NEW)
    assert [1] == firsts(layer)
    with pytest.raises(ValueError, match="the model has weights"):
        placing.put_into(Functional(layers=[Thing(now=Dense(rows=5))]), group(of_layers("layers/thing/before")), NEW)


def test_more_layers_in_the_file_than_in_the_model() -> None:
    """Nothing is set."""
    layer = Dense()
    with pytest.raises(ValueError, match="layers/dense_1 in the file is no layer of the model"):
        placing.put_into(Functional(layers=[layer]), group(of_layers("layers/dense", "layers/dense_1")), NEW)
    assert layer.weights[0].value is None


def test_fewer_layers_in_the_file_than_in_the_model() -> None:
    """Nothing is set either."""
    layers = [Dense(), Dense()]
    with pytest.raises(ValueError, match="the model has weights"):
        placing.put_into(Functional(layers=layers), group(of_layers("layers/dense")), NEW)
    assert layers[0].weights[0].value is None


def listed(path: pathlib.Path, layers: dict[str, dict[str, Any]], pieces: int = 1) -> pathlib.Path:
    """A file of the old layout; its list of layers may be cut into pieces."""
    with h5py.File(path, "w") as stream:
        names = [name.encode() for name in layers]
        for piece in range(pieces):
            stream.attrs["layer_names" if pieces == 1 else f"layer_names{piece}"] = names[piece::1][
                : 1 if pieces > 1 else None
            ]
        for name, arrays in layers.items():
            made = stream.create_group(name)
            made.attrs["weight_names"] = [weight.encode() for weight in arrays]
            for weight, array in arrays.items():
                made[weight] = array
    return path


def dense(name: str, number: float) -> dict[str, Any]:
    """The arrays of a dense layer in the old layout."""
    return {f"{name}/kernel:0": numpy.full((2, 2), number), f"{name}/bias:0": numpy.full(2, number)}


@pytest.mark.parametrize("pieces", [1, 2])
def test_the_old_layout_layer_by_layer(tmp_path: pathlib.Path, pieces: int) -> None:
    """In the order of the list, which is cut into pieces where it is long."""
    path = listed(tmp_path / "old.h5", {"b": dense("b", 1), "a": dense("a", 2)}, pieces)
    assert (stored.HDF5, True) == (stored.kind(str(path)), stored.lists_layers(str(path)))
    layers = [Dense("b"), Dense("a")]
    placing.put_into(Functional(layers=layers), stored.read(str(path), NEW), NEW)
    assert [1, 2] == firsts(*layers)


@pytest.mark.parametrize("names", [("dense", "dense_1"), ("dense_7", "dense_8"), ("a/same", "b/same")])
def test_a_frozen_layer_inside_does_not_move_the_others(tmp_path: pathlib.Path, names: tuple[str, str]) -> None:
    """Where the model lists its weights in another order than the file, names tell, whatever their numbers."""
    one, other = (Dense(name) for name in names)
    inner = Functional(layers=[one, other])
    vars(inner)["_trainable_weights"] = [*other.weights, *one.weights]  # as if the first were frozen
    vars(inner)["layers"] = []
    saved = ("dense_1", "dense_2") if "dense" in names[0] else names
    path = listed(tmp_path / "old.h5", {"inner": dense(saved[0], 1) | dense(saved[1], 2)})
    placing.put_into(Functional(layers=[inner]), stored.read(str(path), NEW), NEW)
    assert [1, 2] == firsts(one, other)


def test_the_old_layout_with_another_number_of_layers(tmp_path: pathlib.Path) -> None:
    """Is not for this model."""
    path = listed(tmp_path / "old.h5", {"dense": dense("dense", 1)})
    with pytest.raises(ValueError, match="weights of 1 layers, the model of 2"):
        placing.put_into(Functional(layers=[Dense(), Dense()]), stored.read(str(path), NEW), NEW)


def test_a_count_of_samples_may_be_on_one_side_only() -> None:
    """Normalization of Keras 2 keeps it, that of Keras 3 does not."""
    mean, variance = Weight("mean", 3), Weight("variance", 3)
    arrays = [("a/mean:0", numpy.ones(3)), ("a/variance:0", numpy.zeros(3)), ("a/count:0", numpy.zeros(()))]
    assert [(mean, arrays[0][1]), (variance, arrays[1][1])] == placing.fit([mean, variance], arrays)
    count = Weight("count")
    assert [mean, variance] == [weight for weight, _ in placing.fit([mean, count, variance], arrays[:2])]


def test_shapes_that_leave_it_open_are_refused() -> None:
    """In the order of the file, or each shape once."""
    weights = [Weight("x", 2, 2), Weight("y", 2, 2), Weight("z", 3)]
    arrays = [("0", numpy.zeros(3)), ("1", numpy.zeros((2, 2))), ("2", numpy.zeros((2, 2)))]
    with pytest.raises(ValueError, match="the model has weights"):
        placing.fit(weights, arrays)
    assert [weights[2], weights[0]] == [weight for weight, _ in placing.fit([weights[2], weights[0]], arrays[:2])]


class Reader:
    """A checkpoint of TensorFlow."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._arrays = {f"{name}/.ATTRIBUTES/VARIABLE_VALUE": array for name, array in arrays.items()}

    def get_variable_to_shape_map(self) -> dict[str, Any]:
        """The names."""
        return dict.fromkeys([*self._arrays, "_CHECKPOINTABLE_OBJECT_GRAPH"])

    def get_tensor(self, name: str) -> Any:
        """An array."""
        return self._arrays[name]


def checkpoint(path: pathlib.Path, arrays: dict[str, Any]) -> Any:
    """What is read of a checkpoint."""
    path.with_name(f"{path.name}.index").touch()
    train = types.SimpleNamespace(load_checkpoint=lambda given: Reader(arrays) if given == str(path) else None)
    return stored.read(str(path), types.SimpleNamespace(tf=types.SimpleNamespace(train=train)))


def test_a_checkpoint_by_its_attributes_and_numbers(tmp_path: pathlib.Path) -> None:
    """Layers with weights by number, parts by attribute, lists by place, and weights by the place among all."""
    named, parts, far = Dense(), [Dense()], Dense()
    vars(named).update(kernel=named.weights[0], bias=named.weights[1])
    vars(parts[0]).update(kernel=parts[0].weights[0], bias=parts[0].weights[1])
    model = Functional(layers=[Thing(), named, Thing(parts=parts), far])
    content = checkpoint(
        tmp_path / "model",
        {
            "layer_with_weights-0/kernel": numpy.full((2, 2), 1.0),
            "layer_with_weights-0/bias": numpy.full(2, 1.0),
            "layer_with_weights-1/parts/0/kernel": numpy.full((2, 2), 2.0),
            "layer_with_weights-1/parts/0/bias": numpy.full(2, 2.0),
            "variables/4": numpy.full((2, 2), 3.0),
            "trainable_variables/5": numpy.full(2, 3.0),
            "layer_with_weights-0/kernel/.OPTIMIZER_SLOT/optimizer/m": numpy.zeros((2, 2)),
        },
    )
    assert {} == content.children["layer_with_weights-0"].children  # no slots of the optimizer
    placing.put_into(model, content, NEW)
    assert [1, 2, 3] == firsts(named, *parts, far)


def test_a_checkpoint_takes_tensorflow(tmp_path: pathlib.Path) -> None:
    """There is no other reader."""
    (tmp_path / "model.index").touch()
    with pytest.raises(ValueError, match="takes TensorFlow"):
        stored.read(str(tmp_path / "model"), NEW)


def test_a_zip_file_is_read_through(tmp_path: pathlib.Path) -> None:
    """Its weights are an HDF5 file; Keras 2 sets them through its backend."""
    content = io.BytesIO()
    with h5py.File(content, "w") as stream:
        for way, array in of_layers("layers/dense").items():
            stream[way] = array
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.weights.h5", content.getvalue())
    assert stored.ZIP == stored.kind(str(path))
    was_set: list[Any] = []
    backend = types.SimpleNamespace(batch_set_value=was_set.extend)
    old = types.SimpleNamespace(keras_version=(2, 11), tf=None, keras=types.SimpleNamespace(backend=backend))
    layer = Dense()
    placing.put_into(Functional(layers=[layer]), stored.read(str(path), old), old)
    assert layer.weights == [weight for weight, _ in was_set]


def test_kinds_of_what_lies_there(tmp_path: pathlib.Path) -> None:
    """By content and not by name."""
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").touch()
    (tmp_path / "text.h5").write_text("no such thing")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("names.json", "[]")
    kinds = {name: stored.kind(str(tmp_path / name)) for name in ("saved", "text.h5", "other.keras", "none")}
    assert {"saved": stored.SAVEDMODEL, "text.h5": "", "other.keras": "", "none": ""} == kinds

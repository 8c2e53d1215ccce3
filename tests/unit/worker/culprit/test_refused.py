"""What is found of a load that fails: the smallest part that fails as the whole does, and never another one."""

from __future__ import annotations

from typing import Any

from harness.worker.culprit import configs
from harness.worker.culprit.refused import Refused
from tests.unit.worker.culprit.made_loads import Check, Loads, layer, sequential


def located(model: Any, training: Any = None, observing: bool = False, **checks: Check) -> dict[str, Any]:
    """The finding of a load that these checks make fail."""
    found: dict[str, Any] = Refused(Loads(model, training, **checks), observing).locate()
    return found


def refusing(argument: str, kind: str = "GRU") -> Check:
    """Refuse layers of a class that have this argument."""

    def check(stored: Any) -> None:
        if stored["class_name"] == kind and argument in stored["config"]:
            raise TypeError(f"unknown argument {argument}")

    return check


MODEL = sequential(layer("Dense", "one", units=3), layer("GRU", "two", units=4, time_major=False))


def test_an_argument_that_a_layer_does_not_know() -> None:
    found = located(MODEL, make=refusing("time_major"))
    assert ("argument", "two", "GRU", "time_major", "false", "without") == tuple(
        found[name] for name in ("part", "layer", "class", "argument", "value", "how")
    )
    assert "TypeError: unknown argument time_major" == found["message"]


def test_of_a_layer_inside_others() -> None:
    """In a model inside the model, and wrapped by another layer there."""
    wrapped = layer("Bidirectional", "outer", layer=layer("GRU", "deep", time_major=True))
    found = located(sequential(MODEL["config"]["layers"][0], sequential(wrapped)), make=refusing("time_major"))
    assert ("deep", "time_major") == (found["layer"], found["argument"])


def test_an_argument_of_an_initialiser() -> None:
    def check(stored: Any) -> None:
        made = stored["config"].get("kernel_initializer", {"config": {}})
        if "dtype" in made["config"]:
            raise TypeError("no dtype")

    kernel = {"class_name": "Zeros", "config": {"dtype": "float32"}}
    found = located(sequential(layer("GRU", "two", kernel_initializer=kernel)), make=check)
    assert ("kernel_initializer.dtype", "float32") == (found["argument"], found["value"])


def test_several_arguments_of_which_each_is_enough() -> None:
    """The smallest group without which it loads."""

    def check(stored: Any) -> None:
        unknown = [name for name in stored["config"] if name in ("groups", "fused")]
        if unknown:
            raise TypeError("not all arguments are known here")

    found = located(sequential(layer("GRU", "two", units=4, groups=1, fused=True, unroll=False)), make=check)
    assert "fused, groups" == found["argument"]


def test_an_argument_with_another_value() -> None:
    """One that is needed cannot be left out; its values are exchanged."""

    def check(stored: Any) -> None:
        if stored["class_name"] == "Dense":
            if "units" not in stored["config"]:
                raise TypeError("units is missing")
            if isinstance(stored["config"]["units"], list):
                raise TypeError("units must be a number")

    found = located(sequential(layer("Dense", "one", units=[3], activation="relu")), make=check)
    assert ("units", "instead", "3", "a list") == tuple(found[name] for name in ("argument", "how", "instead", "type"))


def test_a_layer_that_is_not_known_at_all() -> None:
    """No argument makes a difference."""

    def check(stored: Any) -> None:
        if stored["class_name"] == "Scale":
            raise ValueError("Unknown layer: Scale")

    found = located(sequential(layer("Dense", "one", units=3), layer("Scale", "mine", by=2)), make=check)
    assert ("layer", "mine", "Scale", "", True) == tuple(
        found[name] for name in ("part", "layer", "class", "argument", "unknown")
    )


def test_a_layer_that_fails_only_in_its_place() -> None:
    """The first one with which a model fails that ends there, and the argument of it that matters."""

    def check(model: Any) -> None:
        names = [configs.name_of(one) for one in configs.listed(model)]
        if "two" in names and "one" in names and configs.listed(model)[names.index("two")]["config"].get("axes"):
            raise ValueError("the shapes do not match")

    one, between, last = (layer("Dense", name, units=3) for name in ("one", "between", "last"))
    model = sequential(one, between, layer("Dot", "two", axes=[1], normalize=False), last)
    found = located(model, whole=check)
    assert ("two", "axes") == (found["layer"], found["argument"])


def test_a_class_of_models_that_has_another_name_here() -> None:
    """With nothing but an input it fails as well, and with the other name it does not."""

    def check(model: Any) -> None:
        if model["class_name"] == "Functional":
            raise ValueError("Unknown layer: Functional")
        raise TypeError("the next fault of the file")

    model = {**sequential(layer("InputLayer", "in"), layer("Dense", "one", units=3)), "class_name": "Functional"}
    found = located(model, whole=check)
    assert ("argument", "Functional", "class_name", "Model", "further") == tuple(
        found[name] for name in ("part", "class", "argument", "instead", "how")
    )


def test_a_compile_argument() -> None:
    def check(training: Any) -> None:
        if training.get("loss") == "mse":
            raise ValueError("mse is nothing")

    training = {"optimizer_config": {"class_name": "Adam", "config": {}}, "loss": "mse", "metrics": ["mae"]}
    found = located(MODEL, training, fit=check)
    assert ("compile", "loss", "mse") == (found["part"], found["argument"], found["value"])


def test_an_argument_of_the_optimizer() -> None:
    def check(training: Any) -> None:
        if "decay" in training["optimizer_config"]["config"]:
            raise ValueError("decay is gone")

    training = {"optimizer_config": {"class_name": "Adam", "config": {"decay": 0.0, "beta": 1}}, "loss": "mse"}
    found = located(MODEL, training, fit=check)
    assert ("optimizer", "Adam", "decay") == (found["part"], found["class"], found["argument"])


def test_weights() -> None:
    """It loads once they are left out."""

    def check(model: Any) -> None:
        raise ValueError("they do not fit in <Dense name=one, built=True>")

    found = located(MODEL, weights=check)
    assert ("weights", "one", "Dense", "without") == tuple(found[name] for name in ("part", "layer", "class", "how"))


def test_a_model_that_loads_and_cannot_be_called() -> None:
    """A tensor among its arguments is tried first, though no message speaks of it."""

    def check(model: Any) -> None:
        if any(isinstance(one["config"].get("mask_value"), dict) for one in configs.every(model)):
            raise ValueError("calling NotEqual")

    tensor = {"class_name": "__tensor__", "config": {"value": [0.0]}}
    found = located(
        sequential(layer("Dense", "one", units=3), layer("Masking", "mask", mask_value=tensor)),
        observing=True,
        call=check,
    )
    assert ("mask", "mask_value") == (found["layer"], found["argument"])


def test_what_is_in_no_part_is_said() -> None:
    """Every model fails so; and one that does not fail again is no finding."""

    def check(model: Any) -> None:
        raise OSError("the disk is full")

    assert ("model", "any model") == (located(MODEL, whole=check)["part"], located(MODEL, whole=check)["how"])
    assert ("model", "gone") == (located(MODEL)["part"], located(MODEL)["how"])

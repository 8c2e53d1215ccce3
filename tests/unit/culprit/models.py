"""Made-up specs for the tests of this folder."""

from __future__ import annotations

import random
from typing import Any

from harness.culprit.script import Side
from harness.culprit.spec import Input, Layer, Made, Ref, Sample, Spec, cleaned
from harness.results.shape import RuntimeEntry

COMPILED = Made("", "compile", (("optimizer", "adam"), ("loss", "mean_squared_error"), ("metrics", ("mae",))))


def given(name: str = "input_1", dims: tuple[int, ...] = (4,), **more: Any) -> Input:
    """An input."""
    return Input(name=name, shape=dims, sample=Sample(dims=dims), **more)


def layer(name: str, /, *takes: Any, kind: str = "Dense", **arguments: Any) -> Layer:
    """A layer that takes the outputs of these layers."""
    refs = tuple(Ref(each) if isinstance(each, str) else tuple(map(Ref, each)) for each in takes)
    return Layer(name=name, made=Made("layers", kind, tuple(arguments.items())), takes=refs)


def spec(*layers: Layer, inputs: Any = None, outputs: Any = None, **more: Any) -> Spec:
    """A functional model; by default of one input, and what the last layer puts out."""
    return Spec(
        inputs=tuple(inputs or (given(),)),
        layers=layers,
        outputs=tuple(map(Ref, outputs or (layers[-1].name,))),
        **{"compiled": COMPILED, **more},
    )


def chain(*kinds: str, **more: Any) -> Spec:
    """A Sequential of such layers."""
    layers, before = [], "input_1"
    for number, kind in enumerate(kinds):
        layers.append(layer(f"{kind.lower()}_{number}", before, kind=kind))
        before = layers[-1].name
    return spec(*layers, sequential=True, **more)


def anything(rng: random.Random) -> Spec:
    """A functional model of random layers with random arguments."""
    names, layers = ["input_1", "input_2"], []
    for number in range(rng.randint(1, 9)):
        takes = [rng.choice(names)] if rng.random() < 0.7 else [tuple(rng.sample(names, 2))]
        arguments = {key: rng.randint(1, 40) for key in "abcde" if rng.random() < 0.5}
        layers.append(layer(f"layer_{number}", *takes, kind=rng.choice("XYZ"), units=rng.randint(1, 99), **arguments))
        names.append(layers[-1].name)
    outputs = rng.sample([each.name for each in layers], rng.randint(1, min(3, len(layers))))
    inputs = given("input_1", (rng.randint(1, 9), 3)), given("input_2", (5,))
    return cleaned(spec(*layers, inputs=inputs, outputs=outputs, samples=rng.randint(1, 64)))


def side(module: Any, v1: bool = False, backend: Any = None, **versions: str) -> Side:
    """A side whose Keras is this module, with these versions."""
    environment = f"env-{module}"
    return Side(
        runtime=RuntimeEntry(
            id=module, title=module, environment=environment, keras=module, v1=v1, backend=backend, versions=versions
        )
    )


OLD = side("tf.keras", keras="2.15.0", tensorflow="2.15.1", python="3.11.7")
NEW = side("keras", keras="3.12.0", tensorflow="2.21.0", python="3.13.0")

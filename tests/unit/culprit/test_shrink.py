"""Shrinking: what is left fails in the same way, nothing single can be taken from it, and it costs a bounded number."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

import pytest

from harness.culprit import spec as specs
from harness.culprit.shrink import minimized, shrink
from harness.culprit.spec import Layer, Made, Ref, Spec
from tests.unit.culprit.models import anything, chain, given, layer, spec

SEEDS = range(60)


def kinds(spec: Spec) -> list[str]:
    return [each.kind for each in spec.layers]


def test_one_layer_of_many_is_left() -> None:
    big = chain("Dense", "Conv", "Dense", "Bad", "Dense", "Flatten")
    found = shrink(big, lambda smaller: "Bad" in kinds(smaller))
    assert (["Bad"], True) == (kinds(found.spec), found.finished)
    assert found.spec.compiled is None
    assert (0, 1, (1,)) == (found.spec.steps, found.spec.samples, found.spec.inputs[0].shape)


def test_two_layers_that_fail_only_together() -> None:
    big = chain("Dense", "One", "Dense", "Dense", "Other", "Dense")
    found = shrink(big, lambda smaller: {"One", "Other"} <= set(kinds(smaller)))
    assert ["One", "Other"] == kinds(found.spec)
    assert (Ref("one_1"),) == found.spec.layers[1].takes


def test_arguments_and_numbers_that_matter_stay() -> None:
    start = spec(layer("bad", "input_1", units=64, bias=False, rate=7, name="mine"))

    def fails(smaller: Spec) -> bool:
        made = smaller.layers[0].made
        return isinstance(made, Made) and made.get("units") >= 3 and bool(made.get("rate"))

    assert Made("layers", "Dense", (("units", 3), ("rate", 1))) == shrink(start, fails).spec.layers[0].made


def test_a_branch_goes_with_its_input() -> None:
    start = spec(
        layer("one", "left"),
        layer("two", "right"),
        layer("both", ("one", "two"), kind="Add"),
        inputs=(given("left"), given("right", (3,))),
    )
    found = shrink(start, lambda smaller: "one" in [each.name for each in smaller.layers])
    assert (["left"], ["one"]) == ([each.name for each in found.spec.inputs], [each.name for each in found.spec.layers])
    assert found.spec.sequential


def wrapped(*inner: str) -> Spec:
    """A Sequential with a model of such layers between two others."""
    model = dataclasses.replace(chain(*inner), compiled=None)
    between = Layer(name="model", made=model, takes=(Ref("first"),))
    return spec(layer("first", "input_1"), between, layer("last", "model"), sequential=True)


def test_layers_of_a_model_stand_alone_if_they_fail_so() -> None:
    found = shrink(wrapped("Dense", "Bad"), lambda smaller: "Bad" in str(smaller.layers))
    assert ["Bad"] == kinds(found.spec)


def test_a_model_becomes_smaller_if_it_has_to_be_one() -> None:
    def fails(smaller: Spec) -> bool:
        return any(isinstance(each.made, Spec) and "Bad" in kinds(each.made) for each in smaller.layers)

    (left,) = shrink(wrapped("Dense", "Bad", "Dense"), fails).spec.layers
    assert isinstance(left.made, Spec)
    assert ["Bad"] == kinds(left.made)


def test_a_layer_called_twice_may_lose_either_call() -> None:
    start = spec(
        layer("bad", "input_1", units=8),
        dataclasses.replace(layer("bad@1", "bad", units=8), of="bad"),
        layer("last", "bad@1"),
    )
    (left,) = shrink(start, lambda smaller: any(each.key == "bad" for each in smaller.layers)).spec.layers
    assert ("bad", (("units", 1),)) == (left.key, left.made.arguments if isinstance(left.made, Made) else ())
    both = shrink(start, lambda smaller: 2 == [each.key for each in smaller.layers].count("bad")).spec
    assert [(("units", 1),)] * 2 == [each.made.arguments for each in both.layers if isinstance(each.made, Made)]


def test_training_stays_if_it_is_about_that() -> None:
    start = chain("Dense", "Bad")
    assert 3 == shrink(start, lambda smaller: "Bad" in kinds(smaller), trained=True).spec.steps


@pytest.mark.parametrize("seed", SEEDS)
def test_the_result_fails_and_is_minimal(seed: int) -> None:
    """Any model, and a failure that needs some layers, arguments and samples of it."""
    rng = random.Random(seed)
    start = anything(rng)
    fails = oracle(start, rng)
    asked: list[Spec] = []

    def ask(smaller: Spec) -> bool:
        assert valid(smaller)
        assert smaller not in asked
        asked.append(smaller)
        return fails(smaller)

    found = shrink(start, ask)
    assert fails(found.spec)
    assert found.finished
    assert len(asked) == found.probes <= bound(start)
    assert [] == [smaller for smaller in neighbours(found.spec) if fails(smaller)]
    assert found.spec == shrink(start, fails).spec


@pytest.mark.parametrize("seed", SEEDS)
def test_a_spent_budget_leaves_the_best_so_far(seed: int) -> None:
    rng = random.Random(seed)
    start = anything(rng)
    fails = oracle(start, rng)
    probes = rng.randint(0, 12)
    left = iter([True] * probes + [False] * 9)
    found = shrink(start, fails, lambda: next(left))
    assert fails(found.spec)
    assert found.probes <= probes


@pytest.mark.parametrize("seed", SEEDS)
def test_minimized_is_minimal_for_failures_of_any_kind(seed: int) -> None:
    """Also where taking out more can bring a failure back."""
    rng = random.Random(seed)
    parts = list(range(rng.randint(1, 12)))
    stays: set[frozenset[int]] = {frozenset(part for part in parts if rng.random() < 0.5) for _ in range(40)} | {
        frozenset()
    }
    gone = minimized(parts, lambda without: without in stays)
    assert gone in stays
    assert not any(gone | {part} in stays for part in parts if part not in gone)


def oracle(start: Spec, rng: random.Random) -> Callable[[Spec], bool]:
    """A failure that needs some layers, some arguments of them at least as large as now or half, and some samples."""
    needed = {each.name: each for each in start.layers if rng.random() < 0.4}
    values = {
        path: max(1, value // rng.choice((1, 2)))
        for path, value in specs.values(start)
        if path[0] in needed and isinstance(value, int) and rng.random() < 0.3
    }
    samples = rng.randint(1, start.samples)

    def fails(smaller: Spec) -> bool:
        there = {each.name for each in smaller.layers}
        now = dict(specs.values(smaller))
        kept = all(isinstance(now.get(path), int) and now[path] >= value for path, value in values.items())
        return needed.keys() <= there and kept and smaller.samples >= samples

    return fails


def valid(spec: Spec) -> bool:
    """Whether every layer takes only what comes before it, and something is put out that is no input."""
    known = {each.name for each in spec.inputs}
    fed = set(known)
    for each in spec.layers:
        if not {ref.layer for ref in each.refs} <= known:
            return False
        known.add(each.name)
    return bool(spec.outputs) and all(ref.layer in known - fed for ref in spec.outputs)


def neighbours(spec: Spec) -> list[Spec]:
    """Everything that is one step smaller."""
    fewer = [specs.without_layer(spec, each.name) for each in spec.layers]
    fewer += [specs.without(spec, path) for path, _ in specs.values(spec) if path[-1] in "abcde"]
    fewer += [dataclasses.replace(spec, samples=spec.samples - 1)] if spec.samples > 1 else []
    fewer += [dataclasses.replace(spec, steps=0)] if spec.steps else []
    for path, value in specs.values(spec):
        if isinstance(value, int) and value > 1:
            fewer.append(specs.having(spec, path, value - 1))
    return [each for each in fewer if valid(each)]


def bound(spec: Spec) -> int:
    """Generous, but linear in the parts for each round, and a round takes something away."""
    parts = len(spec.layers) + len(list(specs.values(spec))) + 10
    return parts * parts

"""A spec as Python source: the statements that make a model, compile it, and draw what it is fed."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import json
import math
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from harness.culprit.spec import Input, Layer, Made, Ref, Sample, Spec, Table

_SHORT = 100  # characters of a Sequential that stands in one line
_BY_PLACE = (("filters", "kernel_size"), ("units",), ("layer",), ("rate",))


def model(spec: Spec) -> Iterator[str]:
    """The statements that make `model`."""
    return _Writer().statements(spec, "model")


class _Writer:
    """Gives names to tensors, to layers that are called several times, and to models among layers."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def statements(self, spec: Spec, name: str) -> Iterator[str]:
        """The statements that make a model of this name."""
        return self._sequential(spec, name) if spec.sequential else self._functional(spec, name)

    def _functional(self, spec: Spec, name: str) -> Iterator[str]:
        tensors = {each.name: self._new("x") for each in spec.inputs}
        calls = collections.Counter(layer.key for layer in spec.layers)
        made: dict[str, str] = {}  # the layers that have a name
        several = spec.several

        def tensor(value: Any) -> str:
            if isinstance(value, Ref):
                return tensors[value.layer] + (f"[{value.place}]" if value.layer in several else "")
            if isinstance(value, tuple):
                return f"[{', '.join(map(tensor, value))}]"
            return text(value)

        for each in spec.inputs:
            yield f"{tensors[each.name]} = {_input(each)}"
        for layer in spec.layers:
            if layer.key not in made:
                made[layer.key] = yield from self._layer(layer, named=calls[layer.key] > 1)
            given = [*map(tensor, layer.takes), *(f"{keyword}={tensor(value)}" for keyword, value in layer.keywords)]
            tensors[layer.name] = self._new("x")
            yield f"{tensors[layer.name]} = {made[layer.key]}({', '.join(given)})"
        inputs, outputs = [tensors[each.name] for each in spec.inputs], [tensor(ref) for ref in spec.outputs]
        yield f"{name} = keras.models.Model({_one_or_list(inputs)}, {_one_or_list(outputs)}{_named(spec)})"

    def _sequential(self, spec: Spec, name: str) -> Iterator[str]:
        (given,) = spec.inputs
        entries = [] if given.inline else [_input(given)]
        for number, layer in enumerate(spec.layers):
            if given.inline and not number and isinstance(layer.made, Made):
                shape = (
                    ("batch_input_shape", (given.batch, *given.shape)) if given.batch else ("input_shape", given.shape)
                )
                first = dataclasses.replace(layer.made, arguments=(*layer.made.arguments, shape))
                layer = dataclasses.replace(layer, made=first)
            entries.append((yield from self._layer(layer)))
        short = f"{name} = keras.Sequential([{', '.join(entries)}]{_named(spec)})"
        if len(short) <= _SHORT:
            yield short
            return
        yield f"{name} = keras.Sequential(["
        yield from (f"    {entry}," for entry in entries)
        yield f"]{_named(spec)})"

    def _layer(self, layer: Layer, *, named: bool = False) -> Generator[str, None, str]:
        """The statements that a layer needs; returns the expression that it is."""
        if isinstance(layer.made, Spec):
            name = self._new("inner")
            yield from self.statements(layer.made, name)
            return name
        if not named:
            return text(layer.made)
        name = self._new("layer")
        yield f"{name} = {text(layer.made)}"
        return name

    def _new(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"


def _input(given: Input) -> str:
    """An input; what Keras takes anyway is left out."""
    arguments = [f"shape={given.shape!r}"]
    if given.batch:
        arguments.append(f"batch_size={given.batch}")
    if given.dtype != "float32":
        arguments.append(f"dtype={text(given.dtype)}")
    if given.named:
        arguments.append(f"name={text(given.name)}")
    return f"keras.layers.Input({', '.join(arguments)})"


def compiling(spec: Spec) -> list[str]:
    """The statement that compiles `model`; none if it was not."""
    if spec.compiled is None:
        return []
    return [f"model.compile({_arguments(spec.compiled)})"]


def inputs(spec: Spec) -> list[str]:
    """The statements that draw `x`."""
    fed = [_fed(each.sample, each.batch or spec.samples) for each in spec.inputs]
    if len(fed) == 1:
        return [f"x = {fed[0]}"]
    return ["x = [", *(f"    {each}," for each in fed), "]"]


def _fed(sample: Sample, count: int) -> str:
    dims = ", ".join(map(str, (count, *sample.dims)))
    if sample.kind == "integers":
        return f'rng.randint({int(sample.low)}, {int(sample.high) + 1}, ({dims},)).astype("{sample.dtype}")'
    drawn = f"rng.{'randn' if sample.kind == 'normal' else 'rand'}({dims})"
    factor = "" if sample.high == 1 else f"{sample.high:g} * "
    return f'({factor}{drawn}).astype("{sample.dtype}")' if factor else f'{drawn}.astype("{sample.dtype}")'


def targets(spec: Spec) -> str:
    """Targets of the shape of what the model says; numbers of classes if the loss takes those."""
    loss = text(spec.compiled.get("loss")) if spec.compiled else ""
    sparse = "sparse" in loss.lower()
    target = "np.argmax(rng.rand(*{}.shape), -1)" if sparse else "rng.rand(*{}.shape)"
    if len(spec.outputs) > 1:
        return f"y = [{target.format('said')} for said in model.predict(x)]"
    return f"y = {target.format('model.predict(x)')}"


def text(value: Any) -> str:
    """A value as Python source."""
    if isinstance(value, Made):
        return f"keras.{value.space}.{value.name}({_arguments(value)})"
    if isinstance(value, Table):
        return "{" + ", ".join(f"{text(name)}: {text(each)}" for name, each in value.pairs) + "}"
    if isinstance(value, tuple):
        inner = ", ".join(map(text, value))
        if all(isinstance(each, (int, float, type(None), tuple)) for each in value):
            return f"({inner}{',' if len(value) == 1 else ''})"
        return f"[{inner}]"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, str):
        return json.dumps(value)
    return repr(value)


def _arguments(made: Made) -> str:
    given = dict(made.arguments)
    places = (("activation",),) if made.name == "Activation" else _BY_PLACE
    first = next((names for names in places if all(name in given for name in names)), ())
    placed = [text(given.pop(name)) for name in first]
    return ", ".join([*placed, *(f"{name}={text(value)}" for name, value in given.items())])


def _one_or_list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _named(spec: Spec) -> str:
    return f", name={text(spec.name)}" if spec.name else ""

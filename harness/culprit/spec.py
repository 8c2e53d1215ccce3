"""A model as plain Keras would write it: its layers, what they are called with, and how it is compiled.

All values are frozen, so that specs can be compared, and a smaller one never changes the one it was made from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class UnwritableError(Exception):
    """The model cannot be written as plain Keras; the message says why, in words for a user."""


@dataclasses.dataclass(frozen=True)
class Made:
    """An object of Keras: `keras.<space>.<name>(**arguments)`, such as a layer or an initializer."""

    space: str
    name: str
    arguments: tuple[tuple[str, Any], ...] = ()

    def get(self, argument: str, default: Any = None) -> Any:
        """The value of an argument; `default` if it is not given."""
        return dict(self.arguments).get(argument, default)

    def having(self, argument: str, value: Any) -> Made:
        """The same with another value for one of its arguments."""
        given = tuple((name, value if name == argument else old) for name, old in self.arguments)
        return dataclasses.replace(self, arguments=given)

    def lacking(self, argument: str) -> Made:
        """The same without one of its arguments."""
        return dataclasses.replace(self, arguments=tuple(pair for pair in self.arguments if pair[0] != argument))


@dataclasses.dataclass(frozen=True)
class Table:
    """A dict, as pairs."""

    pairs: tuple[tuple[str, Any], ...]


class Ref(NamedTuple):
    """An output of a layer or an input, by its name and position."""

    layer: str
    place: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sample:
    """What an input is fed with: `dims` without the samples, and numbers between `low` and `high`.

    `kind` is "normal" (of the spread `high`), "uniform" or "integers".
    """

    dims: tuple[int, ...]
    kind: str = "normal"
    low: float = 0
    high: float = 1
    dtype: str = "float32"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Input:
    """An input of the model; `shape` is without the samples, and `batch` their number where the model fixes it.

    `inline` is that of a Sequential whose first layer is given the shape (`input_shape=`).
    """

    name: str
    shape: tuple[int | None, ...]
    sample: Sample
    dtype: str = "float32"
    named: bool = False
    batch: int | None = None
    inline: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layer:
    """A call of a layer: `takes` are its arguments, each a tensor or, for a list, a tuple of them.

    What is called is `made`, or a model. Further calls of the same layer have names of their own and that one as `of`.
    """

    name: str
    made: Made | Spec
    takes: tuple[Ref | tuple[Ref, ...], ...]
    keywords: tuple[tuple[str, Any], ...] = ()
    of: str = ""

    @property
    def key(self) -> str:
        """The name of the layer, the same for each of its calls."""
        return self.of or self.name

    @property
    def kind(self) -> str:
        """The class of the layer."""
        return self.made.name if isinstance(self.made, Made) else "Model"

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Every tensor that it takes."""
        arguments = (*self.takes, *(value for _, value in self.keywords))
        each = ((value,) if isinstance(value, Ref) else value for value in arguments)
        return tuple(ref for refs in each if isinstance(refs, tuple) for ref in refs if isinstance(ref, Ref))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spec:
    """A whole model, its layers in the order in which they are called, and how it is used before it is saved.

    `compiled` has the arguments of `compile`, or is None; `steps` are those of training; `samples` are fed in.
    None of this matters for a model among the layers of another. `name` is one that somebody gave.
    """

    inputs: tuple[Input, ...]
    layers: tuple[Layer, ...]
    outputs: tuple[Ref, ...]
    sequential: bool = False
    compiled: Made | None = None
    steps: int = 3
    samples: int = 16
    name: str = ""

    @property
    def several(self) -> frozenset[str]:
        """The names of the layers with more than one output."""
        used = [ref for layer in self.layers for ref in layer.refs] + list(self.outputs)
        beyond = {ref.layer for ref in used if ref.place}
        kept = {each.name for each in self.layers if _gives_several(each.made)}
        return frozenset(beyond | kept)


Path = tuple[Any, ...]  # from a spec to one value: the name of a layer or "compile()", then arguments and positions
COMPILED = "compile()"


def values(spec: Spec) -> Iterator[tuple[Path, Any]]:
    """Every argument in a spec, also those of objects in arguments, outermost first."""
    yield from _inside((), spec)
    if spec.compiled:
        yield from _inside((COMPILED,), spec.compiled)


def without(spec: Spec, path: Path) -> Spec:
    """The spec without the argument at a path; without what is compiled if the path is `(COMPILED,)`."""
    if path == (COMPILED,):
        return dataclasses.replace(spec, compiled=None, steps=0)
    return _changed(spec, path, _DROPPED)


def having(spec: Spec, path: Path, value: Any) -> Spec:
    """The spec with another value at a path."""
    return _changed(spec, path, value)


_DROPPED = object()


def _inside(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Spec):
        for name, made in {layer.key: layer.made for layer in value.layers}.items():
            yield from _inside((*path, name), made)
    elif isinstance(value, (Made, Table)):
        pairs = value.arguments if isinstance(value, Made) else value.pairs
        for name, inner in pairs:
            yield (*path, name), inner
            yield from _inside((*path, name), inner)
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            if isinstance(inner, (Made, Table)):
                yield from _inside((*path, index), inner)


def _gives_several(made: Made | Spec) -> bool:
    """Whether it puts out a list, even if only its first entry is used."""
    return made.get("return_state") is True if isinstance(made, Made) else len(made.outputs) > 1


def _changed(spec: Spec, path: Path, value: Any) -> Spec:
    owner, rest = path[0], path[1:]
    if owner == COMPILED:
        return dataclasses.replace(spec, compiled=_put(spec.compiled, rest, value))
    layers = tuple(
        dataclasses.replace(layer, made=_put(layer.made, rest, value)) if layer.key == owner else layer
        for layer in spec.layers
    )
    return dataclasses.replace(spec, layers=layers)


def _put(inside: Any, path: Path, value: Any) -> Any:
    """The object with a value at a path in it; an argument is left out if the value is `_DROPPED`."""
    if not path:
        return value
    if isinstance(inside, Spec):
        return _changed(inside, path, value)
    key, rest = path[0], path[1:]
    if isinstance(inside, tuple):
        return tuple(_put(each, rest, value) if index == key else each for index, each in enumerate(inside))
    if isinstance(inside, Table):
        pairs = [(name, _put(old, rest, value) if name == key else old) for name, old in inside.pairs]
        return Table(tuple(pair for pair in pairs if pair[1] is not _DROPPED))
    new = _put(inside.get(key), rest, value)
    return inside.lacking(key) if new is _DROPPED else inside.having(key, new)


def cleaned(spec: Spec) -> Spec:
    """The spec without the layers and inputs that no output needs."""
    takes = {layer.name: layer.refs for layer in spec.layers}
    needed: set[str] = set()
    waiting = [ref.layer for ref in spec.outputs]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [ref.layer for ref in takes.get(name, ())]
    return dataclasses.replace(
        spec,
        inputs=tuple(each for each in spec.inputs if each.name in needed),
        layers=tuple(each for each in spec.layers if each.name in needed),
    )


def without_layer(spec: Spec, name: str) -> Spec:
    """The spec without a layer: whatever took its output takes its first input instead."""
    (gone,) = (layer for layer in spec.layers if layer.name == name)
    instead = gone.refs[0]

    def moved(ref: Ref) -> Ref:
        return instead if ref.layer == name else ref

    layers = tuple(rewired(layer, moved) for layer in spec.layers if layer.name != name)
    outputs = tuple(dict.fromkeys(moved(ref) for ref in spec.outputs))
    return cleaned(dataclasses.replace(spec, layers=layers, outputs=outputs))


def unwrapped(spec: Spec, name: str) -> Spec | None:
    """The spec with the layers of a model in its place; None if it takes several tensors or is called again."""
    (wrapped,) = (layer for layer in spec.layers if layer.name == name)
    inner, calls = wrapped.made, [layer for layer in spec.layers if layer.key == wrapped.key]
    if not isinstance(inner, Spec) or len(calls) > 1 or len(wrapped.refs) != 1 or len(inner.inputs) != 1:
        return None
    given, source = inner.inputs[0].name, wrapped.refs[0]

    def inside(ref: Ref) -> Ref:
        return source if ref.layer == given else Ref(f"{name}/{ref.layer}", ref.place)

    def outside(ref: Ref) -> Ref:
        return inside(inner.outputs[ref.place]) if ref.layer == name else ref

    layers: list[Layer] = []
    for layer in spec.layers:
        if layer.name != name:
            layers.append(rewired(layer, outside))
            continue
        for each in inner.layers:
            of = f"{name}/{each.of}" if each.of else ""
            layers.append(dataclasses.replace(rewired(each, inside), name=f"{name}/{each.name}", of=of))
    flat = dataclasses.replace(spec, layers=tuple(layers), outputs=tuple(outside(ref) for ref in spec.outputs))
    if spec.sequential and not is_chain(flat):
        plain = tuple(dataclasses.replace(each, inline=False) for each in spec.inputs)
        flat = dataclasses.replace(flat, sequential=False, inputs=plain)
    return cleaned(flat)


def rewired(layer: Layer, moved: Callable[[Ref], Ref]) -> Layer:
    """The same layer called with other tensors."""

    def each(value: Any) -> Any:
        if isinstance(value, Ref):
            return moved(value)
        return tuple(map(each, value)) if isinstance(value, tuple) else value

    keywords = tuple((keyword, each(value)) for keyword, value in layer.keywords)
    return dataclasses.replace(layer, takes=each(layer.takes), keywords=keywords)


def is_chain(spec: Spec) -> bool:
    """Whether each layer takes the output of the one before and nothing else, so that a Sequential could hold it."""
    if len(spec.inputs) != 1 or not spec.layers:
        return False
    names = [spec.inputs[0].name, *(layer.name for layer in spec.layers)]
    if any(layer.of for layer in spec.layers):
        return False
    follows = all(layer.takes == (Ref(before),) for before, layer in zip(names, spec.layers, strict=False))
    return follows and not any(layer.keywords for layer in spec.layers) and spec.outputs == (Ref(names[-1]),)

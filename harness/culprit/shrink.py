"""Delta debugging over a spec: makes the model smaller as long as it still fails in the same way.

The same spec, oracle and budget give the same result. What is tried is never tried twice.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from harness.culprit import spec as specs
from harness.culprit.defaults import REQUIRED
from harness.culprit.spec import COMPILED, Path, Ref, Spec

Fails = Callable[[Spec], bool]
Part = TypeVar("Part", bound=Hashable)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shrunk:
    """The smallest spec found, after how many probes; `finished` if the budget did not end the search."""

    spec: Spec
    probes: int
    finished: bool


class _SpentError(Exception):
    """The budget is spent."""


class _Search:
    """The smallest failing spec so far; asks the oracle only about specs that it has not seen."""

    def __init__(self, spec: Spec, fails: Fails, left: Callable[[], bool]) -> None:
        self.best = spec
        self.probes = 0
        self._fails = fails
        self._left = left
        self._known: dict[Spec, bool] = {spec: True}

    def take(self, candidate: Spec) -> bool:
        """Whether a candidate fails in the same way; if so, it is the best from now on."""
        if candidate not in self._known:
            if not self._left():
                raise _SpentError
            self.probes += 1
            self._known[candidate] = self._fails(candidate)
        if self._known[candidate]:
            self.best = candidate
        return self._known[candidate]


def shrink(spec: Spec, fails: Fails, left: Callable[[], bool] = lambda: True, *, trained: bool = False) -> Shrunk:
    """Make a failing spec smaller, until nothing single can be taken away or nothing of the budget is `left`.

    `trained`: it is about what training leaves, so training stays.
    """
    reductions = [_layers_out, _models_out, _outputs_out, _arguments_out, _as_sequential, _numbers_down]
    if not trained:
        reductions.insert(0, _training_out)
    search = _Search(spec, fails, left)
    try:
        before = None
        while before != search.best:
            before = search.best
            for reduce in reductions:
                reduce(search)
    except _SpentError:
        return Shrunk(spec=search.best, probes=search.probes, finished=False)
    return Shrunk(spec=search.best, probes=search.probes, finished=True)


def minimized(parts: Sequence[Part], fails_without: Callable[[frozenset[Part]], bool]) -> frozenset[Part]:
    """The parts that can be left out together: nothing, then halves, quarters ... down to single ones (ddmin).

    `fails_without` says whether the failure stays without a set of parts. No single part more can be left out.
    """
    gone: frozenset[Part] = frozenset()
    size = len(parts)
    while size:
        kept = [part for part in parts if part not in gone]
        progress = False
        for start in range(0, len(kept), size):
            chunk = frozenset(kept[start : start + size])
            if fails_without(gone | chunk):
                gone |= chunk
                progress = True
        if size == 1 and not progress:
            break
        size = max(1, size // 2) if size > 1 else 1
    return gone


def _layers_out(search: _Search) -> None:
    start = search.best
    minimized([layer.name for layer in start.layers], lambda names: _taken(search, _fewer(start, names)))


def _fewer(spec: Spec, names: frozenset[str]) -> Spec | None:
    """The spec without these layers; None if that is no model any more."""
    smaller = spec
    for layer in spec.layers:
        if layer.name in names and any(each.name == layer.name for each in smaller.layers):
            smaller = specs.without_layer(smaller, layer.name)
    fed = {each.name for each in smaller.inputs}
    bare = any(ref.layer in fed for ref in smaller.outputs)
    return None if bare or not smaller.layers else smaller


def _models_out(search: _Search) -> None:
    """Of models among the layers: their layers without them, or else fewer layers in them."""
    for name in [layer.name for layer in search.best.layers if isinstance(layer.made, Spec) and not layer.of]:
        if not _taken(search, specs.unwrapped(search.best, name)):
            _layers_out_of(search, name)


def _layers_out_of(search: _Search, name: str) -> None:
    (inner,) = (layer.made for layer in search.best.layers if layer.name == name)
    if isinstance(inner, Spec):
        start = search.best
        parts = [layer.name for layer in inner.layers]

        def without(names: frozenset[str]) -> Spec | None:
            fewer = _fewer(inner, names)
            return fewer and specs.having(start, (name,), fewer)

        minimized(parts, lambda names: _taken(search, without(names)))


def _outputs_out(search: _Search) -> None:
    start = search.best

    def without(refs: frozenset[Ref]) -> Spec | None:
        left = tuple(ref for ref in start.outputs if ref not in refs)
        return specs.cleaned(dataclasses.replace(start, outputs=left)) if left else None

    if len(start.outputs) > 1:
        minimized(start.outputs, lambda refs: _taken(search, without(refs)))


def _arguments_out(search: _Search) -> None:
    start = search.best
    minimized(_optional(start), lambda gone: _taken(search, _lacking(start, gone)))
    for path, _ in list(specs.values(search.best)):
        if path[-1] == "name":
            _taken(search, specs.without(search.best, path))
    named = tuple(dataclasses.replace(each, named=False) for each in search.best.inputs)
    _taken(search, dataclasses.replace(search.best, inputs=named))


def bare(spec: Spec) -> Spec:
    """The spec with no argument that can be left out."""
    return _lacking(spec, frozenset(_optional(spec)))


def _lacking(spec: Spec, gone: frozenset[Path]) -> Spec:
    """The spec without the arguments at some paths."""
    smaller = spec
    for path in _optional(spec):
        if path in gone and not any(path[:length] in gone for length in range(1, len(path))):
            smaller = specs.without(smaller, path)
    return smaller


def _optional(spec: Spec) -> list[Path]:
    return [path for path, _ in specs.values(spec) if _may_go(path)]


def _may_go(path: Path) -> bool:
    """Whether what a path leads to can be left out; names go last, since others may refer to them."""
    return path[-1] not in REQUIRED and path[-1] != "name" and not isinstance(path[-1], int)


def _training_out(search: _Search) -> None:
    if search.best.compiled and _taken(search, specs.without(search.best, (COMPILED,))):
        return
    if search.best.steps:
        _taken(search, dataclasses.replace(search.best, steps=0))


def _as_sequential(search: _Search) -> None:
    if not search.best.sequential and specs.is_chain(search.best):
        _taken(search, dataclasses.replace(search.best, sequential=True))


def _numbers_down(search: _Search) -> None:
    """Fewer samples, smaller inputs, fewer units and filters; each as small as it goes."""
    _least(search, search.best.samples, lambda number: dataclasses.replace(search.best, samples=number))
    for number, given in enumerate(search.best.inputs):
        for place, size in enumerate(given.sample.dims):
            _least(search, size, functools.partial(_narrower, search, number, place))
    for path, value in list(specs.values(search.best)):
        if isinstance(value, int) and not isinstance(value, bool):
            _least(search, value, functools.partial(_with_value, search, path))


def _with_value(search: _Search, path: Path, value: int) -> Spec:
    return specs.having(search.best, path, value)


def _narrower(search: _Search, number: int, place: int, size: int) -> Spec:
    """The best so far with another size in one dimension of one of its inputs."""
    inputs = list(search.best.inputs)
    given = inputs[number]
    shape = tuple(size if at == place and old else old for at, old in enumerate(given.shape))
    dims = tuple(size if at == place else old for at, old in enumerate(given.sample.dims))
    inputs[number] = dataclasses.replace(given, shape=shape, sample=dataclasses.replace(given.sample, dims=dims))
    return dataclasses.replace(search.best, inputs=tuple(inputs))


def _least(search: _Search, now: int, with_number: Callable[[int], Spec]) -> None:
    """Make a number smaller: 1 if that will do, else by halving the distance to what is too small."""
    if now <= 1 or search.take(with_number(1)):
        return
    small, enough = 1, now
    while enough - small > 1:
        middle = (small + enough) // 2
        if search.take(with_number(middle)):
            enough = middle
        else:
            small = middle


def _taken(search: _Search, candidate: Spec | None) -> bool:
    return candidate is not None and search.take(candidate)

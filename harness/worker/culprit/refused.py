"""Which part of a file makes it fail to load or to predict: parts are tried alone, left out, and exchanged.

Constraints: Python 3.6 syntax.
"""

import functools
import re

from . import configs, failures
from .arguments import Arguments, odd
from .findings import finding
from .training import Training
from .weights import Weights

_MODULES = ("keras.src.models.%s", "keras.src.engine.%s", "keras.engine.%s", "tf_keras.src.engine.%s", "keras.%s",
            "tf_keras.%s")


class Refused(object):
    """A load that raises, or a loaded model that does not predict, and the experiments on it."""

    def __init__(self, loads, observing):
        self.loads = loads
        self.stored = loads.stored
        self.observing = observing
        self.first = self.arguments = None

    def locate(self):
        """The finding: the smallest part that fails as the whole does."""
        self.first = self.loads.failure(predict=self.observing)
        if self.first is None:
            return finding("model", "gone")
        self.arguments = Arguments(self.loads, self.first)
        found = self._located() or finding("model", "nowhere")
        return dict(found, message=self.first.headline)

    def _located(self):
        if self.observing and not failures.same(self.loads.failure(), self.first):
            return self._in_call()
        if self.first.stage == failures.WEIGHTS:
            return Weights(self.loads, self.first, self.observing).locate()
        if self.stored is None:
            return self._suspected("file")
        if self.stored.training is not None and not self._fails(training=None):
            return Training(self.loads, self.arguments).locate()
        if self._fails(training=None, weights=False):
            return self._in_architecture()
        return self._suspected("model")

    def _fails(self, **edit):
        """Whether it fails in the same way with these edits."""
        return failures.same(self.loads.failure(**edit), self.first)

    def _suspected(self, otherwise):
        """The layer that was at work when it failed; no experiment shows more."""
        if self.first.suspects:
            name, kind = self.first.suspects[0]
            return finding("layer", "at work", **{"layer": name, "class": kind})
        return finding("model", otherwise)

    # The architecture

    def _bare(self, model):
        return self.loads.failure(model=model, training=None, weights=False)

    def _in_architecture(self):
        model = self.stored.model
        healthy = configs.healthy(model)
        for as_list in (False, True):
            control = self._bare(configs.alone(model, healthy, as_list))
            if control is None or control.stage != failures.ARCHITECTURE:
                return self._within(model, functools.partial(configs.alone, model, as_list=as_list), lambda it: it)
        if failures.same(control, self.first):
            return finding("model", "any model", model)
        return self._prefixes(model, lambda whole: whole)

    def _within(self, model, alone, whole):
        """The part of a stored model: a layer that fails by itself, else the first that fails in its place.

        `alone` makes a model of one stored layer, `whole` one of what becomes of this stored model.
        """
        for layer in self._ordered(configs.listed(model)):
            if failures.same(self._bare(alone(layer)), self.first):
                return self._layer(layer, alone)
        return self._prefixes(model, whole)

    def _layer(self, layer, alone):
        """The part of a layer that fails by itself."""
        if configs.listed(layer):
            return self._within(layer, alone, alone) or finding("layer", "alone", layer)
        for _, one in configs.inner(layer):
            if failures.same(self._bare(alone(one)), self.first):
                return self._layer(one, alone)
        found = self.arguments.culprit(layer, lambda other: self._bare(alone(other)), failures.ARCHITECTURE)
        unknown = self.loads.kind(layer) is None
        return found or self._module(layer, alone) or finding("layer", "alone", layer, unknown=unknown)

    def _module(self, stored, whole):
        """Whether it is only said to live in a module that is not here."""
        if "module" not in stored:
            return None
        kind = str(stored["module"] or "").rpartition(".")[2]
        for module in [pattern % kind for pattern in _MODULES] + [None]:
            if module != stored["module"]:
                failure = self._bare(whole(dict(stored, module=module)))
                if self.arguments.passes(failure, failures.ARCHITECTURE):
                    return finding("argument", "instead", stored, argument="module",
                                   value=configs.short(stored["module"]), instead=configs.short(module))
        return None

    def _renamed(self, model, whole):
        """Whether the class of a functional model only has another name here, whatever else fails then."""
        names = ("Model", "Functional")
        for name in [name for name in names if name != model["class_name"] and model["class_name"] in names]:
            failure = self._bare(whole(dict(model, class_name=name)))
            if failure is None or not (failures.same(failure, self.first) or name in failure.message):
                return finding("argument", "further" if failure else "instead", model, argument="class_name",
                               value=model["class_name"], instead=name)
        return None

    def _prefixes(self, model, whole):
        """The first layer with which the model fails that ends there, though it does not fail by itself."""
        names = [configs.name_of(layer) for layer in configs.listed(model)]
        last = self._first_failing(names, model, whole)
        if last is None:
            return None
        if last == names[0]:  # with nothing but an input, it is the model itself
            bare = configs.until(model, last)
            return self._module(bare, whole) or self._renamed(bare, whole) or finding("layer", "itself", model)
        layer = next(one for one in configs.listed(model) if configs.name_of(one) == last)
        for argument in configs.called_with(model, last):
            failure = self._bare(whole(configs.without_call_argument(configs.until(model, last), last, argument)))
            if self.arguments.passes(failure, failures.ARCHITECTURE):
                return finding("inputs", "without", layer, argument=argument)
        found = self.arguments.culprit(layer, lambda other: self._bare(whole(configs.until(
            configs.changed(model, last, lambda config: other["config"]), last))), failures.ARCHITECTURE)
        return found or finding("layer", "in its place", layer)

    def _first_failing(self, names, model, whole):
        """Bisect; the whole is known to fail, and a model that fails goes on failing with more layers."""
        def fails(name):
            return failures.same(self._bare(whole(configs.until(model, name))), self.first)

        low, high = 0, len(names) - 1
        if high < 0 or not fails(names[high]):
            return None
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if fails(names[middle]) else (middle + 1, high)
        return names[low]

    def _ordered(self, layers):
        """Layers that were at work when it failed first."""
        suspects = [name for name, _ in self.first.suspects]
        kinds = [kind for _, kind in self.first.suspects]

        def rank(layer):
            name, kind = configs.name_of(layer), str(layer["class_name"])
            if name in suspects:
                return suspects.index(name)
            return len(suspects) + (kind not in kinds) + (kind not in self.first.message)

        return sorted(layers, key=rank)

    # The call

    def _in_call(self):
        """The layer that cannot be called, and the argument without which it can."""
        layers = configs.every(self.stored.model) if self.stored is not None else []
        suspects = [name for name, _ in self.first.suspects]
        called = [layer for layer in layers if configs.name_of(layer) in suspects]
        called.sort(key=lambda layer: suspects.index(configs.name_of(layer)))
        called += [layer for layer in layers if layer not in called
                   and re.search(r"\b%s\b" % re.escape(str(layer["class_name"])), self.first.message)]
        # Operations of Keras 3 inside a layer are called without it, so any layer may be the one.
        rest = sorted((layer for layer in layers if layer not in called), key=lambda layer: not odd(layer["config"]))
        for layer in [one for one in called + rest if not configs.listed(one)]:
            found = self.arguments.culprit(layer, lambda other, layer=layer: self.loads.failure(
                predict=True, training=None, model=configs.changed(
                    self.stored.model, configs.name_of(layer), lambda config: other["config"])),
                failures.ARCHITECTURE, failures.COMPILE, failures.WEIGHTS, failures.CALL)
            if found:
                return found
        return finding("layer", "in its call", called[0]) if called else self._suspected("call")

"""Which argument of a stored object makes it fail: each is left out, then exchanged, then several at once.

Constraints: Python 3.6 syntax.
"""

import inspect
import json
import re

from . import configs, failures
from .findings import finding

_NEVER = ("name", "layers", "input_layers", "output_layers")


class Arguments(object):
    """The arguments of objects in a file that fails to load as `first` tells."""

    def __init__(self, loads, first):
        self.loads = loads
        self.first = first

    def passes(self, failure, *stages):
        """Whether loading comes further than these stages."""
        return failure is None or (failure.stage not in stages and not failures.same(failure, self.first))

    def culprit(self, layer, tried, *stages):
        """The argument without which, or with another value of which, a layer passes; `tried` tells how it fails."""
        config = layer.get("config")
        if not isinstance(config, dict):
            return None
        named = [name for name in config if name not in _NEVER]
        message = self.first.message
        named.sort(key=lambda name: (not odd(config[name]), not mentioned(name, config[name], message), name))
        for name in named:
            less = {key: value for key, value in config.items() if key != name}
            if self.passes(tried(dict(layer, config=less)), *stages):
                return self._inside(layer, name, tried, *stages) or self._blamed(layer, name, "without")
        for name in named:
            for value in self._others(layer, name):
                if self.passes(tried(dict(layer, config=dict(config, **{name: value}))), *stages):
                    return self._blamed(layer, name, "instead", instead=configs.short(value))
        return self._several(layer, named, tried, *stages)

    def _inside(self, layer, name, tried, *stages):
        """The argument of an object that is itself an argument, such as an initialiser."""
        value = layer["config"][name]
        if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
            return None
        for key in sorted(value["config"]):
            less = {each: item for each, item in value["config"].items() if each != key}
            other = dict(layer, config=dict(layer["config"], **{name: dict(value, config=less)}))
            if self.passes(tried(other), *stages):
                return finding("argument", "without", layer, argument="%s.%s" % (name, key),
                               value=configs.short(value["config"][key]), **_typed(value["config"][key]))
        return None

    def _several(self, layer, named, tried, *stages):
        """The smallest group of arguments without all of which it passes."""
        config, out = layer["config"], list(named)

        def passes(names):
            less = {key: value for key, value in config.items() if key not in names}
            return self.passes(tried(dict(layer, config=less)), *stages)

        required = self._required(layer)
        out = [name for name in out if name not in required]
        if len(out) < 2 or not passes(out):
            return None
        for name in list(out):
            rest = [one for one in out if one != name]
            if rest and passes(rest):
                out = rest
        return self._alike_inside(layer, sorted(out), tried, *stages) or finding(
            "argument", "without", layer, argument=", ".join(sorted(out)),
            value=", ".join(configs.short(config[name]) for name in sorted(out)))

    def _alike_inside(self, layer, names, tried, *stages):
        """The argument that several objects have, where it alone is to blame in each of them."""
        config = layer["config"]
        parts = [config[name].get("config") if isinstance(config[name], dict) else None for name in names]
        if not all(isinstance(part, dict) for part in parts):
            return None
        for key in sorted(set.intersection(*[set(part) for part in parts])):
            less = {name: dict(config[name], config={each: item for each, item in part.items() if each != key})
                    for name, part in zip(names, parts)}
            if self.passes(tried(dict(layer, config=dict(config, **less))), *stages):
                return finding("argument", "without", layer, value=configs.short(parts[0][key]),
                               argument=", ".join("%s.%s" % (name, key) for name in names))
        return None

    def _blamed(self, layer, name, how, **more):
        value = layer["config"][name]
        return finding("argument", how, layer, argument=name, value=configs.short(value), **dict(_typed(value), **more))

    def _others(self, layer, name):
        """Other values of an argument: its default, what a wrapped value holds, and the plainest of its kind."""
        value = layer["config"][name]
        others = []
        kind = self.loads.kind(layer)
        if kind is not None:
            parameter = inspect.signature(kind.__init__).parameters.get(name)
            if parameter is not None and parameter.default is not parameter.empty:
                others.append(parameter.default)
        if isinstance(value, dict):
            others += [value.get("config"), None]
        elif isinstance(value, list):
            others += value[:1] + [None]
        elif isinstance(value, str):
            others += ["linear", None]
        return [other for number, other in enumerate(others)
                if other != value and other not in others[:number] and _is_json(other)]

    def _required(self, layer):
        kind = self.loads.kind(layer)
        if kind is None:
            return ()
        parameters = inspect.signature(kind.__init__).parameters.values()
        return [each.name for each in parameters if each.default is each.empty]


def _typed(value):
    """What kind of thing a stored value is, where that is worth saying."""
    if isinstance(value, dict):
        return {"type": "an object %s" % value["class_name"] if "class_name" in value else "a dictionary"}
    return {"type": "a list"} if isinstance(value, list) else {}


def odd(value):
    """Whether a stored value holds something that is neither plain nor an object of a class, such as a tensor."""
    if isinstance(value, dict):
        return str(value.get("class_name", "")).startswith("__") or any(odd(item) for item in value.values())
    return isinstance(value, list) and any(odd(item) for item in value)


def mentioned(name, value, message):
    """Whether a message speaks of an argument: of its name, or of the class that it holds."""
    words = [name] + ([value["class_name"]] if isinstance(value, dict) and "class_name" in value else [])
    return any(re.search(r"\b%s\b" % re.escape(str(word)), message) for word in words)


def _is_json(value):
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True

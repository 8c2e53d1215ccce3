"""Which of the compile arguments makes a file fail to load: each is left out, and those of the optimizer in turn.

Constraints: Python 3.6 syntax.
"""

from . import configs, failures
from .arguments import mentioned
from .findings import finding

_LEFT_OUT = object()
_SGD = {"class_name": "SGD", "config": {"learning_rate": 0.01}}


class Training(object):
    """The compile arguments of a file that loads without them."""

    def __init__(self, loads, arguments):
        self.loads = loads
        self.stored = loads.stored
        self.arguments = arguments
        self.first = arguments.first

    def locate(self):
        """The compile argument without which it loads; of an optimizer, the argument of that."""
        training = self.stored.training
        for key in sorted(training, key=lambda key: not mentioned(key, training[key], self.first.message)):
            is_optimizer = key in ("optimizer", "optimizer_config")
            for value in ([self._sgd(training[key])] if is_optimizer else [_LEFT_OUT, None]):
                other = {name: it for name, it in training.items() if name != key}
                if value is not _LEFT_OUT:
                    other[key] = value
                if self.arguments.passes(self.loads.failure(training=other), failures.ARCHITECTURE, failures.COMPILE):
                    if is_optimizer:
                        return self._in_optimizer(key)
                    return finding("compile", "without", argument=key, value=configs.short(training[key]))
        return finding("compile", "without all")

    def _sgd(self, optimizer):
        return dict(_SGD, **({"module": self._module(), "registered_name": None} if "module" in optimizer else {}))

    def _module(self):
        return "%s.optimizers" % ("tf_keras" if self.loads.run.api.runtime["keras"] == "tf_keras" else "keras")

    def _in_optimizer(self, key):
        training, optimizer = self.stored.training, self.stored.training[key]
        if not isinstance(optimizer, dict) or not isinstance(optimizer.get("config"), dict):
            return finding("optimizer", "without", value=configs.short(optimizer))

        def tried(other):
            return self.loads.failure(training=dict(training, **{key: dict(optimizer, **other)}))

        about = {"class": str(optimizer.get("class_name", ""))}
        stages = failures.ARCHITECTURE, failures.COMPILE
        if "module" in optimizer and self.arguments.passes(tried({"module": self._module()}), *stages):
            return finding("optimizer", "instead", argument="module", value=configs.short(optimizer["module"]),
                           instead=self._module(), **about)
        layer = {"class_name": about["class"], "config": optimizer["config"]}
        found = self.arguments.culprit(layer, lambda other: tried({"config": other["config"]}), *stages)
        return dict(found, part="optimizer", layer="") if found else finding("optimizer", "without", **about)

"""A made-up way to load stored models: layers refuse what they do not know, alone, in their place, or when called."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from harness.worker.culprit import configs, failures

Check = Callable[[Any], None]


def sequential(*layers: Any) -> Any:
    """A stored Sequential model."""
    return {"class_name": "Sequential", "config": {"name": "model", "layers": list(layers)}}


def layer(kind: str, name: str, **config: Any) -> Any:
    """A stored layer."""
    return {"class_name": kind, "config": {"name": name, **config}}


class Dense:
    """A class with an argument that is needed and one that has a default."""

    def __init__(self, units: int, activation: str = "linear") -> None: ...


class Loads:
    """Loads of one stored model. The checks raise: `make` is given every layer, `whole` every model, `fit` training."""

    def __init__(self, model: Any, training: Any = None, **checks: Check) -> None:
        self.stored = SimpleNamespace(model=model, training=training, zipped=False)
        self.checks = checks
        self.number = 0
        keras = SimpleNamespace(layers=SimpleNamespace(Dense=Dense))
        self.run = SimpleNamespace(api=SimpleNamespace(keras=keras, runtime={"keras": "keras"}))

    def failure(
        self, predict: bool = False, model: Any = None, training: Any = "stored", weights: bool = True
    ) -> failures.Failure | None:
        """How it fails with these edits."""
        self.number += 1
        model = self.stored.model if model is None else model
        training = self.stored.training if training == "stored" else training
        try:
            for one in configs.every(model):
                self._check("make", one)
            self._check("whole", model)
            if weights:
                load_weights(lambda: self._check("weights", model))
            if training is not None:
                compile_from_config(lambda: self._check("fit", training))
            if predict:
                self._check("call", model)
        except Exception as error:
            return failures.Failure(error, lambda value: False)
        return None

    def kind(self, stored: Any) -> Any:
        """The class of a stored layer, where it is known."""
        return {"Dense": Dense}.get(stored["class_name"])

    @contextlib.contextmanager
    def without(self, frames: Any, pattern: Any) -> Iterator[bool]:
        """Leave the weights out."""
        before = self.checks.pop("weights")
        yield True
        self.checks["weights"] = before

    def _check(self, name: str, value: Any) -> None:
        if name in self.checks:
            self.checks[name](value)


def load_weights(put: Callable[[], None]) -> None:
    """The name in a traceback that tells that the weights were being put in."""
    put()


def compile_from_config(take: Callable[[], None]) -> None:
    """Likewise of the compile arguments."""
    take()

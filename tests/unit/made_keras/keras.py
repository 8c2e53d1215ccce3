"""A made-up Keras on numpy alone: just enough for the worker to build, train, save, load and observe something."""

from __future__ import annotations

import io
import json
import types
from typing import Any

import numpy

__version__ = "3.0.0"


class Layer:
    """What a layer is known by."""

    name = "dense"
    dtype = "float32"
    weights: tuple[Any, ...] = ()

    @property
    def trainable_weights(self) -> list[Any]:
        """All of its arrays."""
        return self.get_weights()

    def get_weights(self) -> list[Any]:
        """Its arrays."""
        return list(self.weights)


class InputLayer(Layer):
    """A layer that does nothing, which some versions list and others do not."""


class Dense(Layer):
    """A matrix of random numbers."""

    def __init__(self, rows: int, columns: int) -> None:
        self.kernel = numpy.random.rand(rows, columns).astype("float32")

    @property
    def weights(self) -> tuple[Any, ...]:  # type: ignore[override]
        """Its matrix."""
        return (self.kernel,)


class Adam:
    """An optimizer that counts, with one slot for each weight."""

    learning_rate = 0.5

    def __init__(self) -> None:
        self.iterations = 0
        self.variables: list[Any] = []
        self.built = False

    def build(self, variables: list[Any]) -> None:
        """Make the slots."""
        self.built = True
        self.variables = [numpy.zeros_like(variable) for variable in variables]


class Model:
    """Matrices one after another."""

    def __init__(self, layers: list[Layer]) -> None:
        self.layers = layers
        self.optimizer: Adam | None = None
        self.measured = 1  # training left something

    @property
    def trainable_variables(self) -> list[Any]:
        """All weights."""
        return self.get_weights()

    def compile(self, **how: Any) -> None:
        """Take a fresh optimizer, whatever is asked."""
        self.optimizer = Adam()

    def train_on_batch(self, x: Any, y: Any) -> None:
        """Move every weight."""
        for weight in self.get_weights():
            weight += numpy.float32(0.25)
        assert self.optimizer
        self.optimizer.iterations += 1

    def predict(self, x: Any, verbose: int = 0) -> Any:
        """What comes out; of several inputs the sum goes in."""
        parts = list(x.values()) if isinstance(x, dict) else x if isinstance(x, list) else [x]
        said: Any = sum(numpy.asarray(part) for part in parts)
        for layer in self.layers:
            said = said.dot(layer.kernel) if isinstance(layer, Dense) else said
        return said

    def __call__(self, x: Any) -> Any:
        """What comes out, as a tensor."""
        return self.predict(x)

    def predict_on_batch(self, x: Any) -> Any:
        """What comes out, all at once."""
        return self.predict(x)

    def reset_metrics(self) -> None:
        """Forget what was measured."""
        self.measured = 0

    def test_on_batch(self, x: Any, y: Any, return_dict: bool = False) -> Any:
        """The loss and a metric, on top of what was measured before."""
        self.measured += 1
        values = self.evaluate(x, y, return_dict=True)
        values["mae"] *= self.measured
        assert return_dict
        return values

    def evaluate(self, x: Any, y: Any, verbose: int = 0, return_dict: bool = False) -> Any:
        """The loss and a metric."""
        off = self.predict(x) - y
        values = {"loss": float(numpy.mean(off**2)), "mae": float(numpy.mean(numpy.abs(off)))}
        return values if return_dict else list(values.values())

    def count_params(self) -> int:
        """How many numbers there are."""
        return sum(weight.size for weight in self.get_weights())

    def get_weights(self) -> list[Any]:
        """All weights in order."""
        return [weight for layer in self.layers for weight in layer.weights]

    def save(self, path: str, save_format: str = "") -> None:
        """Write the weights, whatever the name."""
        self.save_weights(path)

    def save_weights(self, path: str, save_format: str = "") -> None:
        """Write the weights."""
        with open(path, "wb") as stream:
            stream.write(b"PK" if path.endswith(".keras") else b"--")
            numpy.savez(stream, *self.get_weights())

    def load_weights(self, path: str) -> None:
        """Put stored weights in."""
        for weight, value in zip(self.get_weights(), _read(path), strict=True):
            weight[:] = value

    def to_json(self) -> str:
        """The shapes of the layers."""
        return json.dumps([weight.shape for weight in self.get_weights()])


def _read(path: str) -> list[Any]:
    with open(path, "rb") as stream:
        content = stream.read()[2:]
    with numpy.load(io.BytesIO(content)) as stored:
        return [stored[name] for name in stored.files]


def load_model(path: str, custom_objects: Any = None, safe_mode: bool = True) -> Model:
    """A model with the weights of a file, compiled."""
    values = _read(path)
    model = Model([Dense(*value.shape) for value in values])
    for weight, value in zip(model.get_weights(), values, strict=True):
        weight[:] = value
    model.compile()
    return model


def model_from_json(text: str, custom_objects: Any = None) -> Model:
    """A model of the shapes in a text."""
    return Model([Dense(*shape) for shape in json.loads(text)])


Sequential = Model
layers = types.SimpleNamespace(Dense=Dense, InputLayer=InputLayer)
models = types.SimpleNamespace(Model=Model, load_model=load_model, model_from_json=model_from_json)
optimizers = losses = metrics = types.SimpleNamespace()
utils = types.SimpleNamespace(set_random_seed=numpy.random.seed)
ops = types.SimpleNamespace(convert_to_tensor=numpy.asarray)
backend = types.SimpleNamespace(get_value=numpy.asarray)

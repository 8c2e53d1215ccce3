"""Writes a spec as Python: a scenario for Crossload's own workers, and a plain Keras script that anyone can run."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from harness.culprit import source
from harness.culprit.spec import Spec
from harness.results.shape import RuntimeEntry

LINES = 40  # of a script to be filed, at most
_WIDTH = 110
_SAVE = {
    "h5": ('model.save("model.h5")',),
    "keras": ('model.save("model.keras")',),
    "savedmodel": ('model.save("model", save_format="tf")',),
    "weights-h5": ('model.save_weights("model_weights.h5")',),
    "weights.h5": ('model.save_weights("model.weights.h5")',),
    "tf-checkpoint": ('model.save_weights("checkpoint/model", save_format="tf")',),
    "json+weights": ('open("model.json", "w").write(model.to_json())', 'model.save_weights("model.weights.h5")'),
}
_LOAD = {
    "h5": ('model = keras.models.load_model("model.h5")',),
    "keras": ('model = keras.models.load_model("model.keras")',),
    "savedmodel": ('model = keras.models.load_model("model")',),
    "weights-h5": ("model = build()", 'model.load_weights("model_weights.h5")'),
    "weights.h5": ("model = build()", 'model.load_weights("model.weights.h5")'),
    "tf-checkpoint": ("model = build()", 'model.load_weights("checkpoint/model")'),
    "json+weights": (
        'model = keras.models.model_from_json(open("model.json").read())',
        'model.load_weights("model.weights.h5")',
    ),
}
FORMATS = tuple(_SAVE)
REBUILT = ("weights-h5", "weights.h5", "tf-checkpoint")  # of weights alone: the loading side builds the model as well
_DRAW = "rng = np.random.RandomState(0)"
# What a script looks at, by the observation that differs.
_SEEN = {
    "predictions": "model.predict(x)",
    "weights": "model.get_weights()",
    "metrics": "model.evaluate(x, y, verbose=0)",
    "settings": "[len(layer.trainable_weights) for layer in model.layers]",
    "resume": "model.train_on_batch(x, y)",
    "optimizer": "state",
}
OBSERVED = tuple(_SEEN)
_STATE = """\
optimizer, value = model.optimizer, getattr(keras.backend, "get_value", np.asarray)
kept = optimizer.get_weights() if hasattr(optimizer, "get_weights") else map(value, optimizer.variables)
state = [value(optimizer.iterations)] + sorted(np.abs(each).sum() for each in kept if np.ndim(each))"""
_COMPARE = """\
before, now = np.load("seen.npy"), seen(model)
print("saved:", before, "loaded:", now, sep="\\n")
sys.exit(before.shape != now.shape or not np.allclose(before, now, 1e-4, 1e-5))"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a cell, as a script needs it: its runtime and the name by which people know it."""

    runtime: RuntimeEntry

    @property
    def name(self) -> str:
        """What people call it: TensorFlow while it had a Keras of its own, else Keras."""
        versions = self.runtime["versions"]
        if self.runtime["keras"] == "tf.keras" and _release(versions.get("keras", "")) < (3,):
            return f"TensorFlow {versions.get('tensorflow', '')}"
        return f"{'tf_keras' if self.runtime['keras'] == 'tf_keras' else 'Keras'} {versions.get('keras', '')}"

    @property
    def versions(self) -> str:
        """The versions of what matters, such as `Keras 2.15.0, TensorFlow 2.15.1, Python 3.11.9`."""
        known = self.runtime["versions"]
        names = {"keras": "Keras", "tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch", "python": "Python"}
        return ", ".join(f"{title} {known[name]}" for name, title in names.items() if known.get(name))

    def imports(self) -> list[str]:
        """The statements that make `keras` the one of this runtime."""
        module, backend = self.runtime["keras"], self.runtime["backend"]
        lines = []
        if backend and backend != "tensorflow":
            lines += ["import os", f'os.environ["KERAS_BACKEND"] = "{backend}"']
        if self.runtime["v1"]:
            lines += ["import tensorflow as tf", "tf.compat.v1.disable_v2_behavior()"]
        named = {"tf.keras": "from tensorflow import keras", "tf_keras": "import tf_keras as keras"}
        return [*lines, named.get(module, "import keras")]

    def seed(self) -> list[str]:
        """The statement that makes every run draw the same weights."""
        release = _release(self.runtime["versions"].get("keras", ""))
        if release >= (3,) or (release >= (2, 7) and self.runtime["keras"] != "keras"):
            return ["keras.utils.set_random_seed(0)"]
        version = _release(self.runtime["versions"].get("tensorflow", ""))
        return ["import tensorflow as tf", f"tf.{'random.set_seed' if version >= (2,) else 'set_random_seed'}(0)"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Story:
    """What a plain script is about: the headline, what should happen and what does instead."""

    title: str
    expected: str
    actual: str
    observations: tuple[str, ...] = ()  # in which the sides differ; none if loading fails


def scenario(spec: Spec, format: str, saver: Side, observe: Sequence[str]) -> str:
    """The script that Crossload's workers save and load; `observe` is what they look at besides predictions.

    Weights and inputs are those of the plain script.
    """
    functions = [
        _function("build(keras)", [*_seed_once(saver), *source.model(spec), "return model"]),
        _function(
            "data(model)",
            [_DRAW, *source.inputs(spec), source.targets(spec) if spec.compiled else "y = None", "return x, y"],
        ),
        _function("compile(model, keras)", source.compiling(spec) or ["pass"]),
        *([] if spec.steps else [_function("train()", ["pass"])]),
    ]
    head = [
        '"""A smaller model that may fail in the same way."""',
        f"FORMATS = ({format!r},)\nOBSERVE = {tuple(observe)!r}",
        "import numpy as np",
    ]
    return "\n\n".join([*head, *map("\n".join, functions)]) + "\n"


def _seed_once(saver: Side) -> list[str]:
    """On the saving side only: the loading one may not have the function."""
    return ['if __name__ == "saving_script":', *_indented(saver.seed())]


def plain(spec: Spec, format: str, saver: Side, loader: Side, story: Story) -> str:
    """The plain Keras script: `save` in one environment, then `load` in the other, which exits with 1 if it fails."""
    seen = _seen(spec, story.observations)
    made = [*source.model(spec), *source.compiling(spec)]
    rebuilt = format in REBUILT
    lines = [
        *_docstring(saver, loader, story),
        "import sys",
        "import numpy as np",
        _DRAW,
        *source.inputs(spec),
        "",
        *([*_function("build()", [*made, "return model"]), ""] if rebuilt else []),
        *([*_function("seen(model)", seen), ""] if seen else []),
        'if sys.argv[1] == "save":',
        *_indented([*saver.imports(), *saver.seed(), *(["model = build()"] if rebuilt else made)]),
        *_indented(_saving(spec, format, saver, story.observations)),
        "else:",
        *_indented([*loader.imports(), *_loading(spec, format, story.observations)]),
    ]
    return "\n".join(lines) + "\n"


def _saving(spec: Spec, format: str, saver: Side, observations: Sequence[str]) -> Iterator[str]:
    if spec.steps or _asks_targets(observations):
        yield source.targets(spec)
    if spec.steps:
        yield from (f"for _ in range({spec.steps}):", "    model.train_on_batch(x, y)")
    yield from _save(format, saver)
    if observations:
        yield 'np.save("seen.npy", seen(model))'


def _loading(spec: Spec, format: str, observations: Sequence[str]) -> Iterator[str]:
    yield from _LOAD[format]
    if not observations:
        yield from ("model.predict(x)", 'print("it loads and predicts")')
        return
    if _asks_targets(observations):
        yield source.targets(spec)
    yield from _COMPARE.splitlines()


def _asks_targets(observations: Sequence[str]) -> bool:
    return not {"metrics", "resume"}.isdisjoint(observations)


def _docstring(saver: Side, loader: Side, story: Story) -> list[str]:
    told = [
        story.title,
        "",
        f"python repro.py save    # {saver.versions}",
        f"python repro.py load    # {loader.versions}",
        "",
        *textwrap.wrap(f"Expected: {story.expected}", _WIDTH),
        *textwrap.wrap(textwrap.shorten(f"Actual: {story.actual}", 2 * _WIDTH), _WIDTH),
    ]
    safe = [line.replace("\\", "/").replace('"""', "'''") for line in told]
    return [f'"""{safe[0]}', *safe[1:-1], f'{safe[-1]}"""']


def _save(format: str, saver: Side) -> tuple[str, ...]:
    """How the format is written; TensorFlow 2.12 has to be asked for the zip file."""
    release = _release(saver.runtime["versions"].get("keras", ""))
    if format == "keras" and release[:2] == (2, 12):
        return ('model.save("model.keras", save_format="keras_v3")',)
    return _SAVE[format]


def _seen(spec: Spec, observations: Sequence[str]) -> list[str]:
    """The body of a function that returns what both sides look at, as one array."""
    expressions = [_SEEN[name] for name in observations]
    lists = [name in ("weights",) or (name == "predictions" and len(spec.outputs) > 1) for name in observations]
    parts = [f"*map(np.ravel, {each})" if several else each for each, several in zip(expressions, lists, strict=True)]
    if not parts:
        return []
    whole = f"np.hstack([{', '.join(parts)}])" if len(parts) > 1 or any(lists) else f"np.array({parts[0]})"
    return [*(_STATE.splitlines() if "optimizer" in observations else []), f"return {whole}"]


def _function(head: str, body: Iterable[str]) -> list[str]:
    return [f"def {head}:", *_indented(body)]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _release(version: str) -> tuple[int, ...]:
    numbers = []
    for part in version.split("-")[0].split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)

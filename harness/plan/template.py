"""A first scenario that runs, for you to change into your own."""

from __future__ import annotations

import keyword
import pathlib

from harness.errors import UsageError

_TEXT = '''"""{title}: say in one line what is saved.

Say here what the scenario probes, and where the claim comes from. docs/scenarios.md lists what else it can define.
"""

FORMATS = ("h5", "keras")


def build(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(1)])


def data(rng):
    x = rng.rand(16, 4).astype("float32")
    return x, x.sum(axis=1, keepdims=True)
'''


def write(name: str, folder: pathlib.Path) -> pathlib.Path:
    """Write `folder/name.py`. Raises UsageError if the name is invalid or taken."""
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise UsageError(
            f"{name!r} is not a valid name for a scenario", "use letters, digits and underscores: my_model"
        )
    path = folder / f"{name}.py"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(_TEXT.format(title=name.replace("_", " ").capitalize()))
    except FileExistsError as error:
        if path.exists():
            raise UsageError(f"{path}: this scenario already exists", "choose another name") from error
        raise UsageError(
            f"{folder}: a file of this name is in the way", "choose another folder: --scenarios DIR"
        ) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error}", "choose another folder: --scenarios DIR") from error
    return path

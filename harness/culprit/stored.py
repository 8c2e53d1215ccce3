"""Reads the model of an artifact and what it was fed, without Keras."""

from __future__ import annotations

import json
import pathlib
import zipfile
from collections.abc import Callable
from typing import Any

import numpy

from harness import inspect
from harness.culprit.reading import spec_of
from harness.culprit.spec import Sample, Spec, UnwritableError
from harness.inspect import files
from harness.worker import protocol

# What holds an architecture, first what says most.
_READERS: dict[str, Callable[[pathlib.Path], files.Content]] = {
    "savedmodel": files.savedmodel,
    "zip": files.keras_zip,
    "json": files.json_text,
    "hdf5": files.hdf5,
}


def stored_spec(artifact: pathlib.Path) -> Spec:
    """The model in an artifact. Raises UnwritableError."""
    content = _content(artifact / protocol.ARTIFACT)
    if content.configuration is None:
        raise UnwritableError("the file holds no configuration")
    samples, count = _samples(artifact / protocol.INPUTS)
    return spec_of(content.configuration, content.training, samples, count)


def _content(folder: pathlib.Path) -> files.Content:
    try:
        kinds = {inspect.kind_of(path): path for path in sorted(folder.iterdir())}
        for kind, reader in _READERS.items():
            if kind in kinds:
                return reader(kinds[kind])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UnwritableError(f"the file cannot be read: {error}") from error
    return files.nothing(folder)


def _samples(path: pathlib.Path) -> tuple[dict[str, Sample] | list[Sample], int]:
    """What the saving side fed its model: by position, or by name if it was a dict; and how many samples."""
    try:
        with numpy.load(path, allow_pickle=False) as stored:
            kind = json.loads(str(stored["kind_x"]))
            arrays = {name.removeprefix("x/"): stored[name] for name in stored.files if name.startswith("x/")}
    except (OSError, ValueError, KeyError) as error:
        raise UnwritableError("it is not known any more what the model was fed") from error
    found = {name: _sample(array) for name, array in arrays.items()}
    count = max((len(array) for array in arrays.values() if array.ndim), default=0)
    return (found if isinstance(kind, dict) else list(found.values())), count


def _sample(array: numpy.ndarray[Any, Any]) -> Sample:
    """How to draw numbers like these."""
    if array.dtype.kind not in "iuf" or not array.size:
        raise UnwritableError("the model is fed with words")
    low, high = float(array.min()), float(array.max())
    dims, dtype = tuple(array.shape[1:]), str(array.dtype)
    if array.dtype.kind in "iu" or (array == numpy.round(array)).all():
        return Sample(dims=dims, kind="integers", low=low, high=high, dtype=dtype)
    if low >= 0:
        return Sample(dims=dims, kind="uniform", high=float(f"{max(high, 1.0):.1g}"), dtype=dtype)
    return Sample(dims=dims, kind="normal", high=float(f"{array.std():.1g}"), dtype=dtype)

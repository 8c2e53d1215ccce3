"""Reads the static facts of an artifact from its files, without Keras and without executing anything in them.

Files are not trusted: what breaks a reader becomes the fact `unreadable`.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy

from harness.inspect import arrays, files
from harness.inspect.configuration import facts_of

_SIGNATURES = {b"\x89HDF\r\n\x1a\n": "hdf5", b"PK\x03\x04": "zip"}
_READERS: dict[str, Callable[[pathlib.Path], files.Content]] = {
    "hdf5": files.hdf5,
    "zip": files.keras_zip,
    "savedmodel": files.savedmodel,
    "json": files.json_text,
    "checkpoint": files.nothing,
    "other": files.nothing,
}


def facts(
    folder: pathlib.Path, weights: Mapping[str, numpy.ndarray[Any, Any]] = MappingProxyType({})
) -> dict[str, Any]:
    """The facts of one artifact, as in results.json (its schema describes each).

    `kind` is what the main file really is, whatever its name: "hdf5", "zip", "savedmodel", "checkpoint", "json" or
    "other". `weights` are the arrays of the model that was saved, by item; none where they were not observed.
    Never raises for what the files contain.
    """
    main, kind = _main(folder)
    try:
        content = _READERS[kind](main)
        counts = {"weights": content.weights, "optimizer_arrays": content.optimizer_arrays}
        return {
            "kind": kind,
            "keras_version": content.keras_version,
            "backend": content.backend,
            **{name: count for name, count in counts.items() if count is not None},
            **({"types": list(content.types)} if content.types else {}),
            **facts_of(content.configuration, content.training),
            **(arrays.held(folder, weights) if weights else {}),
        }
    except Exception as error:  # a file from anywhere may break a reader in any way
        return {"kind": kind, "unreadable": f"{type(error).__name__}: {error}"}


def kind_of(path: pathlib.Path) -> str:
    """The kind of one file or folder, by its content."""
    if path.is_dir():
        if (path / "saved_model.pb").is_file() or (path / "saved_model.pbtxt").is_file():
            return "savedmodel"
        return "checkpoint" if any(path.glob("*.index")) else "other"
    with path.open("rb") as stream:
        begin = stream.read(8)
    for signature, kind in _SIGNATURES.items():
        if begin.startswith(signature):
            return kind
    return "json" if begin.lstrip()[:1] in (b"{", b'"') else "other"


def _main(folder: pathlib.Path) -> tuple[pathlib.Path, str]:
    """The file that says most about the model: an architecture before weights."""
    kinds = {path: kind_of(path) for path in sorted(folder.iterdir())}
    order = ("savedmodel", "zip", "json", "hdf5", "checkpoint", "other")
    return min(kinds.items(), key=lambda item: order.index(item[1]), default=(folder, "other"))

"""Reads each file format: the stored configuration, and which Keras wrote it, as plain data."""

from __future__ import annotations

import dataclasses
import io
import json
import pathlib
import re
import zipfile
from typing import Any

_JSON_IN_BYTES = re.compile(rb'\{"[^\x00-\x08\x0e-\x1f]{2,}\}')


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """The content of a file; `configuration` and `training` (the compile arguments) are parsed JSON or None."""

    keras_version: str = ""
    backend: str = ""
    configuration: Any = None
    training: Any = None
    weights: int = 0


def hdf5(path: pathlib.Path) -> Content:
    """A whole model or weights in HDF5, of any Keras. Raises what h5py raises."""
    import h5py

    with h5py.File(path, "r") as stream:
        root = stream.get("model_weights", stream)
        attributes = {**dict(root.attrs), **dict(stream.attrs)}
        return Content(
            keras_version=_text(attributes.get("keras_version")),
            backend=_text(attributes.get("backend")),
            configuration=_parsed(attributes.get("model_config")),
            training=_parsed(attributes.get("training_config")),
            weights=_arrays(root),
        )


def keras_zip(path: pathlib.Path) -> Content:
    """The zip file `.keras`. Raises what zipfile, json and h5py raise."""
    import h5py

    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "config.json" not in names:
            return Content()  # a zip of something else
        metadata = json.loads(archive.read("metadata.json")) if "metadata.json" in names else {}
        configuration = json.loads(archive.read("config.json"))
        weights = 0
        if "model.weights.h5" in names:
            with h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r") as stream:
                weights = sum(_arrays(group) for name, group in stream.items() if name != "optimizer")
    return Content(
        keras_version=str(metadata.get("keras_version", "")),
        configuration=configuration,
        training=configuration.get("compile_config"),
        weights=weights,
    )


def json_text(path: pathlib.Path) -> Content:
    """An architecture as `to_json()` wrote it. Raises ValueError."""
    configuration = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(configuration, str):  # JSON inside JSON, as some programs write it
        configuration = json.loads(configuration)
    return Content(
        keras_version=str(configuration.get("keras_version", "")),
        backend=str(configuration.get("backend", "")),
        configuration=configuration,
    )


def savedmodel(path: pathlib.Path) -> Content:
    """A SavedModel: the JSON that Keras left in its protocol buffers, found without knowing their schema."""
    configurations = []
    for name in ("keras_metadata.pb", "saved_model.pb"):
        file = path / name
        if file.is_file():
            parsed = map(_parsed, _JSON_IN_BYTES.findall(file.read_bytes()))
            configurations += [configuration for configuration in parsed if configuration]
    version = next((str(each["keras_version"]) for each in configurations if each.get("keras_version")), "")
    training = next((each["training_config"] for each in configurations if each.get("training_config")), None)
    return Content(keras_version=version, backend="tensorflow", configuration=configurations, training=training)


def nothing(_: pathlib.Path) -> Content:
    """Files that say nothing without the program that wrote them."""
    return Content()


def _arrays(group: Any) -> int:
    import h5py

    count = 0

    def visit(_: str, item: Any) -> None:
        nonlocal count
        count += isinstance(item, h5py.Dataset)

    group.visititems(visit)
    return count


def _parsed(text: Any) -> Any:
    try:
        value = json.loads(_text(text)) if text is not None else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")

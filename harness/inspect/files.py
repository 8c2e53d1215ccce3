"""Reads each file format: the stored configuration, and which Keras wrote it, as plain data."""

from __future__ import annotations

import dataclasses
import io
import json
import pathlib
import re
import zipfile
from collections.abc import Callable
from typing import Any

_JSON_IN_BYTES = re.compile(rb'\{"[^\x00-\x08\x0e-\x1f]{2,}\}')


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """The content of a file; `configuration` and `training` (the compile arguments) are parsed JSON or None.

    `weights` and `optimizer_arrays` are numbers of arrays, None where the format does not tell; `types` are those of
    the weights.
    """

    keras_version: str = ""
    backend: str = ""
    configuration: Any = None
    training: Any = None
    weights: int | None = None
    types: tuple[str, ...] = ()
    optimizer_arrays: int | None = None


def hdf5(path: pathlib.Path) -> Content:
    """A whole model or weights in HDF5, of any Keras. Raises what h5py raises."""
    import h5py

    with h5py.File(path, "r") as stream:
        root = stream.get("model_weights", stream)
        attributes = {**dict(root.attrs), **dict(stream.attrs)}
        weights, optimizer_arrays = _counts(stream)
        types = _types(root)
        return Content(
            keras_version=_text(attributes.get("keras_version")),
            backend=_text(attributes.get("backend")),
            configuration=_parsed(attributes.get("model_config")),
            training=_parsed(attributes.get("training_config")),
            weights=weights,
            types=types,
            optimizer_arrays=optimizer_arrays,
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
        types: tuple[str, ...] = ()
        weights, optimizer_arrays = 0, 0
        if "model.weights.h5" in names:
            with h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r") as stream:
                weights, optimizer_arrays = _counts(stream)
                types = _types(stream)
    return Content(
        keras_version=str(metadata.get("keras_version", "")),
        configuration=configuration,
        training=configuration.get("compile_config"),
        weights=weights,
        types=types,
        optimizer_arrays=optimizer_arrays,
    )


def json_text(path: pathlib.Path) -> Content:
    """An architecture as `to_json()` wrote it; its weights lie beside it. Raises ValueError and what h5py raises."""
    import h5py

    configuration = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(configuration, str):  # JSON inside JSON, as some programs write it
        configuration = json.loads(configuration)
    counts = []
    for file in path.parent.iterdir():
        if file.is_file() and h5py.is_hdf5(file):
            with h5py.File(file, "r") as stream:
                counts.append(_counts(stream))
    return Content(
        keras_version=str(configuration.get("keras_version", "")),
        backend=str(configuration.get("backend", "")),
        configuration=configuration,
        weights=sum(weights for weights, _ in counts) if counts else None,
        optimizer_arrays=sum(arrays for _, arrays in counts) if counts else None,
    )


def savedmodel(path: pathlib.Path) -> Content:
    """A SavedModel: the JSON that Keras left in its protocol buffers, found without knowing their schema."""
    configurations = []
    for name in ("keras_metadata.pb", "saved_model.pb"):
        file = path / name
        if file.is_file():
            texts = _JSON_IN_BYTES.findall(file.read_bytes())
            configurations += [parsed for text in texts if (parsed := _parsed(text, _said_once))]
    version = next((str(each["keras_version"]) for each in configurations if each.get("keras_version")), "")
    training = next((each["training_config"] for each in configurations if each.get("training_config")), None)
    return Content(keras_version=version, backend="tensorflow", configuration=configurations, training=training)


def nothing(_: pathlib.Path) -> Content:
    """Files that say nothing without the program that wrote them."""
    return Content()


def _counts(stream: Any) -> tuple[int, int]:
    """How many arrays of the model, and of its optimizer, are in an HDF5 file of any layout.

    A whole model has a group for each. `.weights.h5` has the optimizer and metrics beside the layers. The old layout
    of weights alone has nothing but layers, one of which may be called "optimizer".
    """
    if "model_weights" in stream:
        optimizer = stream.get("optimizer_weights")
        return len(_arrays(stream["model_weights"])), 0 if optimizer is None else len(_arrays(optimizer))
    groups = [path.split("/")[0] for path in _arrays(stream)]
    if any(name.startswith("layer_names") for name in stream.attrs):  # many names are in layer_names0, layer_names1 ...
        return len(groups), 0
    optimizer_arrays = groups.count("optimizer")
    return len(groups) - optimizer_arrays - groups.count("metrics"), optimizer_arrays


def _types(group: Any) -> tuple[str, ...]:
    """The types of the arrays in an HDF5 group, without those of an optimizer."""
    return tuple(sorted({str(group[path].dtype) for path in _arrays(group) if not path.startswith("optimizer")}))


def _arrays(group: Any) -> list[str]:
    """The paths of all arrays in an HDF5 group."""
    import h5py

    paths: list[str] = []

    def visit(path: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            paths.append(path)

    group.visititems(visit)
    return paths


def _said_once(entry: dict[str, Any]) -> dict[str, Any]:
    """Without the model's configuration once more, and without numbers that one of two copies of an object has."""
    again = ("model_config", "shared_object_id") if "config" in entry else ()
    return {key: value for key, value in entry.items() if key not in again}


def _parsed(text: Any, changed: Callable[[dict[str, Any]], dict[str, Any]] | None = None) -> Any:
    try:
        value = json.loads(_text(text), object_hook=changed) if text is not None else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")

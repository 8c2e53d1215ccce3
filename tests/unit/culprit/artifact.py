"""Artifacts as a save leaves them: an HDF5 file with a configuration, and what the model was fed."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import h5py
import numpy

from harness.worker import protocol

FED = numpy.linspace(0, 1, 64, dtype="float32").reshape(16, 4)


def model(*kinds: str) -> Any:
    """The configuration of a Sequential of such layers."""
    layers: list[Any] = [
        {"class_name": kind, "config": {"name": f"{kind.lower()}_{at}", "units": 8}} for at, kind in enumerate(kinds)
    ]
    layers[0]["config"]["batch_input_shape"] = [None, 4]
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}}


def write(folder: pathlib.Path, configuration: Any, fed: Any = FED, training: Any = None) -> pathlib.Path:
    """An artifact with this configuration; `fed` is an array or a dict of arrays."""
    (folder / protocol.ARTIFACT).mkdir(parents=True)
    with h5py.File(folder / protocol.ARTIFACT / "model.h5", "w") as stream:
        if configuration:
            stream.attrs["model_config"] = json.dumps(configuration)
        if training:
            stream.attrs["training_config"] = json.dumps(training)
    named = fed if isinstance(fed, dict) else {"": fed}
    kind = dict.fromkeys(named, "array") if isinstance(fed, dict) else "array"
    arrays = {f"x/{name}": array for name, array in named.items()}
    numpy.savez(folder / protocol.INPUTS, kind_x=numpy.array(json.dumps(kind)), **arrays)
    return folder

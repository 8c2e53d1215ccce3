"""Copies of an artifact in which the configuration, the compile arguments or the weights are others.

Constraints: Python 3.6 syntax, the environment's own h5py.
"""

import io
import json
import os
import re
import shutil
import zipfile

import numpy

from ..remedies import configuration

AS_STORED = object()
_WEIGHTS_IN_ZIP = "model.weights.h5"


class Stored(object):
    """What a file says of a model: `model` is its architecture, `training` its compile arguments or None."""

    def __init__(self, artifact, path):
        self._artifact = artifact
        self._inside = os.path.relpath(path, artifact)
        self._kind = _kind(path)
        texts = [json.loads(text) for text in configuration.texts(path)]
        self.model = texts[0]
        if isinstance(self.model, str):  # JSON inside JSON
            self.model = json.loads(self.model)
        self.training = self.model.pop("compile_config", None) if self._kind == "zip" else None
        if self._kind == "hdf5" and len(texts) > 1:
            self.training = texts[1]

    @classmethod
    def of(cls, run):
        """What the artifact of a run says; None if it has no configuration as JSON."""
        path = run.format.path(run.artifact)
        if os.path.isdir(path):
            return None
        names = sorted(os.listdir(run.artifact)) if os.path.isdir(run.artifact) else []
        for each in [path] + [os.path.join(run.artifact, name) for name in names]:
            if os.path.isfile(each) and _kind(each) and configuration.architecture(each) is not None:
                return cls(run.artifact, each)
        return None

    @property
    def zipped(self):
        """Whether it is a `.keras` file, where every object says its module."""
        return self._kind == "zip"

    def write(self, folder, model=AS_STORED, training=AS_STORED, weights=True):
        """Copy the artifact into a folder with another model or training (None for none), or without weights."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._artifact, folder)
        path = os.path.join(folder, self._inside)
        model = self.model if model is AS_STORED else model
        training = self.training if training is AS_STORED else training
        {"zip": _write_zip, "hdf5": _write_hdf5, "json": _write_json}[self._kind](path, model, training, weights)


def _kind(path):
    if zipfile.is_zipfile(path):
        return "zip"
    with io.open(path, "rb") as stream:
        begin = stream.read(4)
    return "hdf5" if begin == b"\x89HDF" else "json" if begin[:1] in (b"{", b'"') else ""


def _write_zip(path, model, training, weights):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = dict(model)
    if training is not None:
        content["compile_config"] = training
    parts["config.json"] = json.dumps(content).encode("utf-8")
    if not weights:
        parts[_WEIGHTS_IN_ZIP] = _empty_hdf5(path + ".empty")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _write_hdf5(path, model, training, weights):
    import h5py

    with h5py.File(path, "r+") as stream:
        stream.attrs["model_config"] = json.dumps(model).encode("utf-8")
        if training is not None:
            stream.attrs["training_config"] = json.dumps(training).encode("utf-8")
        elif "training_config" in stream.attrs:
            del stream.attrs["training_config"]
        if not weights:
            _without_weights(stream)


def _write_json(path, model, training, weights):
    with io.open(path, "w", encoding="utf-8") as stream:
        stream.write(u"" + json.dumps(model))


def _without_weights(stream):
    root = stream.get("model_weights", stream)
    for name in list(root):
        del root[name]
    for name in [name for name in root.attrs if re.match(r"layer_names\d*$", name)]:
        del root.attrs[name]
    root.attrs["layer_names"] = numpy.array([], dtype="S1")
    if "optimizer_weights" in stream:
        del stream["optimizer_weights"]


def _empty_hdf5(path):
    import h5py

    with h5py.File(path, "w") as stream:
        stream.create_group("layers")
    with io.open(path, "rb") as stream:
        content = stream.read()
    os.remove(path)
    return content

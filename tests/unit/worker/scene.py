"""A loading side for remedies: an artifact, a script, and a Keras that writes down what is done to it."""

from __future__ import annotations

import json
import pathlib
import types
import zipfile
from typing import Any

import h5py
import numpy

from harness.worker import protocol, remedies
from harness.worker.cell import Run
from harness.worker.keras_api import Api
from tests.unit import made

NOT_HERE = "^could not be tried here: "
OLD = {"runtime": {"id": "old", "keras": "keras", "v1": False, "backend": None}, "versions": {"keras": "2.2.4"}}
NEW = {"runtime": {"id": "new", "keras": "keras", "v1": False, "backend": None}, "versions": {"keras": "3.7"}}
BUILD = "def build(keras):\n    return keras.made(keras)\n\n\ndef data(rng):\n    return rng.rand(4, 2), None\n\n\n"


class Layer:
    """A layer that can be frozen and renewed."""

    def __init__(self, name: str, story: list[str], *layers: Layer) -> None:
        self.name, self.story, self.layers, self.weights, self.trainable = name, story, layers, [1], True

    def finalize_state(self) -> None:
        """Compute anew."""
        self.story.append(f"finalize {self.name}")


class Model:
    """A model that tells what happens to it."""

    def __init__(self, story: list[str], *layers: Any) -> None:
        self.story, self.layers, self.weights, self.trainable_variables = story, layers, [1], [1]
        self.optimizer: Any = None
        self.frozen: list[str] = []

    def compile(self, **how: Any) -> None:
        """Take an optimizer."""
        self.story.append(f"compile {how['optimizer']}" if "loss" not in how else "compile as in the script")
        self.optimizer = types.SimpleNamespace(build=lambda variables: self.story.append("build optimizer"))

    def predict(self, x: Any, verbose: int = 0) -> Any:
        """Answer."""
        self.story.append("ask")
        return x

    def quantize(self, mode: str) -> None:
        """Round the weights."""
        self.story.append(f"quantize {mode}")

    def load_weights(self, path: str, **how: Any) -> None:
        """Load the weights."""
        self.frozen = [inner.name for layer in self.layers for inner in (layer, *layer.layers) if not inner.trainable]
        self.story.append(f"load {pathlib.Path(path).name}")


class Scene:
    """A run of the loading side, with a Keras that writes down what is done to it."""

    def __init__(self, folder: pathlib.Path, api: Api) -> None:
        self.folder, self.api = folder, api
        self.story: list[str] = []
        self.asked: dict[str, Any] = {}
        self.artifact = folder / protocol.ARTIFACT
        self.artifact.mkdir()
        inputs: dict[str, Any] = {"kind_x": json.dumps("array"), "kind_y": json.dumps("none"), "x/": [1.0]}
        numpy.savez(folder / protocol.INPUTS, **inputs)
        self.layers: list[Layer] = [Layer("only", self.story)]

        def load_model(path: str, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True) -> Model:
            self.asked |= {"custom_objects": custom_objects, "compile": compile, "safe_mode": safe_mode}
            self.story.append(f"load_model {pathlib.Path(path).name}")
            return self.model(None)

        self.known: dict[str, Any] = {}
        api.keras.made = self.model
        api.keras.models.load_model = load_model
        api.keras.utils.get_custom_objects = lambda: self.known

    def model(self, keras: Any) -> Model:
        """A model."""
        return Model(self.story, *self.layers)

    def hdf5(self, name: str, config: Any = None, old: bool = True) -> None:
        """A file in the artifact, with a configuration."""
        with h5py.File(self.artifact / name, "w") as stream:
            if old:
                stream.attrs["layer_names"] = [b"only"]
                stream.create_group("only").attrs["weight_names"] = numpy.array([], "S")
            if config is not None:
                stream.attrs["model_config"] = json.dumps(config)

    def zip(self, name: str, config: Any = None) -> None:
        """A zip file in the artifact, with a configuration."""
        with zipfile.ZipFile(self.artifact / name, "w") as archive:
            archive.writestr("config.json", json.dumps(config or {}))
            archive.writestr("model.weights.h5", b"")

    def load(self, remedy: str, text: str = "", format: str = "h5", saver: Any = NEW) -> Any:
        """The model that a remedy gives."""
        script = made.written(
            self.folder, "case", f'"""A title."""\n\n\n{text if "def build" in text else BUILD + text}'
        )
        request = {
            "stage": "load",
            "scenario": str(script),
            "format": format,
            "parameters": {},
            "folder": str(self.folder),
            "runtime": self.api.runtime,
            "remedy": remedy,
            "saver": saver,
        }
        run = Run(request, self.api)
        run.open_script()
        function: Any = remedies.ALL[remedy]
        return function(run)

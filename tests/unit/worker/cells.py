"""Saves and loads of one script from request to answer, with the made-up Keras in this very process."""

from __future__ import annotations

import io
import json
import pathlib
import shutil
from typing import Any

import numpy

from harness.model import Difference
from harness.results.compare import compare
from harness.worker import cell, protocol
from harness.worker.keras_api import Api
from tests.unit import made

BUILD = '"""A title."""\n\n\ndef build(keras):\n    return keras.Sequential([keras.layers.Dense(2, 3)])\n\n\n'
DATA = "def data(rng):\n    return rng.rand(4, 2), rng.rand(4, 3)\n\n\n"
LEAST = BUILD + DATA
OWN = LEAST + (
    "def save(model, path):\n    model.save(path + '.mine')\n\n\n"
    "def load(keras, path):\n    return keras.models.load_model(path + '.mine')\n"
)


class Cells:
    """Saves and loads of one script in a folder of its own."""

    def __init__(self, folder: pathlib.Path, api: Api) -> None:
        self.folder = folder
        self.api = api
        self.places = 0

    def save(self, text: str = LEAST, format: str = "h5", **parameters: Any) -> dict[str, Any]:
        """The answer of a save."""
        self.last = made.written(self.folder, "case", text)
        return self._carry_out("save", format, parameters)

    def load(self, text: str | None = None, format: str = "h5", **parameters: Any) -> dict[str, Any]:
        """The answer of a load of what was saved last."""
        if text is not None:
            made.written(self.folder, "case", text)
        saved, place = self.place, self.folder / f"load{self.places}"
        place.mkdir()
        shutil.copytree(saved / protocol.ARTIFACT, place / protocol.ARTIFACT)
        shutil.copy(saved / protocol.INPUTS, place)
        return self._carry_out("load", format, parameters, place)

    def array(self, answer: dict[str, Any], observation: str, item: str = "0") -> Any:
        """An array that the last cell observed."""
        told = dict(dict(answer["observations"])[observation])
        with numpy.load(self.at / protocol.ARRAYS, allow_pickle=False) as stored:
            return stored[told[item]["array"]]

    def differences(self) -> tuple[Difference, ...]:
        """What the host makes of the last save and the last load."""
        return compare(_observations(self.place), _observations(self.at))

    def _carry_out(
        self, stage: str, format: str, parameters: dict[str, Any], at: pathlib.Path | None = None
    ) -> dict[str, Any]:
        self.places += 1
        self.at = at or self.folder / f"save{self.places}"
        self.at.mkdir(exist_ok=True)
        if stage == "save":
            self.place = self.at
        request = {
            "protocol": protocol.VERSION,
            "stage": stage,
            "runtime": self.api.runtime,
            "scenario": str(self.last),
            "format": format,
            "parameters": parameters,
            "folder": str(self.at),
            "answer": str(self.at / "answer.json"),
            "memory": None,
            "seconds": None,
        }
        cell.carry_out(request, self.api)
        answer: dict[str, Any] = json.loads((self.at / "answer.json").read_text())
        return answer


def _observations(at: pathlib.Path) -> dict[str, dict[str, Any]]:
    answer = json.loads((at / "answer.json").read_text())
    with numpy.load(at / protocol.ARRAYS, allow_pickle=False) as stored:
        return {
            name: {item: stored[told["array"]] if "array" in told else told["text"] for item, told in items}
            for name, items in answer["observations"]
        }


def observed(answer: dict[str, Any]) -> list[str]:
    """The names of its observations."""
    return [name for name, _ in answer["observations"]]


def texts(answer: dict[str, Any], observation: str) -> dict[str, str]:
    """The items of an observation that are texts."""
    told = dict(dict(answer["observations"])[observation])
    return {item: value["text"] for item, value in told.items() if "text" in value}


def through_a_file(arrays: dict[str, Any]) -> dict[str, Any]:
    """The arrays as the loading side reads them."""
    stream = io.BytesIO()
    numpy.savez(stream, **{f"x/{name}": value for name, value in arrays.items()})
    stream.seek(0)
    with numpy.load(stream, allow_pickle=False) as stored:
        return {name.partition("/")[2]: stored[name] for name in stored.files}

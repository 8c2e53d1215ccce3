"""The stage `locate` of a worker from request to answer, with the made-up Keras in this very process."""

from __future__ import annotations

import json
import pathlib
import shutil
from typing import Any

import pytest

from harness.worker import cell, protocol
from harness.worker.keras_api import Api
from tests.unit import made
from tests.unit.worker import cells as scripts
from tests.unit.worker.cells import Cells

REFUSING = "\n\ndef load(path):\n    raise ValueError('no such thing')\n"
STUBBORN = "\n\ndef load(path):\n    import time\n    while True:\n        time.sleep(0.01)\n"


@pytest.fixture
def cells(tmp_path: pathlib.Path, api: Api) -> Cells:
    """Cells on the made-up Keras."""
    return Cells(tmp_path, api)


def located(cells: Cells, more: str = "", budget: float = 20.0, **told: Any) -> Any:
    """The finding on a file that was saved and is loaded by the script with more in it."""
    cells.save(scripts.LEAST)
    script = made.written(cells.folder, "case", scripts.LEAST + more)
    folder = cells.folder / "locate"
    folder.mkdir()
    shutil.copytree(cells.place / protocol.ARTIFACT, folder / protocol.ARTIFACT)
    shutil.copy(cells.place / protocol.INPUTS, folder)
    failing = {"verdict": "refused", "step": "load", "type": "ValueError", "message": "", "observations": [], **told}
    (folder / "saved.json").write_text(json.dumps(failing))
    (folder / "saved.npz").write_bytes((cells.place / protocol.ARRAYS).read_bytes())
    request = {
        "protocol": protocol.VERSION,
        "stage": protocol.LOCATE,
        "runtime": cells.api.runtime,
        "scenario": str(script),
        "format": "h5",
        "parameters": {},
        "folder": str(folder),
        "answer": str(folder / "answer.json"),
        "memory": None,
        "seconds": None,
        "budget": budget,
    }
    cell.carry_out(request, cells.api)
    answer = json.loads((folder / "answer.json").read_text())
    assert protocol.DONE == answer["outcome"], answer["failure"]
    (finding,) = answer["findings"]
    return finding


def test_a_file_that_cannot_be_taken_apart(cells: Cells) -> None:
    found = located(cells, REFUSING)
    assert ("model", "file", "ValueError: no such thing") == (found["part"], found["how"], found["message"])
    assert found["seconds"] < 10


def test_what_does_not_fail_again(cells: Cells) -> None:
    assert "gone" == located(cells)["how"]


def test_what_never_ends_is_ended_by_the_budget(cells: Cells) -> None:
    found = located(cells, STUBBORN, budget=0.5)
    assert ("model", "late") == (found["part"], found["how"])
    assert found["seconds"] < 5


def test_the_same_predictions_are_not_a_change(cells: Cells) -> None:
    assert "gone" == located(cells, verdict="changed", step="observe predictions")["how"]

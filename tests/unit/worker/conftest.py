"""The worker's parts inside this process, with the made-up Keras; what executing a scenario leaves behind is undone."""

from __future__ import annotations

import importlib
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from harness.worker.keras_api import Api
from tests.unit import made
from tests.unit.worker.cells import Cells


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The made-up Keras, switched on."""
    monkeypatch.syspath_prepend(str(made.KERAS))
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    keras: Any = importlib.import_module("keras")
    yield Api(keras, None, made.runtime("made").settings())
    sys.modules.pop("keras", None)


@pytest.fixture
def cells(tmp_path: pathlib.Path, api: Api) -> Cells:
    """Cells on the made-up Keras."""
    return Cells(tmp_path, api)


@pytest.fixture(autouse=True)
def _undone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget the modules and paths of scenarios."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in ("saving_script", "loading_script", *(set(sys.modules) - before)):
        if name.endswith("_script") or name.startswith("beside"):
            sys.modules.pop(name, None)

"""How each file format is asked for."""

from __future__ import annotations

import pathlib
import types
from typing import Any

import pytest

from harness.worker import formats
from harness.worker.keras_api import Api


@pytest.mark.parametrize(
    ("version", "asked"), [("2.12.0", {"save_format": "keras_v3"}), ("2.13.1", {}), ("3.0.0", {})], ids=str
)
def test_the_zip_is_asked_for_where_its_name_is_not_enough(api: Api, version: str, asked: dict[str, str]) -> None:
    """TensorFlow 2.12 writes HDF5 under the name .keras otherwise."""
    seen: dict[str, Any] = {}
    api.keras.__version__ = version
    model = types.SimpleNamespace(save=lambda path, **options: seen.update(options))
    formats.KerasZip().save(api, model, "folder")
    assert asked == seen


def test_a_format_of_a_scenarios_own_carries_nothing_that_could_be_missed() -> None:
    """The harness knows only where it lies, and cannot write or read it."""
    own: Any = formats.ALL["own"]
    assert (frozenset(), "model.own") == (own.carries, pathlib.Path(own.path("folder")).name)
    with pytest.raises(NotImplementedError):
        own.save(None, None, "folder")
    with pytest.raises(NotImplementedError):
        own.load(None, None, "folder")

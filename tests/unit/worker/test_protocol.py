"""What host and worker agree on, and JSON files that are there whole or not at all."""

from __future__ import annotations

import json
import pathlib

import pytest

from harness.model import Outcome, Stage
from harness.worker import formats, protocol


@pytest.mark.parametrize("value", [{}, {"ü": ["\ud800", None, 1.5, True]}, {"nan": float("inf")}, []])
def test_what_is_written_is_read(tmp_path: pathlib.Path, value: object) -> None:
    """Any text and any number."""
    protocol.write_json(str(tmp_path / "answer.json"), value)
    assert value == protocol.read_json(str(tmp_path / "answer.json"))
    assert ["answer.json"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("content", [None, b"", b'{"outcome": "do', b"\xff\xfe", b"{}{}"])
def test_what_is_not_there_or_cut_short_is_nothing(tmp_path: pathlib.Path, content: bytes | None) -> None:
    """A worker that was killed as it wrote gave no answer."""
    path = tmp_path / "answer.json"
    if content is not None:
        path.write_bytes(content)
    assert None is protocol.read_json(str(path))


def test_an_earlier_answer_stands_when_the_next_cannot_be_written(tmp_path: pathlib.Path) -> None:
    """Replaced whole, never left half-written."""
    path = tmp_path / "answer.json"
    protocol.write_json(str(path), {"first": 1})
    with pytest.raises(TypeError):
        protocol.write_json(str(path), {"second": object()})
    assert {"first": 1} == json.loads(path.read_text())


def test_the_words_of_the_protocol_are_words_of_the_model() -> None:
    """Both sides mean the same by them."""
    assert {protocol.SAVE, protocol.LOAD} <= {str(stage) for stage in Stage}
    assert {protocol.DONE, protocol.RAISED, protocol.UNSUPPORTED, protocol.UNAVAILABLE} <= {
        str(outcome) for outcome in Outcome
    }


def test_every_format_that_a_scenario_can_name_is_one_that_the_worker_knows() -> None:
    """In two modules, since the host imports only one of them."""
    assert set(protocol.FORMATS) == set(formats.ALL)

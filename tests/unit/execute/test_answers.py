"""From how a worker ended and what it left behind to an attempt."""

from __future__ import annotations

import io
import json
import pathlib
from typing import Any

import numpy
import pytest

from harness.execute.answers import LOG_LIMIT, attempt_of
from harness.execute.process import End
from harness.model import Attempt, Failure, Outcome
from harness.worker import protocol
from tests.unit import made

ANSWER: dict[str, Any] = {
    "protocol": protocol.VERSION,
    "outcome": "done",
    "step": "save",
    "reason": "",
    "failure": None,
    "versions": {"keras": "3.0.0"},
    "notes": ["noted"],
    "seconds": {"build": 0.123456},
    "memory": 2**30,
    "observations": [
        ["predictions", [["0", {"array": "array0"}]]],
        ["metrics", [["0 name", {"text": "loss"}], ["0", {"array": "array1"}]]],
    ],
}
ARRAYS = {"array0": numpy.array([1.0]), "array1": numpy.array(0.5)}


def end(code: int | None = 0, signal: int | None = None, late: bool = False) -> End:
    """How a process ended after a second and a half."""
    return End(code=code, signal=signal, late=late, wall=1.5)


def attempt(
    folder: pathlib.Path, how: End, answer: Any = ANSWER, arrays: Any = ARRAYS, log: bytes = b"said\n"
) -> tuple[Attempt, dict[str, bytes]]:
    """The attempt of an end with these remains; None leaves a file out."""
    (folder / "log.txt").write_bytes(log)
    if answer is not None:
        (folder / "answer.json").write_text(answer if isinstance(answer, str) else json.dumps(answer))
    if isinstance(arrays, bytes):
        (folder / protocol.ARRAYS).write_bytes(arrays)
    elif arrays is not None:
        numpy.savez(folder / protocol.ARRAYS, **arrays)
    return attempt_of(how, folder, folder / "log.txt")


def test_an_answer_becomes_an_attempt(tmp_path: pathlib.Path) -> None:
    """With everything it tells; arrays by digest, each with its content."""
    result, arrays = attempt(tmp_path, end())
    assert (Outcome.DONE, "save", {"keras": "3.0.0"}, ("noted",), {"build": 0.1235}, 2**30, 1.5, "said\n", None) == (
        result.outcome,
        result.step,
        result.versions,
        result.notes,
        result.seconds,
        result.memory,
        result.wall,
        result.log,
        result.failure,
    )
    [[item, kind, digest]] = result.observations["predictions"]
    assert ("0", "array") == (item, kind)
    assert [1.0] == numpy.load(io.BytesIO(arrays[digest])).tolist()
    assert [["0 name", "text", "loss"], ["0", "array"]] == [
        result.observations["metrics"][0],
        result.observations["metrics"][1][:2],
    ]
    assert 2 == len(arrays)


@pytest.mark.parametrize("outcome", ["raised", "unsupported"])
def test_an_answer_that_is_not_done_keeps_what_was_observed_before(tmp_path: pathlib.Path, outcome: str) -> None:
    """And the exception, if there was one."""
    told: dict[str, Any] = {
        "type": "ValueError",
        "message": "no",
        "traceback": "...",
        "step": "load",
        "path": "/s.py",
        "line": 3,
    }
    result, _ = attempt(tmp_path, end(), {**ANSWER, "outcome": outcome, "reason": "ValueError: no", "failure": told})
    assert (Outcome(outcome), "ValueError: no", Failure(**told)) == (result.outcome, result.reason, result.failure)
    assert {"predictions", "metrics"} == set(result.observations)


@pytest.mark.parametrize(
    ("how", "outcome", "signal", "reason"),
    [
        (end(None, 11), Outcome.CRASHED, "SIGSEGV", "the process died by SIGSEGV (signal 11)"),
        (end(None, 6), Outcome.CRASHED, "SIGABRT", "the process died by SIGABRT (signal 6)"),
        (end(None, 99), Outcome.CRASHED, "signal 99", "the process died by signal 99 (signal 99)"),
        (end(None, 15, late=True), Outcome.TIMED_OUT, "", "no answer within 2 s"),
        (end(0, late=True), Outcome.TIMED_OUT, "", "no answer within 2 s"),
        (end(1), Outcome.NO_ANSWER, "", "the process ended with exit code 1 and left no answer"),
    ],
)
def test_the_end_of_a_process_outweighs_its_answer(
    tmp_path: pathlib.Path, how: End, outcome: Outcome, signal: str, reason: str
) -> None:
    """Who dies after answering did not do well; nothing observed is kept."""
    result, arrays = attempt(tmp_path, how)
    assert (outcome, signal, reason, {}, {}, "said\n") == (
        result.outcome,
        result.signal,
        result.reason,
        result.observations,
        arrays,
        result.log,
    )


@pytest.mark.parametrize("answer", [None, "", "{", "null", "{}", {**ANSWER, "protocol": 99}])
def test_a_clean_end_without_a_whole_answer_is_none(tmp_path: pathlib.Path, answer: Any) -> None:
    """Cut short, empty, or of another protocol."""
    assert Outcome.NO_ANSWER is attempt(tmp_path, end(), answer)[0].outcome


@pytest.mark.parametrize(
    ("answer", "arrays"),
    [
        (ANSWER, None),
        (ANSWER, b"no zip"),
        (ANSWER, {"array0": ARRAYS["array0"]}),
        (ANSWER, {**ARRAYS, "array1": numpy.array([object], dtype=object)}),
        (ANSWER, b""),
        ({"protocol": protocol.VERSION}, ARRAYS),
        ([1], ARRAYS),
        ({**ANSWER, "outcome": "splendid"}, ARRAYS),
        ({**ANSWER, "failure": {"type": "ValueError"}}, ARRAYS),
    ],
)
def test_remains_that_cannot_be_read_count_as_no_answer(tmp_path: pathlib.Path, answer: Any, arrays: Any) -> None:
    """Machine trouble looks like this; it may not stop the others."""
    assert Outcome.NO_ANSWER is attempt(tmp_path, end(), answer, arrays)[0].outcome


def test_a_keras_that_cannot_be_imported_is_unavailable(tmp_path: pathlib.Path) -> None:
    """Though its process ended with an exit code: a fact about this machine."""
    told = {
        "protocol": protocol.VERSION,
        "outcome": "unavailable",
        "reason": "Keras cannot be imported: ImportError: no",
    }
    result, _ = attempt(tmp_path, end(1), told, None)
    assert (Outcome.UNAVAILABLE, told["reason"]) == (result.outcome, result.reason)


@pytest.mark.parametrize("log", [b"", b"x" * LOG_LIMIT, "ü".encode() * (LOG_LIMIT // 2)])
def test_a_log_within_its_limit_is_kept_whole(tmp_path: pathlib.Path, log: bytes) -> None:
    """In bytes, so that both ends can be read without the middle."""
    assert log.decode() == attempt(tmp_path, end(), log=log)[0].log


def test_a_long_log_keeps_its_beginning_and_its_end(tmp_path: pathlib.Path) -> None:
    """And says how much is missing."""
    kept = attempt(tmp_path, end(), log=b"begin" + b"x" * 100_000 + b"end")[0].log
    assert kept.startswith("begin")
    assert kept.endswith("end")
    assert f"[... {100_008 - LOG_LIMIT} bytes cut ...]" in kept
    assert len(kept) < LOG_LIMIT + 100


def test_a_log_of_rubbish_is_text_all_the_same(tmp_path: pathlib.Path) -> None:
    """What is no UTF-8 is replaced."""
    assert "\ufffda\x00" == attempt(tmp_path, end(), log=b"\xffa\x00")[0].log


def test_a_worker_that_left_no_log_has_an_empty_one(tmp_path: pathlib.Path) -> None:
    """It may have died before it opened one."""
    assert "" == attempt_of(end(1), tmp_path, tmp_path / "log.txt")[0].log


def test_outcomes_that_could_be_machine_trouble_are_suspect() -> None:
    """And no others: what a worker answered stands."""
    assert {Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.NO_ANSWER} == {
        outcome for outcome in Outcome if outcome.suspect
    }
    assert not made.attempt().outcome.suspect

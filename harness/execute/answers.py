"""Turns how a worker ended and what it left in its folder into an attempt: the only reader of answers."""

from __future__ import annotations

import os
import pathlib
import textwrap
import zipfile
from typing import Any

import numpy

from harness.execute.process import End
from harness.model import Attempt, Failure, Outcome
from harness.store.attempts import packed
from harness.worker import protocol

FOLDER = "<folder>"
REASON_LIMIT = 300  # characters; the failure has the whole message
LOG_LIMIT = 16_000  # bytes kept of a log: its beginning and its end


def attempt_of(end: End, folder: pathlib.Path, log: pathlib.Path) -> tuple[Attempt, dict[str, bytes]]:
    """The attempt, and the arrays it observed, by digest. An unreadable answer counts as no answer."""
    common: dict[str, Any] = {"wall": round(end.wall, 4), "log": _cut(log).replace(str(folder), FOLDER)}
    answer = _without(protocol.read_json(str(folder / "answer.json")), str(folder))
    if end.late:
        return Attempt(outcome=Outcome.TIMED_OUT, reason=f"no answer within {end.wall:.0f} s", **common), {}
    if end.signal is not None:
        reason = f"the process died by {end.signal_name} (signal {end.signal})"
        return Attempt(outcome=Outcome.CRASHED, reason=reason, signal=end.signal_name, **common), {}
    if isinstance(answer, dict) and answer.get("outcome") == protocol.UNAVAILABLE:
        return Attempt(outcome=Outcome.UNAVAILABLE, reason=str(answer.get("reason")), **common), {}
    if end.code or not isinstance(answer, dict) or answer.get("protocol") != protocol.VERSION:
        reason = f"the process ended with exit code {end.code} and left no answer"
        return Attempt(outcome=Outcome.NO_ANSWER, reason=reason, **common), {}
    try:
        return _read(answer, folder, common)
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        reason = f"its answer cannot be read: {type(error).__name__}: {error}"
        return Attempt(outcome=Outcome.NO_ANSWER, reason=reason, **common), {}


def _read(answer: dict[str, Any], folder: pathlib.Path, common: dict[str, Any]) -> tuple[Attempt, dict[str, bytes]]:
    observations, arrays = _observed(answer, folder)
    failure = answer["failure"]
    return Attempt(
        outcome=Outcome(answer["outcome"]),
        step=answer["step"],
        reason=textwrap.shorten(answer["reason"], REASON_LIMIT),
        failure=Failure(**failure) if failure else None,
        versions=answer["versions"],
        observations=observations,
        notes=tuple(answer["notes"]),
        findings=tuple(answer.get("findings", ())),
        memory=answer["memory"],
        seconds={step: round(seconds, 4) for step, seconds in answer["seconds"].items()},
        **common,
    ), arrays


def _without(value: Any, folder: str) -> Any:
    """The same, with `<folder>` for the path of the working folder, which differs each time."""
    if isinstance(value, str):
        return value.replace(folder, FOLDER)
    if isinstance(value, list):
        return [_without(item, folder) for item in value]
    if isinstance(value, dict):
        return {key: _without(item, folder) for key, item in value.items()}
    return value


def _observed(answer: dict[str, Any], folder: pathlib.Path) -> tuple[dict[str, list[list[str]]], dict[str, bytes]]:
    contents: dict[str, bytes] = {}
    observations: dict[str, list[list[str]]] = {}
    with (folder / protocol.ARRAYS).open("rb") as file, numpy.load(file, allow_pickle=False) as stored:
        for name, items in answer["observations"]:
            kept: list[list[str]] = []
            for item, value in items:
                if "array" in value:
                    digest, content = packed(stored[value["array"]])
                    contents[digest] = content
                    kept.append([item, "array", digest])
                else:
                    kept.append([item, "text", value["text"]])
            observations[name] = kept
    return observations, contents


def _cut(log: pathlib.Path) -> str:
    half = LOG_LIMIT // 2
    try:
        with log.open("rb") as stream:  # both ends only: a child may have printed gigabytes
            size = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            if size <= LOG_LIMIT:
                return stream.read().decode("utf-8", "replace")
            head = stream.read(half).decode("utf-8", "replace")
            stream.seek(size - half)
            return f"{head}\n[... {size - LOG_LIMIT} bytes cut ...]\n{stream.read().decode('utf-8', 'replace')}"
    except OSError:
        return ""

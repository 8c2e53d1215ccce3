"""Runs a plain script as a user would, in the two environments of a cell, and says whether it shows the failure."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import signal
import subprocess

from harness.culprit.probe import error
from harness.execute.process import end_group, environment
from harness.model import Verdict
from harness.results.shape import CellEntry

_COMPARED_BOTH = "loaded:\n"  # what a script prints when it has loaded the model and compares it
_NAME = "repro.py"
_PLACE = re.compile(r'(?<=File ")[^"\n]*?(?=(?:site-packages|repro\.py|lib/python\d)\b)')
_COMPARED = 80  # characters of what an error is about; other text may follow it in an output
_KEPT = 6000  # characters of output, from its end


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ran:
    """How a run of the script ended: exit code (negative: a signal) or None if it took too long, and its output."""

    code: int | None
    output: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Checked:
    """Whether the script failed as the cell does; if not, `why`, and the output of its last run."""

    failed_alike: bool
    why: str = ""
    output: str = ""


def check(text: str, pythons: tuple[str, str], folder: pathlib.Path, cell: CellEntry, seconds: float) -> Checked:
    """Run `save` with the first Python and `load` with the second, each within `seconds`."""
    folder.mkdir(parents=True)
    (folder / _NAME).write_text(text, encoding="utf-8")
    saved = _run(pythons[0], "save", folder, seconds)
    if saved.code != 0:
        return Checked(failed_alike=False, why=f"`save` {_ended(saved)}", output=saved.output)
    loaded = _run(pythons[1], "load", folder, seconds)
    why = _unlike(cell, loaded)
    return Checked(failed_alike=not why, why=why, output=loaded.output)


def _run(python: str, side: str, folder: pathlib.Path, seconds: float) -> Ran:
    """Run one side of the script; its output, without the paths of this machine."""
    with (folder / f"{side}.log").open("w+b") as log:
        process = subprocess.Popen(
            [python, "-s", "-B", _NAME, side],
            env=environment(folder, "0"),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            end_group(process, kill=True)
        log.seek(0)
        output = log.read().decode("utf-8", "replace").replace(str(folder) + "/", "")
    return Ran(code=code, output=_PLACE.sub("", output)[-_KEPT:])


def _unlike(cell: CellEntry, ran: Ran) -> str:
    """Why a run is not the failure of the cell; empty if it is."""
    failure, verdict = cell["failure"], cell["verdict"]
    if verdict in (Verdict.CRASHED, Verdict.TIMED_OUT):
        wanted = None if verdict == Verdict.TIMED_OUT else -getattr(signal, cell["signal"] or "SIGTERM", 0)
        return "" if ran.code == wanted else f"`load` {_ended(ran)}"
    if ran.code != 1:
        return f"`load` {_ended(ran)}"
    if failure:
        return "" if _raised(ran.output, failure["type"], failure["message"]) else "`load` raised another error"
    lost = [each["detail"].partition("cannot be observed: ")[2].partition(": ") for each in cell["differences"]]
    raised = any(_raised(ran.output, type, message) for type, _, message in lost if type)
    return "" if _COMPARED_BOTH in ran.output or raised else "`load` raised another error"


def _raised(output: str, type: str, message: str) -> bool:
    """Whether an output shows an error of this type and meaning."""
    begin = error(message)[:_COMPARED]
    shown = (output[match.end() :] for match in re.finditer(rf"\b{re.escape(type)}: ?", output))
    return any(error(text).startswith(begin) for text in shown)


def _ended(ran: Ran) -> str:
    if ran.code is None:
        return "took too long"
    lines = ran.output.strip().splitlines()
    return f"ended with exit code {ran.code}" + (f": {lines[-1][:200]}" if lines and ran.code else "")

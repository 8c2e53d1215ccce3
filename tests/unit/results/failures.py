"""Recorded failures of real runs, and made-up ones in their runtimes, as evidence for the diagnosis."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterable
from typing import Any

from harness import paths
from harness.catalogue.causes_reader import load_causes
from harness.results import diagnose
from harness.results.diagnosis.controls import NO_CONTROLS, Controls
from harness.results.diagnosis.evidence import Evidence, RuntimeTraits

CATALOGUE = load_causes()
RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "failures.json").read_text())
RUNTIMES = {
    runtime["id"]: RuntimeTraits(
        id=runtime["id"],
        versions=runtime["versions"],
        module=runtime["keras"],
        v1=runtime["v1"],
        backend=runtime["backend"] or "tensorflow",
    )
    for runtime in RECORDED["runtimes"]
}
OLD, TF1, TF2, KERAS3 = (RUNTIMES[name] for name in ("keras2.2.4", "tf1.15", "tf2.15", "tf2.21-keras3"))


def cause(evidence: Evidence) -> str:
    """The cause that the diagnosis names."""
    return diagnose.diagnose(evidence, CATALOGUE).cause


def recorded(failure: Any) -> Evidence:
    """The evidence of a recorded failure; `script` stands for that of a scenario which is not among ours."""
    script = paths.SCENARIOS / f"{failure['scenario']}.py"
    return Evidence(
        verdict=failure["verdict"],
        stage=failure["stage"],
        step=failure.get("step", ""),
        type=failure.get("type", ""),
        message=failure.get("message", ""),
        traceback=traceback(failure.get("frames", [])),
        signal=failure.get("signal", ""),
        log=failure.get("log", ""),
        format=failure["format"],
        script=failure["script"] if "script" in failure else script.read_text(),
        facts=failure.get("facts", {}),
        saver=RUNTIMES[failure["save"]],
        loader=RUNTIMES[failure["load"]],
        differences=tuple(failure.get("differences", [])),
        observed=frozenset(failure.get("observed", [])),
        notes="\n".join(failure.get("notes", [])),
        controls=_controls(failure),
    )


def traceback(frames: Iterable[str]) -> str:
    """A traceback with frames given as `file.py:function`."""
    return "\n".join('  File "{}", line 1, in {}'.format(*frame.split(":")) for frame in frames)


def raised(error: str, *, frames: tuple[str, ...] = (), **more: Any) -> Evidence:
    """A refused load; `error` is `Type: message`."""
    type, _, message = error.partition(": ")
    values: Any = {
        "verdict": "refused",
        "stage": "load",
        "step": "load",
        "format": "h5",
        "saver": TF2,
        "loader": KERAS3,
        **more,
    }
    return Evidence(type=type, message=message, traceback=traceback(frames), **values)


def silent(*differences: tuple[str, str], observed: str = "predictions weights", **more: Any) -> Evidence:
    """A load without an error; differences are (observation, detail), with a place after ` at ` if any."""
    parsed: Any = tuple(
        {"observation": name, "kind": "value", "where": detail.partition(" at ")[2], "detail": detail}
        for name, detail in differences
    )
    values: Any = {
        "verdict": "changed",
        "stage": "compare",
        "format": "h5",
        "saver": TF2,
        "loader": TF2,
        **more,
    }
    return Evidence(differences=parsed, observed=frozenset(observed.split()), **values)


def _controls(failure: Any) -> Controls:
    """What its controls say: as recorded, or else that it is its own control, or that there are none."""
    words = failure.get("controls")
    if words is None and failure["save"] == failure["load"] and failure["verdict"] != "unsaved":
        words = ["diagonal"]
    return NO_CONTROLS if words is None else Controls(frozenset(words))

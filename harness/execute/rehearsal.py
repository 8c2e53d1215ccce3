"""What the zygotes of a runtime import ahead: learnt once per environment by a rehearsal, and kept beside its record.

The rehearsal also leaves bytecode behind, which uv does not compile: importing TensorFlow takes a third of the time
with it.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess

from harness import paths
from harness.execute.process import environment
from harness.model import Runtime
from harness.worker import protocol

_LIMIT = 600.0  # seconds


def modules(runtime: Runtime, python: str, place: pathlib.Path, worker: str) -> list[str] | None:
    """What an earlier rehearsal in `place` found with the same worker source; None if there was none."""
    kept = protocol.read_json(str(_file(runtime, place)))
    if not isinstance(kept, dict) or kept.get("for") != [python, worker]:
        return None
    found: list[str] = kept["modules"]
    return found


def rehearse(runtime: Runtime, python: str, place: pathlib.Path, worker: str) -> str:
    """Rehearse and keep what was learnt; "ready" or "failed". A failure costs speed and nothing else.

    Why Keras cannot be imported, if that is so, the first zygote will tell.
    """
    work = place / f"rehearsal-{runtime.id}-{os.getpid()}"
    try:
        work.mkdir()
        answer = work / "rehearsed.json"
        # Without -B, so that bytecode is written; the environment is ours, and the rehearsal the only one to do so.
        subprocess.run(
            [python, "-s", str(paths.WORKER), "rehearse", str(work), str(answer), json.dumps(runtime.settings())],
            env=environment(work, "0"),
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_LIMIT,
            check=False,
        )
        told = protocol.read_json(str(answer))
        if told:
            protocol.write_json(str(_file(runtime, place)), {"for": [python, worker], "modules": told["modules"]})
        return "ready" if told else "failed"
    except (OSError, subprocess.TimeoutExpired):
        return "failed"
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _file(runtime: Runtime, place: pathlib.Path) -> pathlib.Path:
    return place / f"rehearsed-{runtime.id}.json"

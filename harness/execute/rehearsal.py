"""What the zygotes of a runtime import ahead: a rehearsal finds out once per environment and keeps it there.

The rehearsal also leaves bytecode behind, which uv does not compile: importing TensorFlow takes a third of the time
with it.
"""

from __future__ import annotations

import json
import logging
import os
import pathlib
import shutil
import subprocess

from harness import paths
from harness.execute.process import environment
from harness.model import Runtime
from harness.worker import protocol

_log = logging.getLogger(__name__)
_LIMIT = 600.0  # seconds


def modules(runtime: Runtime, python: str, folder: pathlib.Path, worker: str) -> list[str] | None:
    """The modules that an earlier rehearsal in `folder` found with the same worker source; None if there was none."""
    kept = protocol.read_json(str(_file(runtime, folder)))
    if not isinstance(kept, dict) or kept.get("for") != [python, worker]:
        return None
    names: list[str] = kept["modules"]
    return names


def rehearse(runtime: Runtime, python: str, folder: pathlib.Path, worker: str) -> str:
    """Rehearse and keep the result; "ready" or "failed". A failure costs nothing but speed.

    If Keras cannot be imported, the first zygote will report why.
    """
    work = folder / f"rehearsal-{runtime.id}-{os.getpid()}"
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
        result = protocol.read_json(str(answer))
        if result:
            protocol.write_json(str(_file(runtime, folder)), {"for": [python, worker], "modules": result["modules"]})
            _log.info("%s: rehearsed, %d modules", runtime.id, len(result["modules"]))
            return "ready"
        _log.warning("%s: the rehearsal left no result; its zygotes import nothing ahead", runtime.id)
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.warning("%s: no rehearsal: %s", runtime.id, error)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return "failed"


def _file(runtime: Runtime, folder: pathlib.Path) -> pathlib.Path:
    return folder / f"rehearsed-{runtime.id}.json"

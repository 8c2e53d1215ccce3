"""Provisions an environment by its own nox session: the record is the result, what nox prints is only a log."""

from __future__ import annotations

import logging
import subprocess
import sys
import time

from harness import paths
from harness.environments import records
from harness.model import Environment, Provisioned

_log = logging.getLogger(__name__)
_LIMIT = 3600.0  # seconds; a cold download of a large TensorFlow over a slow line


def provision(environment: Environment) -> Provisioned:
    """Run `nox -s "env(<id>)"` and read the record it leaves. Never raises if the environment cannot be made."""
    command = [
        sys.executable,
        "-m",
        "nox",
        "-f",
        str(paths.PROJECT / "noxfile.py"),
        "--non-interactive",
        "-s",
        f"env({environment.id})",
    ]
    _log.debug("%s: nox makes it", environment.id)
    begun = time.monotonic()
    try:
        nox = subprocess.run(
            command,
            cwd=paths.PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_LIMIT,
            check=False,
        )
        output = nox.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired:
        output = f"not done within {_LIMIT:.0f} s"
    except OSError as error:
        output = str(error)
    record = records.read(environment)
    if record and record.asked == records.wanted(environment):
        ending = f"unavailable: {record.reason}" if record.reason else record.status
        _log.info("%s: %s after %.1f s", environment.id, ending, time.monotonic() - begun)
        return record
    _log.warning("%s: its nox session left no record; it printed:\n%s", environment.id, output)
    return Provisioned(
        environment=environment.id,
        asked="",
        status="unavailable",
        reason="its nox session left no record",
        hint=f'to see its output: nox -s "env({environment.id})"',
        log=output,
    )

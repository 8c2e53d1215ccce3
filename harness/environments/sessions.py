"""An environment provisioned by its own nox session: results by record, everything nox says is log."""

from __future__ import annotations

import subprocess
import sys

from harness import paths
from harness.environments import provision as provisioning
from harness.model import Environment, Provisioned

_LIMIT = 3600.0  # seconds; a cold download of a large TensorFlow over a slow line


def provision(environment: Environment) -> Provisioned:
    """Run `nox -s "env(<id>)"` and read the record it leaves. Never raises for trouble of the environment."""
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
    try:
        done = subprocess.run(
            command,
            cwd=paths.PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_LIMIT,
            check=False,
        )
        said = done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired:
        said = f"not done within {_LIMIT:.0f} s"
    except OSError as error:
        said = str(error)
    record = provisioning.read(environment)
    if record and record.asked == provisioning.wanted(environment):
        return record
    return Provisioned(
        environment=environment.id,
        asked="",
        status="unavailable",
        reason="its nox session left no record",
        hint=f'see what it says: nox -s "env({environment.id})"',
        log=said,
    )

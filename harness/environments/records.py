"""The record inside an environment: what was installed, what must be installed, and whether the two agree."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import platform
import shutil
import sys
from typing import Any

from harness import paths
from harness.environments import interpreters, locks
from harness.model import Environment, Provisioned, digest_of
from harness.tools.files import replace_file

RECORD = "crossload.json"


def folder(environment: Environment) -> pathlib.Path:
    """Where an environment is, or would be."""
    return paths.home() / "environments" / environment.id


def executable(environment: Environment) -> pathlib.Path:
    """The Python of an environment."""
    return folder(environment) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def wanted(environment: Environment) -> str:
    """The digest of everything that must agree before an environment is reused."""
    wanted: dict[str, Any] = {"id": environment.id, "python": environment.python}
    if locks.apply_here() or environment.rolling:
        text = lock_text(environment)
        wanted["lock"] = None if text is None else sha256(text)
        wanted["disagreements"] = [] if text is None else locks.disagreements(environment, text)
    else:
        wanted |= {
            "requirements": environment.requirements,
            "as-of": environment.as_of,
            "platform": f"{sys.platform}-{platform.machine()}",
        }
    return digest_of(wanted)


def read(environment: Environment) -> Provisioned | None:
    """The record of the environment as it is, ready or not, current or not; None without a readable one."""
    return _read(environment)[0]


def current(environment: Environment) -> Provisioned | None:
    """The record of an environment that is ready and as wanted, else None. Runs no process, so takes about 1 ms."""
    record, stamp = _read(environment)
    if record is None or not record.ready or record.asked != wanted(environment):
        return None
    explicit = os.environ.get(interpreters.variable(environment.python))
    if explicit and explicit != record.interpreter:
        return None
    try:
        same = stamp == _stamp(environment) and _version_in(folder(environment)) == record.python_version
    except OSError:
        return None
    return record if same and record.environment == environment.id else None


def clear(environment: Environment) -> None:
    """Remove an environment. Its record goes first: what an interrupted removal leaves must not look whole."""
    root = folder(environment)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        (root / RECORD).unlink()
    if root.is_symlink() or root.is_file():
        root.unlink()
    elif root.exists():
        shutil.rmtree(root)


def _read(environment: Environment) -> tuple[Provisioned | None, Any]:
    """The record and its stamp."""
    try:
        content = json.loads((folder(environment) / RECORD).read_text(encoding="utf-8"))
        stamp = content.pop("stamp", None)
        return Provisioned(**content), stamp
    except (OSError, ValueError, TypeError, AttributeError):
        return None, None


def write(environment: Environment, record: Provisioned) -> None:
    """Write the record and its stamp. Raises OSError."""
    target = folder(environment) / RECORD
    content = dataclasses.asdict(record) | ({"stamp": _stamp(environment)} if record.ready else {})
    replace_file(target, json.dumps(content, indent=1))


def _stamp(environment: Environment) -> dict[str, Any]:
    """What changes when the Python is replaced or a package comes or goes. Raises OSError if something is missing."""
    status = executable(environment).stat()
    site = "Lib/site-packages" if os.name == "nt" else f"lib/python{environment.python}/site-packages"
    names = [entry.name for entry in (folder(environment) / site).iterdir()]
    return {
        "python": [status.st_size, status.st_mtime_ns],
        "installed": sorted(name for name in names if name.endswith((".dist-info", ".egg-info"))),
    }


def _version_in(root: pathlib.Path) -> str:
    """The full Python version in `pyvenv.cfg`; '' if it has none."""
    for line in (root / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.partition("=")
        if name.strip() in ("version_info", "version"):
            return value.strip()
    return ""


def lock_text(environment: Environment) -> str | None:
    """The text of the lock, or None if there is none that can be read."""
    try:
        return locks.path(environment).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def sha256(text: str) -> str:
    """The SHA-256 (hex) of a text, as that of its file."""
    return hashlib.sha256(text.encode()).hexdigest()

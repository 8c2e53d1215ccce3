"""The record inside an environment: where it is, what an environment must be, whether the two agree."""

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

RECORD = "crossload.json"


def folder(environment: Environment) -> pathlib.Path:
    """Where an environment is, or would be."""
    return paths.home() / "environments" / environment.id


def executable(environment: Environment) -> pathlib.Path:
    """The Python of an environment."""
    return folder(environment) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def wanted(environment: Environment) -> str:
    """The digest of everything that must agree before an environment is used again."""
    asked: dict[str, Any] = {"id": environment.id, "python": environment.python}
    if locks.apply_here() or environment.rolling:
        text = lock_text(environment)
        asked["lock"] = None if text is None else sha256(text)
        asked["disagreements"] = [] if text is None else locks.disagreements(environment, text)
    else:
        asked |= {
            "requirements": environment.requirements,
            "as-of": environment.as_of,
            "platform": f"{sys.platform}-{platform.machine()}",
        }
    return digest_of(asked)


def read(environment: Environment) -> Provisioned | None:
    """The record that is there, ready or not, whatever it was made for; None without a readable one."""
    return _read(environment)[0]


def current(environment: Environment) -> Provisioned | None:
    """The record of an environment that is ready and is what is asked, else None. Runs no process: about 1 ms."""
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
    """Remove what is there. The record goes first: a removal cut short must not leave one that looks whole."""
    place = folder(environment)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        (place / RECORD).unlink()
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)


def _read(environment: Environment) -> tuple[Provisioned | None, Any]:
    """The record and the stamp beside it."""
    try:
        content = json.loads((folder(environment) / RECORD).read_text(encoding="utf-8"))
        stamp = content.pop("stamp", None)
        return Provisioned(**content), stamp
    except (OSError, ValueError, TypeError, AttributeError):
        return None, None


def write(environment: Environment, record: Provisioned) -> None:
    """Write the record and its stamp, aside and then renamed. Raises OSError."""
    target = folder(environment) / RECORD
    content = dataclasses.asdict(record) | ({"stamp": _stamp(environment)} if record.ready else {})
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{RECORD}.{os.getpid()}")
    aside.write_text(json.dumps(content, indent=1), encoding="utf-8")
    aside.replace(target)


def _stamp(environment: Environment) -> dict[str, Any]:
    """What changes when a Python is replaced or a package comes or goes. Raises OSError where one is not there."""
    status = executable(environment).stat()
    site = "Lib/site-packages" if os.name == "nt" else f"lib/python{environment.python}/site-packages"
    names = [entry.name for entry in (folder(environment) / site).iterdir()]
    return {
        "python": [status.st_size, status.st_mtime_ns],
        "installed": sorted(name for name in names if name.endswith((".dist-info", ".egg-info"))),
    }


def _version_in(place: pathlib.Path) -> str:
    """The full Python version in `pyvenv.cfg`; '' where it tells none."""
    for line in (place / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.partition("=")
        if name.strip() in ("version_info", "version"):
            return value.strip()
    return ""


def lock_text(environment: Environment) -> str | None:
    """Give the lock, or None where there is none that can be read."""
    try:
        return locks.path(environment).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def sha256(text: str) -> str:
    """Give the SHA-256 (hex) of a text, as that of its file."""
    return hashlib.sha256(text.encode()).hexdigest()

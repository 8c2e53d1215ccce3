"""Find a Python of a given version, or say what to do to get it.

Order: an explicit path, PATH, this very Python, the version folders of pyenv, asdf, mise, uv, conda and installers
(installed but not activated counts), then, only when asked to, a download. A candidate counts once it has been run:
pyenv's shims are on PATH for every version, and fail for the ones that are not active.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import sys
from typing import Any

from harness.environments import commands, installed
from harness.environments.commands import Runner

# Runs in any Python 3; what it prints is ASCII whatever the locale.
_PROBE = """
import json, platform, sys, sysconfig
print(json.dumps({"implementation": sys.implementation.name, "version": platform.python_version(),
    "machine": platform.machine(), "wide": sys.maxsize > 2 ** 32,
    "threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")), "executable": sys.executable}))
"""
_ANSWERS: dict[tuple[Runner, tuple[str, ...]], dict[str, Any] | str] = {}
_UV_HAS = 8  # python-build-standalone as uv lists it begins with 3.8
_PBS_HAS = 7  # what pbs-installer lists and uv does not
_LOOKED_IN = "PATH, pyenv, asdf, mise, uv, conda"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A CPython that was run: `path` starts it, `version` is the full one, `source` says who installed it."""

    path: str
    version: str
    machine: str
    source: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Missing:
    """No such Python: why, and the very commands that would get it."""

    version: str
    reason: str
    hint: str


def find(version: str, *, download: bool = False, run: Runner = commands.run) -> Interpreter | Missing:
    """The CPython of a version such as `3.8`, the newest patch level first within one source. Never raises."""
    name = variable(version)
    explicit = os.environ.get(name)
    if explicit:
        found = _probe((explicit,), version, name, run)
        return (
            found
            if isinstance(found, Interpreter)
            else Missing(
                version=version,
                reason=f"{name} names no Python {version}: {explicit}: {found}",
                hint=f"let {name} name one, or unset it",
            )
        )
    refused: list[str] = []
    found_here = _look(version, run, refused)
    if found_here:
        return found_here
    reason = f"no CPython {version} on this machine (looked in {_LOOKED_IN})"
    if download:
        tried = _download(version, run)
        found_here = _look(version, run, refused)
        if found_here:
            return found_here
        reason = "; ".join([reason, *tried])
    return Missing(version=version, reason="; ".join([reason, *dict.fromkeys(refused)]), hint=hint(version))


def variable(version: str) -> str:
    """The environment variable that names a Python of this version outright."""
    return f"CROSSLOAD_PYTHON_{version.replace('.', '_')}"


def hint(version: str) -> str:
    """The commands that would get a Python of this version, and the way to name one."""
    ways = [f"uv python install {version}"] if _minor(version) >= _UV_HAS else []
    if _minor(version) == _PBS_HAS:
        ways.append(f"uvx --from 'pbs-installer[all]' pbs-install {version} -d {installed.pbs_folder(version)}")
    ways += [f"pyenv install {version}", f"conda create -n py{version.replace('.', '')} python={version}"]
    return f"get it with one of: {' | '.join(ways)}; or set {variable(version)} to its path"


def _look(version: str, run: Runner, refused: list[str]) -> Interpreter | None:
    """The first candidate that stands; `refused` gathers why the Pythons of the right version do not."""
    for source, command in installed.candidates(version):
        found = _probe(command, version, source, run)
        if isinstance(found, Interpreter):
            return found
        if found.startswith("is "):
            refused.append(f"{' '.join(command)} {found}")
    return None


def _probe(command: tuple[str, ...], version: str, source: str, run: Runner) -> Interpreter | str:
    """The interpreter behind a command, or why it does not serve; one that is of use but unfit `is ...`."""
    told = _ask(command, run)
    if isinstance(told, str):
        return told
    if told["version"].split(".")[:2] != version.split("."):
        return f"runs Python {told['version']}"
    if told["implementation"] != "cpython":
        return f"is {told['implementation']}, and TensorFlow's wheels are for CPython"
    if told["threaded"]:
        return "is a free-threaded build, and TensorFlow's wheels are for the ordinary one"
    if not told["wide"]:
        return "is a 32-bit build, and TensorFlow's wheels are for 64 bits"
    path = command[0] if len(command) == 1 else told["executable"]
    return Interpreter(path=path, version=told["version"], machine=told["machine"], source=source)


def _ask(command: tuple[str, ...], run: Runner) -> dict[str, Any] | str:
    """What a Python says of itself, asked once in this process, or one line on why it says nothing."""
    if (run, command) not in _ANSWERS:
        _ANSWERS[run, command] = _asked(command, run)
    return _ANSWERS[run, command]


def _asked(command: tuple[str, ...], run: Runner) -> dict[str, Any] | str:
    result = run([*command, "-I", "-S", "-c", _PROBE], timeout=30)
    if not result.ok:
        return f"does not run: {commands.condensed(result, 200)}"
    try:
        told: dict[str, Any] = json.loads(result.out)
        return told
    except ValueError:
        return "does not answer as a Python does"


def _download(version: str, run: Runner) -> list[str]:
    """Try to get this Python, which is then looked for anew; one line for each way that failed."""
    uv = commands.uv(run)
    ways: list[tuple[str, list[str]]] = []
    if uv and _minor(version) >= _UV_HAS:
        ways.append(("uv's download", [uv, "python", "install", version]))
    if _minor(version) == _PBS_HAS:
        ways += _pbs(version, uv)
    failed = []
    for name, command in ways:
        result = run(command, timeout=900)
        if result.ok:
            return []
        failed.append(f"{name} failed: {commands.condensed(result, 240)}")
    return failed or [f"nothing offers Python {version} ready made"]


def _pbs(version: str, uv: str | None) -> list[tuple[str, list[str]]]:
    asked = [version, "-d", str(installed.pbs_folder(version))]
    if importlib.util.find_spec("pbs_installer"):
        return [("pbs-installer", [sys.executable, "-m", "pbs_installer", *asked])]
    if uv:
        return [("pbs-installer", [uv, "tool", "run", "--from", "pbs-installer[all]", "pbs-install", *asked])]
    return []


def _minor(version: str) -> int:
    return int(version.split(".")[1])

"""Find a Python of a given version, or say how to get it.

Order: an explicit path, PATH, the Python that runs this, the version folders of pyenv, asdf, mise, uv, conda and
installers (installed but not activated counts), then a download if the caller wants one. A candidate counts only once
it has run: pyenv's shims are on PATH for every version, and fail for those that are not active.
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
_OLDEST_OF_UV = 8  # python-build-standalone as uv lists it begins with 3.8
_ONLY_PBS = 7  # pbs-installer lists 3.7 too
_SEARCHED = "PATH, pyenv, asdf, mise, uv, conda"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A CPython that has run: `path` starts it, `version` is the full one, `source` the tool that installed it."""

    path: str
    version: str
    machine: str
    source: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Missing:
    """No such Python: why, and the commands that would install it."""

    version: str
    reason: str
    hint: str


def find(version: str, *, download: bool = False, run: Runner = commands.run) -> Interpreter | Missing:
    """The CPython of a version such as `3.8`, the newest patch level of the first source that has one. Never raises."""
    name = variable(version)
    explicit = os.environ.get(name)
    if explicit:
        named = _probe((explicit,), version, name, run)
        if isinstance(named, Interpreter):
            return named
        reason = f"{name} names no Python {version}: {explicit}: {named}"
        return Missing(version=version, reason=reason, hint=f"point {name} at one, or unset it")
    refused: list[str] = []
    interpreter = _search(version, run, refused)
    if interpreter:
        return interpreter
    reason = f"no CPython {version} on this machine (looked in {_SEARCHED})"
    if download:
        failures = _download(version, run)
        interpreter = _search(version, run, refused)
        if interpreter:
            return interpreter
        reason = "; ".join([reason, *failures])
    return Missing(version=version, reason="; ".join([reason, *dict.fromkeys(refused)]), hint=hint(version))


def variable(version: str) -> str:
    """The environment variable by which a user names the Python of this version."""
    return f"CROSSLOAD_PYTHON_{version.replace('.', '_')}"


def hint(version: str) -> str:
    """The commands that would install a Python of this version, and how to name one."""
    ways = [f"uv python install {version}"] if _minor(version) >= _OLDEST_OF_UV else []
    if _minor(version) == _ONLY_PBS:
        ways.append(f"uvx --from 'pbs-installer[all]' pbs-install {version} -d {installed.pbs_folder(version)}")
    ways += [f"pyenv install {version}", f"conda create -n py{version.replace('.', '')} python={version}"]
    return f"get it with one of: {' | '.join(ways)}; or set {variable(version)} to its path"


def _search(version: str, run: Runner, refused: list[str]) -> Interpreter | None:
    """The first usable candidate; `refused` collects why Pythons of the right version are not usable."""
    for source, command in installed.candidates(version):
        probed = _probe(command, version, source, run)
        if isinstance(probed, Interpreter):
            return probed
        if probed.startswith("is "):
            refused.append(f"{' '.join(command)} {probed}")
    return None


def _probe(command: tuple[str, ...], version: str, source: str, run: Runner) -> Interpreter | str:
    """The interpreter behind a command, or why it is not usable: `is ...` where only its kind of build is wrong."""
    about = _ask(command, run)
    if isinstance(about, str):
        return about
    if about["version"].split(".")[:2] != version.split("."):
        return f"runs Python {about['version']}"
    if about["implementation"] != "cpython":
        return f"is {about['implementation']}, and TensorFlow's wheels are for CPython"
    if about["threaded"]:
        return "is a free-threaded build, and TensorFlow's wheels are for the ordinary one"
    if not about["wide"]:
        return "is a 32-bit build, and TensorFlow's wheels are for 64 bits"
    path = command[0] if len(command) == 1 else about["executable"]
    return Interpreter(path=path, version=about["version"], machine=about["machine"], source=source)


def _ask(command: tuple[str, ...], run: Runner) -> dict[str, Any] | str:
    """What a Python reports about itself, asked once in this process, or one line on why it reports nothing."""
    if (run, command) not in _ANSWERS:
        _ANSWERS[run, command] = _asked(command, run)
    return _ANSWERS[run, command]


def _asked(command: tuple[str, ...], run: Runner) -> dict[str, Any] | str:
    result = run([*command, "-I", "-S", "-c", _PROBE], timeout=30)
    if not result.ok:
        return f"does not run: {commands.condensed(result, 200)}"
    try:
        about: dict[str, Any] = json.loads(result.out)
        return about
    except ValueError:
        return "does not answer as a Python does"


def _download(version: str, run: Runner) -> list[str]:
    """Try to install this Python, which the caller then searches for again; one line for each way that failed."""
    uv = commands.uv(run)
    ways: list[tuple[str, list[str]]] = []
    if uv and _minor(version) >= _OLDEST_OF_UV:
        ways.append(("uv's download", [uv, "python", "install", version]))
    if _minor(version) == _ONLY_PBS:
        ways += _pbs(version, uv)
    failed = []
    for name, command in ways:
        result = run(command, timeout=900)
        if result.ok:
            return []
        failed.append(f"{name} failed: {commands.condensed(result, 240)}")
    return failed or [f"nothing offers Python {version} ready made"]


def _pbs(version: str, uv: str | None) -> list[tuple[str, list[str]]]:
    arguments = [version, "-d", str(installed.pbs_folder(version))]
    if importlib.util.find_spec("pbs_installer"):
        return [("pbs-installer", [sys.executable, "-m", "pbs_installer", *arguments])]
    if uv:
        return [("pbs-installer", [uv, "tool", "run", "--from", "pbs-installer[all]", "pbs-install", *arguments])]
    return []


def _minor(version: str) -> int:
    return int(version.split(".")[1])

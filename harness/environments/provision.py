"""Makes an environment: a virtualenv with exactly the packages of its lock, or a record of why there is none."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from packaging.utils import canonicalize_name

from harness.environments import commands, file_lock, interpreters, locks
from harness.environments.commands import CommandResult, Runner
from harness.environments.records import clear, current, executable, folder, lock_text, sha256, wanted, write
from harness.model import Environment, Provisioned

LOG_LIMIT = 200_000  # characters; the middle goes first
_log = logging.getLogger(__name__)
_SHOWN = 5  # differences listed in one line
_BUSY_LIMIT = 3600.0  # seconds that another process may take for the same environment

# Runs inside the environment, from Python 3.6 on, where importlib.metadata does not exist yet.
_INVENTORY = r"""
import json, os, platform, sys, sysconfig
packages = []
for folder in sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}, key=os.path.realpath):
    for entry in sorted(os.listdir(folder)):
        for file in ("METADATA", "PKG-INFO"):
            path = os.path.join(folder, entry, file)
            if entry.endswith((".dist-info", ".egg-info")) and os.path.isfile(path):
                head = open(path, encoding="utf-8", errors="replace").read().split("\n\n")[0]
                fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line[:20])
                packages.append([fields.get("Name", entry), fields.get("Version", "")])
                break
print(json.dumps({"python": platform.python_version(), "prefix": sys.prefix, "packages": packages}))
"""


def provision(
    environment: Environment, *, run: Runner = commands.run, tell: Callable[[str], None] = _log.debug
) -> Provisioned:
    """Make an environment, unless it is already as wanted; returns the record that is also written into it.

    Never raises if the environment cannot be made: the record is then `unavailable`, with reason, hint and log.
    """
    begun = time.monotonic()
    if environment.rolling and lock_text(environment) is None:
        tell("resolving it as of today")
        locks.refresh(environment, run=run)  # a run of the matrix has already done so, and wants that very lock
    wanted_digest = wanted(environment)
    log: list[str] = []
    lock_file = folder(environment).with_name(f"{environment.id}.lock")
    try:
        with file_lock.held(lock_file, timeout=_BUSY_LIMIT, busy=lambda: tell("waiting for another process")) as hold:
            record = current(environment)
            if record:
                return record
            try:
                record = _Build(environment, run, hold, tell, log).record(wanted_digest)
            except _BuildError as trouble:
                record = _unavailable(environment, wanted_digest, trouble.reason, trouble.hint)
            record = dataclasses.replace(record, seconds=round(time.monotonic() - begun, 2), log=_capped(log))
            _keep(environment, record)
            return record
    except OSError as error:
        where = f"look at {folder(environment)}, or choose another home: CROSSLOAD_HOME=/path"
        return dataclasses.replace(
            _unavailable(environment, wanted_digest, f"cannot be made: {error}", where),
            seconds=round(time.monotonic() - begun, 2),
            log=_capped(log),
        )


class _BuildError(Exception):
    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason, self.hint = reason, hint


class _Build:
    """One build from nothing, a method for each step; a step that fails raises _BuildError."""

    def __init__(
        self, environment: Environment, run: Runner, hold: int, tell: Callable[[str], None], log: list[str]
    ) -> None:
        self.environment, self.tell = environment, tell
        self._run, self._hold, self._log = run, hold, log
        self.python = str(executable(environment))

    def record(self, wanted_digest: str) -> Provisioned:
        """Make the environment; returns the record of what its own Python reports."""
        clear(self.environment)
        uv = commands.uv(self._run)
        if uv is None:
            raise _BuildError("there is no uv to make it with", 'python3 -m pip install "nox[uv]"')
        lock = self._locked() if locks.apply_here() or self.environment.rolling else None
        interpreter = self._interpreter()
        self.tell(f"making it with Python {interpreter.version} ({interpreter.path})")
        self._do(
            "no virtualenv could be made",
            "see its log",
            [uv, "venv", "--no-project", "--python", interpreter.path, str(folder(self.environment))],
        )
        if lock is None:
            lock = self._resolved(uv)
        pins = locks.pins(lock)
        self.tell(f"installing {len(pins)} packages")
        self._install(uv, lock)
        version, packages = self._inventory()
        self._compare(pins, packages)
        return Provisioned(
            environment=self.environment.id,
            asked=wanted_digest,
            status="ready",
            python=self.python,
            interpreter=interpreter.path,
            python_version=version,
            lock=sha256(lock),
            packages=packages,
        )

    def _locked(self) -> str:
        command = f"nox -s lock -- {self.environment.id}"
        text = lock_text(self.environment)
        if text is None:
            raise _BuildError("it has no lock", f"make one: {command}")
        differences = "; ".join(locks.disagreements(self.environment, text))
        if differences and self.environment.rolling:
            raise _BuildError(differences, f"run again, or see: {command}")
        if differences:
            raise _BuildError(f"its lock does not match environments.toml: {differences}", f"make it again: {command}")
        return text

    def _interpreter(self) -> interpreters.Interpreter:
        self.tell(f"looking for Python {self.environment.python}")
        interpreter = interpreters.find(self.environment.python, download=True, run=self._run)
        if isinstance(interpreter, interpreters.Missing):
            raise _BuildError(interpreter.reason, interpreter.hint)
        return interpreter

    def _resolved(self, uv: str) -> str:
        """A lock for this platform, for which none is committed."""
        self.tell(f"resolving as of {self.environment.as_of}")
        result = locks.resolve(self.environment, uv, python=self.python, linux=False, run=self._logged)
        if not result.ok:
            raise _BuildError(
                f"does not exist on {sys.platform} {platform.machine()}: {commands.condensed(result)}",
                "use the environments that do, or Linux x86-64",
            )
        return result.out

    def _install(self, uv: str, text: str) -> None:
        file = folder(self.environment) / "requirements.txt"
        file.write_text(text, encoding="utf-8")
        self._do(
            "its packages could not be installed",
            f"if the network is at fault, run again; if the lock is: nox -s lock -- {self.environment.id}",
            [uv, "pip", "sync", "--require-hashes", "--python", self.python, str(file)],
        )

    def _inventory(self) -> tuple[str, dict[str, str]]:
        """The Python version and the packages that the environment itself reports."""
        result = self._logged([self.python, "-I", "-B", "-c", _INVENTORY], timeout=120)
        try:
            if not result.ok:
                self._fail(f"its Python does not run: {commands.condensed(result)}")
            about = json.loads(result.out)
            packages = {canonicalize_name(name): version for name, version in about["packages"]}
        except (ValueError, KeyError, TypeError):
            self._fail("its Python does not report what is installed")
        if os.path.realpath(about["prefix"]) != os.path.realpath(folder(self.environment)):
            self._fail(f"its Python belongs to another folder: {about['prefix']}")
        if about["python"].split(".")[:2] != self.environment.python.split("."):
            self._fail(f"its Python is {about['python']}, not {self.environment.python}")
        return about["python"], dict(sorted(packages.items()))

    def _compare(self, pins: dict[str, str], packages: dict[str, str]) -> None:
        differences = [f"{name} {version} is missing" for name, version in pins.items() if name not in packages]
        differences += [
            f"{name} is {packages[name]}, not {version}"
            for name, version in pins.items()
            if name in packages and not locks.same_version(packages[name], version)
        ]
        differences += [f"{name} {packages[name]} is not locked" for name in packages if name not in pins]
        if differences:
            more = f"; and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
            listed = "; ".join(differences[:_SHOWN])
            self._fail(f"the installed packages differ from the lock: {listed}{more}")

    def _fail(self, reason: str) -> NoReturn:
        raise _BuildError(reason, f"remove {folder(self.environment)} and uv's cache (uv cache clean), and run again")

    def _do(self, what: str, hint: str, command: Sequence[str]) -> None:
        result = self._logged(command, timeout=3000)
        if not result.ok:
            raise _BuildError(f"{what}: {commands.condensed(result)}", hint)

    def _logged(
        self, command: Sequence[str], *, stdin: str = "", timeout: float = 600, hold: int | None = None
    ) -> CommandResult:
        shown = " ".join("..." if "\n" in part else part for part in command)
        self._log.append(f"$ {shown}\n")
        _log.debug("%s: $ %s", self.environment.id, commands.clean(shown))
        # The child holds the lock too: if we are killed, no one rebuilds while a uv is still at work.
        result = self._run(command, stdin=stdin, timeout=timeout, hold=self._hold if hold is None else hold)
        ending = result.trouble or (f"exit code {result.code}" if result.code else "")
        if ending:
            _log.debug("%s: %s", self.environment.id, ending)
        self._log.append("".join(f"{text.rstrip()}\n" for text in (result.out, result.err, ending) if text.strip()))
        return result


def _keep(environment: Environment, record: Provisioned) -> None:
    """Write the record; one that cannot be written must not hide why the environment is unavailable."""
    try:
        write(environment, record)
    except OSError:
        if record.ready:
            raise


def _unavailable(environment: Environment, asked: str, reason: str, hint: str) -> Provisioned:
    return Provisioned(
        environment=environment.id,
        asked=asked,
        status="unavailable",
        hint=hint,
        reason=" ".join(commands.clean(reason).split()),
    )


def _capped(log: Sequence[str]) -> str:
    text = commands.clean("".join(log))
    if len(text) <= LOG_LIMIT:
        return text
    head, tail = LOG_LIMIT // 4, LOG_LIMIT * 3 // 4
    return f"{text[:head]}\n... {len(text) - head - tail} characters left out ...\n{text[-tail:]}"

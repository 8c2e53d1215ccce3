"""Locks: every package of an environment with its version and hashes, as of its date, and how to make one.

A rolling environment has a lock too, which is not committed: each run makes it again, for this machine. If that fails,
a lock that holds only the reason takes its place, so that no older one is mistaken for today's.
"""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import platform
import re
import sys

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from harness import paths
from harness.environments import commands, interpreters
from harness.environments.commands import CommandResult, Runner
from harness.errors import LockError
from harness.model import Environment
from harness.tools.files import replace_file

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_LINUX = {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64", "os_name": "posix"}
_REFUSED = "# refused: "


def path(environment: Environment) -> pathlib.Path:
    """Where the lock of an environment is, or would be: in the catalogue, or next to a rolling environment."""
    if environment.rolling:
        return paths.home() / "environments" / f"{environment.id}.resolved.txt"
    return paths.CATALOGUE / "locks" / f"{environment.id}.txt"


def apply_here() -> bool:
    """Whether this platform is that of the committed locks, Linux x86-64 (rolling ones are always for this one)."""
    return sys.platform == "linux" and platform.machine().lower() in ("x86_64", "amd64")


def make(environment: Environment, *, run: Runner = commands.run) -> pathlib.Path:
    """Make the lock of an environment; the same catalogue gives the same bytes. Raises LockError."""
    uv = commands.uv(run)
    if uv is None:
        raise LockError("there is no uv", 'install it: python3 -m pip install "nox[uv]"')
    python = interpreters.find(environment.python, run=run)
    here = python.path if isinstance(python, interpreters.Interpreter) else None
    result = resolve(environment, uv, python=here, linux=not environment.rolling, run=run)
    if not result.ok:
        requirements = ", ".join(environment.requirements)
        advice = f"its table in environments.toml requires {requirements} as of {environment.as_of}"
        if here is None:
            advice += f"; building from source needs a Python {environment.python}: "
            advice += interpreters.hint(environment.python)
        raise LockError(f"{environment.id} cannot be resolved: {commands.condensed(result)}", advice)
    text = f"{header(environment)}\n{result.out}"
    if "://" in text:
        raise LockError(
            f"the lock of {environment.id} would name an address, which not everyone can reach",
            "require packages by name and version",
        )
    return _written(path(environment), text)


def refresh(environment: Environment, *, run: Runner = commands.run) -> None:
    """Make the lock of a rolling environment again, or one that says why that failed. Never raises."""
    try:
        make(environment, run=run)
    except LockError as error:
        with contextlib.suppress(OSError):
            path(environment).unlink(missing_ok=True)
        with contextlib.suppress(LockError):
            _written(path(environment), f"{header(environment)}\n{_REFUSED}{' '.join(error.what.split())}\n")


def resolve(environment: Environment, uv: str, *, python: str | None, linux: bool, run: Runner) -> CommandResult:
    """Resolve an environment with uv, with hashes, for the platform of the committed locks or for this one."""
    # A bare day would be uv's day in the local time zone; the requirements go by stdin so that no file name gets out.
    until = environment.as_of + datetime.timedelta(days=1)
    command = [
        uv,
        "pip",
        "compile",
        "-",
        "--exclude-newer",
        f"{until}T00:00:00Z",
        "--generate-hashes",
        "--no-header",
        "--quiet",
        "--python-version",
        environment.python,
    ]
    command += ["--python-platform", "linux"] if linux else []
    command += ["--python", python] if python else []
    return run(command, stdin="\n".join(environment.requirements) + "\n", timeout=1800)


def header(environment: Environment) -> str:
    """The first line of a lock: what it was made for, so that changes of the catalogue are noticed."""
    made_for = f"as of {environment.as_of}, Linux x86-64"
    if environment.rolling:
        made_for = f"rolling, {sys.platform} {platform.machine()}"
    return f"# nox -s lock -- {environment.id}  (Python {environment.python}, {made_for})"


def pins(text: str) -> dict[str, str]:
    """The versions in a lock, by canonical name."""
    return {canonicalize_name(name): version for name, version in _PIN.findall(text)}


def disagreements(environment: Environment, text: str) -> list[str]:
    """How a lock differs from what its table requires; empty when the two agree."""
    first, _, rest = text.partition("\n")
    if rest.startswith(_REFUSED):
        return [rest.removeprefix(_REFUSED).strip()]
    differences = []
    if first != header(environment):
        differences.append(f"it was made for another table ({first.lstrip('# ') or 'no first line'})")
    platform_of_lock = {} if environment.rolling else _LINUX
    here = {**platform_of_lock, "python_version": environment.python, "python_full_version": f"{environment.python}.0"}
    locked = pins(text)
    for requirement in map(Requirement, environment.requirements):
        if requirement.marker is None or requirement.marker.evaluate(here):
            version = locked.get(canonicalize_name(requirement.name))
            if version is None:
                differences.append(f"it lacks {requirement.name}")
            elif not requirement.specifier.contains(version, prereleases=True):
                differences.append(f"it has {requirement.name} {version}, and {requirement.specifier} is required")
    return differences


def same_version(left: str, right: str) -> bool:
    """Whether two spellings mean one version (`2019.05` and `2019.5` do)."""
    try:
        return left == right or Version(left) == Version(right)
    except InvalidVersion:
        return False


def _written(target: pathlib.Path, text: str) -> pathlib.Path:
    try:
        replace_file(target, text)
    except OSError as error:
        raise LockError(f"{target} cannot be written: {error}") from error
    return target

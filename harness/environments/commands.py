"""Commands run as child processes to make environments: nearly all of them are uv. Workers have `execute.process`."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

_SECRETS = re.compile(
    r"(?<=://)[^/\s@]+@|(?<=[?&])((?:access_|auth_)?token|password|secret|api_?key)=[^&\s`'\")]+", re.IGNORECASE
)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BULLETS = ("\u00d7", "\u2570\u2500\u25b6", "\u251c\u2500\u25b6")  # x, and arrows from a line on the left
_GLYPHS = re.compile(r"^[\s\u00d7\u2502\u251c\u2570\u2500\u25b6]+")
_LABEL = re.compile(r"^(?:error|cause|Caused by):\s*")

# Settings that would change what a child is or prints. Everything else the user has set (UV_*, proxies) stays.
_DROPPED = ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__", "FORCE_COLOR", "CLICOLOR_FORCE")
# Without these, `uv python install` puts links into the user's own bin folder, and entries into the Windows registry.
_SET = {"UV_PYTHON_INSTALL_BIN": "0", "UV_PYTHON_INSTALL_REGISTRY": "0"}


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """How a command ended; `trouble` says why it has no exit code of its own (not started, timed out)."""

    code: int = 0
    out: str = ""
    err: str = ""
    trouble: str = ""

    @property
    def ok(self) -> bool:
        """Whether it ran to its end and succeeded."""
        return self.code == 0 and not self.trouble


class Runner(Protocol):
    """What runs a command; a test passes its own."""

    def __call__(
        self, command: Sequence[str], *, stdin: str = "", timeout: float = 600, hold: int | None = None
    ) -> CommandResult:
        """Run it to its end. The child keeps the descriptor `hold` open, and with it the lock behind it."""


def run(command: Sequence[str], *, stdin: str = "", timeout: float = 600, hold: int | None = None) -> CommandResult:
    """Run a command without a terminal or colours; its whole process group ends with it. Never raises OSError."""
    passed: tuple[int, ...] = (hold,) if hold is not None and os.name == "posix" else ()
    try:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=_environment(),
            pass_fds=passed,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return CommandResult(code=127, trouble=f"cannot be started: {error}")
    try:
        out, err = child.communicate(stdin or None, timeout=timeout)
    except subprocess.TimeoutExpired:
        _kill(child)
        out, err = child.communicate()
        return CommandResult(code=124, out=out, err=err, trouble=f"not done within {timeout:g} s")
    except BaseException:  # Ctrl-C reaches only us, since the child has a session of its own
        _kill(child)
        child.wait()
        raise
    return CommandResult(code=child.returncode, out=out, err=err)


def uv(run: Runner) -> str | None:
    """A uv that runs: the one on PATH, else that of the installed `uv` package (from `nox[uv]`), else None."""
    return next((path for path in _uvs() if run([path, "--version"], timeout=60).ok), None)


def clean(text: str) -> str:
    """The text without escape sequences, and without the credentials in addresses, which must not be kept."""
    return _SECRETS.sub(lambda match: f"{match[1]}=***" if match[1] else "***@", _ESCAPES.sub("", text))


def condensed(result: CommandResult, limit: int = 400) -> str:
    """One line on why a command failed: the error and causes that uv reports, else the last line of the output."""
    if result.trouble:
        return result.trouble
    causes = _causes(clean(result.err).splitlines())
    if not causes:
        lines = [line.strip() for line in clean(result.err + "\n" + result.out).splitlines() if line.strip()]
        causes = lines[-1:] or [f"exit code {result.code} and no output"]
    causes = list(dict.fromkeys(cause.rstrip(" .:") for cause in causes))
    line = ": ".join(causes)
    if len(line) > limit:  # the ends of a chain of causes say most: what was wanted, and why it failed
        line = ": ".join(dict.fromkeys([causes[0], "...", causes[-1]]))
    return line if len(line) <= limit else f"{line[: limit - 4].rstrip()} ..."


def _causes(lines: Iterable[str]) -> list[str]:
    """The first paragraph of each `error:` and `cause:` (older uv: bullet), without hints and long lists."""
    causes: list[str] = []
    in_cause = False
    for line in lines:
        text = _GLYPHS.sub("", line)
        begins = bool(_LABEL.match(text)) or line.lstrip().startswith(_BULLETS)
        if begins:
            causes.append(_LABEL.sub("", text).strip())
        elif in_cause and text:
            causes[-1] = f"{causes[-1]} {text.strip()}"
        in_cause = (begins or in_cause) and bool(text) and not text.startswith(("hint:", "warning:"))
    return causes


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    return {**_SET, **kept, "NO_COLOR": "1"}


def _uvs() -> Iterator[str]:
    on_path = shutil.which("uv")
    if on_path:
        yield on_path
    with contextlib.suppress(ImportError, AttributeError, OSError):
        yield os.fspath(importlib.import_module("uv").find_uv_bin())


def _kill(child: subprocess.Popen[str]) -> None:
    """End the whole group: first politely, so that uv can tidy up, then by force."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(2)
            os.killpg(child.pid, signal.SIGKILL)

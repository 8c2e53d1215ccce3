"""A worker process: its environment variables, how one is started alone, and how it ended."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time

from harness import paths

_GRACE = 2.0  # seconds between a polite signal and a kill
# What a process needs on some system or other; nothing here can change what a model does.
_PASSED = ("PATH", "SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "LANG", "LC_ALL", "NUMBER_OF_PROCESSORS")


@dataclasses.dataclass(frozen=True, kw_only=True)
class End:
    """How a process ended: its exit code or signal number, whether it was past its limit, and its wall seconds."""

    code: int | None
    signal: int | None
    late: bool
    wall: float

    @property
    def signal_name(self) -> str:
        """The signal's name, such as SIGSEGV; '' if it ended without one."""
        if self.signal is None:
            return ""
        try:
            return signal.Signals(self.signal).name
        except ValueError:
            return f"signal {self.signal}"


def command(python: str, *arguments: str) -> list[str]:
    """The command line that runs the worker by path, isolated from the user's own packages, writing no bytecode."""
    return [python, "-s", "-B", str(paths.WORKER), *arguments]


def environment(folder: pathlib.Path, hash_seed: str) -> dict[str, str]:
    """The environment variables of a worker: one thread, no accelerator, and a home without anyone's settings."""
    kept = {name: os.environ[name] for name in _PASSED if name in os.environ}
    homes = {name: str(folder) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP")}
    threads = dict.fromkeys(
        (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "TF_NUM_INTRAOP_THREADS",
            "TF_NUM_INTEROP_THREADS",
        ),
        "1",
    )
    return {
        **kept,
        **homes,
        **threads,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONIOENCODING": "utf-8",
        "CUDA_VISIBLE_DEVICES": "-1",
        "JAX_PLATFORMS": "cpu",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def run_alone(
    python: str,
    request: pathlib.Path,
    log: pathlib.Path,
    hash_seed: str,
    seconds: float,
    running: set[subprocess.Popen[bytes]] | None = None,
) -> End:
    """Carry out one request in a fresh interpreter. Raises OSError if the interpreter cannot be started.

    The process is in `running` as long as it runs, so that another thread can end it.
    """
    running = set() if running is None else running
    begun = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(
            command(python, "run", str(request)),
            env=environment(request.parent, hash_seed),
            cwd=request.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        late = False
        running.add(process)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            end_group(process, kill=not late)
            running.discard(process)
    code = process.returncode
    killed = code is not None and code < 0
    # The worker's own limit, which does not count the import.
    late = late or (hasattr(signal, "SIGALRM") and code == -signal.SIGALRM)
    return End(
        code=None if killed else code,
        signal=-code if killed and code is not None else None,
        late=late,
        wall=time.monotonic() - begun,
    )


def end_group(process: subprocess.Popen[bytes], *, kill: bool = False) -> None:
    """End a process and everything it started, politely first unless `kill`, and wait for it."""
    if not kill:
        _signal_group(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    _signal_group(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        if sys.platform == "win32":
            process.terminate()
        else:
            os.killpg(process.pid, number)
    except OSError:  # it is gone
        pass

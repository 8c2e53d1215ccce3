"""A worker started alone: what surrounds it, how its end is told, and that nothing of it is left."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from harness import paths
from harness.execute import process
from harness.execute.process import End, command, environment, run_alone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture
def script(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Stands where the worker would be: a script that is run with `run` and the path of a request."""
    path = tmp_path / "worker.py"
    monkeypatch.setattr(paths, "WORKER", path)
    return path


def run(script: pathlib.Path, text: str, seconds: float = 10.0) -> tuple[End, str]:
    """How it ended and what it said."""
    script.write_text(f"import os, signal, subprocess, sys, time\n{text}\n")
    folder = script.parent / "cell"
    folder.mkdir()
    ended = run_alone(sys.executable, folder / "request.json", folder / "log.txt", "7", seconds)
    return ended, (folder / "log.txt").read_text()


@pytest.mark.parametrize(
    ("text", "code", "number", "name"),
    [
        ("", 0, None, ""),
        ("sys.exit(3)", 3, None, ""),
        ("raise ValueError", 1, None, ""),
        ("os.abort()", None, signal.SIGABRT, "SIGABRT"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", None, signal.SIGSEGV, "SIGSEGV"),
    ],
)
def test_an_end_is_told_by_code_or_signal(
    script: pathlib.Path, text: str, code: int | None, number: int | None, name: str
) -> None:
    """With its seconds."""
    ended, _ = run(script, text)
    assert (code, number, False, name) == (ended.code, ended.signal, ended.late, ended.signal_name)
    assert 0 < ended.wall < 10


@pytest.mark.parametrize(
    "text", ["time.sleep(60)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)"]
)
def test_past_its_limit_it_is_ended(script: pathlib.Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Politely first, and then not."""
    monkeypatch.setattr(process, "_GRACE", 0.2)
    ended, _ = run(script, text, 0.3)
    assert (True, None) == (ended.late, ended.code)
    assert ended.wall < 5


@pytest.mark.parametrize(("then", "seconds"), [("", 10.0), ("os.abort()", 10.0), ("time.sleep(60)", 0.5)])
def test_what_it_started_ends_with_it(script: pathlib.Path, then: str, seconds: float) -> None:
    """However it ended."""
    _, said = run(script, f"print(subprocess.Popen(['sleep', '60']).pid, flush=True)\n{then}", seconds)
    stat, until = pathlib.Path(f"/proc/{int(said)}/stat"), time.monotonic() + 5
    while stat.exists() and stat.read_text().split()[2] not in "ZX" and time.monotonic() < until:
        time.sleep(0.02)
    assert not stat.exists() or stat.read_text().split()[2] in "ZX"


def test_it_gets_its_request_and_nothing_to_read(script: pathlib.Path) -> None:
    """In the folder of its cell; both kinds of output are its log."""
    _, said = run(
        script, "print(sys.argv[1:], os.getcwd(), repr(sys.stdin.read()), flush=True)\nsys.stderr.write('warned')"
    )
    folder = script.parent / "cell"
    assert f"['run', '{folder / 'request.json'}'] {folder} ''\nwarned" == said


def test_an_interpreter_that_is_not_there_raises(tmp_path: pathlib.Path) -> None:
    """It is the caller who knows what that means."""
    with pytest.raises(OSError, match="no-python"):
        run_alone(str(tmp_path / "no-python"), tmp_path / "request.json", tmp_path / "log.txt", "1", 1)


def test_the_worker_is_run_by_path_and_apart_from_the_user() -> None:
    """Without the user's own packages and without writing bytecode."""
    assert ["python", "-s", "-B", str(paths.WORKER), "run", "x"] == command("python", "run", "x")


def test_the_surroundings_are_cleaned(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    """Nothing that could change what a model does comes from outside."""
    for name in (
        "PYTHONPATH",
        "PYTHONHOME",
        "TF_XLA_FLAGS",
        "KERAS_BACKEND",
        "KERAS_HOME",
        "LD_PRELOAD",
        "OMP_NUM_THREADS",
    ):
        monkeypatch.setenv(name, "from outside")
    monkeypatch.setenv("PATH", "/bin")
    given = environment(tmp_path, "7")
    assert "from outside" not in given.values()
    assert ("7", "/bin", str(tmp_path), str(tmp_path), "1") == (
        given["PYTHONHASHSEED"],
        given["PATH"],
        given["HOME"],
        given["TMPDIR"],
        given["OMP_NUM_THREADS"],
    )


def test_a_signal_without_a_name_has_its_number() -> None:
    """Some systems have more of them than others."""
    assert "signal 99" == End(code=None, signal=99, late=False, wall=0.0).signal_name


def test_ending_a_group_that_is_gone_is_fine() -> None:
    """It may have ended by itself in the meantime."""
    gone = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    gone.wait()
    process.end_group(gone)
    assert os.name == "posix"
    assert 0 == gone.returncode

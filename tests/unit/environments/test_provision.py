"""Provisioning: when an environment is reused, what is reported when there is none, and the same for real with uv."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Sequence

import pytest

from harness import paths
from harness.environments import commands, interpreters, locks, provision, records
from harness.environments.commands import CommandResult
from harness.model import Environment, Provisioned, Runtime
from tests.unit.environments import answers

THIS = f"3.{sys.version_info.minor}"
ENVIRONMENT = Environment(
    id="tiny",
    title="Tiny",
    python=THIS,
    released=datetime.date(2021, 5, 5),
    as_of=datetime.date(2021, 6, 30),
    requirements=("crossload-tiny==1.0",),
    groups=("all",),
    runtimes=(Runtime(id="tiny", title="Tiny", environment="tiny", keras="keras"),),
)
POSIX = pytest.mark.skipif(os.name != "posix", reason="the layout here is that of POSIX")


def write_lock(*lines: str, environment: Environment = ENVIRONMENT) -> None:
    """The committed lock of an environment."""
    locks.path(environment).parent.mkdir(exist_ok=True)
    locks.path(environment).write_text("\n".join([locks.header(environment), *lines, ""]))


@pytest.fixture(autouse=True)
def home(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A home and a catalogue of the test's own, on a platform that has committed locks."""
    monkeypatch.setenv("CROSSLOAD_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(paths, "CATALOGUE", tmp_path)
    monkeypatch.setattr(locks, "apply_here", lambda: True)
    monkeypatch.delenv(interpreters.variable(THIS), raising=False)
    write_lock("crossload-tiny==1.0 \\", "    --hash=sha256:00")
    return tmp_path / "home"


class Uv:
    """A uv, and the Pythons it makes, that obey; stands in for `commands.run`."""

    def __init__(self, **answers: CommandResult) -> None:
        """Begin with the answers that are not the good ones, by the kind of command."""
        self.answers = answers
        self.packages = [["Crossload.Tiny", "1.0"]]
        self.ran: list[str] = []
        self.held: list[int | None] = []

    def __call__(
        self, command: Sequence[str], *, stdin: str = "", timeout: float = 600, hold: int | None = None
    ) -> CommandResult:
        """Answer as `commands.run` would."""
        name = (
            "inventory"
            if "-B" in command
            else next((word for word in ("--version", "venv", "compile", "sync") if word in command), "probe")
        )
        self.ran.append(name)
        self.held.append(hold)
        if name in self.answers:
            return self.answers[name]
        place = pathlib.Path(command[-1] if name == "venv" else command[0]).parent
        if name == "venv":
            self._make(pathlib.Path(command[-1]))
        if name == "inventory":
            about = {"python": f"{THIS}.9", "prefix": str(place.parent), "packages": self.packages}
            return CommandResult(out=json.dumps(about))
        if name == "probe":
            return answers.python(f"{THIS}.9")
        return CommandResult(out="crossload-tiny==1.0\n" if name == "compile" else "", err="done\n")

    @staticmethod
    def _make(place: pathlib.Path) -> None:
        for folder in (place / "bin", place / f"lib/python{THIS}/site-packages/crossload_tiny-1.0.dist-info"):
            folder.mkdir(parents=True)
        (place / "bin/python").write_text("python")
        (place / "pyvenv.cfg").write_text(f"home = /somewhere\nversion_info = {THIS}.9\n")


@pytest.fixture
def uv() -> Uv:
    """A uv that does everything asked of it."""
    return Uv()


def unavailable(uv: Uv, environment: Environment = ENVIRONMENT) -> Provisioned:
    """The record of an environment that cannot be, which is also the one on disk."""
    record = provision.provision(environment, run=uv)
    assert "unavailable" == record.status
    assert "\n" not in record.reason
    assert record == records.read(environment)
    assert records.current(environment) is None
    return record


@POSIX
def test_ready_environment_is_recorded_and_used_again(uv: Uv, home: pathlib.Path) -> None:
    """The record says what was found, lies in the environment, and spares the second provisioning every process."""
    record = provision.provision(ENVIRONMENT, run=uv)
    assert "ready" == record.status, record
    assert record == records.current(ENVIRONMENT) == records.read(ENVIRONMENT)
    assert (records.wanted(ENVIRONMENT), f"{THIS}.9", {"crossload-tiny": "1.0"}) == (
        record.asked,
        record.python_version,
        record.packages,
    )
    assert str(home / "environments/tiny/bin/python") == record.python
    assert hashlib.sha256(locks.path(ENVIRONMENT).read_bytes()).hexdigest() == record.lock
    before = len(uv.ran)
    assert record == provision.provision(ENVIRONMENT, run=uv)
    assert before == len(uv.ran)


@POSIX
def test_children_hold_the_lock(uv: Uv) -> None:
    """What writes into the environment inherits the lock, so that it outlives a killed provisioning."""
    provision.provision(ENVIRONMENT, run=uv)
    assert all(held is not None for name, held in zip(uv.ran, uv.held, strict=True) if name in ("venv", "sync"))


def _other_lock() -> None:
    write_lock("crossload-tiny==1.0 \\", "    --hash=sha256:01")


def _touch(change: Callable[[pathlib.Path], object]) -> Callable[[], None]:
    def apply() -> None:
        change(records.folder(ENVIRONMENT))

    return apply


def _edit(name: str, old: str, new: str) -> Callable[[], None]:
    def apply() -> None:
        file = records.folder(ENVIRONMENT) / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    return apply


@POSIX
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_other_lock, id="another lock"),
        pytest.param(_touch(lambda place: (place / "bin/python").unlink()), id="its Python deleted"),
        pytest.param(_touch(lambda place: (place / "bin/python").write_text("other")), id="its Python replaced"),
        pytest.param(_touch(lambda place: (place / "pyvenv.cfg").unlink()), id="no pyvenv.cfg"),
        pytest.param(_edit("pyvenv.cfg", f"{THIS}.9", f"{THIS}.10"), id="another version in pyvenv.cfg"),
        pytest.param(_touch(lambda place: shutil.rmtree(place / f"lib/python{THIS}/site-packages")), id="no packages"),
        pytest.param(
            _touch(lambda place: (place / f"lib/python{THIS}/site-packages/pip-9.dist-info").mkdir()),
            id="a package more",
        ),
        pytest.param(_touch(lambda place: (place / "crossload.json").unlink()), id="no record"),
        pytest.param(_touch(lambda place: (place / "crossload.json").write_text('{"enviro')), id="half a record"),
        pytest.param(_touch(lambda place: (place / "crossload.json").write_text("[]")), id="a record of another kind"),
        pytest.param(_edit("crossload.json", '"status": "ready"', '"status": "unavailable"'), id="was not ready"),
    ],
)
def test_what_does_not_agree_is_rebuilt_from_nothing(uv: Uv, change: Callable[[], None]) -> None:
    """Whatever was changed behind its back, the environment is not used as it is, and comes back whole."""
    provision.provision(ENVIRONMENT, run=uv)
    left_over = records.folder(ENVIRONMENT) / "left-over"
    left_over.touch()
    change()
    assert records.current(ENVIRONMENT) is None
    record = provision.provision(ENVIRONMENT, run=uv)
    assert record == records.current(ENVIRONMENT)
    assert not left_over.exists()


@POSIX
def test_removal_cut_short(uv: Uv, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record goes first, so that half of an old environment, were its lock to come back, never looks whole."""
    provision.provision(ENVIRONMENT, run=uv)
    before = locks.path(ENVIRONMENT).read_text()
    _other_lock()

    def cut_short(place: pathlib.Path) -> None:
        raise OSError(f"killed in {place.name}")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", cut_short)
        assert "cannot be made: killed in tiny" == provision.provision(ENVIRONMENT, run=uv).reason
    locks.path(ENVIRONMENT).write_text(before)
    assert records.current(ENVIRONMENT) is None


@POSIX
def test_named_python_is_used(uv: Uv, monkeypatch: pytest.MonkeyPatch) -> None:
    """Naming another Python rebuilds the environment with it."""
    provision.provision(ENVIRONMENT, run=uv)
    monkeypatch.setenv(interpreters.variable(THIS), "/another/python")
    assert records.current(ENVIRONMENT) is None
    assert "/another/python" == provision.provision(ENVIRONMENT, run=uv).interpreter
    assert records.current(ENVIRONMENT) is not None


def test_what_must_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Title and runtimes are no reason to rebuild; Python, lock and unmet requirements are."""
    wanted = records.wanted(ENVIRONMENT)
    assert wanted == records.wanted(dataclasses.replace(ENVIRONMENT, title="Other", runtimes=()))
    assert wanted != records.wanted(dataclasses.replace(ENVIRONMENT, python="3.6"))
    assert wanted != records.wanted(dataclasses.replace(ENVIRONMENT, requirements=("crossload-tiny==2.0",)))
    locks.path(ENVIRONMENT).unlink()
    assert wanted != records.wanted(ENVIRONMENT)
    monkeypatch.setattr(locks, "apply_here", lambda: False)
    elsewhere = records.wanted(ENVIRONMENT)
    later = dataclasses.replace(ENVIRONMENT, as_of=datetime.date(2024, 1, 1))
    assert elsewhere != records.wanted(later)


def test_no_uv(uv: Uv) -> None:
    """Where no uv runs, the hint is the command that installs one."""
    uv.answers["--version"] = CommandResult(code=127, trouble="cannot be started")
    record = unavailable(uv)
    assert ("there is no uv to make it with", 'python3 -m pip install "nox[uv]"') == (record.reason, record.hint)


def test_no_lock(uv: Uv) -> None:
    """An environment that was added without a lock says how to make one."""
    locks.path(ENVIRONMENT).unlink()
    record = unavailable(uv)
    assert ("it has no lock", "make one: nox -s lock -- tiny") == (record.reason, record.hint)


def _nightly(uv: Uv) -> Environment:
    """A rolling environment that uv resolves to what the stand-in installs."""
    uv.answers["compile"] = CommandResult(out="crossload-tiny==1.0 \\\n    --hash=sha256:00\n")
    return dataclasses.replace(ENVIRONMENT, rolling=True, groups=("nightly",))


@POSIX
@pytest.mark.parametrize("committed_apply", [True, False])
def test_rolling_environment_is_resolved_once_and_made(
    uv: Uv, monkeypatch: pytest.MonkeyPatch, committed_apply: bool
) -> None:
    """Without a resolution there is one now; it is what is wanted, on every platform, until it is made again."""
    monkeypatch.setattr(locks, "apply_here", lambda: committed_apply)
    nightly = _nightly(uv)
    record = provision.provision(nightly, run=uv)
    assert "ready" == record.status, record
    assert {"crossload-tiny": "1.0"} == record.packages
    assert hashlib.sha256(locks.path(nightly).read_bytes()).hexdigest() == record.lock
    assert record == provision.provision(dataclasses.replace(nightly, as_of=datetime.date(2030, 1, 1)), run=uv)
    assert 1 == uv.ran.count("compile")


@POSIX
def test_rolling_environment_is_rebuilt_when_it_resolves_to_something_else(uv: Uv) -> None:
    """The same packages as yesterday are used again, and so is what is known of them; others are not."""
    nightly = _nightly(uv)
    record = provision.provision(nightly, run=uv)
    locks.refresh(nightly, run=uv)
    assert record == records.current(nightly)
    uv.answers["compile"] = CommandResult(out="crossload-tiny==1.1 \\\n    --hash=sha256:01\n")
    locks.refresh(dataclasses.replace(nightly, requirements=("crossload-tiny",)), run=uv)
    assert records.current(nightly) is None


def test_rolling_environment_that_cannot_be_resolved(uv: Uv) -> None:
    """It is unavailable with uv's reason, and is not asked again before the next run."""
    nightly = _nightly(uv)
    uv.answers["compile"] = CommandResult(code=1, err="error: no version of crossload-tiny==1.0\n")
    record = unavailable(uv, nightly)
    assert ("tiny cannot be resolved: no version of crossload-tiny==1.0", "run again, or see: nox -s lock -- tiny") == (
        record.reason,
        record.hint,
    )
    assert 1 == uv.ran.count("compile")


def test_lock_of_another_table(uv: Uv) -> None:
    """A table that was changed without making the lock again is reported with both versions."""
    record = unavailable(uv, dataclasses.replace(ENVIRONMENT, requirements=("crossload-tiny==2.0",)))
    assert (
        "its lock does not match environments.toml: it has crossload-tiny 1.0, and ==2.0 is required" == record.reason
    )
    assert "make it again: nox -s lock -- tiny" == record.hint


def test_no_python(uv: Uv) -> None:
    """A missing Python is reported in the words of the search."""
    uv.answers["probe"] = CommandResult(code=127, trouble="cannot be started")
    record = unavailable(uv)
    assert record.reason.startswith(f"no CPython {THIS} on this machine (looked in PATH, ")
    assert interpreters.hint(THIS) == record.hint


@POSIX
def test_failed_install_is_one_line_and_a_log_without_secrets(uv: Uv) -> None:
    """The causes that uv tells become the reason; credentials of an index get into neither reason nor log."""
    uv.answers["sync"] = CommandResult(
        code=1,
        err=(
            "error: Failed to download `tiny`\n  cause: error for url (https://me:pass@index.example/tiny?token=abc)\n"
        ),
    )
    record = unavailable(uv)
    assert (
        "its packages could not be installed: Failed to download `tiny`: "
        "error for url (https://***@index.example/tiny?token=***)"
    ) == record.reason
    assert "exit code 1" in record.log
    assert "pass" not in record.log


@POSIX
@pytest.mark.parametrize(
    ("packages", "difference"),
    [
        ([], "crossload-tiny 1.0 is missing"),
        ([["crossload-tiny", "1.1"]], "crossload-tiny is 1.1, not 1.0"),
        ([["crossload-tiny", "1.0"], ["pip", "9"]], "pip 9 is not locked"),
    ],
)
def test_environment_is_asked_what_is_installed(uv: Uv, packages: list[list[str]], difference: str) -> None:
    """An install that went well but differs from the lock is unavailable, with what differs."""
    uv.packages = packages
    assert f"the installed packages differ from the lock: {difference}" == unavailable(uv).reason


@POSIX
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (CommandResult(code=-11), "its Python does not run: exit code -11 and no output"),
        (CommandResult(trouble="not done within 120 s"), "its Python does not run: not done within 120 s"),
        (CommandResult(out="hello"), "its Python does not report what is installed"),
        (
            CommandResult(out='{"python": "3.5.1", "prefix": "/usr", "packages": []}'),
            "its Python belongs to another folder: /usr",
        ),
    ],
)
def test_environment_that_does_not_answer(uv: Uv, answer: CommandResult, reason: str) -> None:
    """A Python that dies, hangs, babbles or lives elsewhere makes no ready environment."""
    uv.answers["inventory"] = answer
    assert reason == unavailable(uv).reason


@POSIX
def test_other_platform_resolves_on_the_spot(uv: Uv, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no committed lock applies, what uv resolves there is what must be installed."""
    monkeypatch.setattr(locks, "apply_here", lambda: False)
    locks.path(ENVIRONMENT).unlink()
    assert provision.provision(ENVIRONMENT, run=uv).ready
    assert ["venv", "compile", "sync"] == [name for name in uv.ran if name in ("venv", "compile", "sync")]


@POSIX
def test_what_does_not_exist_on_a_platform(uv: Uv, monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow without a wheel for this machine is unavailable, with uv's reason in one line."""
    monkeypatch.setattr(locks, "apply_here", lambda: False)
    uv.answers["compile"] = CommandResult(
        code=1,
        err=(
            "  \u00d7 No solution found when resolving dependencies:\n"
            "  \u2570\u2500\u25b6 Because tensorflow==1.15.5 has no wheels\n      with a matching platform tag, "
            "you are out of luck.\n\nhint: something long\n"
        ),
    )
    record = unavailable(uv)
    assert record.reason.endswith(
        ": No solution found when resolving dependencies: Because tensorflow==1.15.5 has no wheels with a matching "
        "platform tag, you are out of luck"
    )
    assert record.reason.startswith("does not exist on ")


def test_home_that_cannot_be_written(uv: Uv, home: pathlib.Path) -> None:
    """A home that is a file is a problem of this machine, reported in a record and not raised."""
    home.write_text("in the way")
    record = provision.provision(ENVIRONMENT, run=uv)
    assert ("unavailable", True) == (record.status, record.reason.startswith("cannot be made: "))
    assert "CROSSLOAD_HOME" in record.hint


@POSIX
def test_log_is_capped(uv: Uv) -> None:
    """A chatty install keeps its beginning and its end."""
    uv.answers["sync"] = CommandResult(code=1, err="first\n" + "x" * 500_000 + "\nlast\n")
    log = unavailable(uv).log
    assert len(log) < provision.LOG_LIMIT + 100
    assert ("first" in log, "last" in log, "characters left out" in log) == (True, True, True)


# What follows is the real thing: a real uv and this Python, with a package made here, so that no index is needed.


def _wheel(folder: pathlib.Path, version: str = "1.0") -> str:
    """A wheel of crossload-tiny in a folder; its hash."""
    info = f"crossload_tiny-{version}.dist-info"
    file = folder / f"crossload_tiny-{version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("crossload_tiny.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: crossload-tiny\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"crossload_tiny.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def real(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A lock whose one package is in a folder that uv looks into; the package's hash."""
    (tmp_path / "wheels").mkdir()
    sha256 = _wheel(tmp_path / "wheels")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_OFFLINE", "1")
    write_lock("crossload-tiny==1.0 \\", f"    --hash=sha256:{sha256}")
    return sha256


@pytest.mark.slow
@pytest.mark.usefixtures("real")
def test_real_environment() -> None:
    """Needs uv: an environment is made, holds the package, is used again, and its own Python agrees with the record."""
    record = provision.provision(ENVIRONMENT)
    assert ("ready", {"crossload-tiny": "1.0"}) == (record.status, record.packages), record.log
    code = "import crossload_tiny, platform; print(platform.python_version())"
    assert record.python_version == subprocess.check_output([record.python, "-c", code], text=True).strip()
    assert record == records.current(ENVIRONMENT) == provision.provision(ENVIRONMENT)


@pytest.mark.slow
def test_real_hash_that_is_wrong(real: str) -> None:
    """Needs uv: a package that is not the one that was locked is never installed; mended, the next run is ready."""
    write_lock("crossload-tiny==1.0 \\", f"    --hash=sha256:{'0' * 64}")
    record = provision.provision(ENVIRONMENT)
    assert ("unavailable", True) == (record.status, "Hash mismatch for `crossload-tiny==1.0`" in record.reason)
    write_lock("crossload-tiny==1.0 \\", f"    --hash=sha256:{real}")
    assert provision.provision(ENVIRONMENT).ready


@pytest.mark.slow
@pytest.mark.usefixtures("real")
def test_real_package_that_does_not_exist() -> None:
    """Needs uv: a locked package that nobody has is unavailable, and the line names it."""
    hashes = f"    --hash=sha256:{'0' * 64}"
    write_lock("crossload-tiny==1.0 \\", hashes, "crossload-none==3 \\", hashes)
    record = provision.provision(ENVIRONMENT)
    assert ("unavailable", True) == (record.status, "crossload-none" in record.reason), record


@pytest.mark.slow
@POSIX
@pytest.mark.usefixtures("real")
def test_real_python_deleted() -> None:
    """Needs uv: an environment whose Python is gone is rebuilt."""
    record = provision.provision(ENVIRONMENT)
    pathlib.Path(record.python).unlink()
    assert records.current(ENVIRONMENT) is None
    assert provision.provision(ENVIRONMENT).ready


@pytest.mark.slow
def test_real_python_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    """Needs uv: a Python that nobody has, and whose download fails, is unavailable with both reasons and commands."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "pythons"))
    never = dataclasses.replace(ENVIRONMENT, id="never", python="3.77")
    write_lock("crossload-tiny==1.0 \\", "    --hash=sha256:00", environment=never)
    record = provision.provision(never)
    assert record.reason.startswith("no CPython 3.77 on this machine (looked in PATH, ")
    assert ("uv's download failed: " in record.reason, "pyenv install 3.77" in record.hint) == (True, True)


_PROVISION = """
import pathlib
from harness import paths
from harness.environments import locks, provision
from tests.unit.environments import test_provision
paths.CATALOGUE = pathlib.Path({catalogue!r})
locks.apply_here = lambda: True
print(provision.provision(test_provision.ENVIRONMENT).status)
"""


def _child(catalogue: pathlib.Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _PROVISION.format(catalogue=str(catalogue))],
        cwd=paths.PROJECT,
        text=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(paths.PROJECT), **environment},
    )


@pytest.mark.slow
@pytest.mark.usefixtures("real")
def test_real_processes_at_once(tmp_path: pathlib.Path) -> None:
    """Needs uv: four processes and three threads that want one environment all get it, made once and whole."""
    children = [_child(tmp_path) for _ in range(4)]
    made: list[Provisioned] = []
    threads = [threading.Thread(target=lambda: made.append(provision.provision(ENVIRONMENT))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ["ready"] * 4 == [child.communicate()[0].strip() for child in children]
    assert [records.current(ENVIRONMENT)] * 3 == made


@pytest.mark.slow
@POSIX
@pytest.mark.usefixtures("real")
def test_real_provisioning_killed(tmp_path: pathlib.Path) -> None:
    """Needs uv: after SIGKILL midway the next waits for what the dead one left running, then rebuilds."""
    slow = tmp_path / "slow"
    slow.mkdir()
    script = slow / "uv"
    uv = commands.uv(commands.run)
    script.write_text(f'#!/bin/sh\ncase "$*" in *sync*) echo $$ > {slow}/pid; sleep 2;; esac\nexec {uv} "$@"\n')
    script.chmod(0o755)
    child = _child(tmp_path, PATH=f"{slow}{os.pathsep}{os.environ['PATH']}")
    deadline = time.monotonic() + 30
    while not (slow / "pid").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
    child.communicate()
    killed = time.monotonic()
    assert records.folder(ENVIRONMENT).is_dir()
    assert records.current(ENVIRONMENT) is None
    steps: list[str] = []
    record = provision.provision(ENVIRONMENT, tell=steps.append)
    assert ("ready", "waiting for another process") == (record.status, steps[0])
    assert time.monotonic() - killed > 1
    assert record == records.current(ENVIRONMENT)

"""Finding a Python: the order, what counts as one, and what is said when there is none."""

from __future__ import annotations

import os
import pathlib
import stat
import sys
from collections.abc import Sequence

import pytest

from harness.environments import installed, interpreters
from harness.environments.commands import CommandResult
from harness.environments.interpreters import Interpreter, Missing
from tests.unit.environments import answers

POSIX = pytest.mark.skipif(os.name != "posix", reason="the layouts here are those of POSIX")
SHIM_FAILS = CommandResult(
    code=127, err="pyenv: python3.8: command not found\n\nThe `python3.8' command exists in: 3.8.18\n"
)


class Machine:
    """A home with Pythons in it, and what each says when it is run; stands in for `commands.run`."""

    def __init__(self, root: pathlib.Path) -> None:
        """Begin with nothing installed below this root."""
        self.root = root
        self.said: dict[str, CommandResult] = {}
        self.ran: list[list[str]] = []

    def put(self, path: str, answer: CommandResult) -> str:
        """An executable file at a path below the root that answers so."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        self.said[str(file)] = answer
        return str(file)

    def __call__(
        self, command: Sequence[str], *, stdin: str = "", timeout: float = 600, hold: int | None = None
    ) -> CommandResult:
        """Answer as `commands.run` would."""
        if command[0].startswith(str(self.root)):  # the fixed places, such as /opt/conda, may hold real ones
            self.ran.append(list(command))
        return self.said.get(command[0], CommandResult(code=127, trouble="cannot be started"))


@pytest.fixture
def machine(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with an empty home, an empty PATH, and nothing of the real one to be seen."""
    for name in list(os.environ):
        if name.startswith(("PYENV", "CROSSLOAD", "CONDA", "MAMBA", "ASDF", "MISE", "UV_", "XDG_", "RUNNER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CROSSLOAD_HOME", str(tmp_path / "crossload"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return Machine(tmp_path)


def search(machine: Machine, version: str = "3.8") -> Interpreter:
    """The Python that is found; fails when none is."""
    interpreter = interpreters.find(version, run=machine)
    assert isinstance(interpreter, Interpreter), interpreter
    return interpreter


def missing(machine: Machine, version: str = "3.8", *, download: bool = False) -> Missing:
    """What is said of the Python that is not found; fails when one is."""
    nothing = interpreters.find(version, download=download, run=machine)
    assert isinstance(nothing, Missing), nothing
    return nothing


@POSIX
def test_python_on_path_is_verified_by_running_it(machine: Machine) -> None:
    """A python3.8 on PATH that says it is CPython 3.8 is taken, with its full version."""
    path = machine.put("bin/python3.8", answers.python("3.8.20"))
    assert Interpreter(path=path, version="3.8.20", machine="x86_64", source="PATH") == search(machine)


@POSIX
def test_shim_that_fails_is_not_a_python(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pyenv's shim of an inactive version exists and fails; the version folder behind it is taken."""
    monkeypatch.setenv("PATH", f"{machine.root / '.pyenv/shims'}{os.pathsep}{machine.root / 'bin'}")
    machine.put(".pyenv/shims/python3.8", SHIM_FAILS)
    path = machine.put(".pyenv/versions/3.8.18/bin/python3.8", answers.python("3.8.18"))
    assert (path, "pyenv") == (search(machine).path, search(machine).source)


@POSIX
@pytest.mark.parametrize(
    ("place", "source"),
    [
        (".pyenv/versions/3.8.18/bin/python3.8", "pyenv"),
        (".pyenv/pyenv-win/versions/3.8.10/python.exe", "pyenv"),
        (".asdf/installs/python/3.8.18/bin/python3.8", "asdf"),
        (".local/share/mise/installs/python/3.8.18/bin/python3.8", "mise"),
        (".local/share/uv/python/cpython-3.8.20-linux-x86_64-gnu/bin/python3.8", "uv"),
        (".local/share/uv/python/cpython-3.8.20-windows-x86_64-none/python.exe", "uv"),
        ("miniconda3/bin/python3.8", "conda"),
        ("miniforge3/envs/old/bin/python3.8", "conda"),
        ("miniconda3/envs/old/python.exe", "conda"),
        ("crossload/pythons/3.8/bin/python3.8", "pbs-installer"),
    ],
)
def test_installed_but_not_activated_counts(machine: Machine, place: str, source: str) -> None:
    """Every version folder is looked into, in the layouts of POSIX and of Windows."""
    path = machine.put(place, answers.python("3.8.18"))
    assert (path, source) == (search(machine).path, search(machine).source)


@POSIX
@pytest.mark.parametrize(
    ("variable", "value", "place"),
    [
        ("PYENV_ROOT", "p", "p/versions/3.8.1/bin/python3.8"),
        ("ASDF_DATA_DIR", "a", "a/installs/python/3.8.1/bin/python3.8"),
        ("MISE_DATA_DIR", "m", "m/installs/python/3.8.1/bin/python3.8"),
        ("XDG_DATA_HOME", "x", "x/uv/python/cpython-3.8.1-any/bin/python3.8"),
        ("UV_PYTHON_INSTALL_DIR", "u", "u/cpython-3.8.1-any/bin/python3.8"),
        ("CONDA_EXE", "c/bin/conda", "c/envs/one/bin/python3.8"),
        ("MAMBA_ROOT_PREFIX", "r", "r/bin/python3.8"),
    ],
)
def test_moved_roots(machine: Machine, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, place: str) -> None:
    """Each tool's own variable moves the folder that is looked into."""
    path = machine.put(place, answers.python("3.8.1"))
    missing(machine)
    monkeypatch.setenv(variable, str(machine.root / value))
    assert path == search(machine).path


@POSIX
def test_conda_lists_its_environments(machine: Machine) -> None:
    """A conda environment anywhere is known from conda's own list."""
    path = machine.put("far/away/env/bin/python3.8", answers.python("3.8.1"))
    (machine.root / ".conda").mkdir()
    (machine.root / ".conda/environments.txt").write_text(f"/gone\n{machine.root / 'far/away/env'}\n")
    assert path == search(machine).path


@POSIX
def test_newest_patch_level_first(machine: Machine) -> None:
    """Within a tool the newest patch level is taken, by number and not by spelling."""
    machine.put(".pyenv/versions/3.8.9/bin/python3.8", answers.python("3.8.9"))
    machine.put(".pyenv/versions/3.8.18/bin/python3.8", answers.python("3.8.18"))
    machine.put(".pyenv/versions/3.11.7/bin/python3.11", answers.python("3.11.7"))
    assert "3.8.18" == search(machine).version


@POSIX
def test_explicit_path_comes_first(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment variable beats PATH."""
    machine.put("bin/python3.8", answers.python("3.8.20"))
    path = machine.put("mine/py", answers.python("3.8.1"))
    monkeypatch.setenv("CROSSLOAD_PYTHON_3_8", path)
    assert (path, "CROSSLOAD_PYTHON_3_8") == (search(machine).path, search(machine).source)


@POSIX
def test_wrong_explicit_path_is_told_not_passed_over(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who names a Python means that one: another found elsewhere would be a silent surprise."""
    machine.put("bin/python3.8", answers.python("3.8.20"))
    path = machine.put("mine/py", answers.python("3.9.1"))
    monkeypatch.setenv("CROSSLOAD_PYTHON_3_8", path)
    expected = Missing(
        version="3.8",
        reason=f"CROSSLOAD_PYTHON_3_8 names no Python 3.8: {path}: runs Python 3.9.1",
        hint="point CROSSLOAD_PYTHON_3_8 at one, or unset it",
    )
    assert expected == missing(machine)


@POSIX
@pytest.mark.parametrize(
    ("different", "why"),
    [
        ({"implementation": "pypy"}, "is pypy, and TensorFlow's wheels are for CPython"),
        ({"threaded": True}, "is a free-threaded build, and TensorFlow's wheels are for the ordinary one"),
        ({"wide": False}, "is a 32-bit build, and TensorFlow's wheels are for 64 bits"),
    ],
)
def test_python_that_no_wheel_is_for(machine: Machine, different: dict[str, object], why: str) -> None:
    """PyPy, free-threaded and 32-bit builds do not count, and the reason says that they were seen."""
    path = machine.put("bin/python3.8", answers.python("3.8.20", **different))
    assert f"{path} {why}" in missing(machine).reason


@POSIX
def test_other_version_and_babble_are_passed_over(machine: Machine) -> None:
    """What runs another version, or does not answer as a Python does, is not even mentioned."""
    machine.put("bin/python3.8", answers.python("3.9.0"))
    machine.put("miniconda3/bin/python3.8", CommandResult(out="hello"))
    assert "no CPython 3.8 on this machine (looked in PATH, pyenv, asdf, mise, uv, conda)" == missing(machine).reason


@POSIX
def test_answers_are_kept_within_the_process(machine: Machine) -> None:
    """A candidate is run once, however often it is looked for."""
    machine.put("bin/python3.8", answers.python("3.8.20"))
    assert search(machine) == search(machine)
    assert 1 == len(machine.ran)


@POSIX
def test_looking_downloads_nothing(machine: Machine) -> None:
    """Without `download` no command but a candidate is run, and the hint has the commands to type."""
    nothing = missing(machine)
    assert [] == machine.ran
    assert (
        "get it with one of: uv python install 3.8 | pyenv install 3.8 | conda create -n py38 python=3.8; "
        "or set CROSSLOAD_PYTHON_3_8 to its path"
    ) == nothing.hint


@POSIX
def test_download_by_uv(machine: Machine) -> None:
    """Provisioning has uv get the Python, and then finds it in uv's folder."""
    machine.put("bin/uv", CommandResult())

    def run(command: Sequence[str], *, stdin: str = "", timeout: float = 600, hold: int | None = None) -> CommandResult:
        if list(command[1:]) == ["python", "install", "3.8"]:
            machine.put(".local/share/uv/python/cpython-3.8.20-any/bin/python3.8", answers.python("3.8.20"))
        return machine(command, stdin=stdin, timeout=timeout, hold=hold)

    got = interpreters.find("3.8", download=True, run=run)
    assert isinstance(got, Interpreter)
    assert ("uv", "3.8.20") == (got.source, got.version)


@POSIX
def test_failed_download_is_part_of_the_reason(machine: Machine) -> None:
    """That a download was tried, and how it failed, is reported next to where it was searched for."""
    machine.put("bin/uv", CommandResult())

    def run(command: Sequence[str], *, stdin: str = "", timeout: float = 600, hold: int | None = None) -> CommandResult:
        failed = CommandResult(code=1, err="error: Failed to install cpython-3.8.20\n  cause: dns error\n")
        return failed if command[1] == "python" else machine(command)

    got = interpreters.find("3.8", download=True, run=run)
    assert isinstance(got, Missing)
    assert got.reason.endswith("; uv's download failed: Failed to install cpython-3.8.20: dns error")


@POSIX
@pytest.mark.parametrize(
    ("version", "command"),
    [("3.7", ["uv", "tool", "run", "--from", "pbs-installer[all]", "pbs-install", "3.7", "-d"]), ("3.6", None)],
)
def test_what_uv_has_not(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, version: str, command: list[str] | None
) -> None:
    """pbs-installer gets 3.7; nothing is run for 3.6, which nobody offers."""
    machine.put("bin/uv", CommandResult())
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    nothing = missing(machine, version, download=True)
    downloads = [[pathlib.Path(ran[0]).name, *ran[1:-1]] for ran in machine.ran if "--version" not in ran]
    assert ([command] if command else []) == downloads
    assert ("nothing offers Python 3.6 ready made" in nothing.reason) == (command is None)


def test_this_python_is_found() -> None:
    """The Python that runs this test is found by its version, with nothing replaced."""
    version = f"3.{sys.version_info.minor}"
    got = interpreters.find(version)
    assert isinstance(got, Interpreter)
    assert version == ".".join(got.version.split(".")[:2])


@pytest.mark.slow
@POSIX
def test_every_real_pyenv_version_is_found() -> None:
    """Needs pyenv with at least one CPython 3.6 or newer: each of its minor versions is found, active or not."""
    root = pathlib.Path(os.environ.get("PYENV_ROOT") or pathlib.Path.home() / ".pyenv")
    installed = {".".join(folder.name.split(".")[:2]) for folder in root.glob("versions/3.*") if folder.is_dir()}
    if not installed:
        pytest.skip("no pyenv here")
    got = {version: interpreters.find(version) for version in installed}
    assert {} == {
        version: interpreter
        for version, interpreter in got.items()
        if not isinstance(interpreter, Interpreter) or not interpreter.version.startswith(f"{version}.")
    }


def test_version_folders_are_absolute(machine: Machine) -> None:
    """No place depends on the working folder."""
    assert [] == [root for _, root, _ in installed._version_folders() if os.name == "posix" and not root.is_absolute()]

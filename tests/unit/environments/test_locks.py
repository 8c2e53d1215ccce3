"""Locks: what uv has to resolve, that the same table gives the same bytes, and when a lock is not its table's."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import platform
import sys
from collections.abc import Sequence

import pytest

from harness import paths
from harness.catalogue.environments import load_catalogue
from harness.environments import interpreters, locks
from harness.environments.commands import CommandResult
from harness.errors import LockError
from harness.model import Environment, Runtime
from tests.unit.environments import answers

ENVIRONMENT = Environment(
    id="py38-six",
    title="Six",
    python="3.8",
    released=datetime.date(2021, 5, 5),
    as_of=datetime.date(2021, 6, 30),
    requirements=("six==1.16.0; sys_platform != 'darwin'", "wrapt<2; sys_platform == 'darwin'"),
    groups=("all",),
    runtimes=(Runtime(id="six", title="Six", environment="py38-six", keras="keras"),),
)
BODY = "six==1.16.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via -\n"
FIRST = "# nox -s lock -- py38-six  (Python 3.8, as of 2021-06-30, Linux x86-64)\n"


ROLLING = dataclasses.replace(ENVIRONMENT, rolling=True)


@pytest.fixture(autouse=True)
def catalogue(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Locks are written into a folder of the test's own."""
    monkeypatch.setattr(paths, "CATALOGUE", tmp_path)
    monkeypatch.setenv("CROSSLOAD_HOME", str(tmp_path / "home"))
    return tmp_path


class Uv:
    """A uv that gives one answer to `pip compile`, and a Python 3.8; stands in for `commands.run`."""

    def __init__(self, answer: CommandResult, version: CommandResult | None = None) -> None:
        """`version` answers `uv --version`, by which a uv is found."""
        self.answer, self.version = answer, version or CommandResult()
        self.ran: list[tuple[list[str], str]] = []

    def __call__(
        self, command: Sequence[str], *, stdin: str = "", timeout: float = 600, hold: int | None = None
    ) -> CommandResult:
        """Answer as `commands.run` would."""
        if "--version" in command:
            return self.version
        if "-c" in command:
            return answers.python("3.8.20")
        self.ran.append((list(command[1:]), stdin))
        return self.answer


@pytest.fixture
def python(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a Python for the environment."""
    monkeypatch.setenv(interpreters.variable("3.8"), "/python3.8")


@pytest.mark.usefixtures("python")
def test_what_uv_is_asked(tmp_path: pathlib.Path) -> None:
    """The day counts whole and in UTC, requirements go by stdin, and sdists are built by the right Python."""
    uv = Uv(CommandResult(out=BODY))
    assert tmp_path / "locks" / "py38-six.txt" == locks.make(ENVIRONMENT, run=uv)
    [(command, stdin)] = uv.ran
    assert [
        "pip",
        "compile",
        "-",
        "--exclude-newer",
        "2021-07-01T00:00:00Z",
        "--generate-hashes",
        "--no-header",
        "--quiet",
        "--python-version",
        "3.8",
        "--python-platform",
        "linux",
        "--python",
        "/python3.8",
    ] == command
    assert "six==1.16.0; sys_platform != 'darwin'\nwrapt<2; sys_platform == 'darwin'\n" == stdin
    assert FIRST + BODY == locks.path(ENVIRONMENT).read_text()
    assert ["py38-six.txt"] == [file.name for file in (tmp_path / "locks").iterdir()]


@pytest.mark.usefixtures("python")
def test_what_does_not_resolve_leaves_the_old_lock(tmp_path: pathlib.Path) -> None:
    """The error says what uv says and what was required, and the file stays as it was."""
    (tmp_path / "locks").mkdir()
    locks.path(ENVIRONMENT).write_text("old")
    answer = CommandResult(code=1, err="error: No solution found\n  cause: there is no version of six==1.16.0.\n")
    with pytest.raises(
        LockError,
        match=r"py38-six cannot be resolved: No solution found: there is no version of "
        r"six==1\.16\.0\n.*requires six==1\.16\.0.* as of 2021-06-30",
    ):
        locks.make(ENVIRONMENT, run=Uv(answer))
    assert "old" == locks.path(ENVIRONMENT).read_text()


@pytest.mark.usefixtures("python")
def test_address_never_gets_into_a_lock() -> None:
    """A lock that names a server or a folder would be of use to nobody else."""
    with pytest.raises(LockError, match="would name an address"):
        locks.make(ENVIRONMENT, run=Uv(CommandResult(out="six @ file:///home/me/six.whl\n")))


@pytest.mark.usefixtures("python")
def test_rolling_lock_is_of_this_machine_and_not_committed(tmp_path: pathlib.Path) -> None:
    """It lies beside the environment, and agrees with its table on any day."""
    uv = Uv(CommandResult(out=BODY))
    locks.refresh(ROLLING, run=uv)
    file = tmp_path / "home" / "environments" / "py38-six.resolved.txt"
    assert file == locks.path(ROLLING)
    assert "--python-platform" not in uv.ran[0][0]
    assert "2021-07-01T00:00:00Z" in uv.ran[0][0]
    assert f"# nox -s lock -- py38-six  (Python 3.8, rolling, {sys.platform} {platform.machine()})\n{BODY}" == (
        file.read_text()
    )
    tomorrow = dataclasses.replace(ROLLING, requirements=("six",), as_of=datetime.date(2021, 7, 1))
    assert [] == locks.disagreements(tomorrow, file.read_text())
    assert ["it has six 1.16.0, and ==1.15 is required"] == locks.disagreements(
        dataclasses.replace(ROLLING, requirements=("six==1.15",)), file.read_text()
    )


@pytest.mark.usefixtures("python")
def test_rolling_lock_of_yesterday_is_not_taken_for_todays() -> None:
    """What cannot be resolved today leaves a lock with nothing in it but the reason."""
    locks.refresh(ROLLING, run=Uv(CommandResult(out=BODY)))
    locks.refresh(ROLLING, run=Uv(CommandResult(code=1, err="error: No solution found\n")))
    text = locks.path(ROLLING).read_text()
    assert {} == locks.pins(text)
    assert ["py38-six cannot be resolved: No solution found"] == locks.disagreements(ROLLING, text)


def test_rolling_lock_that_cannot_be_written_is_none(tmp_path: pathlib.Path) -> None:
    """Without a place for it there is no lock, and no error either: the environment will be unavailable."""
    (tmp_path / "home").write_text("in the way")
    locks.refresh(ROLLING, run=Uv(CommandResult(out=BODY)))
    assert "in the way" == (tmp_path / "home").read_text()


def test_without_uv() -> None:
    """Where no uv runs, the error says how to get one."""
    uv = Uv(CommandResult(), version=CommandResult(code=127, trouble="cannot be started"))
    with pytest.raises(LockError, match=r'python3 -m pip install "nox\[uv\]"'):
        locks.make(ENVIRONMENT, run=uv)


def test_pins_have_canonical_names() -> None:
    """Names are those that other tools compare by; hashes, comments and markers are no part of a version."""
    text = FIRST + "PyYAML==5.4.1 \\\n    --hash=sha256:aa\n    # via a==1\nzope.event==4.5 ; python_version < '4'\n"
    assert {"pyyaml": "5.4.1", "zope-event": "4.5"} == locks.pins(text)


@pytest.mark.parametrize(
    ("change", "text", "expected"),
    [
        ({}, FIRST + BODY, []),
        ({}, BODY, ["it was made for another table (six==1.16.0 \\)"]),
        (
            {"as_of": datetime.date(2022, 1, 1)},
            FIRST + BODY,
            ["it was made for another table (nox -s lock -- py38-six  (Python 3.8, as of 2021-06-30, Linux x86-64))"],
        ),
        ({"requirements": ("six==1.15",)}, FIRST + BODY, ["it has six 1.16.0, and ==1.15 is required"]),
        (
            {"requirements": ("six", "wrapt; python_version < '3.9'", "gast; python_version > '3.9'")},
            FIRST + BODY,
            ["it lacks wrapt"],
        ),
    ],
)
def test_disagreements(change: dict[str, object], text: str, expected: list[str]) -> None:
    """A lock must be of this table, and hold each requirement whose marker is true on the locks' platform."""
    assert expected == locks.disagreements(dataclasses.replace(ENVIRONMENT, **change), text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [("2019.05", "2019.5", True), ("1.0", "1.0.0", True), ("1.0", "1.0.1", False), ("1.0-odd?", "1.0", False)],
)
def test_same_version(left: str, right: str, same: bool) -> None:
    """Two spellings of a version are one version; a spelling that is none equals only itself."""
    assert same == locks.same_version(left, right)


@pytest.mark.slow
def test_committed_lock_is_reproduced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Needs uv, the package index and Python 3.7: a real lock comes out the same to the byte, in two time zones."""
    environment = load_catalogue(paths.PROJECT / "harness/catalogue/environments.toml").environment("py37-tf1.15")
    committed = (paths.PROJECT / "harness/catalogue/locks/py37-tf1.15.txt").read_text()
    for zone in ("UTC", "Pacific/Auckland"):
        monkeypatch.setenv("TZ", zone)
        assert committed == locks.make(environment).read_text()


@pytest.mark.slow
def test_what_does_not_exist_does_not_resolve() -> None:
    """Needs uv and the package index: a package that nobody has published is reported in one line."""
    wanted = dataclasses.replace(ENVIRONMENT, requirements=("crossload-has-no-such-package==1",))
    with pytest.raises(LockError, match=r"crossload-has-no-such-package was not found"):
        locks.make(wanted)

"""The nox sessions. Each is a few lines that call the harness."""

from __future__ import annotations

import pathlib
import re
import sys

import nox

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness.catalogue.environments import Catalogue, load_catalogue
from harness.environments import locks, provision
from harness.errors import CrossloadError, UsageError

nox.needs_version = ">=2024.3.2"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False  # a missing Python is a finding, not a failure
nox.options.reuse_existing_virtualenvs = True
nox.options.stop_on_first_error = False
nox.options.sessions = ["matrix"]

PROJECT = nox.project.load_toml("pyproject.toml")


def _load() -> Catalogue:
    """The catalogue. Raises UsageError if the command line names an env(<id>) that is not in it."""
    catalogue = load_catalogue()
    for word in sys.argv[1 : sys.argv.index("--") if "--" in sys.argv else None]:
        match = re.fullmatch(r"env\(([^=]*)\)", word)
        if match:
            catalogue.environment(match[1].strip("'\""))  # nox would only say that there is no such session
    return catalogue


try:
    CATALOGUE = _load()
except CrossloadError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(error.exit_code)


@nox.session(venv_backend="none")
@nox.parametrize("id", [nox.param(each.id, id=each.id, tags=list(each.groups)) for each in CATALOGUE.environments])
def env(session: nox.Session, id: str) -> None:
    """Provision one environment of the catalogue, or say why that is not possible."""
    record = provision.provision(CATALOGUE.environment(id), tell=session.log)
    if not record.ready:
        session.skip(f"{id} is unavailable: {record.reason}\n  -> {record.hint}")
    session.log(f"{id} is ready: Python {record.python_version}, {len(record.packages)} packages, {record.python}")


@nox.session(venv_backend="none")
def lock(session: nox.Session) -> None:
    """Make locks again: nox -s lock -- ID [ID ...], or --all (of the committed ones)."""
    ids = [environment.id for environment in CATALOGUE.environments if not environment.rolling]
    try:
        if not session.posargs:
            raise UsageError("which lock?", f"nox -s lock -- --all, or one of: {' '.join(ids)}")
        chosen = ids if "--all" in session.posargs else session.posargs
        for environment in [CATALOGUE.environment(id) for id in chosen]:
            session.log(f"wrote {locks.make(environment)}")
    except CrossloadError as error:
        session.error(str(error))


@nox.session
def matrix(session: nox.Session) -> None:
    """Save everywhere, load everywhere, compare, report: nox -s matrix -- --help lists the options."""
    _harness(session, "matrix")


@nox.session
def report(session: nox.Session) -> None:
    """Write the report again from the results of the last run."""
    _harness(session, "report")


@nox.session
def reference(session: nox.Session) -> None:
    """Make the results of a full run the committed reference, or compare with it: -- --check."""
    _harness(session, "reference")


@nox.session
def upgrade(session: nox.Session) -> None:
    """What a move means for saved models, and what to do: nox -s upgrade -- --from RUNTIME --to RUNTIME."""
    _harness(session, "upgrade")


@nox.session
def causes(session: nox.Session) -> None:
    """How many failing cells have a known cause and a verified remedy; -- --cause ID shows one."""
    _harness(session, "causes")


@nox.session
def new(session: nox.Session) -> None:
    """Write a first scenario that runs: nox -s new -- NAME."""
    _harness(session, "new")


@nox.session
def tests(session: nox.Session) -> None:
    """All tests, including those on real environments; -- -m "not slow" leaves these out."""
    session.install(*PROJECT["project"]["dependencies"], *nox.project.dependency_groups(PROJECT, "tests"))
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def known(session: nox.Session) -> None:
    """Rerun every reported break of tests/known in its own environments."""
    session.install(*PROJECT["project"]["dependencies"], *nox.project.dependency_groups(PROJECT, "tests"))
    session.run("python", "-m", "pytest", "-m", "live", "tests/known", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, the layers of docs/design.md, and nothing newer than Python 3.6 where old interpreters run."""
    groups = nox.project.dependency_groups(PROJECT, "lint", "tests", "bench")
    session.install(*PROJECT["project"]["dependencies"], *groups)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")
    session.run(
        "vermin", "--no-tips", "--violations", "--target=3.6-", "--eval-annotations", "harness/worker", "scenarios"
    )


@nox.session
def bench(session: nox.Session) -> None:
    """Measure: ratios within one run; nox -s bench -- --help lists the benchmarks."""
    session.install(*PROJECT["project"]["dependencies"], *nox.project.dependency_groups(PROJECT, "tests", "bench"))
    session.run("python", "-m", "benchmarks", *session.posargs)


def _harness(session: nox.Session, command: str) -> None:
    session.install(*PROJECT["project"]["dependencies"])
    # Bytecode is for the virtualenv of this session alone, and makes every later start quicker by seconds.
    session.run("python", "-m", "harness", command, *session.posargs, env={"PYTHONDONTWRITEBYTECODE": ""})

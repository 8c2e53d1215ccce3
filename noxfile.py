"""Sessions of nox; thin: each says what it is and hands over to the harness."""

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
nox.options.error_on_missing_interpreters = False  # a Python that is not there is a finding, not a failure
nox.options.reuse_existing_virtualenvs = True
nox.options.stop_on_first_error = False
nox.options.sessions = ["matrix"]

PROJECT = nox.project.load_toml("pyproject.toml")


def _load() -> Catalogue:
    """The catalogue. Raises UsageError when the command line asks for an env(<id>) that it has not."""
    catalogue = load_catalogue()
    for word in sys.argv[1 : sys.argv.index("--") if "--" in sys.argv else None]:
        asked = re.fullmatch(r"env\(([^=]*)\)", word)
        if asked:
            catalogue.environment(asked[1].strip("'\""))  # nox itself would only say that there is no such session
    return catalogue


try:
    CATALOGUE = _load()
except CrossloadError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(error.exit_code)


@nox.session(venv_backend="none")
@nox.parametrize("id", [nox.param(one.id, id=one.id, tags=list(one.groups)) for one in CATALOGUE.environments])
def env(session: nox.Session, id: str) -> None:
    """Make one environment what the catalogue asks, or say why that cannot be."""
    record = provision.provision(CATALOGUE.environment(id), tell=session.log)
    if not record.ready:
        session.skip(f"{id} is unavailable: {record.reason}\n  -> {record.hint}")
    session.log(f"{id} is ready: Python {record.python_version}, {len(record.packages)} packages, {record.python}")


@nox.session(venv_backend="none")
def lock(session: nox.Session) -> None:
    """Make locks again: nox -s lock -- ID [ID ...], or --all (of the committed ones)."""
    ids = [one.id for one in CATALOGUE.environments if not one.rolling]
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
    """Save everywhere, load everywhere, compare, report: nox -s matrix -- --help tells all."""
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
    """What becomes of saved models on a move, and what to do: nox -s upgrade -- --from RUNTIME --to RUNTIME."""
    _harness(session, "upgrade")


@nox.session
def causes(session: nox.Session) -> None:
    """How many failing cells have a known cause and a verified remedy; -- --cause ID tells of one."""
    _harness(session, "causes")


@nox.session
def new(session: nox.Session) -> None:
    """Write a first scenario that runs: nox -s new -- NAME."""
    _harness(session, "new")


@nox.session
def tests(session: nox.Session) -> None:
    """All tests, the ones on real environments too; -- -m "not slow" leaves those out."""
    session.install(*PROJECT["project"]["dependencies"], *nox.project.dependency_groups(PROJECT, "tests"))
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def known(session: nox.Session) -> None:
    """Run every reported break of tests/known anew, in its own environments."""
    session.install(*PROJECT["project"]["dependencies"], *nox.project.dependency_groups(PROJECT, "tests"))
    session.run("python", "-m", "pytest", "-m", "live", "tests/known", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, the floors of the design, and nothing newer than Python 3.6 where old interpreters run."""
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
    """Measure: ratios within one run; nox -s bench -- --help tells which."""
    session.install(*PROJECT["project"]["dependencies"], *nox.project.dependency_groups(PROJECT, "tests", "bench"))
    session.run("python", "-m", "benchmarks", *session.posargs)


def _harness(session: nox.Session, command: str) -> None:
    session.install(*PROJECT["project"]["dependencies"])
    # Bytecode is for the virtualenv of this session alone, and makes every later start quicker by seconds.
    session.run("python", "-m", "harness", command, *session.posargs, env={"PYTHONDONTWRITEBYTECODE": ""})

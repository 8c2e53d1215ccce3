"""The command line behind the nox sessions: parse, run, tell, and one exit code for each kind of end."""

from __future__ import annotations

import argparse
import dataclasses
import fnmatch
import os
import pathlib
import shlex
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

import harness
from harness import paths
from harness.catalogue.causes import load_causes
from harness.catalogue.environments import Catalogue, load_catalogue
from harness.cli import causes as cli_causes
from harness.cli import output, progress
from harness.cli import upgrade as cli_upgrade
from harness.environments import locks
from harness.errors import CrossloadError, HarnessError, UsageError
from harness.execute.pool import Limits
from harness.model import Fault, Scenario
from harness.plan import scenarios, template
from harness.plan.selection import SelectionFilters, select
from harness.plan.tasks import Selection
from harness.results import diagnose, reference, remedies, sources
from harness.results.document import build_document, judge_cells, read_document
from harness.run import unchanged
from harness.run.matrix import Matrix, Options

if TYPE_CHECKING:
    from harness.report.earlier import Earlier

INTERRUPTED = 130
_CAN_FORK = hasattr(os, "fork")

_BEFORE = (
    "an earlier run to lay this one over in the report: a results.json that was kept, or a folder such as "
    "reports/reference"
)
_EPILOG = """\
examples:
  nox -s matrix                                          the core set, all scenarios
  nox -s matrix -- --list                                every scenario, format, runtime and environment
  nox -s matrix -- --runtimes tf1.15,tf2.21-keras3       only these two, both ways
  nox -s matrix -- -k lstm_defaults --format weights-h5  one page of the matrix for each of its parameters
  nox -s matrix -- --save 'tf2.3' --load 'tf2.*'         patterns are fine (quote them)
  nox -s matrix -- --scenarios ~/my-scenarios            scripts kept elsewhere
  nox -s matrix -- --group nightly --save tf2.21-keras3  what the nightly builds make of files of today

Several names are separated by commas, or the option is given again. A model that does not load is a finding, not a
failure: the exit code is 0 when the run is complete, 2 for a wrong command line, 3 for a faulty catalogue, 4 for a
store that cannot be used, 5 when the harness itself is in trouble, 130 when interrupted (nox makes 1 of any but 0).
"""


def main(arguments: Sequence[str]) -> int:
    """Run a command; returns its exit code."""
    # Nobody reads a pipe at 80 columns: tables are as wide there as they need to be.
    console = Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 200)
    parsed = _parser().parse_args(arguments)
    parsed.given = list(arguments[1:])
    try:
        code: int = parsed.run(parsed, console)
        return code
    except CrossloadError as error:
        Console(stderr=True, soft_wrap=True).print(f"crossload: {error}", markup=False, highlight=False)
        return error.exit_code
    except KeyboardInterrupt:
        console.print("\nInterrupted. Everything finished is kept: the same command goes on from here.")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="crossload", description=harness.__doc__)
    parser.add_argument("--version", action="version", version=harness.__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_matrix(commands)
    _add_new(commands)
    _add_report(commands)
    _add_reference(commands)
    cli_upgrade.add(commands)
    cli_causes.add(commands)
    return parser


def _add_matrix(commands: Any) -> None:
    one = commands.add_parser(
        "matrix",
        prog="nox -s matrix --",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
        help="save everywhere, load everywhere, compare, and report",
        description="Save models in every chosen runtime, load them in every other, compare what both sides observe, "
        "and write the compatibility matrix to reports/index.html. What is known is not done again.",
    )
    what = one.add_argument_group("what")
    what.add_argument(
        "--runtimes",
        metavar="NAMES",
        type=_names,
        action="extend",
        default=[],
        help="runtimes to save in and to load in (default: the core set)",
    )
    what.add_argument("--save", metavar="NAMES", type=_names, action="extend", default=[], help="runtimes to save in")
    what.add_argument("--load", metavar="NAMES", type=_names, action="extend", default=[], help="runtimes to load in")
    what.add_argument(
        "--scenario",
        "-k",
        metavar="NAMES",
        type=_names,
        action="extend",
        default=[],
        dest="chosen",
        help="scenarios (default: those of the core set; where more than that is asked for, all)",
    )
    what.add_argument(
        "--format",
        metavar="NAMES",
        type=_names,
        action="extend",
        default=[],
        dest="formats",
        help="file formats (default: all that a scenario has)",
    )
    what.add_argument(
        "--variant",
        metavar="NAMES",
        type=_names,
        action="extend",
        default=[],
        dest="variants",
        help="single pages of the matrix, such as dense/h5 (see --list --json)",
    )
    what.add_argument(
        "--group",
        metavar="NAME",
        default="core",
        help="the runtimes of this group instead of the core set (see --list)",
    )
    what.add_argument(
        "--all",
        action="store_const",
        const="all",
        dest="group",
        help="short for --group all: every runtime but the rolling ones, such as nightly",
    )
    what.add_argument(
        "--scenarios",
        metavar="DIR",
        type=pathlib.Path,
        default=paths.SCENARIOS,
        help="take scenario scripts from this folder instead of scenarios/",
    )
    how = one.add_argument_group("how")
    how.add_argument(
        "--jobs",
        "-j",
        metavar="N",
        type=_count,
        default=os.cpu_count() or 1,
        help="how many saves or loads at once (default: the number of CPUs)",
    )
    how.add_argument(
        "--isolation",
        choices=("fork", "process"),
        default="fork" if _CAN_FORK else "process",
        help="fork: import Keras once per runtime, fork per cell (default where there is fork); "
        "process: a fresh interpreter per cell, slower, same verdicts",
    )
    how.add_argument("--fresh", action="store_true", help="ignore what is stored: do everything again")
    how.add_argument(
        "--remedies",
        choices=("needed", "all", "none"),
        default="needed",
        help="which remedies to try: needed: where no other cell, of another format say, shows one "
        "(default); all: on every cell; none: only name the causes",
    )
    how.add_argument(
        "--no-reference",
        action="store_true",
        help="with --all: run also what the committed reports/reference knows already",
    )
    how.add_argument(
        "--prune-environments",
        action="store_true",
        help="remove each environment from disk as soon as its saves, and then its loads, are done; with "
        "UV_NO_CACHE=1 set, uv keeps no copy of the packages either (they are downloaded twice then)",
    )
    how.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=Limits().seconds,
        help="limit for one save or load (default: %(default).0f)",
    )
    how.add_argument(
        "--memory",
        metavar="GIB",
        type=_seconds,
        default=Limits().memory / 2**30,
        help="what one save or load may grow by (default: %(default).0f)",
    )
    how.add_argument(
        "--reports",
        metavar="DIR",
        type=pathlib.Path,
        default=paths.REPORTS,
        help="where the report goes (default: reports/)",
    )
    how.add_argument("--before", metavar="PATH", type=pathlib.Path, help=_BEFORE)
    tell = one.add_argument_group("only tell")
    tell.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    tell.add_argument("--list", action="store_true", help="list scenarios, formats, runtimes and environments")
    tell.add_argument("--json", action="store_true", help="print the summary, --dry-run or --list as JSON")
    one.set_defaults(run=_matrix)


def _add_new(commands: Any) -> None:
    one = commands.add_parser(
        "new",
        prog="nox -s new --",
        help="write a first scenario that runs",
        description="Write a first scenario that runs, to be changed into yours.",
    )
    one.add_argument("name", help="its name: a Python identifier, which becomes NAME.py")
    one.add_argument(
        "--scenarios",
        metavar="DIR",
        type=pathlib.Path,
        default=paths.SCENARIOS,
        help="the folder to write it to (default: scenarios/)",
    )
    one.set_defaults(run=_new)


def _add_report(commands: Any) -> None:
    one = commands.add_parser(
        "report",
        prog="nox -s report --",
        help="write the report again from results.json",
        description="Write the report again from the results of the last run. Causes are named "
        "anew; remedies are those that the run tried.",
    )
    one.add_argument(
        "--results",
        metavar="FILE",
        type=pathlib.Path,
        default=paths.REPORTS / "results.json",
        help="a results document (default: reports/results.json)",
    )
    one.add_argument(
        "--reports",
        metavar="DIR",
        type=pathlib.Path,
        default=paths.REPORTS,
        help="where the report goes (default: reports/)",
    )
    one.add_argument("--before", metavar="PATH", type=pathlib.Path, help=_BEFORE)
    one.set_defaults(run=_report)


def _add_reference(commands: Any) -> None:
    one = commands.add_parser(
        "reference",
        prog="nox -s reference --",
        help="make the results of a full run the committed reference",
        description="Write reports/reference (columns, page, picture, summary) and docs/findings.md from the results "
        "of a full run: nox -s matrix -- --all. With --check, tell where those results differ from the "
        "reference instead, and change nothing.",
    )
    one.add_argument(
        "--results",
        metavar="FILE",
        type=pathlib.Path,
        default=paths.REPORTS / "results.json",
        help="a results document (default: reports/results.json)",
    )
    one.add_argument(
        "--check",
        action="store_true",
        help="compare verdicts cell by cell with the reference; exit code 1 when one differs",
    )
    one.add_argument("--json", action="store_true", help="print what --check finds as JSON")
    one.set_defaults(run=_make_reference)


def _matrix(parsed: argparse.Namespace, console: Console) -> int:
    begun = time.monotonic()
    catalogue = load_catalogue()
    found, faults = _scenarios(parsed)
    if parsed.list:
        output.print_inventory(console, catalogue, found, parsed.json)
        return 0
    wishes = SelectionFilters(
        runtimes=parsed.runtimes,
        save=parsed.save,
        load=parsed.load,
        scenarios=parsed.chosen,
        formats=parsed.formats,
        variants=parsed.variants,
        group=parsed.group,
    )
    selection = select(catalogue, found, wishes)
    options = Options(
        command=_command(parsed.given),
        isolation=parsed.isolation,
        jobs=parsed.jobs,
        fresh=parsed.fresh,
        prune=parsed.prune_environments,
        reference=_reference(parsed, selection),
        limits=Limits(seconds=parsed.timeout, memory=int(parsed.memory * 2**30)),
    )
    if parsed.isolation == "fork" and not _CAN_FORK:
        raise UsageError("this system has no fork", "use --isolation process")
    if not parsed.dry_run:
        _resolve_rolling(catalogue, selection)
    run = Matrix(catalogue, selection, faults, options)
    if parsed.dry_run:
        output.print_outlook(console, run.outlook(), parsed.json)
        return 0
    before = _before(parsed)
    talk = Console(stderr=True, soft_wrap=True) if parsed.json else console
    last = unchanged.PreviousRun(
        run.store.path, parsed.reports, [selection, faults, options, parsed.remedies], run.environments
    )
    if not (parsed.fresh or parsed.before) and (report := last.report()):
        output.print_text(
            talk, "Nothing has changed since the last run, so its report stands (--fresh does it all again)."
        )
        output.print_summary(console, report.document, report.files, time.monotonic() - begun, as_json=parsed.json)
        return 0
    known = load_causes()
    with progress.watcher(talk) as watcher:
        done = run.run(watcher)
        document = build_document(done, judge_cells(done, run.store))
        diagnose.annotate(document, known)
        trials = (
            {}
            if parsed.remedies == "none"
            else run.try_remedies(done, document, known, watcher, every=parsed.remedies == "all")
        )
    remedies.annotate(document, trials, known)
    written = _write(document, parsed.reports, before)
    run.store.close()
    last.leave(document, written)
    output.print_summary(console, document, written, time.monotonic() - begun, as_json=parsed.json)
    return 0


def _reference(parsed: argparse.Namespace, selection: Selection) -> pathlib.Path | None:
    """Where results are known from: a smaller run is quick enough to be had anew on this machine."""
    wanted = selection.by_reach and not parsed.no_reference and parsed.scenarios == paths.SCENARIOS
    return paths.REFERENCE if wanted and reference.there(paths.REFERENCE) else None


def _resolve_rolling(catalogue: Catalogue, selection: Selection) -> None:
    """What is known is known of certain packages, so those of rolling environments must be known first."""
    chosen = {runtime.environment for runtime in selection.runtimes}
    for environment in catalogue.environments:
        if environment.rolling and environment.id in chosen:
            locks.refresh(environment)


def _scenarios(parsed: argparse.Namespace) -> tuple[tuple[Scenario, ...], tuple[Fault, ...]]:
    if not parsed.scenarios.is_dir():
        raise UsageError(f"--scenarios {parsed.scenarios}: no such folder")
    found, faults = scenarios.read_all(parsed.scenarios)
    if not found and faults:
        raise UsageError("no scenario can be read:\n" + "\n".join(output.fault_line(fault) for fault in faults))
    if not found:
        raise UsageError(f"{parsed.scenarios}: no scenario there", "write a first one: nox -s new -- my_model")
    if not parsed.chosen:
        return found, faults
    wanted = tuple(
        fault for fault in faults if any(fnmatch.fnmatchcase(fault.scenario, pattern) for pattern in parsed.chosen)
    )
    named = [fault for fault in wanted if fault.scenario in parsed.chosen]
    if named:
        raise UsageError("\n".join(output.fault_line(fault) for fault in named))
    return found, wanted


def _new(parsed: argparse.Namespace, console: Console) -> int:
    path = template.write(parsed.name, parsed.scenarios)
    elsewhere = "" if parsed.scenarios == paths.SCENARIOS else f" --scenarios {shlex.quote(str(parsed.scenarios))}"
    output.print_text(console, f"Wrote {output.short_path(path)}. Run it: nox -s matrix -- -k {parsed.name}{elsewhere}")
    return 0


def _report(parsed: argparse.Namespace, console: Console) -> int:
    document = sources.rediagnose(read_document(parsed.results), load_causes())
    for path in _write(document, parsed.reports, _before(parsed)).values():
        output.print_text(console, output.short_path(path))
    return 0


def _make_reference(parsed: argparse.Namespace, console: Console) -> int:
    document = read_document(parsed.results)
    if parsed.check:
        return _check_reference(document, console, as_json=parsed.json)
    from harness.report import findings, publish

    document = reference.portable(document)
    reference.write(document, paths.REFERENCE)
    written = publish(document, paths.REFERENCE)
    target = paths.PROJECT / "docs" / "findings.md"
    target.write_text(findings.page(document), encoding="utf-8")
    for path in [*(paths.REFERENCE / name for name in reference.FILES), *written, target]:
        output.print_text(console, f"{output.short_path(path)}  {path.stat().st_size / 1e6:.2f} MB")
    return 0


def _check_reference(document: dict[str, Any], console: Console, *, as_json: bool) -> int:
    changes = reference.changes(reference.read(paths.REFERENCE), document)
    if as_json:
        output.print_json(console, [dataclasses.asdict(one) for one in changes])
        return int(bool(changes))
    for one in changes:
        output.print_text(
            console, f"{one.variant}: {one.save} -> {one.load}: {one.before or 'not asked'}, now {one.now}"
        )
    of = f"{len(document['cells']):,} cells"
    output.print_text(console, f"{of}, {len(changes):,} of them with another verdict than the reference")
    return int(bool(changes))


def _before(parsed: argparse.Namespace) -> Earlier | None:
    """The earlier run that is asked for. Raises UsageError, before anything is run."""
    if parsed.before is None:
        return None
    from harness.report import earlier

    return earlier.read(parsed.before)


def _write(document: dict[str, Any], folder: pathlib.Path, before: Earlier | None) -> dict[str, pathlib.Path]:
    from harness import report  # pandas takes a while to import, and --help should not wait for it

    try:
        return report.write(document, folder, before)
    except OSError as error:
        raise HarnessError(
            f"the report cannot be written: {error}", "the results are kept; name another folder: --reports DIR"
        ) from error


def _command(arguments: Sequence[str]) -> str:
    return "nox -s matrix" + (f" -- {shlex.join(arguments)}" if arguments else "")


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"names separated by commas, not {text!r}")
    return names


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 up, not {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"a number above 0, not {text!r}")
    return value

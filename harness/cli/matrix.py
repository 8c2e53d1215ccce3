"""The command `matrix`: turns its arguments into a selection and options, runs them, and writes the report."""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import functools
import os
import pathlib
import shlex
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from harness import paths
from harness.catalogue.causes_reader import load_causes
from harness.catalogue.environments import Catalogue
from harness.cli import output, progress
from harness.cli.arguments import add_reports, add_scenarios, count, earlier_run, names, positive
from harness.cli.host_log import host_log
from harness.cli.report import write_report
from harness.cli.setting import Setting
from harness.culprit import emit
from harness.errors import UsageError
from harness.execute.pool import Limits
from harness.model import Fault, Scenario
from harness.plan import scenarios
from harness.plan.selection import SelectionFilters, select
from harness.plan.tasks import Selection
from harness.results import reference
from harness.run import carry_out
from harness.run.machinery import Machinery
from harness.run.matrix import Matrix, Options
from harness.run.unchanged import PreviousRun

_CAN_FORK = hasattr(os, "fork")
_EPILOG = """\
examples:
  nox -s matrix                                          the core set, all scenarios
  nox -s matrix -- --list                                every scenario, format, runtime and environment
  nox -s matrix -- --runtimes tf1.15,tf2.21-keras3       only these two, both ways
  nox -s matrix -- --pairs tf2.13:tf2.14,tf1.15:tf2.3    only these moves, saver:loader
  nox -s matrix -- -k lstm_defaults --format weights-h5  one page of the matrix for each of its parameters
  nox -s matrix -- --save 'tf2.3' --load 'tf2.*'         patterns work (quote them)
  nox -s matrix -- --scenarios ~/my-scenarios            scripts kept elsewhere
  nox -s matrix -- --group nightly --save tf2.21-keras3  how nightly builds load today's files
  nox -s matrix -- -k my_model --log run.log             log what the harness does, with times

Separate several names by commas, or repeat the option. A model that does not load is a finding, not a failure: the
exit code is 0 for a complete run, 2 for a wrong command line, 3 for a faulty catalogue, 4 for a store that cannot be
used, 5 if the harness itself fails, and 130 if you interrupt it (nox turns all but 0 into 1).
"""


def add(commands: Any, setting: Setting) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "matrix",
        prog="nox -s matrix --",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
        help="save everywhere, load everywhere, compare, and report",
        description="Save models in every chosen runtime, load them in every other, compare what both sides observe, "
        "and write the compatibility matrix to reports/index.html. Known results are not measured again.",
    )
    _add_what(parser.add_argument_group("what to run"))
    _add_how(parser.add_argument_group("how to run it"))
    instead = parser.add_argument_group("without running anything")
    instead.add_argument("--dry-run", action="store_true", help="only print what would be done")
    instead.add_argument("--list", action="store_true", help="list scenarios, formats, runtimes and environments")
    instead.add_argument("--json", action="store_true", help="print the summary, --dry-run or --list as JSON")
    parser.set_defaults(run=functools.partial(_matrix, setting))


def _add_what(group: argparse._ActionsContainer) -> None:
    several = functools.partial(group.add_argument, metavar="NAMES", type=names, action="extend", default=[])
    several("--runtimes", help="runtimes to save in and to load in (default: the core set)")
    several("--save", help="runtimes to save in")
    several("--load", help="runtimes to load in")
    group.add_argument(
        "--pairs",
        metavar="SAVE:LOAD",
        type=names,
        action="extend",
        default=[],
        help="exactly these moves, of any group, such as tf2.13:tf2.14,keras2.2.4:tf1.15 (instead of --runtimes, "
        "--save, --load, --group and --all)",
    )
    several(
        "--scenario",
        "-k",
        dest="chosen",
        help="scenarios (default: those of the core set; all, if the run is more than the core set)",
    )
    several("--format", dest="formats", help="file formats (default: all that a scenario has)")
    several("--variant", dest="variants", help="single pages of the matrix, such as dense/h5 (see --list --json)")
    group.add_argument(
        "--group",
        metavar="NAME",
        default="core",
        help="the runtimes of this group instead of the core set (see --list)",
    )
    group.add_argument(
        "--all",
        action="store_const",
        const="all",
        dest="group",
        help="short for --group all: every runtime except the rolling ones, such as nightly",
    )
    add_scenarios(group, "take scenario scripts from this folder instead of scenarios/")


def _add_how(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "--jobs",
        "-j",
        metavar="N",
        type=count,
        default=os.cpu_count() or 1,
        help="how many saves or loads run at once (default: the number of CPUs)",
    )
    group.add_argument(
        "--isolation",
        choices=("fork", "process"),
        default="fork" if _CAN_FORK else "process",
        help="fork: import Keras once per runtime, fork per cell (default where the system has fork); "
        "process: a fresh interpreter per cell, slower, same verdicts",
    )
    group.add_argument("--fresh", action="store_true", help="ignore stored results: run everything again")
    group.add_argument(
        "--remedies",
        choices=("needed", "all", "none"),
        default="needed",
        help="which remedies to try. needed (default): those of cells that no other cell helps, such as one in "
        "another format; all: those of every cell; none: only name the causes",
    )
    group.add_argument(
        "--culprit",
        choices=("unknown", "all", "none"),
        default="unknown",
        help="for which failing cells to look for the culprit by experiment. unknown (default): those without a known "
        "cause; all: every one; none: none",
    )
    group.add_argument(
        "--budget",
        metavar="SECONDS",
        type=positive,
        default=Options().budget,
        help="limit for the experiments on one cell (default: %(default).0f)",
    )
    group.add_argument(
        "--no-reference",
        action="store_true",
        help="with --all: also run what the committed reports/reference already has",
    )
    group.add_argument(
        "--prune-environments",
        action="store_true",
        help="remove each environment from disk as soon as its saves, and later its loads, are done; with "
        "UV_NO_CACHE=1, uv keeps no copy of the packages either (so they are downloaded twice)",
    )
    group.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=positive,
        default=Limits().seconds,
        help="limit for one save or load (default: %(default).0f)",
    )
    group.add_argument(
        "--memory",
        metavar="GIB",
        type=positive,
        default=Limits().memory / 2**30,
        help="how much more memory one save or load may use (default: %(default).0f)",
    )
    group.add_argument(
        "--emit-repro",
        metavar="DIR",
        type=pathlib.Path,
        help="for each group of failing cells that is located or unknown, write a report ready to file: a small plain "
        "Keras script that fails in the same way (at most ten)",
    )
    group.add_argument(
        "--repro-budget",
        metavar="SECONDS",
        type=positive,
        default=emit.BUDGET,
        help="limit for making the model of one such script smaller (default: %(default).0f)",
    )
    add_reports(group)
    group.add_argument("-v", "--verbose", action="store_true", help="also print what the harness does, with times")
    group.add_argument(
        "--log", metavar="FILE", type=pathlib.Path, help="append a detailed log of what the harness does to this file"
    )


def _matrix(setting: Setting, parsed: argparse.Namespace, console: Console) -> int:
    catalogue = setting.load_catalogue()
    readable, faults = _scenarios(parsed)
    if parsed.list:
        output.print_inventory(console, catalogue, readable, parsed.json)
        return 0
    filters = _filters(parsed)
    selection = select(catalogue, readable, filters)
    options = _options(parsed, filters, _reference(setting, parsed, filters))
    if parsed.dry_run:
        matrix = Matrix(catalogue, selection, faults, options, setting.machinery, dry=True)
        with contextlib.closing(matrix.store):
            output.print_outlook(console, matrix.outlook(), parsed.json)
        return 0
    messages = Console(stderr=True, soft_wrap=True) if parsed.json else console
    with host_log(messages, verbose=parsed.verbose, file=parsed.log):
        _resolve_rolling(catalogue, selection, setting.machinery)
        matrix = Matrix(catalogue, selection, faults, options, setting.machinery)
        with contextlib.closing(matrix.store):
            return _run(matrix, [selection, faults, options], parsed, console, messages, setting)


def _run(
    matrix: Matrix,
    run_key: Any,
    parsed: argparse.Namespace,
    console: Console,
    messages: Console,
    setting: Setting,
) -> int:
    """Run the matrix and write its report, unless the report of the last run is up to date.

    `run_key` is everything that distinguishes this run: its selection, faults and options.
    """
    begun = time.monotonic()
    before = earlier_run(parsed.before)
    store = paths.home() / "store.sqlite"
    previous = PreviousRun(store, parsed.reports, run_key, matrix.environments, setting.machinery.current)
    report = None if parsed.fresh or parsed.before or parsed.emit_repro else previous.report()
    if report:
        output.print_text(
            messages, "Nothing has changed since the last run: its report is up to date (--fresh runs it all again)."
        )
        output.print_summary(console, report.document, report.files, time.monotonic() - begun, as_json=parsed.json)
        return 0
    with progress.watcher(messages) as watcher:
        document = carry_out(matrix, load_causes(), watcher)
        if parsed.emit_repro:
            say = functools.partial(output.print_text, messages)
            emit.emit(matrix, setting.machinery, document, parsed.emit_repro, parsed.repro_budget, watcher, say)
    written = write_report(document, parsed.reports, before)
    matrix.store.close()
    previous.leave(document, written)
    output.print_summary(console, document, written, time.monotonic() - begun, as_json=parsed.json)
    return 0


def _filters(parsed: argparse.Namespace) -> SelectionFilters:
    return SelectionFilters(
        runtimes=parsed.runtimes,
        save=parsed.save,
        load=parsed.load,
        pairs=parsed.pairs,
        scenarios=parsed.chosen,
        formats=parsed.formats,
        variants=parsed.variants,
        group=parsed.group,
    )


def _options(parsed: argparse.Namespace, filters: SelectionFilters, reference_folder: pathlib.Path | None) -> Options:
    """How to run. Raises UsageError."""
    if parsed.isolation == "fork" and not _CAN_FORK:
        raise UsageError("this system has no fork", "use --isolation process")
    return Options(
        command=_command(parsed.arguments),
        isolation=parsed.isolation,
        jobs=parsed.jobs,
        fresh=parsed.fresh,
        prune=parsed.prune_environments,
        reference=reference_folder,
        # A group has runtimes enough to compare with, and should not make more environments than it says.
        neighbours=filters.names_runtimes or bool(filters.pairs) or parsed.scenarios != paths.SCENARIOS,
        remedies=parsed.remedies,
        culprit=parsed.culprit,
        budget=parsed.budget,
        limits=Limits(seconds=parsed.timeout, memory=int(parsed.memory * 2**30)),
    )


def _reference(setting: Setting, parsed: argparse.Namespace, filters: SelectionFilters) -> pathlib.Path | None:
    """The folder of the reference, if its results count as known. Smaller runs are quick: they measure this machine."""
    wanted = filters.by_reach and not parsed.no_reference and parsed.scenarios == paths.SCENARIOS
    return setting.reference if wanted and reference.there(setting.reference) else None


def _resolve_rolling(catalogue: Catalogue, selection: Selection, machinery: Machinery) -> None:
    """Lock rolling environments as of today: results are known only for exact packages."""
    chosen = {runtime.environment for runtime in selection.runtimes}
    for environment in catalogue.environments:
        if environment.rolling and environment.id in chosen:
            machinery.refresh_lock(environment)


def _scenarios(parsed: argparse.Namespace) -> tuple[tuple[Scenario, ...], tuple[Fault, ...]]:
    """The readable scenarios, and the faults of the others. Raises UsageError."""
    if not parsed.scenarios.is_dir():
        raise UsageError(f"--scenarios {parsed.scenarios}: no such folder")
    readable, faults = scenarios.read_all(parsed.scenarios)
    if not readable and faults:
        raise UsageError("no scenario is readable:\n" + "\n".join(output.fault_line(fault) for fault in faults))
    if not readable:
        raise UsageError(f"{parsed.scenarios}: no scenarios there", "write a first one: nox -s new -- my_model")
    if not parsed.chosen:
        return readable, faults
    chosen = tuple(fault for fault in faults if _matches(fault.scenario, parsed.chosen))
    named = [fault for fault in chosen if fault.scenario in parsed.chosen]
    if named:
        raise UsageError("\n".join(output.fault_line(fault) for fault in named))
    return readable, chosen


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _command(arguments: Sequence[str]) -> str:
    return "nox -s matrix" + (f" -- {shlex.join(arguments)}" if arguments else "")

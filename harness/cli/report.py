"""The commands `report` and `reference`, which write files from known results, and `new`, which writes a scenario."""

from __future__ import annotations

import argparse
import dataclasses
import functools
import pathlib
import shlex
from typing import TYPE_CHECKING, Any

from rich.console import Console

from harness import paths
from harness.catalogue.causes_reader import load_causes
from harness.cli import output
from harness.cli.arguments import add_reports, add_results, add_scenarios, earlier_run
from harness.cli.setting import Setting
from harness.errors import HarnessError
from harness.plan import template
from harness.results import reference, sources
from harness.results.document import read_document
from harness.results.shape import Document
from harness.tools.files import replace_file

if TYPE_CHECKING:
    from harness.report.earlier import Earlier


def add(commands: Any, setting: Setting) -> None:
    """Add the commands to the others."""
    _add_new(commands)
    _add_report(commands)
    _add_reference(commands, setting)


def write_report(document: Document, folder: pathlib.Path, before: Earlier | None) -> dict[str, pathlib.Path]:
    """Write the report, and return its files by name. Raises HarnessError."""
    from harness import report  # pandas takes a while to import, and --help should not wait for it

    try:
        return report.write(document, folder, before)
    except OSError as error:
        raise HarnessError(
            f"cannot write the report: {error}", "the results are kept; choose another folder: --reports DIR"
        ) from error


def _add_new(commands: Any) -> None:
    parser = commands.add_parser(
        "new",
        prog="nox -s new --",
        help="write a first scenario that runs, for you to change",
        description="Write a first scenario that runs, for you to change. Example: nox -s new -- my_model",
    )
    parser.add_argument("name", help="the scenario's name, a Python identifier: the file is NAME.py")
    add_scenarios(parser, "the folder to write it to (default: scenarios/)")
    parser.set_defaults(run=_new)


def _add_report(commands: Any) -> None:
    parser = commands.add_parser(
        "report",
        prog="nox -s report --",
        help="write the report again from results.json",
        description="Write the report again from the results of the last run. Causes are assigned again from the "
        "current catalogue; remedies are those that the run tried.",
    )
    add_results(parser)
    add_reports(parser)
    parser.set_defaults(run=_report)


def _add_reference(commands: Any, setting: Setting) -> None:
    parser = commands.add_parser(
        "reference",
        prog="nox -s reference --",
        help="make the results of a full run the committed reference",
        description="Write reports/reference (columns, page, picture, summary) and docs/findings.md from the results "
        "of a full run: nox -s matrix -- --all. With --check, only list where those results differ from the "
        "reference.",
    )
    add_results(parser)
    parser.add_argument(
        "--check",
        action="store_true",
        help="compare each cell's verdict with the reference; exit code 1 if any differs",
    )
    parser.add_argument("--json", action="store_true", help="print what --check finds as JSON")
    parser.set_defaults(run=functools.partial(_reference, setting))


def _new(parsed: argparse.Namespace, console: Console) -> int:
    path = template.write(parsed.name, parsed.scenarios)
    elsewhere = "" if parsed.scenarios == paths.SCENARIOS else f" --scenarios {shlex.quote(str(parsed.scenarios))}"
    written = output.short_path(path)
    output.print_text(console, f"Wrote {written}. Run it: nox -s matrix -- -k {parsed.name}{elsewhere}")
    return 0


def _report(parsed: argparse.Namespace, console: Console) -> int:
    document = sources.rediagnose(read_document(parsed.results), load_causes())
    written = write_report(document, parsed.reports, earlier_run(parsed.before))
    for path in written.values():
        output.print_text(console, output.short_path(path))
    return 0


def _reference(setting: Setting, parsed: argparse.Namespace, console: Console) -> int:
    document = read_document(parsed.results)
    if parsed.check:
        return _check_reference(setting, document, console, as_json=parsed.json)
    from harness.report import findings, publish

    document = reference.portable(document)
    reference.write(document, setting.reference)
    written = publish(document, setting.reference)
    replace_file(setting.findings, findings.page(document))
    for path in [*(setting.reference / name for name in reference.FILES), *written, setting.findings]:
        output.print_text(console, f"{output.short_path(path)}  {path.stat().st_size / 1e6:.2f} MB")
    return 0


def _check_reference(setting: Setting, document: Document, console: Console, *, as_json: bool) -> int:
    changes = reference.changes(reference.read(setting.reference), document)
    if as_json:
        output.print_json(console, [dataclasses.asdict(change) for change in changes])
        return int(bool(changes))
    for change in changes:
        move = f"{change.variant}: {change.save} -> {change.load}"
        output.print_text(console, f"{move}: {change.before or 'not in the reference'}, now {change.now}")
    cells = f"{len(document['cells']):,} cells"
    output.print_text(console, f"{cells}, {len(changes):,} of them with a verdict that differs from the reference")
    return int(bool(changes))

"""The entry point of the command line: it runs one command, and turns each kind of error into an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

import harness
from harness.cli import causes, matrix, report, upgrade
from harness.cli.setting import Setting
from harness.errors import CrossloadError

INTERRUPTED = 130


def main(arguments: Sequence[str], setting: Setting | None = None) -> int:
    """Run a command and return its exit code. Tests pass their own `setting`."""
    # In a pipe, 80 columns are no use to anybody: tables are as wide there as they need to be.
    console = Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 200)
    parsed = _parser(setting or Setting()).parse_args(arguments)
    parsed.arguments = list(arguments[1:])
    try:
        code: int = parsed.run(parsed, console)
        return code
    except CrossloadError as error:
        Console(stderr=True, soft_wrap=True).print(f"crossload: {error}", markup=False, highlight=False)
        return error.exit_code
    except KeyboardInterrupt:
        console.print("\nInterrupted. Finished work is kept: run the same command again to go on from here.")
        return INTERRUPTED


def _parser(setting: Setting) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="crossload", description=harness.__doc__)
    parser.add_argument("--version", action="version", version=harness.__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    matrix.add(commands, setting)
    report.add(commands, setting)
    upgrade.add(commands, setting)
    causes.add(commands, setting)
    return parser

"""The command line behind the nox sessions: commands, errors, and one exit code for each kind of end."""

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
    """Run a command; returns its exit code. A test passes another `setting`."""
    # Nobody reads a pipe at 80 columns: tables are as wide there as they need to be.
    console = Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 200)
    parsed = _parser(setting or Setting()).parse_args(arguments)
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


def _parser(setting: Setting) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="crossload", description=harness.__doc__)
    parser.add_argument("--version", action="version", version=harness.__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    matrix.add(commands, setting)
    report.add(commands, setting)
    upgrade.add(commands)
    causes.add(commands)
    return parser

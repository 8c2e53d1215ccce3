"""Argument types and options that several commands share."""

from __future__ import annotations

import argparse
import pathlib
from typing import TYPE_CHECKING

from harness import paths

if TYPE_CHECKING:
    from harness.report.earlier import Earlier


def add_reports(parser: argparse._ActionsContainer) -> None:
    """Add the options for where the report goes and what it is compared with."""
    parser.add_argument(
        "--reports",
        metavar="DIR",
        type=pathlib.Path,
        default=paths.REPORTS,
        help="where the report goes (default: reports/)",
    )
    parser.add_argument(
        "--before",
        metavar="PATH",
        type=pathlib.Path,
        help="an earlier run for the report to compare with: a results.json that you kept, or a folder such as "
        "reports/reference",
    )


def add_results(parser: argparse.ArgumentParser) -> None:
    """Add the option for the results to read."""
    parser.add_argument(
        "--results",
        metavar="FILE",
        type=pathlib.Path,
        default=paths.REPORTS / "results.json",
        help="a results document (default: reports/results.json)",
    )


def add_scenarios(parser: argparse._ActionsContainer, what: str) -> None:
    """Add the option for the folder of scenario scripts; `what` is its help."""
    parser.add_argument("--scenarios", metavar="DIR", type=pathlib.Path, default=paths.SCENARIOS, help=what)


def earlier_run(path: pathlib.Path | None) -> Earlier | None:
    """Read the earlier run that --before names. Raises UsageError."""
    if path is None:
        return None
    from harness.report import earlier  # pandas takes a while to import, and --help should not wait for it

    return earlier.read(path)


def names(text: str) -> list[str]:
    """Names separated by commas."""
    parts = [name.strip() for name in text.split(",")]
    if not all(parts):
        raise argparse.ArgumentTypeError(f"expected names separated by commas, not {text!r}")
    return parts


def count(text: str) -> int:
    """A whole number above 0."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, not {text!r}")
    return int(text)


def positive(text: str) -> float:
    """A number above 0, of seconds or GiB."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"expected a number above 0, not {text!r}")
    return value

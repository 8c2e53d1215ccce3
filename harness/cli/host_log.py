"""Shows the log of the harness itself, with times, on the terminal or in a file."""

from __future__ import annotations

import contextlib
import logging
import pathlib
from collections.abc import Iterator

from rich.console import Console
from rich.logging import RichHandler

from harness.errors import UsageError

_IN_FILE = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"


@contextlib.contextmanager
def host_log(console: Console, *, verbose: bool, file: pathlib.Path | None) -> Iterator[None]:
    """Show the log on the console (`verbose`), append it with all details to a file, or neither.

    Raises UsageError if the file cannot be written.
    """
    handlers: list[logging.Handler] = []
    if verbose:
        handlers.append(RichHandler(logging.INFO, console, show_path=False, markup=False))
    if file:
        handlers.append(_file_handler(file))
    logger = logging.getLogger("harness")
    level = logger.level
    logger.setLevel(logging.DEBUG if file else logging.INFO)
    for handler in handlers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        logger.setLevel(level)
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()


def _file_handler(file: pathlib.Path) -> logging.Handler:
    try:
        handler = logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"the log cannot be written: {error}", "name another file: --log FILE") from error
    handler.setFormatter(logging.Formatter(_IN_FILE))
    return handler

"""What can go wrong for a user: what happened, what to do about it, and an exit code for each kind."""

from __future__ import annotations


class CrossloadError(Exception):
    """The base of every error that a user sees as a message rather than a traceback."""

    exit_code = 1

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}\n  -> {self.hint}" if self.hint else self.what


class UsageError(CrossloadError):
    """The command line names something that does not exist."""

    exit_code = 2


class CatalogueError(CrossloadError):
    """A file of the catalogue has faults; the message lists them all, each with its line and key."""

    exit_code = 3


class StoreError(CrossloadError):
    """The store of results or artifacts cannot be read or written."""

    exit_code = 4


class HarnessError(CrossloadError):
    """The harness itself failed: its answer would say nothing about Keras."""

    exit_code = 5


class LockError(CrossloadError):
    """A lock cannot be made: its requirements do not resolve as of their date, or there is no uv."""

    exit_code = 6

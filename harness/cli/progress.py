"""Shows the progress of a run: live bars in a terminal, plain lines everywhere else."""

from __future__ import annotations

import collections
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_EVERY = 10.0  # seconds between two plain lines


class Bars:
    """Live bars (rich), one per phase, with counts and the time left."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("[dim]{task.fields[about]}"),
            console=console,
        )
        self._bars: dict[str, TaskID] = {}
        self._outcomes: dict[str, collections.Counter[str]] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begin(self, phase: str, total: int, known: int) -> None:
        """Show a phase's bar."""
        about = f"{known} known" if known else ""
        self._bars[phase] = self._progress.add_task(phase, total=total or None, about=about)
        if not total:
            self._progress.update(self._bars[phase], total=1, completed=1, about=about or "nothing to do")

    def done(self, phase: str, about: str, outcome: str) -> None:  # noqa: ARG002 - a watcher may show it
        """Advance a phase's bar."""
        counts = self._outcomes.setdefault(phase, collections.Counter())
        counts[outcome] += 1
        counted = ", ".join(f"{number} {word}" for word, number in counts.most_common())
        self._progress.update(self._bars[phase], advance=1, about=counted)


class Lines:
    """Plain lines: one when a phase begins, one every ten seconds, one when it ends."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total: dict[str, int] = {}
        self._outcomes: collections.Counter[str] = collections.Counter()
        self._begun = self._last = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def begin(self, phase: str, total: int, known: int) -> None:
        """Print what is to do in a phase."""
        self._total[phase] = total
        self._outcomes.clear()
        self._begun = self._last = time.monotonic()
        self._say(f"{phase}: {total} to do, {known} known")

    def done(self, phase: str, about: str, outcome: str) -> None:  # noqa: ARG002 - a watcher may show it
        """Print how far the phase is, every ten seconds and at the end."""
        self._outcomes[outcome] += 1
        count, total, now = self._outcomes.total(), self._total[phase], time.monotonic()
        if count < total and now - self._last < _EVERY:
            return
        self._last = now
        spent = now - self._begun
        left = f", about {spent / count * (total - count):.0f} s left" if count < total else ""
        counted = ", ".join(f"{number} {word}" for word, number in self._outcomes.most_common())
        self._say(f"{phase}: {count} of {total} in {spent:.0f} s{left} ({counted})")

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def watcher(console: Console) -> Bars | Lines:
    """Bars if there is a terminal to draw them on, else lines."""
    return Bars(console) if console.is_terminal else Lines(console)

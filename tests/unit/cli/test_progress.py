"""The progress of a run: live bars in a terminal, plain lines elsewhere."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.cli import progress


class Clock:
    """A clock that tests move by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """The time, as `time.monotonic`."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that the lines use."""
    made = Clock()
    monkeypatch.setattr(progress, "time", made)
    return made


def console(*, terminal: bool = False) -> Console:
    """A console that writes into memory."""
    return Console(file=io.StringIO(), force_terminal=terminal, width=120, color_system=None)


def said(console: Console) -> list[str]:
    """The lines that were written to a console."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_there_are_bars_on_a_terminal_and_lines_elsewhere() -> None:
    """Live bars would clutter a log file."""
    assert isinstance(progress.watcher(console(terminal=True)), progress.Bars)
    assert isinstance(progress.watcher(console()), progress.Lines)


def test_lines_show_the_beginning_and_the_end_of_a_phase(clock: Clock) -> None:
    """They count what is known already, and the outcomes of the rest."""
    out = console()
    with progress.Lines(out) as lines:
        lines.begin("saves", 3, 7)
        for outcome in ("done", "raised", "done"):
            clock.now += 1
            lines.done("saves", "dense/h5: old", outcome)
    assert ["saves: 3 to do, 7 known", "saves: 3 of 3 in 3 s (2 done, 1 raised)"] == said(out)


def test_lines_show_every_ten_seconds_how_long_it_will_take(clock: Clock) -> None:
    """And not more often, however much is done."""
    out = console()
    lines = progress.Lines(out)
    lines.begin("loads", 100, 0)
    for _ in range(50):
        clock.now += 0.5
        lines.done("loads", "dense/h5: old -> new", "done")
    assert [
        "loads: 100 to do, 0 known",
        "loads: 20 of 100 in 10 s, about 40 s left (20 done)",
        "loads: 40 of 100 in 20 s, about 30 s left (40 done)",
    ] == said(out)


def test_each_phase_counts_for_itself(clock: Clock) -> None:
    """Saves are not counted among the loads."""
    out = console()
    lines = progress.Lines(out)
    for phase in ("saves", "loads"):
        lines.begin(phase, 1, 0)
        lines.done(phase, "dense/h5: old", "done")
    assert "loads: 1 of 1 in 0 s (1 done)" == said(out)[-1]


def test_a_phase_with_nothing_to_do_is_one_line(clock: Clock) -> None:
    """As in a second run with nothing changed."""
    out = console()
    progress.Lines(out).begin("saves", 0, 12)
    assert ["saves: 0 to do, 12 known"] == said(out)


def test_bars_show_counts_and_outcomes() -> None:
    """There is one bar per phase; a bar with nothing to do is full."""
    out = console(terminal=True)
    with progress.Bars(out) as bars:
        bars.begin("environments", 0, 2)
        bars.begin("saves", 2, 0)
        bars.done("saves", "dense/h5: old", "done")
        bars.done("saves", "dense/h5: new", "crashed")
        bars.begin("loads", 0, 0)
    shown = "\n".join(said(out)[-4:])
    for text in ("environments", "2 known", "1/1", "2/2", "1 done, 1 crashed", "nothing to do"):
        assert text in shown

"""Plots of the sums: how each format fares over the years."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import pandas as pd

from harness.report import labels, tables
from harness.results.shape import Document

WIDE, HIGH = 200, 92  # the drawing area of one panel, in its own units
SIDE, FOOT = 30, 18  # room for the labels of its axes
GAP = 3
EDGE = 9  # for the half of the last label that reaches beyond the area


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bar:
    """The cells of one year in one format: the shares of the verdicts from good (at the foot) to bad."""

    label: str
    x: float
    width: float
    counts: tables.Counts
    parts: list[tuple[str, float, float]]

    @property
    def share(self) -> int:
        """The percentage of identical cells among those that could be tried."""
        return round(100 * self.counts.good / self.counts.asked)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Panel:
    """One format: a bar for each year that has cells, on an axis that all panels share."""

    format: str
    asked: int
    bars: list[Bar]
    ticks: list[tuple[str, float]]

    def at(self, year: int) -> Bar | None:
        """The bar of a year."""
        return next((bar for bar in self.bars if bar.label == str(year)), None)


def by_year(results: Document, frame: pd.DataFrame) -> list[Panel]:
    """Cells by the year in which the saving runtime was released, loaded in the same runtime or a newer one."""
    released = _released(results)
    return _panels(frame, released, lambda saved, loaded: int(saved[:4]) if loaded >= saved else None)


def by_age(results: Document, frame: pd.DataFrame) -> list[Panel]:
    """Cells by the full years between the releases of the saving and the (newer) loading runtime."""
    released = _released(results)
    return _panels(frame, released, lambda saved, loaded: _years(saved, loaded) if loaded >= saved else None)


def _panels(frame: pd.DataFrame, released: dict[str, str], place: Callable[[str, str], int | None]) -> list[Panel]:
    """A panel for each format, most cells first; `place` gives the year of a bar from two days of release."""
    formats = _count_by_year(frame, released, place)
    years = sorted({year for by_year in formats.values() for year in by_year})
    if len(years) < 2:
        return []
    axis = list(range(years[0], years[-1] + 1))
    panels = [_panel(name, by_year, axis) for name, by_year in formats.items()]
    return sorted(panels, key=lambda panel: -panel.asked)


def _count_by_year(
    frame: pd.DataFrame, released: dict[str, str], place: Callable[[str, str], int | None]
) -> dict[str, dict[int, dict[str, int]]]:
    """How often each verdict occurs, by format and year: without pitfalls and without cells that could not be tried."""
    sound = frame[(frame["kind"] != "pitfall") & ~frame["verdict"].isin(labels.UNASKED)]
    sizes = sound.groupby(["format", "save", "load", "verdict"], sort=False).size()
    formats: dict[str, dict[int, dict[str, int]]] = {}
    for keys, number in sizes.items():
        format_, save, load, verdict = map(str, keys)  # type: ignore[call-overload]
        if not (released.get(save) and released.get(load)):
            continue
        year = place(released[save], released[load])
        if year is not None:
            counts = formats.setdefault(format_, {}).setdefault(year, {})
            counts[verdict] = counts.get(verdict, 0) + int(number)
    return formats


def _panel(name: str, by_year: dict[int, dict[str, int]], axis: list[int]) -> Panel:
    step = (WIDE - SIDE) / len(axis)
    bars = []
    for year in sorted(by_year):
        counts = tables.Counts(of=by_year[year])
        x = round(SIDE + step * axis.index(year) + GAP / 2, 2)
        bars.append(Bar(label=str(year), x=x, width=round(step - GAP, 2), counts=counts, parts=_parts(counts)))
    asked = sum(bar.counts.asked for bar in bars)
    shown = [axis[0], axis[len(axis) // 2], axis[-1]]
    ticks = [(str(year), round(SIDE + step * (axis.index(year) + 0.5), 2)) for year in dict.fromkeys(shown)]
    return Panel(format=name, asked=asked, bars=bars, ticks=ticks)


def _parts(counts: tables.Counts) -> list[tuple[str, float, float]]:
    """Verdict, top and height of each part, stacked from the foot."""
    parts, foot = [], float(HIGH)
    for name in labels.RANKS:
        if counts.of.get(name):
            height = HIGH * counts.of[name] / counts.asked
            foot -= height
            parts.append((name, round(foot, 2), round(height, 2)))
    return parts


def _released(results: Document) -> dict[str, str]:
    """The day of release of each runtime for which it is known."""
    days = {environment["id"]: environment["released"] for environment in results["environments"]}
    released = {runtime["id"]: days.get(runtime["environment"], "") for runtime in results["runtimes"]}
    return {runtime: day for runtime, day in released.items() if _is_day(day)}


def _is_day(text: str) -> bool:
    return len(text) == 10 and all(part.isdigit() for part in text.split("-")) and text.count("-") == 2


def _years(saved: str, loaded: str) -> int:
    """The full years from one day (`YYYY-MM-DD`) to another."""
    return int(loaded[:4]) - int(saved[:4]) - (loaded[5:] < saved[5:])


def verdicts(panels: Iterable[Panel]) -> list[str]:
    """The verdicts that occur in the panels, from good to bad."""
    present = {name for panel in panels for bar in panel.bars for name in bar.counts.of}
    return [name for name in labels.RANKS if name in present]

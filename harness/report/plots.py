"""Pictures of the sums where people would rather look than read: how each format fares over the years."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import pandas as pd

from harness.report import labels, tables
from harness.results.shape import Document

WIDE, HIGH = 200, 92  # of the drawing area of one panel, in its own units
SIDE, FOOT = 30, 18  # room for the labels of its axes
GAP = 3
EDGE = 9  # for the half of the last label that stands out


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bar:
    """The cells of one year in one format: the verdicts from good (at the foot) to bad, in proportion."""

    label: str
    x: float
    width: float
    counts: tables.Counts
    parts: list[tuple[str, float, float]]

    @property
    def share(self) -> int:
        """Identical cells of those asked, in per cent."""
        return round(100 * self.counts.good / self.counts.asked)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Panel:
    """One format: a bar for each year in which there is anything, on an axis that all panels share."""

    format: str
    asked: int
    bars: list[Bar]
    ticks: list[tuple[str, float]]

    def at(self, year: int) -> Bar | None:
        """The bar of a year."""
        return next((bar for bar in self.bars if bar.label == str(year)), None)


def by_year(results: Document, frame: pd.DataFrame) -> list[Panel]:
    """Cells by the year in which the saving runtime was released, loaded there and in everything newer."""
    released = _released(results)
    return _panels(frame, released, lambda saved, loaded: int(saved[:4]) if loaded >= saved else None)


def by_age(results: Document, frame: pd.DataFrame) -> list[Panel]:
    """Cells by the whole years between the releases of the saving and of the (newer) loading runtime."""
    released = _released(results)
    return _panels(frame, released, lambda saved, loaded: _years(saved, loaded) if loaded >= saved else None)


def _panels(frame: pd.DataFrame, released: dict[str, str], place: Callable[[str, str], int | None]) -> list[Panel]:
    sound = frame[(frame["kind"] != "pitfall") & ~frame["verdict"].isin(labels.UNASKED)]
    counts: dict[tuple[str, int], dict[str, int]] = {}
    sizes = sound.groupby(["format", "save", "load", "verdict"], sort=False).size()
    for keys, number in sizes.items():
        format_, save, load, verdict = map(str, keys)  # type: ignore[call-overload]
        if not (released.get(save) and released.get(load)):
            continue
        year = place(released[save], released[load])
        if year is not None:
            of = counts.setdefault((format_, year), {})
            of[verdict] = of.get(verdict, 0) + int(number)
    years = sorted({year for _, year in counts})
    if len(years) < 2:
        return []
    axis = list(range(years[0], years[-1] + 1))
    total = {
        name: sum(sum(of.values()) for (format_, _), of in counts.items() if format_ == name)
        for name in dict.fromkeys(name for name, _ in counts)
    }
    of_year = {
        name: {year: tables.Counts(of=counts[name, year]) for year in axis if (name, year) in counts} for name in total
    }
    return [_panel(name, total[name], of_year[name], axis) for name in sorted(total, key=lambda name: -total[name])]


def _panel(name: str, asked: int, counts: dict[int, tables.Counts], axis: list[int]) -> Panel:
    step = (WIDE - SIDE) / len(axis)
    bars = [
        Bar(
            label=str(year),
            x=round(SIDE + step * axis.index(year) + GAP / 2, 2),
            width=round(step - GAP, 2),
            counts=of,
            parts=_parts(of),
        )
        for year, of in counts.items()
    ]
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
    """The day of release of each runtime, where it is known."""
    days = {place["id"]: place["released"] for place in results["environments"]}
    return {one["id"]: day for one in results["runtimes"] if _is_day(day := days.get(one["environment"], ""))}


def _is_day(text: str) -> bool:
    return len(text) == 10 and all(part.isdigit() for part in text.split("-")) and text.count("-") == 2


def _years(saved: str, loaded: str) -> int:
    return int(loaded[:4]) - int(saved[:4]) - (loaded[5:] < saved[5:])


def verdicts(panels: Iterable[Panel]) -> list[str]:
    """The verdicts that stand in some panels, from good to bad."""
    present = {name for panel in panels for bar in panel.bars for name in bar.counts.of}
    return [name for name in labels.RANKS if name in present]

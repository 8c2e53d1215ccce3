"""Turns names on a command line into a selection; for an unknown name it suggests the nearest known ones."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterable, Sequence

from harness.catalogue.environments import Catalogue
from harness.errors import UsageError
from harness.model import Runtime, Scenario, Variant
from harness.plan.scenarios import variants
from harness.plan.tasks import Selection
from harness.tools.names import nearest
from harness.worker.protocol import FORMATS


@dataclasses.dataclass(frozen=True, kw_only=True)
class SelectionFilters:
    """The choices on the command line; empty means the default. Patterns such as `tf2.*` are allowed."""

    runtimes: Sequence[str] = ()
    save: Sequence[str] = ()
    load: Sequence[str] = ()
    scenarios: Sequence[str] = ()
    formats: Sequence[str] = ()
    variants: Sequence[str] = ()
    group: str = "core"


def select(catalogue: Catalogue, scenarios: Sequence[Scenario], filters: SelectionFilters) -> Selection:
    """The selection that the filters describe. Raises UsageError for an unknown name."""
    savers, loaders = _runtimes(catalogue, filters)
    by_name = {scenario.name: scenario for scenario in scenarios}
    names = _matching(filters.scenarios, by_name, "scenario") if filters.scenarios else _default(scenarios, filters)
    formats = _matching(filters.formats, FORMATS, "format") if filters.formats else list(FORMATS)
    chosen: list[Variant] = [
        variant for name in names for variant in variants(by_name[name]) if variant.format in formats
    ]
    if filters.variants:
        ids = _matching(filters.variants, [variant.id for variant in chosen], "variant")
        chosen = [variant for variant in chosen if variant.id in ids]
    if not chosen:
        raise UsageError(
            "nothing is selected: none of these scenarios has any of these formats",
            "list scenarios and formats: nox -s matrix -- --list",
        )
    by_group = not (filters.runtimes or filters.save or filters.load)
    return Selection(
        scenarios={name: by_name[name] for name in names if any(variant.scenario == name for variant in chosen)},
        variants=tuple(chosen),
        savers=_in_order(savers, catalogue),
        loaders=_in_order(loaders, catalogue),
        order=catalogue.runtimes,
        by_reach=by_group and filters.group == "all" and any(runtime.milestone for runtime in catalogue.runtimes),
    )


def _runtimes(catalogue: Catalogue, filters: SelectionFilters) -> tuple[list[str], list[str]]:
    """The ids of the savers, and those of the loaders."""
    known = [runtime.id for runtime in catalogue.runtimes]
    if filters.runtimes:
        default = _matching(filters.runtimes, known, "runtime")
    else:
        default = [runtime.id for runtime in catalogue.runtimes_of(filters.group)]
    savers = _matching(filters.save, known, "runtime") if filters.save else default
    loaders = _matching(filters.load, known, "runtime") if filters.load else default
    return savers, loaders


def _default(scenarios: Sequence[Scenario], filters: SelectionFilters) -> list[str]:
    """The core scenarios for a run without filters; every scenario for a run with any, or where none is core."""
    core = [scenario.name for scenario in scenarios if scenario.core]
    narrowed = any((filters.runtimes, filters.save, filters.load, filters.formats, filters.variants))
    if narrowed or filters.group != "core" or not core:
        return [scenario.name for scenario in scenarios]
    return core


def _matching(patterns: Iterable[str], known: Iterable[str], noun: str) -> list[str]:
    """The known names that match any of the patterns, in their own order. Raises UsageError if a pattern has none."""
    names = list(known)
    matches: set[str] = set()
    for pattern in patterns:
        matching = [name for name in names if fnmatch.fnmatchcase(name, pattern)]
        if not matching:
            raise UsageError(
                f"no {noun} {pattern!r}{nearest(pattern, names)}", "see all names: nox -s matrix -- --list"
            )
        matches.update(matching)
    return [name for name in names if name in matches]


def _in_order(names: Iterable[str], catalogue: Catalogue) -> tuple[Runtime, ...]:
    chosen = set(names)
    return tuple(runtime for runtime in catalogue.runtimes if runtime.id in chosen)

"""Turns the names on a command line, or else the reach of each scenario, into the cells of a run.

For an unknown name it suggests the nearest known ones.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.catalogue.environments import Catalogue
from harness.errors import UsageError
from harness.model import CellId, Runtime, Scenario, Variant
from harness.plan.scenarios import line_of, variants
from harness.plan.tasks import Selection
from harness.tools.names import nearest
from harness.worker.protocol import FORMATS

Move = tuple[str, str]  # the ids of the saving and the loading runtime


@dataclasses.dataclass(frozen=True, kw_only=True)
class SelectionFilters:
    """The choices on the command line; empty means the default. Patterns such as `tf2.*` are allowed.

    `pairs` are texts such as `tf2.13:tf2.14`.
    """

    runtimes: Sequence[str] = ()
    save: Sequence[str] = ()
    load: Sequence[str] = ()
    pairs: Sequence[str] = ()
    scenarios: Sequence[str] = ()
    formats: Sequence[str] = ()
    variants: Sequence[str] = ()
    group: str = "core"

    @property
    def names_runtimes(self) -> bool:
        """Whether runtimes are named, which are then combined each with each, whatever a scenario's reach is."""
        return bool(self.runtimes or self.save or self.load)

    @property
    def by_reach(self) -> bool:
        """Whether everything runs, each scenario as far as its reach."""
        return self.group == "all" and not (self.names_runtimes or self.pairs)


def select(catalogue: Catalogue, scenarios: Sequence[Scenario], filters: SelectionFilters) -> Selection:
    """The selection that the filters describe. Raises UsageError for an unknown name or a bad pair."""
    _check_pairs_alone(filters)
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
    selection = Selection(
        scenarios={name: by_name[name] for name in names if any(variant.scenario == name for variant in chosen)},
        variants=tuple(chosen),
        savers=_in_order(savers, catalogue),
        loaders=_in_order(loaders, catalogue),
        order=catalogue.runtimes,
    )
    if filters.names_runtimes:
        return selection
    moves = _moves(catalogue, selection.scenarios.values(), filters)
    return selection.only(
        CellId(variant.id, *move) for variant in selection.variants for move in moves[variant.scenario]
    )


def _check_pairs_alone(filters: SelectionFilters) -> None:
    group = "--all" if filters.group == "all" else f"--group {filters.group}"
    others = {
        "--runtimes": filters.runtimes,
        "--save": filters.save,
        "--load": filters.load,
        group: filters.group != "core",
    }
    given = [option for option, value in others.items() if value]
    if filters.pairs and given:
        raise UsageError(
            f"--pairs names every cell of the run, so it cannot be combined with {', '.join(given)}",
            "name all moves as pairs; patterns work: --pairs 'tf2.*:tf2.21-keras3'",
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


def _moves(catalogue: Catalogue, scenarios: Iterable[Scenario], filters: SelectionFilters) -> Mapping[str, list[Move]]:
    """The moves of each scenario, by its name: those of --pairs, or of its reach in the group."""
    known = [runtime.id for runtime in catalogue.runtimes]
    if filters.pairs:
        named = list(_named_moves(map(_pair, filters.pairs), known))
        return {scenario.name: named for scenario in scenarios}
    group = catalogue.runtimes_of(filters.group)
    by_reach = filters.by_reach and any(runtime.milestone for runtime in group)
    return {scenario.name: list(_reached(scenario, group, known, by_reach=by_reach)) for scenario in scenarios}


def _reached(scenario: Scenario, group: Sequence[Runtime], known: Sequence[str], *, by_reach: bool) -> Iterator[Move]:
    """The moves that a scenario reaches; unless `by_reach`, it is run in all of the group or only in its pairs."""
    if by_reach or scenario.reach == "pairs":
        try:
            yield from _named_moves(scenario.pairs, known)
        except UsageError as error:
            line = line_of(scenario.source, "PAIRS")
            raise UsageError(f"{scenario.path}:{line}: PAIRS: {error.what}", error.hint) from error
    if scenario.reach == "pairs":
        return
    ids = [runtime.id for runtime in group if runtime.milestone or scenario.reach == "all" or not by_reach]
    if by_reach and scenario.reach == "own":
        yield from zip(ids, ids, strict=True)
    else:
        yield from itertools.product(ids, ids)


def _pair(text: str) -> Move:
    """The patterns of a saver and of a loader, as in `tf2.13:tf2.14`."""
    saver, colon, loader = (part.strip() for part in text.partition(":"))
    if not (saver and colon and loader) or ":" in loader:
        raise UsageError(
            f"--pairs: {text!r} is not a pair", "write SAVER:LOADER, such as --pairs tf2.13:tf2.14,keras2.2.4:tf1.15"
        )
    return saver, loader


def _named_moves(pairs: Iterable[Move], known: Sequence[str]) -> Iterator[Move]:
    """Every move that pairs of names or patterns mean."""
    for saver, loader in pairs:
        yield from itertools.product(_matching([saver], known, "runtime"), _matching([loader], known, "runtime"))


def _default(scenarios: Sequence[Scenario], filters: SelectionFilters) -> list[str]:
    """The core scenarios for a run without filters; every scenario for a run with any, or where none is core."""
    core = [scenario.name for scenario in scenarios if scenario.core]
    narrowed = any((filters.names_runtimes, filters.pairs, filters.formats, filters.variants))
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

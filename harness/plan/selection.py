"""From names on a command line to a selection; a name that is not known gets the nearest known ones."""

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
    """What the command line asks for; empty means the default. Patterns such as `tf2.*` are fine."""

    runtimes: Sequence[str] = ()
    save: Sequence[str] = ()
    load: Sequence[str] = ()
    scenarios: Sequence[str] = ()
    formats: Sequence[str] = ()
    variants: Sequence[str] = ()
    group: str = "core"


def select(catalogue: Catalogue, scenarios: Sequence[Scenario], wishes: SelectionFilters) -> Selection:
    """The selection that the wishes mean. Raises UsageError for a name that is not known."""
    known = {runtime.id: runtime for runtime in catalogue.runtimes}
    by_group = not (wishes.runtimes or wishes.save or wishes.load)
    default = (
        _chosen(wishes.runtimes, known, "runtime")
        if wishes.runtimes
        else [runtime.id for runtime in catalogue.runtimes_of(wishes.group)]
    )
    savers = _chosen(wishes.save, known, "runtime") if wishes.save else default
    loaders = _chosen(wishes.load, known, "runtime") if wishes.load else default
    by_name = {scenario.name: scenario for scenario in scenarios}
    names = _chosen(wishes.scenarios, by_name, "scenario") if wishes.scenarios else _usual(scenarios, wishes)
    formats = _chosen(wishes.formats, FORMATS, "format") if wishes.formats else list(FORMATS)
    chosen: list[Variant] = [
        variant for name in names for variant in variants(by_name[name]) if variant.format in formats
    ]
    if wishes.variants:
        ids = _chosen(wishes.variants, [variant.id for variant in chosen], "variant")
        chosen = [variant for variant in chosen if variant.id in ids]
    if not chosen:
        raise UsageError(
            "nothing is selected: none of these scenarios has any of these formats",
            "see what there is: nox -s matrix -- --list",
        )
    return Selection(
        scenarios={name: by_name[name] for name in names if any(variant.scenario == name for variant in chosen)},
        variants=tuple(chosen),
        savers=_in_order(savers, catalogue),
        loaders=_in_order(loaders, catalogue),
        order=catalogue.runtimes,
        by_reach=by_group and wishes.group == "all" and any(runtime.milestone for runtime in catalogue.runtimes),
    )


def _usual(scenarios: Sequence[Scenario], wishes: SelectionFilters) -> list[str]:
    """Those of the core set for a run of nothing but that; every one where more is asked for, or none is core."""
    core = [scenario.name for scenario in scenarios if scenario.core]
    more = any((wishes.runtimes, wishes.save, wishes.load, wishes.formats, wishes.variants)) or wishes.group != "core"
    return [scenario.name for scenario in scenarios] if more or not core else core


def _chosen(wished: Iterable[str], known: Iterable[str], noun: str) -> list[str]:
    every = list(known)
    found: list[str] = []
    for pattern in wished:
        some = [name for name in every if fnmatch.fnmatchcase(name, pattern)]
        if not some:
            raise UsageError(
                f"no {noun} {pattern!r}{nearest(pattern, every)}", "see all names: nox -s matrix -- --list"
            )
        found += some
    return [name for name in every if name in found]


def _in_order(names: Iterable[str], catalogue: Catalogue) -> tuple[Runtime, ...]:
    chosen = set(names)
    return tuple(runtime for runtime in catalogue.runtimes if runtime.id in chosen)

"""From names on a command line to a selection."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable
from typing import Any

import pytest

from harness.catalogue.environments import Catalogue
from harness.errors import UsageError
from harness.model import CellId
from harness.plan.selection import Move, SelectionFilters, select
from tests.unit import made

CATALOGUE = made.catalogue("tf1.15", "tf2.3", "tf2.15", "keras3", groups={"tf2.15": ("all",)})
SCENARIOS = (
    made.scenario("conv", ("h5", "keras")),
    made.scenario("dense", ("h5", "savedmodel", "code")),
    made.scenario("lstm", ("keras",), parameters={"units": (2, 4)}),
)


def ids(**filters: Any) -> tuple[list[str], list[str], list[str]]:
    """The savers, loaders and variants that filters select."""
    chosen = select(CATALOGUE, SCENARIOS, SelectionFilters(**filters))
    savers = [runtime.id for runtime in chosen.savers]
    loaders = [runtime.id for runtime in chosen.loaders]
    return savers, loaders, [variant.id for variant in chosen.variants]


CORE = ["tf1.15", "tf2.3", "keras3"]
EVERY = ["tf1.15", "tf2.3", "tf2.15", "keras3"]


def _in_order(value: object) -> str:
    """The id of a test's value: the order of a set is another one in every process."""
    return str(sorted(value)) if isinstance(value, set) else str(value)


@pytest.mark.parametrize(
    ("filters", "savers", "loaders"),
    [
        ({}, CORE, CORE),
        ({"group": "all"}, EVERY, EVERY),
        ({"runtimes": ["tf2.15"]}, ["tf2.15"], ["tf2.15"]),
        ({"runtimes": ["keras3", "tf1.15"]}, ["tf1.15", "keras3"], ["tf1.15", "keras3"]),
        ({"runtimes": ["tf1.15", "tf1.15", "tf1.*"]}, ["tf1.15"], ["tf1.15"]),
        ({"runtimes": ["tf*"]}, ["tf1.15", "tf2.3", "tf2.15"], ["tf1.15", "tf2.3", "tf2.15"]),
        ({"runtimes": ["tf2.?"]}, ["tf2.3"], ["tf2.3"]),
        ({"save": ["keras3"]}, ["keras3"], CORE),
        ({"load": ["keras3"]}, CORE, ["keras3"]),
        ({"save": ["tf2.3"], "load": ["tf2.*"]}, ["tf2.3"], ["tf2.3", "tf2.15"]),
        ({"runtimes": ["tf1.15"], "save": ["keras3"]}, ["keras3"], ["tf1.15"]),
        ({"runtimes": ["*"], "load": ["tf2.3"], "group": "all"}, EVERY, ["tf2.3"]),
    ],
    ids=str,
)
def test_runtimes_are_chosen_by_name_or_pattern_in_the_order_of_the_matrix(
    filters: dict[str, Any], savers: list[str], loaders: list[str]
) -> None:
    """Oldest first and each once, in whatever order they are given; `save` and `load` override `runtimes`."""
    assert (savers, loaders) == ids(**filters)[:2]


@pytest.mark.parametrize(
    ("filters", "variants"),
    [
        ({}, ["conv/h5", "conv/keras", "dense/h5", "dense/savedmodel", "dense/code", "lstm/keras/2", "lstm/keras/4"]),
        ({"scenarios": ["dense"]}, ["dense/h5", "dense/savedmodel", "dense/code"]),
        ({"scenarios": ["lstm", "conv"]}, ["conv/h5", "conv/keras", "lstm/keras/2", "lstm/keras/4"]),
        ({"scenarios": ["*n*"], "formats": ["h5"]}, ["conv/h5", "dense/h5"]),
        ({"formats": ["keras"]}, ["conv/keras", "lstm/keras/2", "lstm/keras/4"]),
        ({"formats": ["*h5"]}, ["conv/h5", "dense/h5"]),
        ({"formats": ["savedmodel", "code"]}, ["dense/savedmodel", "dense/code"]),
    ],
    ids=str,
)
def test_variants_are_chosen_by_scenario_and_format(filters: dict[str, Any], variants: list[str]) -> None:
    """Both together narrow the selection."""
    assert variants == ids(**filters)[2]


def test_a_scenario_without_any_of_the_formats_takes_no_part() -> None:
    """The selection has only scenarios with a chosen variant."""
    assert ["dense"] == list(select(CATALOGUE, SCENARIOS, SelectionFilters(formats=["savedmodel"])).scenarios)


def test_each_environment_that_is_needed_is_that_of_a_chosen_runtime() -> None:
    """A selection provisions only what it needs."""
    chosen = select(CATALOGUE, SCENARIOS, SelectionFilters(save=["tf1.15"], load=["tf2.3"]))
    assert ["env-tf1.15", "env-tf2.3"] == [runtime.environment for runtime in chosen.runtimes]


def test_all_runtimes_are_in_the_order_of_the_matrix() -> None:
    """Oldest first, even when a new one saves and an old one loads: rows and columns follow that order."""
    chosen = select(CATALOGUE, SCENARIOS, SelectionFilters(save=["keras3"], load=["tf1.15"]))
    assert ["tf1.15", "keras3"] == [runtime.id for runtime in chosen.runtimes]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"runtimes": ["tf2.4"]}, "no runtime 'tf2.4'; did you mean tf2.3 or tf2.15"),
        ({"save": ["keras2"]}, "no runtime 'keras2'; did you mean keras3?"),
        ({"load": ["tf9.*"]}, "no runtime 'tf9.*'"),
        ({"load": ["tf1.15", ""]}, "no runtime ''"),
        ({"scenarios": ["danse"]}, "no scenario 'danse'; did you mean dense?"),
        ({"scenarios": ["Dense"]}, "no scenario 'Dense'; did you mean dense?"),
        ({"formats": ["hdf5"]}, "no format 'hdf5'; did you mean h5?"),
        ({"formats": ["[h5"]}, "no format '[h5'; did you mean h5?"),
        ({"group": "cores"}, "no group 'cores'; did you mean core?"),
    ],
    ids=str,
)
def test_an_unknown_name_gets_the_nearest_known_ones(filters: dict[str, Any], message: str) -> None:
    """One unknown name among known ones is enough to fail."""
    with pytest.raises(UsageError) as caught:
        ids(**filters)
    assert caught.value.what.startswith(message)
    assert caught.value.hint


@pytest.mark.parametrize(
    "filters", [{"scenarios": ["lstm"], "formats": ["h5"]}, {"formats": ["tf-checkpoint"]}], ids=str
)
def test_a_selection_of_nothing_is_an_error(filters: dict[str, Any]) -> None:
    """An empty matrix would look like a success."""
    with pytest.raises(UsageError, match="nothing is selected"):
        ids(**filters)


MILESTONES = {"tf1.15", "keras3"}
MARKED = dataclasses.replace(
    CATALOGUE,
    environments=tuple(
        dataclasses.replace(
            environment,
            runtimes=tuple(
                dataclasses.replace(runtime, milestone=runtime.id in MILESTONES) for runtime in environment.runtimes
            ),
        )
        for environment in CATALOGUE.environments
    ),
)


def moves(catalogue: Catalogue = MARKED, scenario: dict[str, Any] | None = None, **filters: Any) -> set[Move]:
    """The moves of a scenario with these values, by saver and loader."""
    scenarios = [made.scenario("one", **(scenario or {})), made.scenario("two")]
    chosen = select(catalogue, scenarios, SelectionFilters(**filters))
    return {
        (saver.id, loader.id)
        for variant in chosen.variants
        for saver in chosen.savers
        for loader in chosen.loaders
        if variant.scenario == "one" and chosen.includes(variant, saver, loader)
    }


def square(ids: Iterable[str]) -> set[Move]:
    """Each with each."""
    several = list(ids)
    return set(itertools.product(several, several))


PAIR = ("tf2.3", "tf2.15")


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        ("all", square(EVERY)),
        ("milestones", {PAIR, *square(MILESTONES)}),
        ("own", {PAIR, *((id, id) for id in MILESTONES)}),
        ("pairs", {PAIR}),
    ],
)
def test_everything_runs_as_far_as_a_scenario_reaches(reach: str, expected: set[Move]) -> None:
    """Everywhere, between milestones, or within each; with its pairs on top, or only these."""
    assert expected == moves(scenario={"reach": reach, "pairs": (PAIR,)}, group="all")


@pytest.mark.parametrize("reach", ["all", "milestones", "own"])
@pytest.mark.parametrize(
    ("catalogue", "filters", "expected"),
    [
        (MARKED, {}, square(CORE)),
        (MARKED, {"group": "all", "save": ["tf2.3"]}, {("tf2.3", id) for id in EVERY}),
        (MARKED, {"runtimes": ["tf2.*"]}, square(["tf2.3", "tf2.15"])),
        (CATALOGUE, {"group": "all"}, square(EVERY)),
    ],
    ids=["core", "save", "runtimes", "no milestones"],
)
def test_reach_counts_only_where_a_whole_catalogue_runs(
    reach: str, catalogue: Catalogue, filters: dict[str, Any], expected: set[Move]
) -> None:
    """With names on the command line, with the core set, and without milestones, all pairs are meant."""
    assert expected == moves(catalogue, {"reach": reach, "pairs": (PAIR,)}, **filters)


@pytest.mark.parametrize("filters", [{}, {"scenarios": ["one"]}, {"group": "all"}, {"formats": ["h5"]}], ids=str)
def test_a_scenario_that_reaches_its_pairs_runs_nothing_else(filters: dict[str, Any]) -> None:
    """In any run without named runtimes, in or outside its group; patterns work, and the other scenario is as ever."""
    scenario: dict[str, Any] = {"reach": "pairs", "pairs": (PAIR, ("keras3", "tf2.*"))}
    expected = {PAIR, ("keras3", "tf2.3"), ("keras3", "tf2.15")}
    assert expected == moves(scenario=scenario, **filters)
    scenarios = [made.scenario("one", **scenario), made.scenario("two")]
    chosen = select(MARKED, scenarios, SelectionFilters(**filters))
    group = (MILESTONES if filters.get("group") else set(CORE)) if "two" in chosen.scenarios else set()
    assert {*group, *(id for move in expected for id in move)} == {runtime.id for runtime in chosen.runtimes}
    assert len(group) ** 2 == sum(
        chosen.includes(made.variant("two"), saver, loader) for saver in chosen.savers for loader in chosen.loaders
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"runtimes": ["tf1.15", "tf2.3"]}, square(["tf1.15", "tf2.3"])),
        ({"save": ["tf1.15"], "load": ["keras3"]}, {("tf1.15", "keras3")}),
        ({"pairs": ["tf1.15:keras3"]}, {("tf1.15", "keras3")}),
    ],
    ids=_in_order,
)
def test_runtimes_on_the_command_line_override_the_pairs_of_a_scenario(
    filters: dict[str, Any], expected: set[Move]
) -> None:
    """They are combined each with each, as for any scenario, or as --pairs says."""
    assert expected == moves(scenario={"reach": "pairs", "pairs": (PAIR,)}, **filters)


@pytest.mark.parametrize("group", ["core", "all"])
def test_an_unknown_runtime_among_the_pairs_of_a_scenario_is_reported_with_its_line(group: str) -> None:
    """It would never be run, unnoticed."""
    source = made.LEAST + '\nPAIRS = (("tf2.3", "tf2.51"),)\n'
    scenario = {"reach": "pairs", "pairs": (("tf2.3", "tf2.51"),), "source": source}
    with pytest.raises(UsageError) as caught:
        moves(scenario=scenario, group=group)
    line = len(source.splitlines())
    assert f"/scenarios/one.py:{line}: PAIRS: no runtime 'tf2.51'; did you mean tf2.15" in caught.value.what
    assert "--list" in caught.value.hint
    assert square(["tf2.3"]) == moves(scenario=scenario, runtimes=["tf2.3"])


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (["tf2.3:tf2.15"], {PAIR}),
        (["tf2.3:tf2.15", "tf2.3:tf2.15", "keras3:tf1.15"], {PAIR, ("keras3", "tf1.15")}),
        (["tf2.3 : tf2.15"], {PAIR}),
        (["tf2.*:keras3"], {("tf2.3", "keras3"), ("tf2.15", "keras3")}),
        (["tf1.15:tf2.*", "tf2.3:tf2.3"], {("tf1.15", "tf2.3"), ("tf1.15", "tf2.15"), ("tf2.3", "tf2.3")}),
    ],
    ids=_in_order,
)
def test_pairs_are_exactly_the_cells_of_a_run(pairs: list[str], expected: set[Move]) -> None:
    """Of every chosen variant, in whatever group the runtimes are; nothing else is in the selection."""
    for scenario in ({}, {"reach": "own"}, {"reach": "pairs", "pairs": (PAIR,)}):
        assert expected == moves(scenario=scenario, pairs=pairs)
    chosen = select(MARKED, SCENARIOS, SelectionFilters(pairs=pairs))
    assert {CellId(variant.id, *move) for variant in chosen.variants for move in expected} == set(chosen.cells or ())
    assert 7 == len(chosen.variants)
    assert [id for id in EVERY if id in {saver for saver, _ in expected}] == [each.id for each in chosen.savers]
    assert [id for id in EVERY if id in {loader for _, loader in expected}] == [each.id for each in chosen.loaders]


@pytest.mark.parametrize(
    ("filters", "what", "hint"),
    [
        ({"pairs": ["tf2.3"]}, "--pairs: 'tf2.3' is not a pair", "SAVER:LOADER"),
        ({"pairs": ["tf2.3:"]}, "--pairs: 'tf2.3:' is not a pair", "SAVER:LOADER"),
        ({"pairs": [":tf2.3"]}, "--pairs: ':tf2.3' is not a pair", "SAVER:LOADER"),
        ({"pairs": ["tf1.15:tf2.3:tf2.15"]}, "--pairs: 'tf1.15:tf2.3:tf2.15' is not a pair", "SAVER:LOADER"),
        ({"pairs": ["tf2.3:tf2.51"]}, "no runtime 'tf2.51'; did you mean tf2.15", "--list"),
        ({"pairs": ["tf9.*:tf2.3"]}, "no runtime 'tf9.*'", "--list"),
        ({"pairs": ["tf2.3:tf2.3"], "save": ["tf2.3"]}, "cannot be combined with --save", "tf2.*:tf2.21-keras3"),
        ({"pairs": ["tf2.3:tf2.3"], "load": ["tf2.3"]}, "cannot be combined with --load", "tf2.*:tf2.21-keras3"),
        (
            {"pairs": ["tf2.3:tf2.3"], "runtimes": ["tf2.3"], "group": "all"},
            "cannot be combined with --runtimes, --all",
            "tf2.*:tf2.21-keras3",
        ),
        ({"pairs": ["tf2.3:tf2.3"], "group": "night"}, "cannot be combined with --group night", "tf2.*"),
    ],
    ids=str,
)
def test_a_pair_that_cannot_be_run_is_reported_with_the_next_step(
    filters: dict[str, Any], what: str, hint: str
) -> None:
    """Whether it is none, names no runtime, or is only one of two answers to the same question."""
    with pytest.raises(UsageError) as caught:
        ids(**filters)
    assert what in caught.value.what
    assert hint in caught.value.hint


def test_a_plain_run_takes_the_core_scenarios() -> None:
    """Without filters you get the quick scenarios; with any filter, every scenario."""
    scenarios = (*SCENARIOS, dataclasses.replace(made.scenario("least", ("h5",)), core=True))
    for filters in (
        SelectionFilters(),
        SelectionFilters(runtimes=[], save=[], load=[], scenarios=[], formats=[], variants=[]),
    ):
        assert ["least"] == list(select(CATALOGUE, scenarios, filters).scenarios)
    for filters in (
        SelectionFilters(group="all"),
        SelectionFilters(runtimes=["tf2.3"]),
        SelectionFilters(pairs=["tf2.3:keras3"]),
        SelectionFilters(scenarios=["*"]),
        SelectionFilters(formats=["h5", "keras"]),
    ):
        assert 4 == len(select(CATALOGUE, scenarios, filters).scenarios)

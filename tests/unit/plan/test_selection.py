"""From names on a command line to a selection."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from harness.errors import UsageError
from harness.plan.selection import SelectionFilters, select
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


def test_reach_counts_where_a_whole_catalogue_runs() -> None:
    """With names on the command line, with the core set, and without milestones, all pairs are meant."""
    marked = dataclasses.replace(
        CATALOGUE,
        environments=tuple(
            dataclasses.replace(
                environment,
                runtimes=tuple(dataclasses.replace(runtime, milestone=True) for runtime in environment.runtimes),
            )
            for environment in CATALOGUE.environments
        ),
    )
    assert select(marked, SCENARIOS, SelectionFilters(group="all")).by_reach
    for catalogue, filters in (
        (marked, SelectionFilters()),
        (marked, SelectionFilters(group="all", save=["tf2.3"])),
        (CATALOGUE, SelectionFilters(group="all")),
    ):
        assert not select(catalogue, SCENARIOS, filters).by_reach


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
        SelectionFilters(scenarios=["*"]),
        SelectionFilters(formats=["h5", "keras"]),
    ):
        assert 4 == len(select(CATALOGUE, scenarios, filters).scenarios)

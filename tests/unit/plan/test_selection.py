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


def ids(**wishes: Any) -> tuple[list[str], list[str], list[str]]:
    """Savers, loaders and variants that some wishes come to."""
    chosen = select(CATALOGUE, SCENARIOS, SelectionFilters(**wishes))
    return ([one.id for one in chosen.savers], [one.id for one in chosen.loaders], [one.id for one in chosen.variants])


CORE = ["tf1.15", "tf2.3", "keras3"]
EVERY = ["tf1.15", "tf2.3", "tf2.15", "keras3"]


@pytest.mark.parametrize(
    ("wishes", "savers", "loaders"),
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
    wishes: dict[str, Any], savers: list[str], loaders: list[str]
) -> None:
    """Oldest first and each once, whatever the order of wishing; `save` and `load` outdo `runtimes`."""
    assert (savers, loaders) == ids(**wishes)[:2]


@pytest.mark.parametrize(
    ("wishes", "variants"),
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
def test_variants_are_chosen_by_scenario_and_format(wishes: dict[str, Any], variants: list[str]) -> None:
    """Together they narrow down."""
    assert variants == ids(**wishes)[2]


def test_a_scenario_without_any_of_the_formats_takes_no_part() -> None:
    """The selection holds only what it has variants of."""
    assert ["dense"] == list(select(CATALOGUE, SCENARIOS, SelectionFilters(formats=["savedmodel"])).scenarios)


def test_each_environment_that_is_needed_is_that_of_a_chosen_runtime() -> None:
    """A selection provisions only what it needs."""
    chosen = select(CATALOGUE, SCENARIOS, SelectionFilters(save=["tf1.15"], load=["tf2.3"]))
    assert ["env-tf1.15", "env-tf2.3"] == [one.environment for one in chosen.runtimes]


def test_all_runtimes_are_in_the_order_of_the_matrix() -> None:
    """Oldest first, also when a new one saves and an old one loads: rows and columns follow it."""
    chosen = select(CATALOGUE, SCENARIOS, SelectionFilters(save=["keras3"], load=["tf1.15"]))
    assert ["tf1.15", "keras3"] == [one.id for one in chosen.runtimes]


@pytest.mark.parametrize(
    ("wishes", "told"),
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
def test_a_name_that_is_not_known_gets_the_nearest_known_ones(wishes: dict[str, Any], told: str) -> None:
    """One unknown name among known ones is enough."""
    with pytest.raises(UsageError) as caught:
        ids(**wishes)
    assert caught.value.what.startswith(told)
    assert caught.value.hint


@pytest.mark.parametrize(
    "wishes", [{"scenarios": ["lstm"], "formats": ["h5"]}, {"formats": ["tf-checkpoint"]}], ids=str
)
def test_a_selection_of_nothing_is_an_error(wishes: dict[str, Any]) -> None:
    """An empty matrix would look like a good one."""
    with pytest.raises(UsageError, match="nothing is selected"):
        ids(**wishes)


def test_reach_counts_where_a_whole_catalogue_runs() -> None:
    """Names on the command line and the core set mean all pairs; so does a catalogue without milestones."""
    marked = dataclasses.replace(
        CATALOGUE,
        environments=tuple(
            dataclasses.replace(one, runtimes=tuple(dataclasses.replace(row, milestone=True) for row in one.runtimes))
            for one in CATALOGUE.environments
        ),
    )
    assert select(marked, SCENARIOS, SelectionFilters(group="all")).by_reach
    for catalogue, wishes in (
        (marked, SelectionFilters()),
        (marked, SelectionFilters(group="all", save=["tf2.3"])),
        (CATALOGUE, SelectionFilters(group="all")),
    ):
        assert not select(catalogue, SCENARIOS, wishes).by_reach


def test_a_plain_run_takes_the_core_scenarios() -> None:
    """Whoever asks for nothing gets what is quick; whoever asks for something gets every scenario."""
    scenarios = (*SCENARIOS, dataclasses.replace(made.scenario("least", ("h5",)), core=True))
    for wishes in (
        SelectionFilters(),
        SelectionFilters(runtimes=[], save=[], load=[], scenarios=[], formats=[], variants=[]),
    ):
        assert ["least"] == list(select(CATALOGUE, scenarios, wishes).scenarios)
    for wishes in (
        SelectionFilters(group="all"),
        SelectionFilters(runtimes=["tf2.3"]),
        SelectionFilters(scenarios=["*"]),
        SelectionFilters(formats=["h5", "keras"]),
    ):
        assert 4 == len(select(CATALOGUE, scenarios, wishes).scenarios)

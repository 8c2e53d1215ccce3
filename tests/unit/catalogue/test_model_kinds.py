"""The kinds of models: every scenario of the project is of exactly one, and faults of the file are reported."""

from __future__ import annotations

import pathlib

import pytest

from harness import paths
from harness.catalogue import model_kinds
from harness.errors import CatalogueError
from harness.plan import scenarios


def test_every_scenario_is_of_exactly_one_kind() -> None:
    """And no kind names one that is not there."""
    every_scenario, faults = scenarios.read_all(paths.SCENARIOS)
    assert () == tuple(faults)
    named = [name for kind in model_kinds.known() for name in kind.scenarios]
    assert sorted(scenario.name for scenario in every_scenario) == sorted(named)


def test_a_kind_has_a_title_of_its_own_that_fits_into_a_table() -> None:
    """Without commas, since titles appear in lists."""
    titles = [kind.title for kind in model_kinds.known()]
    assert len(titles) == len(set(titles))
    assert [] == [title for title in titles if "," in title or len(title) > 20]


def test_a_scenario_from_elsewhere_is_of_the_last_kind() -> None:
    assert ("recurrent", "other") == (model_kinds.of("lstm_defaults"), model_kinds.of("my_model"))
    assert "other" == model_kinds.known()[-1].id


@pytest.mark.parametrize(
    "text", ["[dense", 'dense = "no table"', '[dense]\ntitle = "dense"', "[dense]\nscenarios = []", None]
)
def test_what_is_wrong_with_the_file_is_told(tmp_path: pathlib.Path, text: str | None) -> None:
    """Be it no TOML, a key that is missing, or no file."""
    path = tmp_path / "kinds.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CatalogueError, match=r"kinds\.toml: no kinds of models can be read"):
        model_kinds.known(path)

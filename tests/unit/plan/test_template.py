"""A user's first scenario: it is written, it has no faults, and it overwrites nothing."""

from __future__ import annotations

import pathlib

import pytest

from harness.errors import UsageError
from harness.plan import scenarios, template


@pytest.mark.parametrize(
    ("name", "title"),
    [("my_model", "My model"), ("a", "A"), ("modèle", "Modèle"), ("VGG16", "Vgg16"), ("match", "Match")],
)
def test_what_is_written_is_a_scenario_without_fault(tmp_path: pathlib.Path, name: str, title: str) -> None:
    """Under any name that is a Python identifier."""
    path = template.write(name, tmp_path)
    assert tmp_path / f"{name}.py" == path
    scenario, faults = scenarios.read(path)
    assert () == faults
    assert scenario
    assert (name, f"{title}: say in one line what is saved", ("h5", "keras")) == (
        scenario.name,
        scenario.title,
        scenario.formats,
    )


def test_the_folder_is_created_if_necessary(tmp_path: pathlib.Path) -> None:
    """With all its parents."""
    assert template.write("my_model", tmp_path / "one" / "two").is_file()


@pytest.mark.parametrize(
    "name", ["", "my-model", "my model", "1st", "class", "None", "_hidden", "../up", "a/b", "a.py", "a\n"]
)
def test_an_invalid_name_is_refused(tmp_path: pathlib.Path, name: str) -> None:
    """Nothing is written, inside the folder or outside."""
    with pytest.raises(UsageError, match="is not a valid name for a scenario") as caught:
        template.write(name, tmp_path / "inner")
    assert "my_model" in caught.value.hint
    assert [] == list(tmp_path.rglob("*"))


def test_an_existing_scenario_is_never_overwritten(tmp_path: pathlib.Path) -> None:
    """Someone may have worked on it."""
    (tmp_path / "dense.py").write_text("worked on")
    with pytest.raises(UsageError, match="this scenario already exists"):
        template.write("dense", tmp_path)
    assert "worked on" == (tmp_path / "dense.py").read_text()


def test_a_file_in_place_of_the_folder_is_reported(tmp_path: pathlib.Path) -> None:
    """As a mistake on the command line."""
    (tmp_path / "scenarios").write_text("")
    with pytest.raises(UsageError):
        template.write("dense", tmp_path / "scenarios")

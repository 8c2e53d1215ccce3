"""The first scenario of somebody: that it is there, without fault, and in nobody's way."""

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
    """Under any name that Python knows as one."""
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


def test_the_folder_is_made_if_need_be(tmp_path: pathlib.Path) -> None:
    """With all above it."""
    assert template.write("my_model", tmp_path / "one" / "two").is_file()


@pytest.mark.parametrize(
    "name", ["", "my-model", "my model", "1st", "class", "None", "_hidden", "../up", "a/b", "a.py", "a\n"]
)
def test_what_is_no_name_is_refused(tmp_path: pathlib.Path, name: str) -> None:
    """Nothing is written, in the folder or outside of it."""
    with pytest.raises(UsageError, match="is no name for a scenario") as caught:
        template.write(name, tmp_path / "inner")
    assert "my_model" in caught.value.hint
    assert [] == list(tmp_path.rglob("*"))


def test_a_scenario_that_is_there_is_never_overwritten(tmp_path: pathlib.Path) -> None:
    """Somebody has worked on it."""
    (tmp_path / "dense.py").write_text("worked on")
    with pytest.raises(UsageError, match="there is such a scenario already"):
        template.write("dense", tmp_path)
    assert "worked on" == (tmp_path / "dense.py").read_text()


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: pathlib.Path) -> None:
    """As wrong use of the command line."""
    (tmp_path / "scenarios").write_text("")
    with pytest.raises(UsageError):
        template.write("dense", tmp_path / "scenarios")

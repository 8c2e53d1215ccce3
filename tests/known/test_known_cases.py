"""Breaks that people reported, each a cell of the matrix: checked in the committed reference, and in a run today.

The cases are in the TOML files next to this one: the source of the report, the cell that shows it, what was measured,
the cause that the catalogue names, and the kind of cause that the report suggests (empty if it fits none).
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tomllib
from typing import Any

import pytest

from harness import paths
from harness.catalogue.causes import CAUSE_KINDS
from harness.catalogue.causes_reader import load_causes
from harness.catalogue.environments import load_catalogue
from harness.plan import scenarios
from harness.plan.selection import SelectionFilters, select
from harness.results import diagnose, reference

HERE = pathlib.Path(__file__).parent
CASES = [case for file in sorted(HERE.glob("*.toml")) for case in tomllib.loads(file.read_text())["case"]]
KEYS = {"id", "variant", "save", "load", "verdict", "message", "cause", "reported", "source", "note"}
by_id = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
Cells = dict[tuple[str, str, str], Any]


@pytest.fixture(scope="module")
def committed() -> Cells:
    """The cells of the committed reference, each with its cause."""
    document = reference.read(paths.REFERENCE)
    diagnose.annotate(document, load_causes())
    return by_place(document)


def by_place(document: Any) -> Cells:
    """The cells of a document, by variant, saver and loader."""
    return {(cell["variant"], cell["save"], cell["load"]): cell for cell in document["cells"]}


def test_each_case_is_unique_and_complete() -> None:
    """No duplicate id, no key missing or misspelt, a link for each."""
    assert len(CASES) == len({case["id"] for case in CASES})
    for case in CASES:
        assert KEYS == set(case), case["id"]
        assert case["source"].startswith("https://"), case["id"]
        assert case["message"] or case["verdict"] == "identical", case["id"]


def test_a_full_run_includes_each() -> None:
    """The reach of its scenario, or the additional pairs, include the move."""
    catalogue = load_catalogue()
    readable, _ = scenarios.read_all(paths.SCENARIOS)
    selection = select(catalogue, readable, SelectionFilters(group="all"))
    variants = {variant.id: variant for variant in selection.variants}

    def is_included(case: Any) -> bool:
        variant = variants.get(case["variant"])
        saver, loader = catalogue.runtime(case["save"]), catalogue.runtime(case["load"])
        return variant is not None and selection.includes(variant, saver, loader)

    assert [] == [case["id"] for case in CASES if not is_included(case)]


@by_id
def test_the_reference_shows_it(case: Any, committed: Cells) -> None:
    """The verdict as measured, and the characteristic part of the message."""
    skip_what_is_newer(case, committed)
    check(case, committed)


@by_id
def test_its_cause_is_named(case: Any, committed: Cells) -> None:
    """The catalogue of causes explains it; what loads well has no cause."""
    skip_what_is_newer(case, committed)
    assert case["cause"] == committed[case["variant"], case["save"], case["load"]]["cause"]


def test_a_cause_is_of_the_kind_that_the_report_suggests() -> None:
    """If the measured cause is of another kind, the note says why."""
    causes = load_causes().by_id
    for case in CASES:
        assert case["reported"] in ("", *CAUSE_KINDS), case["id"]
        if case["cause"] and case["reported"]:
            assert case["reported"] == causes[case["cause"]].kind or case["note"], case["id"]


@pytest.mark.slow
@pytest.mark.live
@by_id
def test_it_still_happens(case: Any, tmp_path: pathlib.Path) -> None:
    """A run of only this cell shows the same: needs its two environments (nox -s known)."""
    command = [
        sys.executable,
        "-m",
        "harness",
        "matrix",
        "--variant",
        case["variant"],
        "--save",
        case["save"],
        "--load",
        case["load"],
        "--fresh",
        "--remedies",
        "none",
        "--reports",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=paths.PROJECT, capture_output=True, text=True, timeout=1200)
    assert 0 == done.returncode, done.stdout + done.stderr
    check(case, by_place(json.loads((tmp_path / "results.json").read_text())))


def skip_what_is_newer(case: Any, committed: Cells) -> None:
    """Skip a case that the committed reference cannot show yet: `nox -s known` runs it in any case."""
    if case["variant"] not in {variant for variant, _, _ in committed}:
        pytest.skip("the scenario is newer than the reference")
    if case["cause"] == "lambda-globals" and case["verdict"] == "changed":
        pytest.skip("the reference was made before facts said which names a Lambda uses")


def check(case: Any, cells: Cells) -> None:
    """Check a case against the cell that should show it."""
    cell = cells[case["variant"], case["save"], case["load"]]
    failure = cell["failure"] or {"type": "", "message": ""}
    said = f"{cell['reason']}\n{failure['type']}: {failure['message']}"
    assert case["verdict"] == cell["verdict"], said
    assert case["message"] in said

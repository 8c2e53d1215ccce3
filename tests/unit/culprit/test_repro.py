"""From a failing cell to a report: what is shrunk, what is told, and what is said when there is no script."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

import pytest

from harness.culprit.check import Checked
from harness.culprit.repro import Case, Repro, reproduce
from harness.culprit.spec import Spec, values
from tests.unit import entries
from tests.unit.culprit import artifact
from tests.unit.culprit.models import NEW, OLD

MESSAGE = "Error when x\n\nException encountered: Unrecognized arguments passed to Bad: {'groups': 1}"
REFUSED = entries.cell(
    variant="mine/h5/a", verdict="refused", failure=entries.failure("TypeError", MESSAGE), reason="TypeError: no"
)
OUTPUT = "I0000 a log\nTraceback (most recent call last):\n  File ...\nTypeError: Unrecognized"


class Bench:
    """Fails in the way of a cell as long as a layer of the class `Bad` is there."""

    def __init__(self, cell: Any) -> None:
        self.cell = cell
        self.asked: list[Spec] = []

    def measure(self, spec: Spec) -> Any:
        self.asked.append(spec)
        return self.cell if any(each.made.name == "Bad" for each in spec.layers) else entries.cell()


def made(
    tmp_path: pathlib.Path, configuration: Any, cell: Any = REFUSED, **more: Any
) -> tuple[Repro, Bench, list[str]]:
    given = {"format": "h5", "checked": Checked(failed_alike=True, output=OUTPUT), "seconds": 60.0, **more}
    case = Case(
        cell=cell,
        artifact=artifact.write(tmp_path / "artifact", configuration),
        format=given["format"],
        saver=OLD,
        loader=NEW,
    )
    bench, said = Bench(cell), list[str]()
    return reproduce(case, bench.measure, lambda text: given["checked"], given["seconds"], said.append), bench, said


def test_a_report_ready_to_file(tmp_path: pathlib.Path) -> None:
    repro, bench, said = made(tmp_path, artifact.model("Dense", "Bad", "Dense"))
    assert (True, len(bench.asked)) == (repro.checked, repro.probes)
    assert "Bad(" in repro.script
    assert "Dense" not in repro.script
    for part in (
        "# Keras 3.12.0 does not load Bad from an HDF5 file of TensorFlow 2.15.1",
        "- saved with Keras 2.15.0, TensorFlow 2.15.1, Python 3.11.7",
        "`python repro.py load`",
        repro.script.rstrip(),
        "TypeError: Unrecognized arguments passed to Bad: {'groups': 1}",
        "```\nTraceback (most recent call last):\n  File ...\nTypeError: Unrecognized\n```",
        "It was run in both environments",
        "`mine/h5/a`, `old`, `new`",
    ):
        assert part in repro.report
    assert said == [
        "3 layers of plain Keras fail in the same way; making the model smaller for at most 60 s",
        f"1 layer left after {repro.probes} probes",
        "the script fails in the same way",
    ]


def test_the_sentence_of_a_located_culprit_comes_first(tmp_path: pathlib.Path) -> None:
    cell = {**REFUSED, "located": {"said": "`bad_1` (Bad): argument `groups` is not known."}}
    repro, _, _ = made(tmp_path, artifact.model("Bad"), cell)
    assert "argument `groups` is not known." in repro.report.split("- saved with")[0]


def test_a_script_that_does_not_show_it_is_told(tmp_path: pathlib.Path) -> None:
    unlike = Checked(failed_alike=False, why="`load` ended with exit code 0")
    repro, _, said = made(tmp_path, artifact.model("Bad"), checked=unlike)
    assert not repro.checked
    assert "Not confirmed: `load` ended with exit code 0." in repro.report
    assert "the script does not show it: `load` ended with exit code 0" == said[-1]


def test_a_budget_that_is_spent(tmp_path: pathlib.Path) -> None:
    repro, bench, said = made(tmp_path, artifact.model("Dense", "Bad"), seconds=0.0)
    assert 1 == len(bench.asked)
    assert repro.script
    assert "2 layers left after 1 probe, when the time was over" in said


def test_what_changed_is_compared_by_the_script(tmp_path: pathlib.Path) -> None:
    difference = {"observation": "predictions", "kind": "value", "where": "layer 0 bad", "detail": "", "counts": True}
    changed = entries.cell(verdict="changed", stage="compare", differences=[difference], reason="differ by 0.1")
    repro, _, _ = made(tmp_path, artifact.model("Bad"), changed)
    assert "loads Bad from an HDF5 file of TensorFlow 2.15.1, and it predicts something else" in repro.report
    assert 'np.save("seen.npy", seen(model))' in repro.script


@pytest.mark.parametrize(
    ("configuration", "cell", "format", "why"),
    [
        (artifact.model("Lambda"), REFUSED, "h5", "Lambda holds code"),
        (artifact.model("Dense"), REFUSED, "h5", "does not fail in the same way (it loads and predicts the same)"),
        (artifact.model("Bad"), REFUSED, "own", "no format 'own'"),
        (None, REFUSED, "h5", "no configuration"),
    ],
)
def test_without_a_script_the_reason_is_told(
    tmp_path: pathlib.Path, configuration: Any, cell: Any, format: str, why: str
) -> None:
    repro, _, said = made(tmp_path, configuration, cell, format=format)
    assert why in repro.why
    assert ("", "", False) == (repro.script, repro.report, repro.checked)
    assert [] == said


def test_weights_may_fail_because_of_what_code_leaves_out(tmp_path: pathlib.Path) -> None:
    """Where the file names every argument and the model is built by code that does not."""
    changed = entries.cell(verdict="changed", stage="compare", reason="differ by 0.1")
    configuration = artifact.model("Bad")
    configuration["config"]["layers"][0]["config"]["gain"] = 3

    def measure(spec: Spec) -> Any:
        return entries.cell() if any(path[-1] == "gain" for path, _ in values(spec)) else changed

    place = artifact.write(tmp_path / "artifact", configuration)
    case = Case(cell=changed, artifact=place, format="weights-h5", saver=OLD, loader=NEW)
    repro = reproduce(case, measure, lambda text: Checked(failed_alike=True), 60, lambda text: None)
    assert "Bad(1, input_shape=(1,))" in repro.script
    whole = dataclasses.replace(case, format="h5")
    of_h5 = reproduce(whole, measure, lambda text: Checked(failed_alike=True), 60, lambda text: None)
    assert "does not fail in the same way" in of_h5.why


def test_what_no_script_can_look_at(tmp_path: pathlib.Path) -> None:
    difference = {"observation": "architecture", "kind": "lost", "where": "", "detail": "", "counts": True}
    cell = entries.cell(verdict="incomplete", stage="compare", differences=[difference])
    repro, _, _ = made(tmp_path, artifact.model("Bad"), cell)
    assert "a plain script cannot look at architecture" == repro.why

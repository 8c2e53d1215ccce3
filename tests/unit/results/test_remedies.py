"""Which remedies are tried on a cell, and what is written into the document."""

from __future__ import annotations

from typing import Any

import pytest

from harness.catalogue.causes import Cause
from harness.catalogue.causes_reader import load_causes
from harness.model import Attempt, Cell, Outcome, Stage, Verdict
from harness.results import remedies, siblings
from harness.results.remedies import Case
from harness.results.trials import Trial
from tests.unit import made
from tests.unit.results.documents import cell, document

CATALOGUE = load_causes()
GENERIC = ["rebuild", "weights-by-hand"]


def judged(verdict: Verdict, attempt: Attempt | None = None) -> Cell:
    """A cell whose load was judged like this."""
    return Cell(
        variant=made.variant(),
        save="old",
        load="new",
        verdict=verdict,
        stage=Stage.COMPARE,
        reason="",
        loaded=attempt or made.attempt(),
    )


def annotated(*cells: Any, run: Any = None) -> list[list[Any]]:
    """The remedies that are written into each cell."""
    results = document(*cells)
    remedies.annotate(results, run or {}, CATALOGUE)
    return [entry["remedies"] for entry in results["cells"]]


def test_every_loading_side_remedy_can_be_run() -> None:
    """The catalogue and the worker have the same ones."""
    proved_by_cells = {
        siblings.ANOTHER_FORMAT,
        siblings.ANOTHER_VERSION,
        siblings.AS_THE_SCENARIO_SAYS,
        siblings.OTHER_KERAS,
    }
    known = {remedy.id for remedy in CATALOGUE.remedies}
    saving = {remedy.id for remedy in CATALOGUE.remedies if remedy.side == "save"}
    assert remedies.runnable() <= known
    assert proved_by_cells <= known
    assert known - remedies.runnable() <= proved_by_cells | saving


@pytest.mark.parametrize("remedy", sorted(remedies.runnable()))
def test_a_result_depends_on_the_code_of_its_remedy(remedy: str) -> None:
    """Each has its own essence, which contains its function."""
    code = remedies.code_of(remedy)
    assert remedy.replace("-", "_").encode() in code
    assert b"compile_false" not in code or remedy == "compile-false"


def with_several_remedies() -> Cause:
    """A cause of the catalogue with more than one remedy that can be run, none of which is generic."""
    return next(
        cause
        for cause in CATALOGUE.causes
        if len(set(cause.remedies) & remedies.runnable()) > 1 and not set(cause.remedies) & set(GENERIC)
    )


def proposed(verdict: str, cause: str, format: str = "h5") -> list[str]:
    """What is tried on a cell of this verdict and cause."""
    return remedies.proposed(cell(verdict, cause), format, CATALOGUE)


def test_only_what_a_loading_side_can_mend_is_tried() -> None:
    """What the cause proposes and the worker can run, in the order of the cause."""
    cause = with_several_remedies()
    own = [remedy for remedy in cause.remedies if remedy in remedies.runnable()]
    assert own == proposed("incomplete", cause.id)
    for verdict in ("identical", "unsaved", "unsupported", "unavailable"):
        assert [] == proposed(verdict, cause.id)
        assert [] == proposed(verdict, "unknown")


@pytest.mark.parametrize("verdict", ["refused", "changed", "crashed", "timed-out"])
def test_what_may_always_help_is_tried_last(verdict: str) -> None:
    """On every file that holds weights, whether its cause is known or not; each once."""
    cause = with_several_remedies()
    own = [remedy for remedy in cause.remedies if remedy in remedies.runnable()]
    assert [*own, *GENERIC] == proposed(verdict, cause.id)
    assert GENERIC == proposed(verdict, "unknown")
    listed = next(cause for cause in CATALOGUE.causes if set(GENERIC) <= set(cause.remedies))
    assert all(proposed(verdict, listed.id).count(remedy) == 1 for remedy in GENERIC)


@pytest.mark.parametrize("format", ["code", "own"])
def test_what_holds_no_weights_is_not_built_anew_with_them(format: str) -> None:
    """There is nothing to load into the model, or nobody knows how; what the cause proposes is tried all the same."""
    cause = with_several_remedies()
    assert [] == proposed("refused", "unknown", format)
    assert proposed("incomplete", cause.id) == proposed("refused", cause.id, format)


def test_an_incomplete_cell_of_unknown_cause_needs_no_remedy() -> None:
    """It predicts as it should, which is all that the generic ones could bring back."""
    assert [] == proposed("incomplete", "unknown")


def wants(case: Case) -> tuple[bool, bool]:
    """Whether a case wants another remedy as it is, and with `more`."""
    return case.wants(more=False), case.wants(more=True)


@pytest.mark.parametrize("verdict", ["refused", "changed", "crashed", "timed-out"])
def test_a_cell_that_is_worse_than_incomplete_is_not_helped_by_others(verdict: str) -> None:
    """The file may be all that someone has."""
    results = document(
        cell(verdict, "unknown"),
        cell("identical", variant="dense/keras"),
        cell("identical", variant="dense/h5/well"),
        cell("identical", load="newer"),
    )
    (case,) = remedies.cases(results, CATALOGUE)
    assert (GENERIC, False, (True, True)) == (case.left, case.helped, wants(case))


def test_an_incomplete_cell_is_helped_by_others() -> None:
    """Another format, say, is good enough unless more is wanted."""
    incomplete = cell("incomplete", with_several_remedies().id)
    (helped,) = remedies.cases(document(incomplete, cell("identical", variant="dense/keras")), CATALOGUE)
    assert (True, (False, True)) == (helped.helped, wants(helped))
    (needy,) = remedies.cases(document(incomplete, cell("incomplete", variant="dense/keras")), CATALOGUE)
    assert (False, (True, True)) == (needy.helped, wants(needy))


def test_a_cell_without_a_remedy_to_try_is_no_case() -> None:
    """Neither is one that is good."""
    own = cell(cause="unknown", variant="dense/own")
    assert [] == remedies.cases(document(cell("identical"), own, cell("unsaved", "unknown")), CATALOGUE)


def test_a_cell_wants_remedies_until_something_helps() -> None:
    """With `more`, until it is identical or nothing is left."""
    (case,) = remedies.cases(document(cell(cause="unknown")), CATALOGUE)
    case.left = ["a", "b", "c", "d"]
    case.tried("a", judged(Verdict.UNSUPPORTED), "key")
    assert (["b", "c", "d"], [], (True, True)) == (case.left, case.trials, wants(case))
    case.tried("b", judged(Verdict.INCOMPLETE), "key")
    assert (["b"], (False, True)) == ([trial.remedy for trial in case.trials], wants(case))
    case.tried("c", judged(Verdict.IDENTICAL), "key")
    assert (False, False) == wants(case)


def test_a_cell_wants_nothing_when_nothing_is_left() -> None:
    """Even if nothing helped."""
    (case,) = remedies.cases(document(cell(cause="unknown")), CATALOGUE)
    for remedy in GENERIC:
        case.tried(remedy, judged(Verdict.REFUSED, made.attempt(Outcome.RAISED)), "key")
    assert (GENERIC, (False, False)) == ([trial.remedy for trial in case.trials], wants(case))


def test_verified_remedies_come_first_the_shortest_leading() -> None:
    """The shortest first means catalogue order, for what was run and for what other cells prove alike."""
    ids = [remedy.id for remedy in CATALOGUE.remedies]
    run = {
        ("dense/h5", "old", "new"): [
            Trial(remedy=ids[2], verdict="identical", reason="", verified=True, key="2"),
            Trial(remedy=ids[0], verdict="refused", reason="", verified=False, key="0"),
            Trial(remedy=ids[1], verdict="incomplete", reason="", verified=True, key="1"),
        ]
    }
    cells = (cell(cause="x"), cell("identical", variant="dense/keras"), cell("refused", variant="dense/h5/well"))
    (trials, *_) = annotated(*cells, run=run)
    assert [ids[1], ids[2], "another-format", ids[0], "as-the-scenario-says"] == [trial["remedy"] for trial in trials]


def test_a_good_cell_has_no_remedies() -> None:
    """Neither does a cell without a diagnosis."""
    assert [[]] == annotated(
        cell("identical"),
        run={
            ("dense/h5", "old", "new"): [Trial(remedy="compile-false", verdict="identical", reason="", verified=True)]
        },
    )

"""Advice as a page: it shows every kind of problem, the code of a remedy once, and a loading method per format."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from harness.advice.formats import FILES, PARTS
from harness.advice.move import advise
from harness.advice.page import advice_page
from harness.catalogue.causes_reader import load_causes
from harness.catalogue.loading import LOADING_METHODS
from harness.results import sources
from harness.tools import pages
from tests.unit import moves

KNOWN = load_causes()


def told(*cells: Any, load: str = "new", **more: Any) -> str:
    """The advice from these cells, as printed into a pipe, on one line."""
    document = sources.rediagnose(moves.document(*cells, **more), KNOWN)
    runtimes = {runtime["id"]: runtime for runtime in document["runtimes"]}
    stream = io.StringIO()
    page = advice_page(advise(document, "old", load), runtimes, "these results", ["ask more"])
    pages.print_page(Console(file=stream, width=80, soft_wrap=True), page)
    return " ".join(stream.getvalue().split())


def test_every_format_has_a_loading_method_and_those_without_the_architecture_need_code() -> None:
    assert set(FILES) == set(LOADING_METHODS)
    assert set(PARTS) == {name for name, method in LOADING_METHODS.items() if method.needs}
    for method in LOADING_METHODS.values():
        compile(method.load, "loading", "exec")


def test_both_runtimes_are_shown_with_their_versions() -> None:
    out = told()
    assert "Title of old (Keras 2.3.0, Python 3.11.7) -> Title of new (Keras 3.15.1, Python 3.11.7)." in out
    assert "0 cells of 0 scenarios in these results" in out
    assert "- ask more" in out


def test_the_page_says_if_no_format_is_good() -> None:
    out = told(*moves.many("h5", "refused"))
    assert "None: no format does more good than harm on this move" in out
    assert "ask more" not in out


def test_survivors_are_marked_if_some_cells_lose_or_change_something() -> None:
    """`~` for lost, `!` for silently changed, `.` for not tested."""
    out = told(
        moves.cell("dense", "h5", "incomplete"),
        moves.cell("hard_sigmoid", "h5", "changed"),
        moves.cell("layer_normalisation", "h5", "refused"),
        moves.cell("embedding", "keras", "identical"),
    )
    assert "dense . 1/3~!" in out
    assert "embedding 1/1 ." in out


def test_a_problem_shows_mistakes_on_purpose_cells_without_a_move_and_remedies_tried() -> None:
    trials = [
        moves.trial("saver-defaults", "identical"),
        moves.trial("rebuild", "refused", verified=False),
    ]
    gru = {"message": moves.GRU}
    out = told(
        moves.cell("gru_defaults", "weights-h5", "refused", remedies=trials, parameters={"a": 1}, **gru),
        moves.cell("gru_defaults", "weights-h5", "refused", parameters={"a": 2}, **gru),
        moves.cell("gru_defaults", "weights-h5", "refused", load="old", parameters={"a": 2}, **gru),
        pitfalls={"gru_defaults": {"a": 3}},
    )
    assert "(refused, 2 cells, gru-reset-after)" in out
    assert "- all of them mistakes that are shown on purpose" in out
    assert "- 1 of them without a move, too" in out
    assert (
        "- verified in 1 of 1: Build the model with the defaults of the version that saved it [saver-defaults]" in out
    )
    assert "- tried, did not help: rebuild" in out
    assert "were not run" not in out
    assert 1 == out.count("saver-defaults (load side, verified)")
    assert "rebuild (load side" not in out


def test_problems_that_the_move_does_not_cause_are_listed_apart() -> None:
    out = told(
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU),
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU, load="old"),
    )
    assert "Breaks (" not in out
    assert "Not because of this move: the same without a move (1 cell)" in out
    assert "gru-reset-after): nothing verified" in out


def test_a_proposed_remedy_comes_with_its_code_if_nothing_is_verified() -> None:
    """The page also says that nothing was run."""
    out = told(moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU))
    assert "- proposed, not tried: saver-defaults" in out
    assert "saver-defaults (load side, proposed, not tried here)" in out
    assert "Remedies on the loading side were not run" in out


def test_the_page_says_if_no_remedy_is_known() -> None:
    out = told(moves.cell("dense", "h5", "refused", message="nothing that is known"))
    assert "ValueError: nothing that is known (refused, 1 cell, unknown)" in out
    assert "- no remedy is known" in out
    assert "code to copy" not in out


def test_a_scenario_s_own_remedy_names_its_script() -> None:
    out = told(
        moves.cell("lambda_layer", "h5", "refused", message="bad marshal data", parameters={"layer": "lambda"}),
        moves.cell("lambda_layer", "h5", "identical", parameters={"layer": "class"}),
        pitfalls={"lambda_layer": {"layer": "class"}},
    )
    assert "- scenarios/lambda_layer.py: layer=class" in out

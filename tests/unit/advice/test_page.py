"""Advice as a page: every kind of trouble is told, code comes once, and each format has its way."""

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
    """The advice from these cells as a pipe gets it, on one line."""
    document = sources.rediagnose(moves.document(*cells, **more), KNOWN)
    runtimes = {runtime["id"]: runtime for runtime in document["runtimes"]}
    stream = io.StringIO()
    page = advice_page(advise(document, "old", load), runtimes, "these results", ["ask more"])
    pages.tell(Console(file=stream, width=80, soft_wrap=True), page)
    return " ".join(stream.getvalue().split())


def test_every_format_has_a_way_and_those_without_the_architecture_need_code() -> None:
    assert set(FILES) == set(LOADING_METHODS)
    assert set(PARTS) == {name for name, way in LOADING_METHODS.items() if way.needs}
    for way in LOADING_METHODS.values():
        compile(way.load, "way", "exec")


def test_both_runtimes_are_told_with_their_versions() -> None:
    out = told()
    assert "Title of old (Keras 2.3.0, Python 3.11.7) -> Title of new (Keras 3.15.1, Python 3.11.7)." in out
    assert "0 cells of 0 scenarios in these results" in out
    assert "- ask more" in out


def test_where_no_format_is_good_this_is_said() -> None:
    out = told(*moves.many("h5", "refused"))
    assert "None: no format is more use than harm on this move" in out
    assert "ask more" not in out


def test_what_survives_is_marked_where_it_loses_or_changes_something() -> None:
    """`~` for what is lost, `!` for what changes in silence, `.` for what was not asked."""
    out = told(
        moves.cell("dense", "h5", "incomplete"),
        moves.cell("hard_sigmoid", "h5", "changed"),
        moves.cell("layer_normalisation", "h5", "refused"),
        moves.cell("embedding", "keras", "identical"),
    )
    assert "dense . 1/3~!" in out
    assert "embedding 1/1 ." in out


def test_a_trouble_tells_its_mistakes_its_home_and_what_was_tried() -> None:
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
    assert "- 1 of them without any move, too" in out
    assert (
        "- verified in 1 of 1: Build the model with the defaults of the version that saved it [saver-defaults]" in out
    )
    assert "- tried, did no good: rebuild" in out
    assert "were not run" not in out
    assert 1 == out.count("saver-defaults (load side, verified)")
    assert "rebuild (load side" not in out


def test_what_is_not_of_the_move_stands_apart() -> None:
    out = told(
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU),
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU, load="old"),
    )
    assert "Breaks (" not in out
    assert "Not of this move: the same where nothing moves (1 cell)" in out
    assert "gru-reset-after): nothing verified" in out


def test_what_is_proposed_brings_its_code_where_nothing_is_verified() -> None:
    """And it is said that nothing was run."""
    out = told(moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU))
    assert "- proposed, not tried: saver-defaults" in out
    assert "saver-defaults (load side, proposed, not tried here)" in out
    assert "Remedies of the loading side were not run" in out


def test_where_nothing_is_known_to_help_this_is_said() -> None:
    out = told(moves.cell("dense", "h5", "refused", message="nothing that is known"))
    assert "ValueError: nothing that is known (refused, 1 cell, unknown)" in out
    assert "- no remedy is known" in out
    assert "code to copy" not in out


def test_the_way_of_a_scenario_names_its_script() -> None:
    out = told(
        moves.cell("lambda_layer", "h5", "refused", message="bad marshal data", parameters={"layer": "lambda"}),
        moves.cell("lambda_layer", "h5", "identical", parameters={"layer": "class"}),
        pitfalls={"lambda_layer": {"layer": "class"}},
    )
    assert "- scenarios/lambda_layer.py: layer=class" in out

"""Advice on a move: the best format, what is silent, what breaks, what helps, and what is not of the move."""

from __future__ import annotations

from typing import Any

import pytest

from harness import paths
from harness.advice.move import (
    Advice,
    Problem,
    advise,
    best_formats,
    judged_moves,
    narrowed,
    nearest_move,
    scenarios_covered,
)
from harness.catalogue import model_kinds
from harness.catalogue.causes_reader import load_causes
from harness.results import reference, sources
from tests.unit import moves

KNOWN = load_causes()
GRU: Any = {"message": moves.GRU, "parameters": {"layer": "gru"}}


def made(*cells: Any, **more: Any) -> Any:
    """A document that is diagnosed by the real catalogue."""
    return sources.rediagnose(moves.document(*cells, **more), KNOWN)


def advised(*cells: Any, save: str = "old", load: str = "new", **more: Any) -> Advice:
    """Advice from these cells."""
    return advise(made(*cells, **more), save, load)


@pytest.mark.parametrize(
    ("h5", "best", "whole"),
    [
        ("identical", "h5", None),
        ("incomplete", "h5", None),
        ("refused", "weights.h5", None),
        ("changed", "weights.h5", None),
    ],
)
def test_a_whole_file_is_best_where_it_is_as_good(h5: str, best: str, whole: str | None) -> None:
    """Weights alone need the code; what is not in them is worth as much as what was lost."""
    found = advised(*moves.many("weights.h5", "identical"), *moves.many("h5", h5))
    assert found.best is not None
    assert (best, whole) == (found.best.format, found.whole)


def test_where_weights_alone_are_best_the_best_whole_file_is_told_as_well() -> None:
    found = advised(
        *moves.many("weights.h5", "identical"),
        *moves.many("h5", "incomplete", 6),
        *[moves.cell(f"scenario_{number}", "h5", "refused") for number in range(6, 10)],
        *moves.many("keras", "refused"),
    )
    assert found.best is not None
    assert found.whole is not None
    assert ("weights.h5", "h5") == (found.best.format, found.whole.format)
    assert 'model.save_weights("model.weights.h5")' in found.save_codes["weights.h5"]


def test_no_format_is_best_where_each_is_more_harm_than_use() -> None:
    found = advised(*moves.many("h5", "changed"), *moves.many("keras", "refused"))
    assert (True, None, None) == (found.enough, found.best, found.whole)


def test_what_was_asked_in_few_scenarios_names_no_best_format() -> None:
    """Its cells are told all the same; what could not be asked does not count."""
    found = advised(*moves.many("h5", "identical", 9), moves.cell("other", "h5", "unsupported"))
    assert (False, None, 9, 9) == (found.enough, found.best, found.scenarios, found.cells)
    assert ["h5"] == [one.format for one in found.standings]


def test_other_moves_are_not_mixed_in() -> None:
    found = advised(*moves.many("h5", "identical"), *moves.many("h5", "changed", load="mid"))
    assert ({"identical": 10}, ()) == (found.standings[0].verdicts, found.silent)


def test_cells_of_one_verdict_and_cause_are_one_trouble() -> None:
    """With the formats, the models and the scenarios that it is about."""
    found = advised(
        moves.cell("gru_defaults", "weights-h5", "refused", **GRU),
        moves.cell("gru_reset_after_wrapped", "weights-h5", "refused", **GRU),
        moves.cell("gru_defaults", "h5", "changed"),
        moves.cell("dense", "h5", "incomplete"),
    )
    (broken,) = found.breaks
    assert ("gru-reset-after", 2, ("weights-h5",), ("recurrent",)) == (
        broken.cause,
        broken.cells,
        broken.formats,
        broken.models,
    )
    assert ("gru_defaults", "gru_reset_after_wrapped") == broken.scenarios
    assert (["changed"], ["incomplete"]) == (
        [one.verdict for one in found.silent],
        [one.verdict for one in found.losses],
    )


def test_what_no_signature_knows_is_put_together_by_its_reason() -> None:
    """Reasons that differ in numbers alone are one."""
    found = advised(
        moves.cell("dense", "h5", "refused", message="nothing like 12 that is known"),
        moves.cell("nested", "h5", "refused", message="nothing like 7 that is known"),
        moves.cell("embedding", "h5", "refused", message="quite another thing"),
    )
    assert [("unknown", 2), ("unknown", 1)] == [(one.cause, one.cells) for one in found.breaks]
    assert "ValueError: nothing like 12 that is known" == found.breaks[0].reason


def test_verified_remedies_come_first_with_how_often_they_were_good() -> None:
    """What the cause proposes and nobody tried comes last, in the order of the catalogue."""
    cells = [
        moves.cell("gru_defaults", "weights-h5", "refused", **GRU, remedies=trials)
        for trials in ([moves.trial("saver-defaults", "identical")],)
    ]
    cells += [
        moves.cell(
            "gru_reset_after_wrapped",
            "weights-h5",
            "refused",
            **GRU,
            remedies=[
                moves.trial("saver-defaults", "refused", verified=False),
                moves.trial("rebuild", "refused", verified=False),
            ],
        )
    ]
    found = advised(*cells)
    assert [("saver-defaults", 2, 1), ("rebuild", 1, 0)] == [
        (one.id, one.tried, one.verified) for one in found.breaks[0].helps
    ]
    assert found.tried
    (untried,) = advised(moves.cell("gru_defaults", "weights-h5", "refused", **GRU)).breaks[0].helps
    assert ("saver-defaults", 0, 0) == (untried.id, untried.tried, untried.verified)


def test_another_format_is_proved_by_the_matrix_and_brings_its_own_code() -> None:
    """That of the format that helps, not of the one that breaks."""
    (trouble,) = advised(
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU),
        moves.cell("gru_defaults", "h5", "identical"),
    ).breaks
    help = next(one for one in trouble.helps if one.id == "another-format")
    assert (1, 1, ("h5",)) == (help.tried, help.verified, help.by)
    assert [('model.save("model.h5")', ("h5",))] == [(code.text, code.formats) for code in help.codes]


def test_the_way_of_the_scenario_names_the_parameters_that_survive() -> None:
    found = advised(
        moves.cell("lambda_layer", "h5", "refused", message="bad marshal data", parameters={"layer": "lambda"}),
        moves.cell("lambda_layer", "h5", "identical", parameters={"layer": "class"}),
        pitfalls={"lambda_layer": {"layer": "class"}},
    )
    help = next(one for one in found.breaks[0].helps if one.id == "as-the-scenario-says")
    assert ("lambda_layer: layer=class",) == help.by
    assert (1, 1) == (found.breaks[0].pitfalls, found.breaks[0].cells)


def test_what_does_the_same_without_a_move_is_not_of_the_move() -> None:
    """It comes after what is; where nothing moves, everything is of the place itself."""
    cells = [
        moves.cell("dense", "h5", "refused", message="always"),
        moves.cell("dense", "h5", "refused", message="always", load="old"),
        moves.cell("nested", "h5", "refused", message="here alone"),
        moves.cell("nested", "h5", "changed", load="old"),
    ]
    found = advised(*cells)
    assert [("nested", True), ("dense", False)] == [(*one.scenarios, one.moved) for one in found.breaks]
    stays = advised(
        *[dict(cell, _variant=dict(moves.cell(cell["variant"].split("/")[0], "h5", "")["_variant"])) for cell in cells],
        load="old",
    )
    assert [True] == [one.moved for one in stays.breaks]


def test_which_models_survive_is_counted_by_kind_and_format() -> None:
    """Pitfalls are left out; a scenario that is not of the project is of the kind `other`."""
    found = advised(
        moves.cell("dense", "h5", "identical"),
        moves.cell("dense", "keras", "refused"),
        moves.cell("my_model", "h5", "changed"),
        moves.cell("lambda_layer", "h5", "refused"),
        pitfalls={"lambda_layer": {"layer": "class"}},
    )
    assert [("dense", {"h5": {"identical": 1}, "keras": {"refused": 1}}), ("other", {"h5": {"changed": 1}})] == [
        (one.kind, one.formats) for one in found.models
    ]


def test_the_best_format_of_every_pair_is_that_of_its_advice() -> None:
    """Pairs that were asked too little or have no good format are left out."""
    document = made(
        *moves.many("h5", "identical"),
        *moves.many("keras", "refused"),
        *moves.many("h5", "changed", load="mid"),
        *moves.many("h5", "identical", 3, save="mid", load="old"),
    )
    assert {("old", "new"): "h5"} == best_formats(document)
    assert [("old", "new"), ("old", "mid")] == judged_moves(document)
    assert (10, 3, 0) == tuple(
        scenarios_covered(document, *pair) for pair in [("old", "new"), ("mid", "old"), ("new", "new")]
    )


def test_the_nearest_judged_move_is_of_the_same_generation() -> None:
    """Rather another year than another Keras; staying is compared with staying."""
    document = made(
        *moves.many("h5", "identical", save="old", load="new-tf_keras"),
        *moves.many("h5", "identical", save="old", load="new"),
        *moves.many("h5", "identical", save="mid", load="mid"),
    )
    assert ("old", "new-tf_keras") == nearest_move(document, "old", "mid")
    assert ("old", "new") == nearest_move(document, "mid", "new")
    assert ("mid", "mid") == nearest_move(document, "old", "old")
    assert None is nearest_move(document, "old", "nowhere")
    assert None is nearest_move(made(), "old", "new")


def test_a_document_without_causes_is_told_by_its_reasons() -> None:
    """As one of an older version; nothing is known to help then."""
    found = advise(moves.document(moves.cell("dense", "h5", "refused", message="why")), "old", "new")
    assert [("", "ValueError: why", ())] == [(one.cause, one.reason, one.helps) for one in found.breaks]


@pytest.fixture(scope="module")
def known() -> Any:
    """The committed reference."""
    return reference.read(paths.REFERENCE)


@pytest.mark.parametrize(
    ("save", "load", "formats"),
    [
        ("tf2.15", "tf2.21-keras3", {"weights.h5"}),
        ("tf1.15", "tf2.15", {"h5"}),
        ("keras2.2.4", "tf2.3", {"h5"}),
        ("tf2.11", "tf2.15", {"h5"}),
        ("tf2.15", "tf2.15", {"keras", "h5"}),
        ("tf2.21-keras3", "tf2.21-keras3", {"keras"}),
    ],
)
def test_the_best_format_of_well_known_moves(known: Any, save: str, load: str, formats: set[str]) -> None:
    """As people who made these moves found out, judged by the committed reference."""
    document = sources.rediagnose(narrowed(known, save), KNOWN)
    found = advise(document, save, load)
    assert found.best is not None
    assert found.best.format in formats
    assert best_formats(document)[save, load] == found.best.format


def test_every_failing_cell_of_a_move_is_in_one_trouble(known: Any) -> None:
    """From Keras 2 to Keras 3: nothing is lost on the way, and each kind of model has a row."""
    document = sources.rediagnose(narrowed(known, "tf2.15"), KNOWN)
    found = advise(document, "tf2.15", "tf2.21-keras3")
    bad = [cell for cell in document["cells"] if cell["load"] == "tf2.21-keras3" and cell["cause"]]
    troubles: list[Problem] = [*found.silent, *found.breaks, *found.losses]
    assert 0 < len(bad) == sum(one.cells for one in troubles)
    assert {kind.id for kind in model_kinds.known()} - {"other"} == {one.kind for one in found.models}
    assert any(one.cause == "hard-sigmoid-redefined" for one in found.silent)

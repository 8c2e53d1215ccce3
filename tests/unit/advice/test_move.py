"""Advice on a move: the best format, silent differences, what breaks, what helps, and what the move does not cause."""

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
    """A document, diagnosed with the real catalogue."""
    return sources.rediagnose(moves.document(*cells, **more), KNOWN)


def advised(*cells: Any, save: str = "old", load: str = "new", **more: Any) -> Advice:
    """Advice made from these cells."""
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
def test_a_whole_file_is_best_if_it_is_as_good_as_weights(h5: str, best: str, whole: str | None) -> None:
    """Weights alone need the code; what they leave out costs as much as what is lost."""
    advice = advised(*moves.many("weights.h5", "identical"), *moves.many("h5", h5))
    assert advice.best is not None
    assert (best, whole) == (advice.best.format, advice.whole)


def test_if_weights_alone_are_best_the_best_whole_file_is_named_as_well() -> None:
    advice = advised(
        *moves.many("weights.h5", "identical"),
        *moves.many("h5", "incomplete", 6),
        *[moves.cell(f"scenario_{number}", "h5", "refused") for number in range(6, 10)],
        *moves.many("keras", "refused"),
    )
    assert advice.best is not None
    assert advice.whole is not None
    assert ("weights.h5", "h5") == (advice.best.format, advice.whole.format)
    assert 'model.save_weights("model.weights.h5")' in advice.save_codes["weights.h5"]


def test_no_format_is_best_if_each_does_more_harm_than_good() -> None:
    advice = advised(*moves.many("h5", "changed"), *moves.many("keras", "refused"))
    assert (True, None, None) == (advice.enough, advice.best, advice.whole)


def test_too_few_scenarios_name_no_best_format() -> None:
    """The cells are shown all the same; those that could not be tested do not count."""
    advice = advised(*moves.many("h5", "identical", 9), moves.cell("other", "h5", "unsupported"))
    assert (False, None, 9, 9) == (advice.enough, advice.best, advice.scenarios, advice.cells)
    assert ["h5"] == [score.format for score in advice.standings]


def test_other_moves_are_not_mixed_in() -> None:
    advice = advised(*moves.many("h5", "identical"), *moves.many("h5", "changed", load="mid"))
    assert ({"identical": 10}, ()) == (advice.standings[0].verdicts, advice.silent)


def test_cells_with_the_same_verdict_and_cause_are_one_problem() -> None:
    """It has the formats, models and scenarios of its cells."""
    advice = advised(
        moves.cell("gru_defaults", "weights-h5", "refused", **GRU),
        moves.cell("gru_reset_after_wrapped", "weights-h5", "refused", **GRU),
        moves.cell("gru_defaults", "h5", "changed"),
        moves.cell("dense", "h5", "incomplete"),
    )
    (broken,) = advice.breaks
    assert ("gru-reset-after", 2, ("weights-h5",), ("recurrent",)) == (
        broken.cause,
        broken.cells,
        broken.formats,
        broken.models,
    )
    assert ("gru_defaults", "gru_reset_after_wrapped") == broken.scenarios
    assert (["changed"], ["incomplete"]) == (
        [problem.verdict for problem in advice.silent],
        [problem.verdict for problem in advice.losses],
    )


def test_cells_without_a_known_cause_are_grouped_by_reason() -> None:
    """Reasons that differ only in their numbers are the same."""
    advice = advised(
        moves.cell("dense", "h5", "refused", message="nothing like 12 that is known"),
        moves.cell("nested", "h5", "refused", message="nothing like 7 that is known"),
        moves.cell("embedding", "h5", "refused", message="quite another thing"),
    )
    assert [("unknown", 2), ("unknown", 1)] == [(problem.cause, problem.cells) for problem in advice.breaks]
    assert "ValueError: nothing like 12 that is known" == advice.breaks[0].reason


def test_verified_remedies_come_first_with_how_often_they_helped() -> None:
    """Proposed remedies that nobody tried come last, in the order of the catalogue."""
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
    advice = advised(*cells)
    assert [("saver-defaults", 2, 1), ("rebuild", 1, 0)] == [
        (remedy.id, remedy.tried, remedy.verified) for remedy in advice.breaks[0].helps
    ]
    assert advice.tried
    (untried,) = advised(moves.cell("gru_defaults", "weights-h5", "refused", **GRU)).breaks[0].helps
    assert ("saver-defaults", 0, 0) == (untried.id, untried.tried, untried.verified)


def test_another_format_is_proved_by_the_matrix_and_has_its_own_code() -> None:
    """The code is that of the format that helps, not of the format that breaks."""
    (problem,) = advised(
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU),
        moves.cell("gru_defaults", "h5", "identical"),
    ).breaks
    remedy = next(remedy for remedy in problem.helps if remedy.id == "another-format")
    assert (1, 1, ("h5",)) == (remedy.tried, remedy.verified, remedy.by)
    assert [('model.save("model.h5")', ("h5",))] == [(code.text, code.formats) for code in remedy.codes]


def test_a_scenario_s_own_remedy_names_the_parameters_that_survive() -> None:
    advice = advised(
        moves.cell("lambda_layer", "h5", "refused", message="bad marshal data", parameters={"layer": "lambda"}),
        moves.cell("lambda_layer", "h5", "identical", parameters={"layer": "class"}),
        pitfalls={"lambda_layer": {"layer": "class"}},
    )
    remedy = next(remedy for remedy in advice.breaks[0].helps if remedy.id == "as-the-scenario-says")
    assert ("lambda_layer: layer=class",) == remedy.by
    assert (1, 1) == (advice.breaks[0].pitfalls, advice.breaks[0].cells)


def test_problems_that_occur_without_a_move_are_not_caused_by_it() -> None:
    """They come last; if both runtimes are the same, every problem counts as its own."""
    cells = [
        moves.cell("dense", "h5", "refused", message="always"),
        moves.cell("dense", "h5", "refused", message="always", load="old"),
        moves.cell("nested", "h5", "refused", message="here alone"),
        moves.cell("nested", "h5", "changed", load="old"),
    ]
    advice = advised(*cells)
    assert [("nested", True), ("dense", False)] == [(*problem.scenarios, problem.moved) for problem in advice.breaks]
    staying = advised(
        *[dict(cell, _variant=dict(moves.cell(cell["variant"].split("/")[0], "h5", "")["_variant"])) for cell in cells],
        load="old",
    )
    assert [True] == [problem.moved for problem in staying.breaks]


def test_which_models_survive_is_counted_by_kind_and_format() -> None:
    """Pitfalls are left out; scenarios from outside the project are of the kind `other`."""
    advice = advised(
        moves.cell("dense", "h5", "identical"),
        moves.cell("dense", "keras", "refused"),
        moves.cell("my_model", "h5", "changed"),
        moves.cell("lambda_layer", "h5", "refused"),
        pitfalls={"lambda_layer": {"layer": "class"}},
    )
    assert [("dense", {"h5": {"identical": 1}, "keras": {"refused": 1}}), ("other", {"h5": {"changed": 1}})] == [
        (model.kind, model.formats) for model in advice.models
    ]


def test_the_best_format_of_every_pair_is_that_of_its_advice() -> None:
    """Pairs with too few scenarios or without a good format are left out."""
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
    """Another year is nearer than another Keras; only staying is compared with staying."""
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


def test_problems_of_a_document_without_causes_are_named_by_their_reasons() -> None:
    """Documents of older versions have none; no remedy is known then."""
    advice = advise(moves.document(moves.cell("dense", "h5", "refused", message="why")), "old", "new")
    assert [("", "ValueError: why", ())] == [
        (problem.cause, problem.reason, problem.helps) for problem in advice.breaks
    ]


@pytest.fixture(scope="module")
def committed() -> Any:
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
def test_the_best_format_of_well_known_moves(committed: Any, save: str, load: str, formats: set[str]) -> None:
    """The committed reference agrees with people who made these moves."""
    document = sources.rediagnose(narrowed(committed, save), KNOWN)
    advice = advise(document, save, load)
    assert advice.best is not None
    assert advice.best.format in formats
    assert best_formats(document)[save, load] == advice.best.format


def test_every_failing_cell_of_a_move_is_in_one_problem(committed: Any) -> None:
    """From Keras 2 to Keras 3: no cell gets lost, and each kind of model has a row."""
    document = sources.rediagnose(narrowed(committed, "tf2.15"), KNOWN)
    advice = advise(document, "tf2.15", "tf2.21-keras3")
    failing = [cell for cell in document["cells"] if cell["load"] == "tf2.21-keras3" and cell["cause"]]
    problems: list[Problem] = [*advice.silent, *advice.breaks, *advice.losses]
    assert 0 < len(failing) == sum(problem.cells for problem in problems)
    assert {kind.id for kind in model_kinds.known()} - {"other"} == {model.kind for model in advice.models}
    assert any(problem.cause == "hard-sigmoid-redefined" for problem in advice.silent)

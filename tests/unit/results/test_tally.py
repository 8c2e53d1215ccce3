"""Counts of failing cells: which have a cause, which a remedy, and what is honestly told apart."""

from __future__ import annotations

from typing import Any

import pytest

from harness.catalogue.causes_reader import load_causes
from harness.results import sources, tally
from harness.results.tally import Count
from tests.unit import moves

KNOWN = load_causes()
NUMPY = "module 'numpy' has no attribute 'object'"  # its cause has no remedy


def counted(*cells: Any, **more: Any) -> tally.Tally:
    """The counts of these cells, diagnosed by the real catalogue."""
    return tally.tally(sources.rediagnose(moves.document(*cells, **more), KNOWN))


@pytest.mark.parametrize(
    ("remedies", "count"),
    [
        ([moves.trial("saver-defaults", "identical")], Count(cells=1, verified=1)),
        ([moves.trial("saver-defaults", "refused", verified=False)], Count(cells=1, failed=1)),
        ([], Count(cells=1, untried=1)),
    ],
)
def test_a_cell_is_counted_by_what_its_remedies_did(remedies: list[Any], count: Count) -> None:
    """Its cause proposes one: it was good, it was not, or it was not tried."""
    cell = moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU, remedies=remedies)
    assert count == counted(cell).all


def test_a_cell_is_without_remedy_where_its_cause_has_none_and_nothing_else_was_there_to_try() -> None:
    """Another format that did good is a remedy, whatever the cause says."""
    alone = counted(moves.cell("dense", "h5", "refused", message=NUMPY)).all
    assert (Count(cells=1, without=1), 0, 0) == (alone, alone.with_remedy, alone.tried)
    other = counted(moves.cell("dense", "h5", "refused", message=NUMPY), moves.cell("dense", "keras", "identical")).all
    assert (Count(cells=1, verified=1), 1, 1) == (other, other.with_remedy, other.tried)


def test_no_loading_side_can_help_where_nothing_was_saved() -> None:
    """So the remedies of the loading side that a cause lists are none for an unsaved cell."""
    message = "'LeakyReLU' object has no attribute '__name__'"
    frame = '  File "/keras/activations.py", line 1, in serialize'
    found = counted(moves.cell("dense", "h5", "unsaved", message=message, traceback=frame))
    (row,) = found.rows
    sides = {remedy.id: remedy.side for remedy in KNOWN.remedies}
    assert {"load"} == {sides[remedy] for remedy in KNOWN.by_id[row.id].remedies}
    assert Count(cells=1, without=1) == row.count


def test_the_rows_are_by_kind_the_classic_ones_first_and_unknown_last() -> None:
    """Within a kind the most frequent first; what is good has no row."""
    found = counted(
        moves.cell("dense", "h5", "refused", message="nothing that is known"),
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU),
        moves.cell("lambda_layer", "h5", "refused", message="bad marshal data (unknown type code)"),
        moves.cell("nested", "h5", "identical"),
    )
    assert ["lambda", "weights-layout", "unknown"] == [row.kind for row in found.rows]
    assert (3, 1, 1) == (found.all.cells, found.unknown, found.of_kind("lambda").cells)
    assert 0 == found.of_kind("metrics").cells


def test_what_each_remedy_did_for_a_cause() -> None:
    """Those that it proposes in their order, tried or not, then what else was tried."""
    document = sources.rediagnose(
        moves.document(
            moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU),
            moves.cell("gru_defaults", "h5", "identical"),
        ),
        KNOWN,
    )
    found = tally.records(document, "gru-reset-after")
    assert [("saver-defaults", 0, 0), ("another-format", 1, 1)] == [
        (one.remedy, one.tried, one.verified) for one in found
    ]
    (example,) = tally.examples(document, "gru-reset-after")
    assert "gru_defaults/weights-h5" == example["variant"]

"""Counts of failing cells: which have a cause, which have a remedy, and which distinctions are made."""

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
    """The counts of these cells, diagnosed with the real catalogue."""
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
    """Its cause proposes a remedy, which helped, did not help, or was not tried."""
    cell = moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU, remedies=remedies)
    assert count == counted(cell).all


def test_a_cell_is_without_remedy_if_its_cause_has_none_and_no_other_cell_proves_one() -> None:
    """Another format that helped is a remedy, whatever the cause proposes."""
    alone = counted(moves.cell("dense", "h5", "refused", message=NUMPY)).all
    assert (Count(cells=1, without=1), 0, 0) == (alone, alone.with_remedy, alone.tried)
    helped = counted(moves.cell("dense", "h5", "refused", message=NUMPY), moves.cell("dense", "keras", "identical")).all
    assert (Count(cells=1, verified=1), 1, 1) == (helped, helped.with_remedy, helped.tried)


def test_no_loading_side_can_help_where_nothing_was_saved() -> None:
    """So the loading-side remedies of a cause do not count for an unsaved cell."""
    message = "'LeakyReLU' object has no attribute '__name__'"
    frame = '  File "/keras/activations.py", line 1, in serialize'
    counts = counted(moves.cell("dense", "h5", "unsaved", message=message, traceback=frame))
    (row,) = counts.rows
    sides = {remedy.id: remedy.side for remedy in KNOWN.remedies}
    assert {"load"} == {sides[remedy] for remedy in KNOWN.by_id[row.id].remedies}
    assert Count(cells=1, without=1) == row.count


def test_the_rows_are_by_kind_the_classic_ones_first_and_unknown_last() -> None:
    """Within a kind, the most frequent cause comes first; good cells have no row."""
    counts = counted(
        moves.cell("dense", "h5", "refused", message="nothing that is known"),
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU),
        moves.cell("lambda_layer", "h5", "refused", message="bad marshal data (unknown type code)"),
        moves.cell("nested", "h5", "identical"),
    )
    assert ["lambda", "weights-layout", "unknown"] == [row.kind for row in counts.rows]
    assert (3, 1, 1) == (counts.all.cells, counts.unknown, counts.of_kind("lambda").cells)
    assert 0 == counts.of_kind("metrics").cells


def test_what_each_remedy_did_for_a_cause() -> None:
    """First the remedies it proposes, in order and tried or not, then others that were tried."""
    document = sources.rediagnose(
        moves.document(
            moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU),
            moves.cell("gru_defaults", "h5", "identical"),
        ),
        KNOWN,
    )
    records = tally.records(document, "gru-reset-after")
    assert [("saver-defaults", 0, 0), ("another-format", 1, 1)] == [
        (record.remedy, record.tried, record.verified) for record in records
    ]
    (example,) = tally.examples(document, "gru-reset-after")
    assert "gru_defaults/weights-h5" == example["variant"]

"""Controls: which cells fail alike, what that says of a failing cell, and which controls are missing."""

from __future__ import annotations

from typing import Any

import pytest

from harness.results.diagnosis.controls import NO_CONTROLS, Controls, alike, controls_of, missing
from harness.results.diagnosis.messages import gist
from tests.unit import entries

Kinds = dict[str, Any]


def cell(save: str, load: str, verdict: str = "identical", message: str = "", **more: Any) -> Any:
    """A cell of one variant; `message` is that of its exception."""
    failure = entries.failure("ValueError", message) if message else None
    return entries.cell(**{"variant": "v", "save": save, "load": load, "verdict": verdict, "failure": failure, **more})


def changed(save: str, load: str, verdict: str = "changed", **sizes: float | None) -> Any:
    """A cell with differences of these sizes in these observations."""
    differences = [
        {"observation": name, "kind": "value", "absolute": size, "counts": True} for name, size in sizes.items()
    ]
    return cell(save, load, verdict, differences=differences)


def said(*cells: Any, beside: tuple[Any, ...] = ()) -> Controls:
    """What the controls of the first of these cells say; `beside` were run for it alone."""
    document: Any = {"cells": list(cells)}
    if beside:
        document["controls"] = {"cells": list(beside), "runtimes": [], "environments": []}
    return controls_of(document)(cells[0])


def words(*cells: Any, **more: Any) -> set[str]:
    """The words alone."""
    return set(said(*cells, **more).words)


REFUSED = cell("old", "new", "refused", "no such thing")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Layer 'a' has 3 weights at 0x7f01", "Layer 'a' has # weights at address"),
        ("Error using config={'name': 'a'}.\n\nMore", "Error"),
        ("Layer 'a'. Full object config: {'a': 1}", "Layer 'a'."),
        ("Error when deserializing class.\n\nException encountered: the core", "the core"),
        ("\x1b[1mshape (3, 4)\x1b[0m\n  of it", "shape (#, #) of it"),
        ("x" * 300, "x" * 200),
    ],
)
def test_the_gist_of_a_message(message: str, expected: str) -> None:
    """Names stay, since they tell one fault from another; configurations, numbers and addresses go."""
    assert expected == gist(message)


def test_failures_are_alike_by_type_and_gist() -> None:
    """Whatever the numbers in the message are; but not if a name in it is another one."""
    one = cell("old", "old", "refused", "Layer 'a' has 3 weights")
    assert alike(one, cell("old", "new", "refused", "Layer 'a' has 14 weights"))
    assert not alike(one, cell("old", "new", "refused", "Layer 'b' has 3 weights"))
    other_type = cell("old", "new", "refused", failure=entries.failure("TypeError", "Layer 'a' has 3 weights"))
    assert not alike(one, other_type)
    assert not alike(one, cell("old", "new", "refused"))
    assert not alike(one, cell("old", "new", "crashed", "Layer 'a' has 3 weights"))


def test_crashes_are_alike_by_their_signal() -> None:
    """There is no exception to compare."""
    one = cell("old", "old", "crashed", signal="SIGSEGV")
    assert alike(one, cell("old", "new", "crashed", signal="SIGSEGV"))
    assert not alike(one, cell("old", "new", "crashed", signal="SIGKILL"))


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ({"predictions": 1.0}, {"predictions": 3.9}, True),
        ({"predictions": 3.9}, {"predictions": 1.0}, True),
        ({"predictions": 1.0}, {"predictions": 10.1}, False),
        ({"predictions": 1.0, "weights": 1.0}, {"predictions": 1.0, "weights": 9.0}, True),
        ({"predictions": 1.0, "weights": 1.0}, {"predictions": 1.0}, True),
        ({"predictions": None}, {"predictions": None}, True),
        ({"predictions": None}, {"predictions": 1.0}, False),
    ],
)
def test_silent_differences_are_alike_by_kind_and_size(ours: Kinds, theirs: Kinds, same: bool) -> None:
    """What the model says differs by about as much; whatever else differs goes with it."""
    assert same is alike(changed("old", "old", **ours), changed("old", "new", **theirs))


def test_the_largest_difference_counts_and_only_those_that_count() -> None:
    one = changed("old", "old", predictions=11.0)
    other = changed("old", "new", predictions=1.0)
    assert not alike(one, other)
    other["differences"] += [
        {"observation": "predictions", "kind": "value", "absolute": 9.0, "counts": True},
        {"observation": "metrics", "kind": "text", "absolute": None, "counts": False},
    ]
    assert alike(one, other)


@pytest.mark.parametrize("verdict", ["refused", "crashed"])
def test_good_within_both_runtimes(verdict: str) -> None:
    """So it is the move that fails."""
    found = words(cell("old", "new", verdict, "no"), cell("old", "old"), cell("new", "new"))
    assert {"saver-good", "loader-good", "both-good", "not-alike"} == found


def test_incomplete_is_good_for_a_cell_that_is_worse() -> None:
    """But another fault of one that is incomplete itself."""
    lost = changed("old", "old", "incomplete", optimizer=1.0)
    assert {"saver-good", "loader-none", "not-alike"} == words(REFUSED, lost)
    incomplete = changed("old", "new", "incomplete", metrics=1.0)
    assert {"saver-other", "loader-none", "not-alike"} == words(incomplete, lost)
    assert {"saver-alike", "loader-none", "alike"} == words(changed("old", "new", "incomplete", optimizer=1.0), lost)


def test_alike_within_either_runtime() -> None:
    """Then the move explains nothing."""
    other = cell("old", "old", "refused", "something else")
    assert {"saver-other", "loader-alike", "alike"} == words(REFUSED, other, {**REFUSED, "save": "new"})
    assert {"saver-alike", "loader-good", "alike"} == words(REFUSED, {**REFUSED, "load": "old"}, cell("new", "new"))


@pytest.mark.parametrize("verdict", ["unsupported", "unavailable"])
def test_a_control_that_could_not_be_run_says_nothing(verdict: str) -> None:
    """As one that is not there."""
    assert NO_CONTROLS.words == words(REFUSED, cell("old", "old", verdict), cell("new", "new", verdict))
    assert NO_CONTROLS.words == words(REFUSED)


def test_a_control_of_another_variant_is_none() -> None:
    assert NO_CONTROLS.words == words(REFUSED, {**cell("old", "old"), "variant": "w"})


def test_a_cell_on_the_diagonal_is_its_own_control() -> None:
    """Its runtime is alone if the file is good elsewhere."""
    own = cell("new", "new", "refused", "no such thing")
    assert Controls(frozenset({"diagonal"})) == said(own, cell("old", "old"))
    assert Controls(frozenset({"diagonal", "runtime-alone"}), ("old",)) == said(own, cell("new", "old"))


def test_a_runtime_that_fails_with_its_own_file_too_is_alone_where_others_read_this_one() -> None:
    """It names the loaders in which this very file is good, in the order of the document."""
    own = {**REFUSED, "save": "new"}
    found = said(REFUSED, own, cell("old", "mid"), cell("old", "old"), cell("mid", "late"))
    assert {"saver-good", "loader-alike", "alike", "runtime-alone"} == set(found.words)
    assert ("mid", "old") == found.good_in
    assert "runtime-alone" not in words(REFUSED, own)
    assert "runtime-alone" not in words(REFUSED, cell("old", "old"), cell("new", "new"))


def test_controls_beside_the_matrix_count_as_much() -> None:
    """Those of the matrix come first where both have a cell."""
    found = said(REFUSED, cell("new", "new"), beside=(cell("old", "old"), cell("new", "new", "refused", "no")))
    assert {"saver-good", "loader-good", "both-good", "not-alike"} == set(found.words)
    assert ("old",) == found.good_in


def test_what_was_not_saved_has_no_controls() -> None:
    """No loader had a part in it."""
    assert NO_CONTROLS == said(cell("old", "new", "unsaved", "no"), cell("old", "old", "unsaved", "no"))


def test_a_signature_allows_any_of_its_words() -> None:
    controls = Controls(frozenset({"saver-good", "not-alike"}))
    assert controls.allow(frozenset({"any"}))
    assert controls.allow(frozenset({"diagonal", "saver-good"}))
    assert not controls.allow(frozenset({"diagonal", "alike"}))


def test_missing_controls_are_those_of_failing_cells() -> None:
    """Both, each once, and none that is there already or could not help."""
    cells = [REFUSED, cell("old", "mid", "changed"), cell("mid", "new"), cell("old", "late", "unsaved")]
    document: Any = {"cells": cells}
    assert [("v", runtime, runtime) for runtime in ("old", "new", "mid")] == missing(document)
    document["cells"].append(cell("old", "old"))
    document["controls"] = {"cells": [cell("new", "new", "unsupported")], "runtimes": [], "environments": []}
    assert [("v", "mid", "mid")] == missing(document)
    assert [] == missing({"cells": [cell("a", "b"), cell("a", "c", "unsupported")]})  # type: ignore[typeddict-item]

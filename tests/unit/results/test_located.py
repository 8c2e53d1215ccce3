"""Culprits: which cells are asked, what needs no experiment, since when, what is said, and how they are grouped."""

from __future__ import annotations

from typing import Any

import pytest

from harness.catalogue.causes_reader import load_causes
from harness.model import CellId
from harness.results import diagnose, located, tally
from harness.results.culprit_words import Turn, sentence
from harness.results.draft import draft
from tests.unit import entries, moves

TIME_MAJOR = {
    "part": "argument",
    "how": "without",
    "layer": "gru",
    "class": "GRU",
    "argument": "time_major",
    "value": "false",
    "seconds": 1.5,
}
NOBODY: dict[str, Turn | None] = {"load": None, "save": None}


def difference(observation: str, kind: str = "lost", where: str = "", detail: str = "it differs") -> Any:
    """A difference that counts."""
    sizes = dict.fromkeys(("absolute", "relative", "ulp", "allowed"))
    return {"observation": observation, "kind": kind, "detail": detail, "where": where, "counts": True, **sizes}


def cell(verdict: str = "refused", save: str = "old", load: str = "new", **more: Any) -> Any:
    """A cell of the one variant."""
    failure = entries.failure("ValueError", "no such thing") if verdict == "refused" else None
    fields: dict[str, Any] = {
        "verdict": verdict,
        "save": save,
        "load": load,
        "failure": failure,
        "cause": "unknown",
        "remedies": [],
    }
    return entries.cell(variant="dense/h5", **{**fields, **more})


def document(*cells: Any, runtimes: tuple[str, ...] = ("old", "mid", "new", "newest")) -> Any:
    """A document with these runtimes, oldest first."""
    rows = [{"id": id, "keras": "tf.keras", "v1": False, "backend": None} for id in runtimes]
    return {"runtimes": rows, "cells": list(cells), "causes": [], "remedies": []}


def test_which_cells_are_asked() -> None:
    """Those without a known cause, or all that fail with a file at hand."""
    unknown, known = cell(), cell("changed", cause="lambda-bytecode")
    others = [cell("identical", cause=""), cell("unsaved"), cell("crashed")]
    results = document(unknown, known, *others)
    assert [unknown] == located.asked(results, "unknown")
    assert [unknown, known] == located.asked(results, "all")


@pytest.mark.parametrize(
    ("asked", "part", "argument"),
    [
        (cell("incomplete", differences=[difference("optimizer", where="slot 3")]), "optimizer", "slot"),
        (cell("incomplete", differences=[difference("metrics", where="1 name")]), "metric", "name"),
        (cell("incomplete", differences=[difference("settings", where="0 trained")]), "flag", "trained"),
        (cell("incomplete", differences=[difference("weights", where="1/0")]), "weights", "1/0"),
        (cell("changed", differences=[difference("fresh_targets", "value")]), "inputs", "targets"),
        (cell("changed", differences=[difference("predictions", "random", "layer 2 dropout")]), "layer", ""),
        (cell(step="before_load"), "script", "before_load"),
        (cell(step="after_load", differences=[difference("settings", where="output")]), "flag", "output"),
        (cell(), None, None),
        (cell("changed", differences=[difference("predictions", "value")]), None, None),
    ],
)
def test_what_takes_no_experiment(asked: Any, part: str | None, argument: str | None) -> None:
    """The slot, flag, metric or step that the comparison names already."""
    found = located.plain(asked)
    assert (part, argument) == ((found["part"], found["argument"]) if found else (None, None))


def annotated(*cells: Any, **more: Any) -> Any:
    """The entry of the last cell, whose experiment found an argument."""
    results = document(*cells, **more)
    last = cells[-1]
    located.annotate(results, {CellId(last["variant"], last["save"], last["load"]): TIME_MAJOR})
    return last["located"]


def test_since_which_loader() -> None:
    """The first of an unbroken row that fails alike, after one that does not; others of the row may be missing."""
    entry = annotated(cell("identical", load="old"), cell(load="new"), cell(load="newest"))
    assert {"load": "new", "save": ""} == entry["since"]
    assert "new is the first loader of those that were run in which it is so; in old it is not." in entry["said"]


def test_another_failure_is_not_the_same() -> None:
    other = cell(load="mid", failure=entries.failure("OSError", "no file"))
    assert "newest" == annotated(other, cell(load="newest"))["since"]["load"]


def test_since_which_saver() -> None:
    entry = annotated(cell("identical", save="old"), cell(save="mid"), cell(save="new"), runtimes=("old", "mid", "new"))
    assert "mid" == entry["since"]["save"]


@pytest.mark.parametrize("before", [cell(load="old"), cell("unavailable", load="old")])
def test_where_nothing_better_is_known_no_version_is_named(before: Any) -> None:
    assert {"load": "", "save": ""} == annotated(before, cell())["since"]


def test_a_runtime_of_another_kind_is_in_no_row() -> None:
    """Keras with v1 behaviour is not an earlier version of one without."""
    results = document(cell("identical", load="old"), cell())
    results["runtimes"][0]["v1"] = True
    located.annotate(results, {CellId("dense/h5", "old", "new"): TIME_MAJOR})
    assert "" == results["cells"][1]["located"]["since"]["load"]


def test_a_later_loader_that_reads_the_file_is_named() -> None:
    assert annotated(cell("identical", load="newest"), cell())["said"].endswith("newest reads the same file.")


def test_a_cell_that_was_not_asked_has_no_entry() -> None:
    """Also if it had one before."""
    results = document(cell(located={"part": "layer"}))
    located.annotate(results, {})
    assert "located" not in results["cells"][0]


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (TIME_MAJOR, "`gru` (GRU): argument `time_major`, stored as false: without it, it loads."),
        ({**TIME_MAJOR, "argument": "a, b"}, "arguments `a`, `b`, stored as false: without these, it loads."),
        (
            {**TIME_MAJOR, "how": "instead", "instead": "1", "type": "a list"},
            "stored as false (a list): with 1 instead",
        ),
        ({**TIME_MAJOR, "how": "further", "instead": "1"}, "with 1 instead, loading comes further"),
        ({**TIME_MAJOR, "how": "means", "instead": "the old function"}, "means something else here: with the old"),
        ({**TIME_MAJOR, "how": "as if", "instead": "true"}, "with `time_major` = false instead of true, it puts out"),
        ({**TIME_MAJOR, "how": "came back", "instead": "true"}, "was saved as false and came back as true"),
        ({**TIME_MAJOR, "part": "layer", "how": "alone"}, "it fails by itself"),
        ({**TIME_MAJOR, "part": "layer", "how": "alone", "unknown": True}, "this Keras has no class GRU of its own"),
        ({**TIME_MAJOR, "part": "weights", "value": "3 in the file, 4 wanted"}, "cannot be put in (3 in the file, 4"),
        (
            {**TIME_MAJOR, "part": "weights", "how": "exchanged", "constant": True},
            "it was never filled: with the saved",
        ),
        ({**TIME_MAJOR, "part": "compile"}, "Compile argument `time_major`, stored as false: without it, it loads."),
        ({**TIME_MAJOR, "part": "optimizer"}, "The optimizer (GRU): argument `time_major`, stored as false"),
        ({**TIME_MAJOR, "part": "inputs", "how": "ignores", "argument": "mask"}, "it gets no `mask` here: with one"),
        (
            {**TIME_MAJOR, "part": "flag", "how": "untraced", "argument": "tf.function"},
            "repeats what it was traced with",
        ),
        ({**TIME_MAJOR, "part": "model", "how": "late"}, "raise --budget"),
        ({**TIME_MAJOR, "part": "model", "how": "nowhere"}, "The failure is in no single layer"),
    ],
)
def test_what_is_said(finding: Any, words: str) -> None:
    """A sentence for each kind of finding."""
    assert words in sentence(cell(), finding, NOBODY)


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        (["diagonal"], "Saved and loaded in the same runtime."),
        (["loader-alike", "alike"], "The same happens within new itself."),
        (["saver-alike", "alike"], "The same happens within old itself."),
        (["saver-alike", "loader-alike", "alike"], "so that no version is to blame."),
        (["not-alike"], "it loads."),
    ],
)
def test_what_is_alike_on_the_diagonal_is_said(controls: list[str], words: str) -> None:
    assert sentence(cell(controls=controls), TIME_MAJOR, NOBODY).endswith(words)


def test_a_model_that_cannot_be_called_does_not_load_but_predict() -> None:
    assert "without it, it predicts." in sentence(cell(step="observe predictions"), TIME_MAJOR, NOBODY)


def test_groups_are_by_class_argument_and_verdict() -> None:
    """What is in no single part belongs to none."""
    three = [cell(save=save) for save in ("old", "mid", "new")]
    results = document(*three)
    nowhere = {**TIME_MAJOR, "part": "model", "how": "nowhere", "class": "", "argument": ""}
    findings = [TIME_MAJOR, TIME_MAJOR, nowhere]
    ids = [CellId("dense/h5", one["save"], "new") for one in three]
    located.annotate(results, dict(zip(ids, findings, strict=True)))
    (group,) = located.groups(results["cells"])
    assert ("refused", "argument", "GRU", "time_major", 2) == (*group.key, group.count)
    assert [True, True, False] == [located.is_located(one) for one in three]
    counts = tally.tally(results)
    assert (2, 1, 0) == (counts.located, counts.unknown, counts.diagnosed)


def test_a_draft_is_an_entry_that_knows_its_cell(tmp_path: Any) -> None:
    """With the evidence as expressions and the remedies that helped; the catalogue finds the cell by it."""
    message = "Unrecognized (keyword) arguments in layer 3: ['time_major']"
    traceback = '  File "/site-packages/keras/src/layers/rnn/gru.py", line 7, in __init__\n    raise\n'
    failing = moves.cell("dense", "h5", "refused", message=message, traceback=traceback)
    helped = [moves.trial("rebuild", "identical"), moves.trial("another-format", "identical")]
    failing |= {"cause": "unknown", "remedies": helped, "controls": ["not-alike"]}
    results = moves.document(failing)
    (failing,) = results["cells"]
    id = CellId(failing["variant"], failing["save"], failing["load"])
    located.annotate(results, {id: TIME_MAJOR})
    text = draft(failing)
    assert 'id = "gru-time-major-refused"' in text
    assert 'remedies = ["rebuild"]' in text
    remedy = '[[remedy]]\nid = "rebuild"\ntitle = "t"\nside = "load"\ncosts = ""\ncode = "c"\n'
    path = tmp_path / "causes.toml"
    path.write_text(remedy + text.replace("references = []", 'references = ["https://example.com/1"]'))
    diagnose.annotate(results, load_causes(path))
    assert "gru-time-major-refused" == failing["cause"]

"""The command `causes`: the counts, one cause, what no signature knows; of the last run or of the reference."""

from __future__ import annotations

import json
import pathlib

import pytest

from harness import paths
from harness.cli.main import main
from harness.cli.setting import Setting
from tests.unit import moves

NO_REFERENCE = pathlib.Path("reports/reference")


@pytest.fixture
def place(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A folder with the results of a last run: two cells with a cause, one without, one that is good."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.chdir(tmp_path)
    verified = [moves.trial("saver-defaults", "identical")]
    document = moves.document(
        moves.cell("gru_defaults", "weights-h5", "refused", message=moves.GRU, cause="stale", remedies=verified),
        moves.cell("lambda_layer", "h5", "refused", message="bad marshal data (unknown type code)", load="mid"),
        moves.cell("dense", "h5", "refused", message="nothing [/b] that is known"),
        moves.cell("nested", "h5", "identical"),
    )
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "results.json").write_text(json.dumps(document))
    return tmp_path


def said(
    capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0, reference: pathlib.Path = NO_REFERENCE
) -> str:
    """What the command prints: on stdout if it succeeds, otherwise on stderr."""
    setting = Setting(results=pathlib.Path("reports/results.json"), reference=reference)
    assert code == main(["causes", *arguments], setting)
    out = capsys.readouterr()
    return out.err if code else out.out


def test_the_counts(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of all failing cells, then by cause: classic kinds first, even those without a cell, unknown last."""
    lines = [line.split() for line in said(capsys).splitlines()]
    assert ["failing", "3", "75.0%", "all", "cells"] in lines
    assert ["diagnosed", "2", "66.7%", "failing"] in lines
    assert ["unknown", "1", "33.3%", "failing"] in lines
    assert ["one", "is", "verified", "1", "50.0%", "those", "with", "a", "remedy"] in lines
    kinds = [
        "Data prepared",
        "Metrics 0",
        "Lambda layers 1",
        "lambda-bytecode 1",
        "Layout of the weights 1",
        "gru-reset-after 1 33.3% 1 100.0%",
        "Not known yet 1",
        "1 x refused: ValueError: nothing [/b] that is known",
    ]
    text = "\n".join(" ".join(words) for words in lines)
    places = [text.find(kind) for kind in kinds]
    assert -1 not in places
    assert sorted(places) == places


def test_the_counts_as_json(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, "--json"))
    assert (4, 3, 2, 1, 1) == tuple(told[name] for name in ("cells", "failing", "diagnosed", "unknown", "tried"))
    assert {"cells": 3, "verified": 1, "failed": 0, "untried": 1, "without": 1} == told["remedies"]
    assert ["lambda-bytecode", "gru-reset-after", "unknown"] == [row["id"] for row in told["causes"]]
    assert 1 == told["unknown_messages"][0]["count"]


def test_idle_signatures_are_told_only_if_asked_for(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A small run leaves most of them idle, which says nothing of the run."""
    assert "dle signatures" not in said(capsys)
    assert "idle" not in json.loads(said(capsys, "--json"))
    assert "Idle signatures: " in said(capsys, "--idle")
    idle = json.loads(said(capsys, "--idle", "--json"))["idle"]
    assert idle
    assert not [id for id in idle if id.startswith("gru-reset-after/1")]


def test_one_cause(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it is, where it was reported, its cells, and what its remedies did."""
    out = said(capsys, "--cause", "gru-reset-after")
    for text in (
        "GRU resets after the product",
        "The default of `reset_after` is False",
        "https://github.com/szad670401/HyperLPR/issues/283",
        "1 failing cells: 1 refused",
        "gru_defaults/weights-h5: old -> new: refused",
        "saver-defaults (load side): good in 1 of 1 cells",
        "layers.GRU(8",
    ):
        assert text in out
    told = json.loads(said(capsys, "--cause", "gru-reset-after", "--json"))
    assert [{"remedy": "saver-defaults", "tried": 1, "verified": 1}] == told["remedies"]
    assert ("weights-layout", 1) == (told["kind"], told["cells"])


def test_a_cause_without_cells_and_without_remedies(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its explanation is told all the same."""
    out = said(capsys, "--cause", "numpy-newer")
    assert "0 failing cells." in out
    assert "None is known" in out


def test_what_no_signature_knows(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "--cause", "unknown")
    assert "1 x refused: ValueError: nothing [/b] that is known (dense/h5: old -> new)" in " ".join(out.split())
    assert "gru" not in out


LOCATED = {
    "kind": "refused",
    "part": "argument",
    "layer": "gru",
    "class": "GRU",
    "argument": "time_major",
    "value": "false",
    "said": "`gru` (GRU): argument `time_major`: without it, it loads.",
    "since": {"load": "", "save": ""},
    "seconds": 1.0,
    "script": "",
    "checked": False,
}


def locate(place: pathlib.Path, *causes: str) -> None:
    """Say of the failing cells of these scenarios that an experiment located them."""
    path = place / "reports" / "results.json"
    document = json.loads(path.read_text())
    for cell in document["cells"]:
        if cell["variant"].partition("/")[0] in causes:
            cell["located"] = LOCATED
    path.write_text(json.dumps(document))


def test_what_experiments_located(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Apart from diagnosed and unknown cells; a cell with a cause of the catalogue keeps that."""
    locate(place, "dense", "gru_defaults")
    out = " ".join(said(capsys).split())
    assert "Located by experiment: 1 cells with 1 culprits" in out
    assert "1 x refused: `gru` (GRU): argument `time_major`: without it, it loads. (dense/h5: old -> new)" in out
    told = json.loads(said(capsys, "--json"))
    assert (2, 1, 0) == (told["diagnosed"], told["located"], told["unknown"])
    (culprit,) = told["culprits"]
    assert ("GRU", "time_major", 1, "dense/h5") == tuple(culprit[k] for k in ("class", "argument", "cells", "variant"))


def test_a_draft_of_an_entry(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Printed as it is, whatever brackets are in it; of a cell that there is."""
    locate(place, "dense")
    out = said(capsys, "--draft", "dense/h5:old:new")
    assert 'id = "gru-time-major-refused"' in out
    assert r"message = '''nothing \[/b\] that is known'''" in out
    for wrong in ("dense/h5:old:mid", "dense/h5"):
        assert "there is no such cell" in said(capsys, "--draft", wrong, code=2)


def test_a_cause_that_there_is_not(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and the nearest ones."""
    assert "did you mean gru-reset-after" in said(capsys, "--cause", "gru-reset", code=2)


def test_without_results_it_is_said_how_to_make_some(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "reports" / "results.json").unlink()
    assert "nox -s matrix" in said(capsys, code=2)


def test_the_committed_reference(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All four parts add up to the failing cells; nearly every one has a cause, and no signature is idle."""
    monkeypatch.chdir(tmp_path)
    told = json.loads(said(capsys, "--json", reference=paths.REFERENCE))
    parts = dict(told["remedies"])
    assert (
        told["failing"]
        == parts.pop("cells")
        == sum(parts.values())
        == sum(row["count"]["cells"] for row in told["causes"])
    )
    assert told["unknown"] <= told["failing"] / 100
    idle = json.loads(said(capsys, "--idle", "--json", reference=paths.REFERENCE))
    assert {"idle": []} == idle

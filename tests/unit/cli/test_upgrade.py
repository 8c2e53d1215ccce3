"""The command `upgrade`: what it prints, which results it judges by, and what it says to names it does not know."""

from __future__ import annotations

import json
import pathlib

import pytest

from harness.cli.main import main
from harness.cli.setting import Setting
from tests.unit import moves

SETTING = Setting(results=pathlib.Path("reports/results.json"), reference=pathlib.Path("reports/reference"))
MOVE = ("upgrade", "--from", "old", "--to", "new")


@pytest.fixture(autouse=True)
def place(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A folder with the results of a last run, where one move is judged and another is not."""
    monkeypatch.chdir(tmp_path)
    document = moves.document(
        *moves.many("weights.h5", "identical"),
        *moves.many("h5", "incomplete", 6),
        *[moves.cell(f"scenario_{number}", "h5", "refused") for number in range(6, 9)],
        *moves.many("keras", "refused"),
        moves.cell("hard_sigmoid", "h5", "changed"),
        moves.cell(
            "gru_defaults",
            "weights-h5",
            "refused",
            message=moves.GRU,
            remedies=[moves.trial("saver-defaults", "identical")],
        ),
        moves.cell("gru_defaults", "h5", "identical", load="mid"),
    )
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "results.json").write_text(json.dumps(document))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints, on stdout where it goes well."""
    assert code == main(arguments, SETTING)
    out = capsys.readouterr()
    return out.err if code else out.out


def test_advice_on_a_move(capsys: pytest.CaptureFixture[str]) -> None:
    """The source, the best way with its code, formats, models, troubles and the code of what is verified, in order."""
    out = " ".join(said(capsys, *MOVE).split())
    order = [
        "From old to new",
        "the last run (reports/results.json, 2026-11-24)",
        "Best way: weights.h5",
        'model.save_weights("model.weights.h5")',
        'model.load_weights("model.weights.h5")',
        "Best without the model's code: h5",
        "Formats, the best first",
        "Which models survive in which format",
        "Silently different",
        "Breaks (",
        "GRU resets after the product since TensorFlow 2",
        "[saver-defaults]",
        "loses something else (6 cells)",
        "The remedies: code to copy",
        "saver-defaults (load side, verified)",
        "the optimizer's state and the compile arguments",
        "layers.GRU(8",
    ]
    places = [out.find(text) for text in order]
    assert -1 not in places
    assert sorted(places) == places


def test_the_output_is_readable_at_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """Code alone is longer."""
    assert [] == [line for line in said(capsys, *MOVE).splitlines() if len(line) > 80 and not line.startswith("    ")]


def test_advice_as_json_is_all_there_is_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, *MOVE, "--json"))
    assert ("weights.h5", "h5", True) == (told["best"]["format"], told["whole"]["format"], told["enough"])
    assert "reports/results.json" == told["source"]["path"]
    assert ["gru-reset-after"] == [one["cause"] for one in told["breaks"] if one["cause"] != "unknown"]
    assert told["ways"]["h5"]["load"].startswith("model = keras.models.load_model")


def test_advice_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, *MOVE, "--markdown")
    assert out.startswith("# From old to new\n")
    assert "```python\n# in old\nmodel.save_weights(" in out


def test_a_move_that_was_asked_too_little_names_the_nearest_that_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    """And how to judge it; what is known of it is told."""
    out = said(capsys, "upgrade", "--from", "old", "--to", "mid")
    assert "Best way" not in out
    assert "nox -s matrix -- --save old --load mid" in out
    assert "nox -s upgrade -- --from old --to new" in out
    assert "recurrent" in out


def test_a_move_that_was_never_asked_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "upgrade", "--from", "new", "--to", "old")
    assert "0 cells of 0 scenarios" in out
    assert "nox -s matrix -- --save new --load old" in out


def test_another_document_can_be_named(place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "mine.json").write_text(json.dumps(moves.document(*moves.many("h5", "identical"))))
    out = said(capsys, *MOVE, "--results", "mine.json")
    assert "Best way: h5" in out
    assert "mine.json" in out


def test_without_names_the_runtimes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """With how many moves from each are judged, and how to ask."""
    out = said(capsys, "upgrade")
    assert ["old", "Title", "of", "old", "1"] in [line.split() for line in out.splitlines()]
    assert "nox -s upgrade -- --from RUNTIME --to RUNTIME" in out
    told = json.loads(said(capsys, "upgrade", "--json"))
    assert ["old", "mid", "new", "new-tf_keras"] == [one["id"] for one in told["runtimes"]]
    assert [{"save": "old", "load": "new", "best": "weights.h5"}] == told["moves"]


def test_without_a_target_the_best_format_of_each_move_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "upgrade", "--from", "old")
    assert ["new", "Title", "of", "new", "weights.h5"] in [line.split() for line in out.splitlines()]
    assert [] == json.loads(said(capsys, "upgrade", "--from", "new", "--json"))["moves"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--from", "old", "--to", "new-tfkeras"], "unknown runtime 'new-tfkeras'; did you mean new-tf_keras"),
        (["--from", "olt", "--to", "new"], "unknown runtime 'olt'; did you mean old"),
        (["--from", "tf2.15", "--to", "new"], "nox -s matrix -- --runtimes tf2.15"),
        (["--to", "new"], "nox -s upgrade -- --from RUNTIME --to new"),
        (["--from", "old", "--to", "new", "--results", "none.json"], "none.json: no such file"),
    ],
)
def test_what_is_not_known_is_told_with_what_to_do(
    capsys: pytest.CaptureFixture[str], arguments: list[str], error: str
) -> None:
    """Exit code 2."""
    assert error in said(capsys, "upgrade", *arguments, code=2)

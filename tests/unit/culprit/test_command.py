"""`--emit-repro` on the command line."""

from __future__ import annotations

import pathlib

import pytest

from harness.cli.main import main
from harness.cli.setting import Setting
from tests.unit import made
from tests.unit.culprit.test_emit import refusing as refusing
from tests.unit.run.world import CATALOGUE, World


@pytest.fixture
def setting(refusing: World, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """A made-up machine that refuses every file, and one scenario in the current folder."""
    made.written(tmp_path / "scenarios", "dense", made.LEAST + '\n\nFORMATS = ("h5",)\n# Bad(\n')
    monkeypatch.chdir(tmp_path)
    return Setting(
        load_catalogue=lambda: CATALOGUE,
        machinery=refusing.machinery,
        reference=tmp_path / "reference",
        findings=tmp_path / "findings.md",
    )


def run(setting: Setting, *arguments: str) -> int:
    common = ("--scenarios", "scenarios", "--reports", "reports", "--culprit", "none", "--remedies", "none")
    return main(("matrix", *common, "--pairs", "old:new", *arguments), setting)


def test_reports_are_written_and_told(
    setting: Setting, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == run(setting, "--emit-repro", "out", "--repro-budget", "5")
    assert (tmp_path / "out" / "dense-h5-old-to-new.py").is_file()
    said = capsys.readouterr().out
    assert "dense-h5-old-to-new: 2 layers of plain Keras fail in the same way" in said
    assert "for at most 5 s" in said


def test_they_are_written_although_nothing_has_changed(setting: Setting, tmp_path: pathlib.Path) -> None:
    assert 0 == run(setting)
    assert not (tmp_path / "out").exists()
    assert 0 == run(setting, "--emit-repro", "out")
    assert (tmp_path / "out" / "dense-h5-old-to-new.md").is_file()


def test_the_summary_as_json_stays_json(setting: Setting, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    assert 0 == run(setting, "--emit-repro", "out", "--json")
    json.loads(capsys.readouterr().out)

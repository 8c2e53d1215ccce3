"""The command line: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from harness import errors
from harness.catalogue.environments import Catalogue
from harness.cli.main import INTERRUPTED, main
from harness.cli.setting import Setting
from harness.execute.pool import TaskResult
from harness.model import Outcome, Provisioned
from harness.plan.tasks import Task
from harness.report import export
from harness.run.machinery import Machinery
from tests.unit import made

CATALOGUE = made.catalogue("old", "new", groups={"new": ("core", "all")})
TITLED = '"""Shapes [batch, time] of a [/b] layer."""\n' + made.LEAST.partition("\n")[2]


class Command:
    """`matrix` on the scenarios of the current folder, with made-up environments and workers."""

    def __init__(self) -> None:
        self.load_catalogue: Callable[[], Catalogue] = lambda: CATALOGUE
        self.tell: Callable[[Task], TaskResult] = lambda task: made.observed()
        self.missing: set[str] = set()
        self.refreshed: list[str] = []

    @property
    def setting(self) -> Setting:
        """The made-up machinery that the command works with."""
        machinery = Machinery(
            wanted=lambda environment: f"wanted {len(self.refreshed)}",
            current=lambda environment: None if environment.id in self.missing else made.record(environment.id),
            provision=_unavailable,
            refresh_lock=lambda environment: self.refreshed.append(environment.id),
            modules=lambda *arguments: [],
            open_pool=self._pool,
        )
        here = pathlib.Path.cwd()
        return Setting(
            load_catalogue=lambda: self.load_catalogue(),
            machinery=machinery,
            reference=here / "reference",
            findings=here / "findings.md",
        )

    def __call__(self, *arguments: str) -> int:
        """Run `matrix` and return its exit code."""
        return self.main("matrix", "--scenarios", "scenarios", "--reports", "reports", *arguments)

    def main(self, *arguments: str) -> int:
        """Run any command and return its exit code."""
        return main(arguments, self.setting)

    def _pool(
        self, pythons: Any, artifacts: Any, work: Any, *, isolation: Any, limits: Any, preloads: Any
    ) -> made.FakePool:
        return made.FakePool(pythons, artifacts, work, isolation, limits, lambda task: self.tell(task))


@pytest.fixture
def place(home: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The current folder, with one scenario in `scenarios`."""
    assert not home.exists()
    made.written(tmp_path / "scenarios", "dense", made.LEAST + '\n\nFORMATS = ("h5", "keras")\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(place: pathlib.Path) -> Command:
    """The command, with a small catalogue and workers that all observe the same."""
    return Command()


def test_a_run_is_printed_and_written(run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints progress in plain lines, the counts of verdicts, the work done, and where the report is."""
    assert 0 == run()
    out = capsys.readouterr().out
    for text in (
        "saves: 4 to do, 0 known",
        "loads: 8 of 8",
        "12 saves, loads and remedies run, 0 known before",
        "reports/index.html",
    ):
        assert text in out
    assert any(line.split()[1:3] == ["identical", "8"] for line in out.splitlines())
    for name in ("index.html", "results.json", "results.schema.json", "results.csv"):
        assert (place / "reports" / name).is_file()
    jsonschema.validate(json.loads((place / "reports" / "results.json").read_text()), json.loads(export.schema()))


def test_a_report_is_kept_if_nothing_has_changed(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run says so and writes nothing; an edited scenario, `--fresh` and `--before` make a new report."""
    page = place / "reports" / "index.html"
    run()
    first, written = capsys.readouterr().out, page.stat().st_mtime_ns
    assert 0 == run()
    second = capsys.readouterr().out
    assert page.stat().st_mtime_ns == written
    assert "Nothing has changed since the last run" in second
    assert "0 saves, loads and remedies run, 12 known before" in second
    assert [line for line in first.splitlines() if "identical" in line] == [
        line for line in second.splitlines() if "identical" in line
    ]
    run("--json")
    capsys.readouterr()
    run("--json")
    output = capsys.readouterr()
    assert (0, 4) == tuple(json.loads(output.out)["run"]["work"][f"saves_{how}"] for how in ("run", "known"))
    assert "Nothing has changed" in output.err
    for more in (["--fresh"], ["--before", "reports/results.json"]):
        for _ in range(2):
            run(*more)
            assert "Nothing has changed" not in capsys.readouterr().out
    run()
    made.written(place / "scenarios", "dense", made.LEAST + '\n\nFORMATS = ("h5",)\n')
    run()
    assert "0 saves, loads and remedies run, 6 known before" in capsys.readouterr().out.split("Report:")[-2]


def test_a_model_that_does_not_load_does_not_fail_the_run(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a finding; so are a scenario that raised and an unavailable environment."""
    raised = made.failure(step="build", path=str(place / "scenarios" / "dense.py"), line=5, message="[/no] such thing")
    run.tell = lambda task: (made.attempt(Outcome.RAISED, failure=raised), {})
    run.missing = {"env-new"}
    assert 0 == run()
    out = capsys.readouterr().out
    assert "faulty scenario: scenarios/dense.py:5: ValueError: [/no] such thing (in old)" in out
    assert "unavailable: env-new: no [/b] Python\n  -> get one" in out


def _unavailable(environment: Any) -> Provisioned:
    return made.record(environment.id, status="unavailable", reason="no [/b] Python", hint="get one")


def test_stdout_has_only_the_summary_as_json(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Progress goes to stderr."""
    assert 0 == run("--json")
    output = capsys.readouterr()
    summary = json.loads(output.out)
    assert (8, 0) == (summary["verdicts"]["identical"], summary["verdicts"]["crashed"])
    assert {"verdicts", "faults", "seconds", "run", "files"} == set(summary)
    assert pathlib.Path(summary["files"]["index.html"]).is_file()
    assert "saves: 4 to do" in output.err


@pytest.mark.parametrize("option", ["--list", "--dry-run"])
def test_a_list_and_a_dry_run_can_be_json(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    """They write no report."""
    assert 0 == run(option, "--json")
    printed = json.loads(capsys.readouterr().out)
    assert not (place / "reports").exists()
    if option == "--list":
        assert ["dense/h5", "dense/keras"] == printed["scenarios"][0]["variants"]
        assert ["old", "new"] == [runtime["id"] for runtime in printed["runtimes"]]
    else:
        assert ["dense/h5: old", "dense/keras: old", "dense/h5: new", "dense/keras: new"] == printed["saves"]
        assert (0, 8, 0) == (printed["saves_known"], printed["loads_at_most"], printed["loads_known"])


def test_json_is_json_even_if_colours_are_forced(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many CI services force them."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    run("--list", "--json")
    assert json.loads(capsys.readouterr().out)


def test_a_dry_run_says_what_would_be_done(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a run and after it."""
    assert 0 == run("--dry-run", "--save", "old", "--format", "h5")
    assert [
        "environments used: env-old, env-new",
        "saves: 1 to do, 0 known",
        "loads: at most 2 to do, 0 known",
    ] == capsys.readouterr().out.splitlines()
    run()
    capsys.readouterr()
    assert 0 == run("--dry-run")
    assert [
        "environments used: none",
        "saves: 0 to do, 4 known",
        "loads: at most 0 to do, 8 known",
    ] == capsys.readouterr().out.splitlines()


def test_pairs_are_the_only_cells_of_a_run(run: Command, place: pathlib.Path) -> None:
    """Given on the command line, separated by commas or repeated, or in a script, which the command line overrides."""
    made.written(place / "scenarios", "exact", made.LEAST + 'FORMATS = ("h5",)\nPAIRS = (("new", "old"),)\n')
    assert 0 == run("--pairs", "old:new,new:new", "--pairs", "o*:old", "--format", "h5")
    three = {("old", "new"), ("new", "new"), ("old", "old")}
    assert {(variant, *move) for variant in ("dense/h5", "exact/h5") for move in three} == _cells(place)
    assert 0 == run("--format", "h5")
    every = {("new", "old"), *three}
    assert {("exact/h5", "new", "old"), *(("dense/h5", *move) for move in every)} == _cells(place)
    assert 0 == run("-k", "exact", "--all")
    assert {("exact/h5", "new", "old")} == _cells(place)
    assert 0 == run("-k", "exact", "--runtimes", "old")
    assert {("exact/h5", "old", "old")} == _cells(place)


def _cells(place: pathlib.Path) -> set[tuple[str, str, str]]:
    """Variant, saver and loader of each cell in the last report."""
    document = json.loads((place / "reports" / "results.json").read_text())
    return {(cell["variant"], cell["save"], cell["load"]) for cell in document["cells"]}


def test_a_report_of_pairs_is_kept_until_they_change(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same pairs in another order are the same run; other pairs of the same runtimes are not."""
    kept = "Nothing has changed since the last run"
    said = []
    for pairs in ("old:new,new:old", "old:new,new:old", "old:new,new:old,new:new"):
        assert 0 == run("--pairs", pairs)
        said.append(kept in capsys.readouterr().out)
    assert [False, True, False] == said


@pytest.mark.parametrize(
    ("arguments", "used"),
    [
        ([], "env-old"),
        (["--group", "core"], "env-old"),
        (["--all"], "env-old, env-new"),
        (["--group", "all"], "env-old, env-new"),
        (["--group", "nightly"], "env-night"),
        (["--all", "--group", "nightly"], "env-night"),
        (["--all", "--load", "night", "--save", "old"], "env-old, env-night"),
    ],
    ids=str,
)
def test_a_group_is_chosen(
    run: Command,
    place: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    used: str,
) -> None:
    """The core set by default, everything but rolling environments with `--all`; the last option counts."""
    run.load_catalogue = _rolling
    assert 0 == run("--dry-run", *arguments)
    assert f"environments used: {used}" == capsys.readouterr().out.splitlines()[0]


def test_an_unknown_group_suggests_the_nearest(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As all unknown names do."""
    run.load_catalogue = _rolling
    assert errors.UsageError.exit_code == run("--group", "nightli")
    assert "no group 'nightli'; did you mean nightly?" in capsys.readouterr().err


def test_a_run_resolves_the_rolling_environments_that_it_uses(
    run: Command, place: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does so every time, before known results are looked up; runs without them and dry runs resolve nothing."""
    run.load_catalogue = _rolling
    run()
    run("--dry-run", "--group", "nightly")
    assert [] == run.refreshed
    run("--group", "nightly")
    assert ["env-night"] == run.refreshed
    run("--load", "night", "--save", "old")
    assert ["env-night", "env-night"] == run.refreshed


def _rolling() -> Catalogue:
    """A catalogue with one environment in core, another in all, and a rolling one."""
    groups = {"new": ("all",), "night": ("nightly",)}
    *others, night = made.catalogue("old", "new", "night", groups=groups).environments
    return Catalogue((*others, dataclasses.replace(night, rolling=True)))


def test_a_list_names_everything(run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It has scenarios with their formats, and runtimes with their environments."""
    assert 0 == run("--list")
    out = capsys.readouterr().out
    for text in ("dense", "h5, keras", "Title of old", "env-new", "core, all"):
        assert text in out


def test_a_title_is_shown_as_it_is(run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets are not markup."""
    made.written(place / "scenarios", "titled", TITLED)
    assert 0 == run("--list")
    assert "Shapes [batch, time] of a [/b] layer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.CrossloadError, 1),
        (errors.UsageError, 2),
        (errors.CatalogueError, 3),
        (errors.StoreError, 4),
        (errors.HarnessError, 5),
        (errors.LockError, 6),
    ],
)
def test_every_kind_of_error_has_its_own_exit_code(
    run: Command,
    place: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
    error: type[errors.CrossloadError],
    code: int,
) -> None:
    """It prints a message with what to do on stderr, never a traceback."""

    def broken() -> Any:
        raise error("it [/broke]", "mend it")

    run.load_catalogue = broken
    assert code == run()
    output = capsys.readouterr()
    assert ("", "crossload: it [/broke]\n  -> mend it\n") == (output.out, output.err)


def test_no_two_kinds_of_error_share_an_exit_code() -> None:
    """Interruption and success have codes of their own, too."""
    codes = [
        INTERRUPTED,
        0,
        errors.CrossloadError.exit_code,
        *(kind.exit_code for kind in errors.CrossloadError.__subclasses__()),
    ]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--runtimes", "odl"], "no runtime 'odl'; did you mean old?"),
        (["--save", "old", "--load", "mew"], "no runtime 'mew'; did you mean new?"),
        (["--pairs", "old:mew"], "no runtime 'mew'; did you mean new?"),
        (["--pairs", "old"], "--pairs: 'old' is not a pair\n  -> write SAVER:LOADER"),
        (["--pairs", "old:new", "--all"], "--pairs names every cell of the run, so it cannot be combined with --all"),
        (["-k", "danse"], "no scenario 'danse'; did you mean dense?"),
        (["--format", "h5,keros"], "no format 'keros'; did you mean keras"),
        (["--variant", "dense/h6"], "no variant 'dense/h6'; did you mean dense/h5"),
        (["--format", "code"], "nothing is selected"),
        (["--scenarios", "nowhere"], "--scenarios nowhere: no such folder"),
        (["--scenarios", "."], "no scenarios there"),
    ],
)
def test_wrong_use_is_reported_with_what_was_meant(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """Exit code 2, and nothing is done."""
    assert 2 == run(*arguments)
    assert message in capsys.readouterr().err
    assert not (place / "reports").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--jobs", "0"],
        ["--jobs", "-1"],
        ["--jobs", "many"],
        ["-j", "²"],
        ["--timeout", "0"],
        ["--timeout", "nan"],
        ["--timeout", "inf"],
        ["--memory", "-1"],
        ["--isolation", "thread"],
        ["--unknown"],
    ],
)
def test_values_that_make_no_sense_are_refused(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """The parser refuses them and prints its usage."""
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert 2 == caught.value.code
    assert "usage: " in capsys.readouterr().err


def test_help_explains_every_option(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """It needs no catalogue, no store and no scenario."""
    with pytest.raises(SystemExit) as caught:
        run.main("matrix", "--help")
    assert 0 == caught.value.code
    out = capsys.readouterr().out
    for option in (
        "--runtimes",
        "--save",
        "--load",
        "--pairs tf2.13:tf2.14,",
        "--scenario",
        "-k",
        "--scenarios",
        "--format",
        "--group",
        "--all",
        "--dry-run",
        "--list",
        "--jobs",
        "--isolation",
        "--fresh",
        "--timeout",
        "--memory",
        "--json",
    ):
        assert option in out


def test_names_may_be_listed_or_the_option_repeated(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both select the same."""
    outlooks = []
    for arguments in (["--format", "h5,keras"], ["--format", "h5", "--format", "keras"]):
        assert 0 == run("--dry-run", "--json", *arguments)
        outlooks.append(json.loads(capsys.readouterr().out))
    assert outlooks[0] == outlooks[1]


def test_an_interruption_is_reported_and_finished_work_is_kept(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is the one that shells use."""
    left = iter(range(5))

    def stopping(task: Any) -> Any:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return made.observed()

    run.tell = stopping
    assert 130 == run("--jobs", "1")
    run.tell = lambda task: made.observed()
    assert "run the same command again to go on from here" in capsys.readouterr().out
    assert 0 == run()
    assert "known before" in capsys.readouterr().out


def test_a_faulty_scenario_is_reported_and_the_others_go_on(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report has its file and line."""
    made.written(place / "scenarios", "wrong", '"""A title."""\n\nFORMATS = ("h6",)\n')
    assert 0 == run()
    assert "scenarios/wrong.py:3: FORMATS: no format 'h6'; did you mean h5?" in capsys.readouterr().out
    assert 2 == run("-k", "wrong")
    assert "scenarios/wrong.py:3: FORMATS: no format 'h6'" in capsys.readouterr().err
    assert 0 == run("-k", "dense")
    assert "wrong.py" not in capsys.readouterr().out


def test_a_pattern_that_matches_a_faulty_scenario_reports_its_fault(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The scenario must not silently be missing from the selection."""
    made.written(place / "scenarios", "dense_wrong", "import os\n")
    run("-k", "dense*")
    assert "dense_wrong.py" in "".join(capsys.readouterr())


def test_a_folder_without_a_readable_scenario_is_wrong_use(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All faults are reported together."""
    for name in ("one", "other"):
        made.written(place / "broken", name, "def (\n")
    assert 2 == run("--scenarios", "broken")
    err = capsys.readouterr().err
    assert "broken/one.py:1: not Python" in err
    assert "broken/other.py:1: not Python" in err


def test_an_unusable_store_is_an_error_of_the_harness(
    run: Command, place: pathlib.Path, home: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 4; the message names the file to move away."""
    home.mkdir()
    (home / "store.sqlite").write_bytes(b"not a database, though somebody may need it" * 50)
    assert 4 == run()
    assert "store.sqlite" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_reported(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is a message and an exit code; the results are in the store."""
    (place / "reports").write_text("in the way")
    assert run() in range(1, 7)
    assert "reports" in capsys.readouterr().err


def test_the_document_has_the_command_of_the_run(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even if it did not come from a shell."""
    run("--json", "--format", "h5")
    assert json.loads(capsys.readouterr().out)["run"]["command"].endswith("--json --format h5")


def test_a_first_scenario_is_written_and_can_be_run(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command that it prints runs it."""
    assert 0 == run.main("new", "my_model", "--scenarios", "scenarios")
    assert (
        "Wrote scenarios/my_model.py. Run it: nox -s matrix -- -k my_model --scenarios scenarios\n"
        == capsys.readouterr().out
    )
    assert 0 == run("-k", "my_model")
    assert 2 == run.main("new", "my_model", "--scenarios", "scenarios")
    assert 2 == run.main("new", "my-model", "--scenarios", "scenarios")


def test_a_report_is_written_again_from_its_document(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page is the same, in another folder."""
    run()
    capsys.readouterr()
    assert 0 == run.main("report", "--results", "reports/results.json", "--reports", "again")
    assert "again/index.html" in capsys.readouterr().out.splitlines()
    assert (place / "reports" / "index.html").read_bytes() == (place / "again" / "index.html").read_bytes()


def test_a_run_becomes_the_reference_and_is_compared_with_it(
    run: Command, place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Columns, page and findings are written; a different verdict is reported, with exit code 1."""
    run()
    assert 0 == run.main("reference", "--results", "reports/results.json")
    written = {path.name for path in (place / "reference").iterdir()}
    assert {
        "cells.parquet",
        "saves.parquet",
        "run.json",
        "index.html",
        "matrix.svg",
        "badge.svg",
        "summary.md",
    } == written
    assert (place / "findings.md").read_text().startswith("# What breaks")
    assert 0 == run.main("reference", "--check", "--results", "reports/results.json")
    document = json.loads((place / "reports" / "results.json").read_text())
    document["cells"][0]["verdict"] = "changed"
    (place / "other.json").write_text(json.dumps(document))
    capsys.readouterr()
    assert 1 == run.main("reference", "--check", "--results", "other.json", "--json")
    (change,) = json.loads(capsys.readouterr().out)
    assert ("identical", "changed") == (change["before"], change["now"])


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", '{"schema": 99}', "null"])
def test_a_file_that_is_no_results_document_is_refused(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    """Exit code 2; the message says how to make one."""
    if content is not None:
        (place / "results.json").write_text(content)
    assert 2 == run.main("report", "--results", "results.json", "--reports", "again")
    assert "make one: nox -s matrix" in capsys.readouterr().err
    assert not (place / "again").exists()


def test_the_version_is_printed(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing command is wrong use."""
    with contextlib.suppress(SystemExit):
        run.main("--version")
    assert "0." in capsys.readouterr().out
    with pytest.raises(SystemExit) as caught:
        run.main()
    assert 2 == caught.value.code


def test_a_run_can_be_compared_with_an_earlier_one(
    run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unreadable earlier run is reported before anything is run."""
    assert 2 == run("--before", "kept.json")
    assert "kept.json: no earlier run can be read" in capsys.readouterr().err
    assert not (place / "reports").exists()
    assert 0 == run("--format", "h5")
    (place / "reports" / "results.json").rename(place / "kept.json")
    assert 0 == run("--before", "kept.json")
    assert "Since the run of" in (place / "reports" / "summary.md").read_text()
    assert 0 == run.main("report", "--results", "reports/results.json", "--reports", "again", "--before", "kept.json")
    assert "Since the run of" in (place / "again" / "summary.md").read_text()


def test_a_run_names_causes(run: Command, place: pathlib.Path) -> None:
    """With remedies and without; all documents match the schema."""
    for more in ([], ["--remedies", "all"], ["--remedies", "none"]):
        assert 0 == run(*more)
        document = json.loads((place / "reports" / "results.json").read_text())
        jsonschema.validate(document, json.loads(export.schema()))
        assert {""} == {cell["cause"] for cell in document["cells"]}
        assert document["causes"]
        assert ("remedies_run" in document["run"]["work"]) is not ("none" in more)


def test_a_dry_run_leaves_nothing_behind(run: Command, place: pathlib.Path, home: pathlib.Path) -> None:
    """No home, no store, no report; and an existing store stays as it is."""
    assert 0 == run("--dry-run")
    assert not home.exists()
    assert {"scenarios"} == {path.name for path in place.iterdir()}
    assert 0 == run()
    before = (home / "store.sqlite").read_bytes()
    assert 0 == run("--dry-run", "--format", "h5")
    assert before == (home / "store.sqlite").read_bytes()


def test_a_run_can_be_logged(run: Command, place: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The log goes to a file with every task, or to the terminal."""
    assert 0 == run("--log", "run.log")
    text = (place / "run.log").read_text()
    assert "saves: 4 to do, 0 known" in text
    assert "load dense/h5: old -> new: done" in text
    capsys.readouterr()
    assert 0 == run("--fresh", "-v", "--json")
    captured = capsys.readouterr()
    json.loads(captured.out)
    assert "INFO" in captured.err
    assert 2 == run("--fresh", "--log", "scenarios")

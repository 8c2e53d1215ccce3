"""Writes a report for each failing cell of a run that nobody has explained yet, one per group of like cells."""

from __future__ import annotations

import functools
import pathlib
import re
from collections.abc import Callable

from harness.culprit import probe
from harness.culprit.check import check
from harness.culprit.repro import Case, Repro, reproduce
from harness.culprit.script import Side, scenario
from harness.model import Verdict
from harness.results.diagnose import UNKNOWN
from harness.results.shape import CellEntry, Document, cell_id
from harness.run.machinery import Machinery
from harness.run.matrix import Matrix
from harness.run.ready import Watcher
from harness.run.workdir import working_folder
from harness.tools.files import replace_file

MOST = 10  # reports of one run
BUDGET = 120.0  # seconds for making one model smaller
_LIMIT = 120.0  # seconds for one side of a script: it imports Keras anew
_WITH_ARCHITECTURE = ("h5", "keras", "savedmodel", "json+weights")

Say = Callable[[str], None]


def groups(document: Document) -> list[CellEntry]:
    """One cell of each group that is located or unknown and has a file to start from, the largest group first."""
    found: dict[tuple[str, ...], list[CellEntry]] = {}
    for cell in document["cells"]:
        located = cell.get("located")
        if cell["verdict"] == Verdict.UNSAVED or not (located or cell.get("cause") == UNKNOWN):
            continue
        found.setdefault(_group(cell), []).append(cell)
    return [cells[0] for cells in sorted(found.values(), key=len, reverse=True)]


def emit(
    matrix: Matrix,
    machinery: Machinery,
    document: Document,
    folder: pathlib.Path,
    seconds: float,
    watcher: Watcher,
    say: Say,
) -> None:
    """Write NAME.py and NAME.md into the folder for at most ten groups, and note script and check in located cells."""
    chosen = groups(document)
    if len(chosen) > MOST:
        say(f"reports: {MOST} of {len(chosen)} groups of failing cells; the others need a narrower run")
    for cell in chosen[:MOST]:
        name = file_name(cell)
        tell = functools.partial(_told, say, name)
        repro = of_cell(matrix, machinery, document, cell, seconds, watcher, tell)
        if not repro.script:
            tell(f"no script: {repro.why}")
            continue
        replace_file(folder / f"{name}.py", repro.script)
        replace_file(folder / f"{name}.md", repro.report)
        if located := cell.get("located"):
            located["script"], located["checked"] = repro.script, repro.checked


def of_cell(
    matrix: Matrix,
    machinery: Machinery,
    document: Document,
    cell: CellEntry,
    seconds: float,
    watcher: Watcher,
    say: Say,
) -> Repro:
    """The report of one cell of a run, with a search of so many seconds."""
    artifact = _artifact(matrix, document, cell)
    if artifact is None:
        return Repro(why="its files are not on this machine, or hold no configuration")
    runtimes = {runtime["id"]: Side(runtime=runtime) for runtime in document["runtimes"]}
    format = cell["variant"].split("/")[1]
    case = Case(
        cell=cell, artifact=artifact, format=format, saver=runtimes[cell["save"]], loader=runtimes[cell["load"]]
    )
    environments = [side.runtime["environment"] for side in (case.saver, case.loader)]
    observe = probe.observed(cell)
    with (
        probe.bench(matrix, machinery, cell_id(cell), watcher) as (bench, pythons),
        working_folder(_work(matrix)) as scratch,
    ):
        if missing := next((name for name in environments if name not in pythons), ""):
            return Repro(why=f"the environment {missing} is not available")
        sides = (pythons[environments[0]], pythons[environments[1]])
        return reproduce(
            case,
            lambda spec: bench.cell(scenario(spec, format, case.saver, observe)),
            lambda text: check(text, sides, scratch / "check", cell, _LIMIT),
            seconds,
            say,
        )


def _group(cell: CellEntry) -> tuple[str, ...]:
    """What a cell has in common with those that fail for the same reason."""
    located, failure = cell.get("located"), cell["failure"]
    if located:
        return "located", located["kind"], located["part"], located["class"], located["argument"]
    if failure:
        return cell["verdict"], failure["type"], probe.error(failure["message"])
    return cell["verdict"], *sorted({each["observation"] for each in cell["differences"] if each["counts"]})


def file_name(cell: CellEntry) -> str:
    """The name of a report's files, made of the cell's."""
    return re.sub(r"[^A-Za-z0-9_.+-]+", "-", "-".join([*cell["variant"].split("/"), cell["save"], "to", cell["load"]]))


def _work(matrix: Matrix) -> pathlib.Path:
    return matrix.artifacts.folder.parent / "work"


def _told(say: Say, name: str, text: str) -> None:
    say(f"{name}: {text}")


def _artifact(matrix: Matrix, document: Document, cell: CellEntry) -> pathlib.Path | None:
    """The artifact of a cell or, where it holds only weights, of the same model in another format."""
    scenario, format, *parameters = cell["variant"].split("/")
    formats = [format] if format in _WITH_ARCHITECTURE else list(_WITH_ARCHITECTURE)
    variants = ["/".join([scenario, each, *parameters]) for each in formats]
    for save in document["saves"]:
        stored = save["artifact"]
        same = save["variant"] in variants and save["runtime"] == cell["save"]
        if same and stored and matrix.artifacts.has(stored["digest"]):
            return matrix.artifacts.path(stored["digest"])
    return None

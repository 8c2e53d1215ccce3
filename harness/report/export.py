"""The outputs for programs and for pull requests: the document itself, its schema, tables and a Markdown summary."""

from __future__ import annotations

import io
import json
import math
import pathlib
from typing import Any

from harness.report import earlier, labels, tables, words
from harness.results.shape import CellEntry, Document, EnvironmentEntry, FaultEntry, cell_id
from harness.tools.markdown import inert

LINES = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
SCHEMA = pathlib.Path(__file__).with_name("results.schema.json")
CSV_COLUMNS = (
    "scenario",
    "format",
    "parameters",
    "kind",
    "save",
    "load",
    "verdict",
    "stage",
    "reason",
    "step",
    "signal",
    "wall",
    "memory",
    "before",
    "cause",
    "remedy",
)
NUMBERS = ("wall", "memory")
WIDEST_MARKDOWN = 16
MOST_FINDINGS = {"changed": 20}
OTHER_FINDINGS = 5
MOST_WORSE = 20
MOST_CAUSES = 10


def document(results: Document) -> str:
    """The results as strict JSON, with one list item per line: easy to read, and a diff shows single cells."""
    parts = []
    for name, value in results.items():
        if isinstance(value, list) and value:
            items = ",\n".join("  " + strict(item, LINES) for item in value)
            parts.append(f" {strict(name, LINES)}: [\n{items}\n ]")
        else:
            parts.append(f" {strict(name, LINES)}: {strict(value, LINES)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def strict(value: Any, encoder: json.JSONEncoder) -> str:
    """Encode a value as JSON, with NaN and infinity as null: they are rare, so only a value that has them is copied."""
    try:
        return encoder.encode(value)
    except ValueError:
        return encoder.encode(plain(value))


def plain(value: Any) -> Any:
    """The same value with null for NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def schema() -> str:
    """The published JSON Schema of the results document."""
    return SCHEMA.read_text(encoding="utf-8")


def csv(sums: tables.Sums) -> str:
    """One line per cell, as in RFC 4180; an apostrophe keeps spreadsheets from running a text as a formula."""
    frame = sums.frame.loc[:, list(CSV_COLUMNS)].copy()
    for name in CSV_COLUMNS:
        if name not in NUMBERS:
            frame[name] = [_tame(str(value)) for value in frame[name]]
    return str(frame.to_csv(index=False, lineterminator="\r\n"))


def parquet(sums: tables.Sums) -> bytes:
    """The rows of the CSV as a Parquet file: columns with types, and texts without apostrophes."""
    import pyarrow
    from pyarrow import parquet as files

    types = {"wall": pyarrow.float64(), "memory": pyarrow.int64()}
    columns = {
        name: pyarrow.array([_storable(value) for value in sums.frame[name]], types.get(name, pyarrow.string()))
        for name in CSV_COLUMNS
    }
    stream = io.BytesIO()
    files.write_table(pyarrow.table(columns), stream, compression="zstd")
    return stream.getvalue()


def summary(results: Document, sums: tables.Sums, before: earlier.Earlier | None = None) -> str:
    """A Markdown summary for a pull request or a CI step: counts, findings, the matrix, and what is missing."""
    run = results["run"]
    parts = [
        "# Crossload: does a Keras model saved there load here?\n",
        f"{inert(words.headline(sums.all))}\n",
        f"{inert(words.what_ran(results))} {inert(words.when(run))}\n",
        _table(["", "verdict", "cells", "meaning"], _count_rows(sums)),
    ]
    parts += _since(results, before) + _findings(sums) + _causes(sums) + _matrix(results, sums) + _missing(results)
    return "\n".join(parts)


def _storable(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _tame(text: str) -> str:
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _count_rows(sums: tables.Sums) -> list[list[str]]:
    present = [label for label in labels.LABELS if sums.all.of.get(str(label.verdict))]
    return [[label.sign, str(label.verdict), str(sums.all.of[str(label.verdict)]), label.meaning] for label in present]


def _since(results: Document, before: earlier.Earlier | None) -> list[str]:
    """What became of the cells since an earlier run, and the first cells that are worse."""
    if not before:
        return []
    counts = earlier.counts(before, results)
    rows = [[name, str(counts[name])] for name in earlier.MOVES]
    worse = [cell for cell in results["cells"] if earlier.of_cell(before, cell) == "worse"]
    lines = [_worse(cell, before.verdicts[cell_id(cell)]) for cell in worse[:MOST_WORSE]]
    if len(worse) > MOST_WORSE:
        lines.append(f"- and {len(worse) - MOST_WORSE} more: see the report")
    started = inert(words.moment(str(before.run.get("started", ""))))
    return [f"## Since the run of {started}\n", _table(["became", "cells"], rows), *lines, ""]


def _worse(cell: CellEntry, before: str) -> str:
    place = f"{inert(cell['variant'])}: {inert(cell['save'])} -> {inert(cell['load'])}"
    return f"- {place}: was {before}, is **{cell['verdict']}**. {inert(words.brief(cell['reason']))}"


def _causes(sums: tables.Sums) -> list[str]:
    """The causes with the most cells."""
    if not sums.causes:
        return []
    causes = sorted(sums.causes, key=lambda why: -why.cells)
    rows = [[inert(why.title), str(why.cells), str(why.remedied)] for why in causes[:MOST_CAUSES]]
    parts = ["## Why\n", _table(["cause", "cells", "with a verified remedy"], rows)]
    if len(causes) > MOST_CAUSES:
        parts.append(f"And {words.plural(len(causes) - MOST_CAUSES, 'cause')} with fewer cells: see the report.\n")
    return parts


def _findings(sums: tables.Sums) -> list[str]:
    if not sums.findings:
        return []
    lines = ["## Findings\n"]
    for verdict in labels.FINDINGS:
        findings = [finding for finding in sums.findings if finding.verdict == verdict]
        most = MOST_FINDINGS.get(verdict, OTHER_FINDINGS)
        lines += [_finding(finding) for finding in findings[:most]]
        if len(findings) > most:
            sign = labels.LABEL_OF[verdict].sign
            lines.append(f"- {sign} and {len(findings) - most} more **{verdict}**: see the report")
    return [*lines, ""]


def _finding(finding: tables.Finding) -> str:
    sentence = f"{words.sentence(finding)} {words.where(finding)}"
    sign = labels.LABEL_OF[finding.verdict].sign
    pitfall = " (pitfall)" if finding.kind == "pitfall" else ""
    return f"- {sign} **{finding.verdict}**{pitfall} {inert(sentence)}. {inert(words.why(finding))}"


def _matrix(results: Document, sums: tables.Sums) -> list[str]:
    ids = [runtime["id"] for runtime in results["runtimes"]]
    if not 0 < len(ids) <= WIDEST_MARKDOWN:
        return []
    rows = []
    for save in ids:
        squares = [_square(sums.pairs.get((save, load))) for load in ids]
        rows.append([f"**{inert(save)}**", *squares])
    note = "Rows saved, columns loaded. Each square: its worst verdict, how often, and identical of tested."
    left_out = f" {words.PITFALLS}" if sums.left_out else ""
    return ["## Saved there, loaded here\n", f"{note}{left_out}\n", _table(["", *map(inert, ids)], rows)]


def _square(counts: tables.Counts | None) -> str:
    if not counts:
        return ""
    return f"{labels.LABEL_OF[counts.worst].sign} {counts.of[counts.worst]} ({counts.good}/{counts.asked})"


def _missing(results: Document) -> list[str]:
    lines = []
    unavailable = [entry for entry in results["environments"] if entry["status"] == "unavailable"]
    if unavailable:
        lines += ["## Unavailable on this machine\n", *map(_unavailable, unavailable), ""]
    if results["faults"]:
        lines += ["## Faults in scenarios\n", *map(_fault, results["faults"]), ""]
    return lines


def _unavailable(environment: EnvironmentEntry) -> str:
    reason = inert(words.brief(environment["reason"]))
    return f"- {inert(environment['title'])}: {reason}. {inert(environment['hint'])}"


def _fault(fault: FaultEntry) -> str:
    return f"- {inert(fault['path'])}:{fault['line']}: {inert(fault['message'])}"

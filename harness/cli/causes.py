"""The command `causes`: how many failing cells have a cause, how many a remedy, and the details of one cause."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import functools
import pathlib
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from harness.catalogue.causes import Causes, Signature
from harness.catalogue.causes_reader import load_causes
from harness.cli import output
from harness.cli.setting import Setting
from harness.errors import UsageError
from harness.model import CellId
from harness.results import diagnose, located, sources, tally
from harness.results.diagnose import UNKNOWN
from harness.results.draft import draft
from harness.results.located import Group
from harness.results.shape import CellEntry, Document, cell_entries
from harness.results.sources import Source
from harness.results.tally import Count, Tally
from harness.tools import pages
from harness.tools.names import nearest
from harness.tools.pages import Block, BulletList, CodeBlock, Grid, Heading, Paragraph

_MESSAGES = 20
_REASON_LIMIT = 200  # characters shown of a reason
_NOT_RUN = "Remedies on the loading side were not run in these results: other cells prove what is verified."
_NO_REMEDY = "No remedy exists: the cause lists none, and there was no other format or variant to try."
_IDLE = (
    "They match no cell of these results, though they once did: their versions were not run, or another signature "
    "comes before them."
)

_EPILOG = """\
examples:
  nox -s causes                                    the counts, and every cause of a cell
  nox -s causes -- --cause gru-reset-after         what it is, who reported it, what helps
  nox -s causes -- --cause unknown                 failures that match no signature
  nox -s causes -- --draft dense/h5:tf1.15:tf2.15  an entry of the catalogue to complete, from one cell
  nox -s causes -- --results reports/results.json --json

Cells are diagnosed again, so changes of harness/catalogue/causes.toml show at once; remedies are not tried again.
docs/causes.md explains the catalogue.
"""


def add(commands: Any, setting: Setting) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "causes",
        prog="nox -s causes --",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
        help="how many failing cells have a known cause and a verified remedy",
        description="Count the failing cells by cause, and those that a remedy fixed; or show one cause.",
    )
    parser.add_argument(
        "--cause", metavar="ID", default="", help="the details of one cause; `unknown` lists the failures without one"
    )
    parser.add_argument(
        "--results",
        metavar="FILE",
        type=pathlib.Path,
        help="a results document (default: reports/results.json if it exists, otherwise reports/reference)",
    )
    parser.add_argument(
        "--draft",
        metavar="VARIANT:SAVE:LOAD",
        default="",
        help="print an entry of the catalogue for this cell, with its evidence and the remedies that helped",
    )
    parser.add_argument(
        "--idle",
        action="store_true",
        help="only the signatures that match no cell of the results although they once did",
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.set_defaults(run=functools.partial(run, setting))


def run(setting: Setting, parsed: argparse.Namespace, console: Console) -> int:
    """Print the counts or one cause. Raises UsageError for an unknown cause, and if there are no results."""
    catalogue = load_causes()
    if parsed.cause and parsed.cause != UNKNOWN and parsed.cause not in catalogue.by_id:
        raise UsageError(
            f"unknown cause {parsed.cause!r}{nearest(parsed.cause, [*catalogue.by_id, UNKNOWN])}",
            "nox -s causes lists those of the cells",
        )
    source = sources.choose(parsed.results, last=setting.results, committed=setting.reference)
    document = sources.rediagnose(source.document, catalogue)
    if parsed.draft:
        console.print(draft(_cell(document, parsed.draft)), markup=False, highlight=False, soft_wrap=True, end="")
        return 0
    if parsed.idle:
        idle = diagnose.idle(document, catalogue)
        if parsed.json:
            output.print_json(console, {"idle": [signature.id for signature in idle]})
        else:
            pages.print_page(console, _idle(idle))
    elif parsed.json:
        output.print_json(console, _data(document, catalogue, parsed.cause))
    else:
        pages.print_page(console, _page(document, catalogue, parsed.cause, source))
    return 0


def _cell(document: Document, name: str) -> CellEntry:
    """The cell of this name. Raises UsageError."""
    found = cell_entries(document).get(CellId(*name.rsplit(":", 2))) if name.count(":") >= 2 else None
    if found is None:
        raise UsageError(
            f"--draft {name}: there is no such cell", "name it as VARIANT:SAVE:LOAD, such as dense/h5:tf1.15:tf2.15"
        )
    return found


def _data(document: Document, catalogue: Causes, cause: str) -> dict[str, Any]:
    if cause == UNKNOWN:
        return _unknown_data(document)
    return _cause_data(document, catalogue, cause) if cause else _counts_data(document)


def _page(document: Document, catalogue: Causes, cause: str, source: Source) -> list[Block]:
    if cause == UNKNOWN:
        return _unknown_page(document, most=None)
    return _cause_page(document, catalogue, cause) if cause else _counts_page(document, catalogue, source)


def _counts_data(document: Document) -> dict[str, Any]:
    counts = tally.tally(document)
    return {
        "cells": len(document["cells"]),
        "failing": counts.all.cells,
        "diagnosed": counts.diagnosed,
        "located": counts.located,
        "unknown": counts.unknown,
        "tried": counts.all.tried,
        "remedies": dataclasses.asdict(counts.all),
        "kinds": {kind: dataclasses.asdict(counts.of_kind(kind)) for kind in tally.KINDS_IN_ORDER},
        "causes": [dataclasses.asdict(row) for row in counts.rows],
        "culprits": [_group_data(group) for group in _groups(document)],
        **_unknown_data(document),
    }


def _counts_page(document: Document, catalogue: Causes, source: Source) -> list[Block]:
    counts = tally.tally(document)
    size = f"{len(catalogue.causes)} causes with {len(catalogue.signatures)} signatures"
    origin = f"{output.short_path(source.path)}, run on {document['run']['started'][:10]}"
    blocks: list[Block] = [
        Heading(f"Causes of the failing cells of {source.what}", 1),
        Paragraph(f"{origin}, diagnosed again by {size}."),
        _overview(document, counts),
    ]
    if not _run(document):
        blocks.append(Paragraph(_NOT_RUN))
    blocks.append(Paragraph(_NO_REMEDY))
    unused = len(catalogue.causes) - sum(row.id in catalogue.by_id for row in counts.rows)
    return [
        *blocks,
        Heading("By cause, the six classic kinds first"),
        Grid(("kind and cause", "cells", "share", "verified", "share"), tuple(_rows(counts)), left=1),
        Paragraph(
            f"Shares: of the failing cells; of the cells of that line. {unused} other causes have no cell here. "
            "Details of one: nox -s causes -- --cause ID"
        ),
        *_located_page(document),
        *_unknown_page(document, most=_MESSAGES),
    ]


def _overview(document: Document, counts: Tally) -> Grid:
    every = counts.all
    rows = (
        ("failing", every.cells, len(document["cells"]), "all cells"),
        ("diagnosed", counts.diagnosed, every.cells, "failing"),
        ("located", counts.located, every.cells, "failing"),
        ("unknown", counts.unknown, every.cells, "failing"),
        ("no remedy exists", every.without, every.cells, "failing"),
        ("a remedy exists", every.with_remedy, every.cells, "failing"),
        ("one was tried", every.tried, every.with_remedy, "those with a remedy"),
        ("one is verified", every.verified, every.with_remedy, "those with a remedy"),
        ("all that were tried failed", every.failed, every.with_remedy, "those with a remedy"),
    )
    shown = [(name, f"{count:,}", _share(count, whole), whole_name) for name, count, whole, whole_name in rows]
    return Grid(("", "cells", "share", "of"), tuple(shown))


def _idle(signatures: Sequence[Signature]) -> list[Block]:
    """The signatures that match no cell."""
    heading = Heading(f"Idle signatures: {len(signatures)}", 1)
    if not signatures:
        return [heading, Paragraph("Every signature matches a cell, except those known only from reports.")]
    lines = [f"{signature.id} (harness/catalogue/causes.toml:{signature.line})" for signature in signatures]
    return [heading, Paragraph(_IDLE), BulletList(tuple(lines))]


def _rows(counts: Tally) -> list[tuple[str, ...]]:
    from harness.report.labels import CLASSIC, KINDS

    rows: list[tuple[str, ...]] = []
    for kind in tally.KINDS_IN_ORDER:
        count = counts.of_kind(kind)
        if count.cells or kind in CLASSIC:
            rows.append((KINDS[kind], *_numbers(count, counts.all)))
        rows += [
            (f"  {row.id}", *_numbers(row.count, counts.all))
            for row in counts.rows
            if row.kind == kind and row.id != kind
        ]
    return rows


def _numbers(count: Count, every: Count) -> tuple[str, ...]:
    return (
        f"{count.cells:,}",
        _share(count.cells, every.cells),
        f"{count.verified:,}",
        _share(count.verified, count.cells),
    )


def _groups(document: Document) -> list[Group]:
    """The culprits that experiments found where no signature matches."""
    return located.groups(cell for cell in tally.failing(document) if tally.uncatalogued(cell))


def _group_data(group: Group) -> dict[str, Any]:
    example = {name: group.example[name] for name in ("variant", "save", "load")}
    fields = {"kind": group.kind, "part": group.part, "class": group.layer_class, "argument": group.argument}
    return {**fields, "cells": group.count, "said": group.example["located"]["said"], **example}


def _located_page(document: Document) -> list[Block]:
    groups = _groups(document)
    if not groups:
        return []
    lines = [
        f"{group.count:,} x {group.kind}: {group.example['located']['said']} ({_place(group.example)})"
        for group in groups
    ]
    cells = sum(group.count for group in groups)
    return [
        Heading(f"Located by experiment: {cells:,} cells with {len(groups)} culprits"),
        BulletList(tuple(lines)),
        Paragraph("An entry of the catalogue to complete: nox -s causes -- --draft VARIANT:SAVE:LOAD"),
    ]


def _place(cell: CellEntry) -> str:
    return f"{cell['variant']}: {cell['save']} -> {cell['load']}"


def _unknown_data(document: Document) -> dict[str, Any]:
    return {"unknown_messages": [dataclasses.asdict(message) for message in diagnose.unknown(document)]}


def _unknown_page(document: Document, most: int | None) -> list[Block]:
    messages = diagnose.unknown(document)
    shown = messages[:most]
    cells = sum(message.count for message in messages)
    blocks: list[Block] = [Heading(f"Without a matching signature: {cells:,} cells with {len(messages)} messages")]
    if shown:
        lines = [f"{each.count:,} x {each.message} ({each.variant}: {each.save} -> {each.load})" for each in shown]
        blocks.append(BulletList(tuple(lines)))
    if len(messages) > len(shown):
        blocks.append(Paragraph(f"{len(messages) - len(shown)} more: nox -s causes -- --cause unknown"))
    return blocks


def _cause_data(document: Document, catalogue: Causes, id: str) -> dict[str, Any]:
    cause = catalogue.by_id[id]
    cells = list(tally.failing(document, id))
    return {
        "id": id,
        "title": cause.title,
        "kind": cause.kind,
        "explanation": cause.explanation,
        "references": cause.references,
        "signatures": len(cause.signatures),
        "cells": len(cells),
        "verdicts": dict(collections.Counter(cell["verdict"] for cell in cells).most_common()),
        "examples": [
            {name: cell[name] for name in ("variant", "save", "load", "verdict", "reason")}
            for cell in tally.examples(document, id)
        ],
        "remedies": [dataclasses.asdict(record) for record in tally.records(document, id)],
    }


def _cause_page(document: Document, catalogue: Causes, id: str) -> list[Block]:
    data = _cause_data(document, catalogue, id)
    unmeasured = sum(signature.unmeasured for signature in catalogue.by_id[id].signatures)
    verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in data["verdicts"].items())
    blocks: list[Block] = [
        Heading(f"{data['title']} ({id}, {data['kind']})", 1),
        Paragraph(data["explanation"]),
        Heading("Reported in"),
        BulletList(tuple(data["references"])),
        Heading("Evidence"),
        Paragraph(
            f"{data['signatures']} signatures"
            + (f", {unmeasured} of them known only from reports" if unmeasured else "")
            + f"; {data['cells']:,} failing cells"
            + (f": {verdicts}." if verdicts else ".")
        ),
    ]
    if data["examples"]:
        blocks.append(BulletList(tuple(map(_example, data["examples"]))))
    blocks.append(Heading("Remedies"))
    remedies = {remedy.id: remedy for remedy in catalogue.remedies}
    for record in data["remedies"]:
        remedy = remedies[record["remedy"]]
        result = f"good in {record['verified']:,} of {record['tried']:,} cells" if record["tried"] else "not tried"
        blocks += [
            Heading(f"{remedy.id} ({remedy.side} side): {result}", 3),
            Paragraph(f"{remedy.title}. Costs: {remedy.costs or 'nothing'}."),
            CodeBlock(remedy.code),
        ]
    if not data["remedies"]:
        blocks.append(Paragraph("None is known: see the explanation for what you can do."))
    return blocks


def _example(cell: dict[str, str]) -> str:
    reason = cell["reason"][:_REASON_LIMIT]
    return f"{cell['variant']}: {cell['save']} -> {cell['load']}: {cell['verdict']}: {reason}"


def _run(document: Document) -> bool:
    """Whether remedies were run, not only read from other cells."""
    return any(trial["outcome"] for cell in document["cells"] for trial in cell["remedies"] or ())


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f}%" if of else "-"

"""The command `causes`: how many failing cells have a cause, how many a remedy, and all about one cause."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import pathlib
from typing import Any

from rich.console import Console

from harness.catalogue.causes import Causes
from harness.catalogue.causes_reader import load_causes
from harness.cli import output
from harness.errors import UsageError
from harness.results import diagnose, sources, tally
from harness.results.diagnose import UNKNOWN
from harness.results.shape import Document
from harness.results.sources import Source
from harness.results.tally import Count, Tally
from harness.tools import pages
from harness.tools.names import nearest
from harness.tools.pages import Block, BulletList, CodeBlock, Grid, Heading, Paragraph

_MESSAGES = 20
_REASON = 200  # characters of a reason that are shown

_EPILOG = """\
examples:
  nox -s causes                                    the counts, and every cause that a cell has
  nox -s causes -- --cause gru-reset-after         what it is, where it was reported, what helps
  nox -s causes -- --cause unknown                 what no signature knows
  nox -s causes -- --results reports/results.json --json

Cells are diagnosed anew, so that a changed harness/catalogue/causes.toml shows at once; remedies are not tried again.
docs/causes.md explains the catalogue.
"""


def add(commands: Any) -> None:
    """Add the command to the others."""
    one = commands.add_parser(
        "causes",
        prog="nox -s causes --",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
        help="how many failing cells have a known cause and a verified remedy",
        description="Count the failing cells by their cause, and those that a remedy made good; or tell of one cause.",
    )
    one.add_argument("--cause", metavar="ID", default="", help="all about one cause; `unknown` lists what has none")
    one.add_argument(
        "--results",
        metavar="FILE",
        type=pathlib.Path,
        help="a results document (default: reports/results.json if it is there, else reports/reference)",
    )
    one.add_argument("--json", action="store_true", help="print it as JSON")
    one.set_defaults(run=run)


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Tell the counts, or one cause. Raises UsageError for a cause that there is not and where there are no results."""
    known = load_causes()
    if parsed.cause and parsed.cause != UNKNOWN and parsed.cause not in known.by_id:
        raise UsageError(
            f"unknown cause {parsed.cause!r}{nearest(parsed.cause, [*known.by_id, UNKNOWN])}",
            "nox -s causes lists those that a cell has",
        )
    source = sources.choose(parsed.results)
    document = sources.rediagnose(source.document, known)
    if parsed.cause == UNKNOWN:
        data, page = _unknown_data(document), _unknown_page(document, most=None)
    elif parsed.cause:
        data, page = _cause_data(document, known, parsed.cause), _cause_page(document, known, parsed.cause)
    else:
        found = tally.tally(document)
        data, page = _data(document, known, found), _page(document, known, found, source)
    if parsed.json:
        output.print_json(console, data)
    else:
        pages.tell(console, page)
    return 0


def _data(document: Document, known: Causes, found: Tally) -> dict[str, Any]:
    return {
        "cells": len(document["cells"]),
        "failing": found.all.cells,
        "diagnosed": found.all.cells - found.unknown,
        "unknown": found.unknown,
        "tried": found.all.tried,
        "remedies": dataclasses.asdict(found.all),
        "kinds": {kind: dataclasses.asdict(found.of_kind(kind)) for kind in tally.KINDS_IN_ORDER},
        "causes": [dataclasses.asdict(row) for row in found.rows],
        **_unknown_data(document),
        "idle": [signature.id for signature in diagnose.idle(document, known)],
    }


def _page(document: Document, known: Causes, found: Tally, source: Source) -> list[Block]:
    every, idle = found.all, diagnose.idle(document, known)
    rows = [
        (name, f"{count:,}", _share(count, of), of_what)
        for name, count, of, of_what in (
            ("failing", every.cells, len(document["cells"]), "all cells"),
            ("diagnosed", every.cells - found.unknown, every.cells, "failing"),
            ("unknown", found.unknown, every.cells, "failing"),
            ("no remedy exists", every.without, every.cells, "failing"),
            ("a remedy exists", every.with_remedy, every.cells, "failing"),
            ("one was tried", every.tried, every.with_remedy, "those with a remedy"),
            ("one is verified", every.verified, every.with_remedy, "those with a remedy"),
            ("all that were tried failed", every.failed, every.with_remedy, "those with a remedy"),
        )
    ]
    silent = len(known.causes) - sum(row.kind != UNKNOWN for row in found.rows)
    return [
        Heading(f"Causes of the failing cells of {source.what}", 1),
        Paragraph(
            f"{output.short_path(source.path)}, run on {document['run']['started'][:10]}, diagnosed anew by "
            f"{len(known.causes)} causes with {len(known.signatures)} signatures."
        ),
        Grid(("", "cells", "share", "of"), tuple(rows)),
        *(
            []
            if _run(document)
            else [
                Paragraph(
                    "Remedies of the loading side were not run in these results: what is verified, other cells prove."
                )
            ]
        ),
        Paragraph("No remedy exists: the cause lists none, and no other format and no other way was there to try."),
        Heading("By cause, the six classic kinds first"),
        Grid(("kind and cause", "cells", "share", "verified", "share"), tuple(_rows(found)), left=1),
        Paragraph(
            f"Shares: of the failing cells; of the cells of that line. {silent} other causes name no cell here. "
            "All about one: nox -s causes -- --cause ID"
        ),
        *_unknown_page(document, most=_MESSAGES),
        Heading(f"Idle signatures: {len(idle)}"),
        Paragraph(
            "They name no cell of these results, though they once did: their versions were not run, or another "
            "signature comes before them."
            if idle
            else "Every signature names a cell, but for those that are known from reports alone."
        ),
        *([BulletList(tuple(f"{one.id} (harness/catalogue/causes.toml:{one.line})" for one in idle))] if idle else []),
    ]


def _rows(found: Tally) -> list[tuple[str, ...]]:
    from harness.report.labels import CLASSIC, KINDS

    rows: list[tuple[str, ...]] = []
    for kind in tally.KINDS_IN_ORDER:
        count = found.of_kind(kind)
        if count.cells or kind in CLASSIC:
            rows.append((KINDS[kind], *_numbers(count, found.all)))
        rows += [
            (f"  {row.id}", *_numbers(row.count, found.all))
            for row in found.rows
            if row.kind == kind and kind != UNKNOWN
        ]
    return rows


def _numbers(count: Count, every: Count) -> tuple[str, ...]:
    return (
        f"{count.cells:,}",
        _share(count.cells, every.cells),
        f"{count.verified:,}",
        _share(count.verified, count.cells),
    )


def _unknown_data(document: Document) -> dict[str, Any]:
    return {"unknown_messages": [dataclasses.asdict(one) for one in diagnose.unknown(document)]}


def _unknown_page(document: Document, most: int | None) -> list[Block]:
    found = diagnose.unknown(document)
    cells = sum(one.count for one in found)
    blocks: list[Block] = [Heading(f"What no signature knows: {cells:,} cells with {len(found)} messages")]
    if found:
        blocks.append(
            BulletList(
                tuple(
                    f"{one.count:,} x {one.message} ({one.variant}: {one.save} -> {one.load})" for one in found[:most]
                )
            )
        )
    if len(found) > len(found[:most]):
        blocks.append(Paragraph(f"{len(found) - len(found[:most])} more: nox -s causes -- --cause unknown"))
    return blocks


def _cause_data(document: Document, known: Causes, id: str) -> dict[str, Any]:
    cause = known.by_id[id]
    mine = list(tally.failing(document, id))
    return {
        "id": id,
        "title": cause.title,
        "kind": cause.kind,
        "explanation": cause.explanation,
        "references": cause.references,
        "signatures": len(cause.signatures),
        "cells": len(mine),
        "verdicts": dict(collections.Counter(cell["verdict"] for cell in mine).most_common()),
        "examples": [
            {name: cell[name] for name in ("variant", "save", "load", "verdict", "reason")}
            for cell in tally.examples(document, id)
        ],
        "remedies": [dataclasses.asdict(one) for one in tally.records(document, id)],
    }


def _cause_page(document: Document, known: Causes, id: str) -> list[Block]:
    data = _cause_data(document, known, id)
    unmeasured = sum(one.unmeasured for one in known.by_id[id].signatures)
    verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in data["verdicts"].items())
    blocks: list[Block] = [
        Heading(f"{data['title']} ({id}, {data['kind']})", 1),
        Paragraph(data["explanation"]),
        Heading("Reported in"),
        BulletList(tuple(data["references"])),
        Heading("Evidence"),
        Paragraph(
            f"{data['signatures']} signatures"
            + (f", {unmeasured} of them known from reports alone" if unmeasured else "")
            + f"; {data['cells']:,} failing cells"
            + (f": {verdicts}." if verdicts else ".")
        ),
    ]
    if data["examples"]:
        blocks.append(
            BulletList(
                tuple(
                    f"{one['variant']}: {one['save']} -> {one['load']}: {one['verdict']}: {one['reason'][:_REASON]}"
                    for one in data["examples"]
                )
            )
        )
    blocks.append(Heading("Remedies"))
    remedies = {remedy.id: remedy for remedy in known.remedies}
    for record in data["remedies"]:
        remedy = remedies[record["remedy"]]
        told = f"good in {record['verified']:,} of {record['tried']:,} cells" if record["tried"] else "not tried"
        blocks += [
            Heading(f"{remedy.id} ({remedy.side} side): {told}", 3),
            Paragraph(f"{remedy.title}. Costs: {remedy.costs or 'nothing'}."),
            CodeBlock(remedy.code),
        ]
    if not data["remedies"]:
        blocks.append(Paragraph("None is known: the explanation says what is left to do."))
    return blocks


def _run(document: Document) -> bool:
    """Whether a remedy was run, and not only read off other cells."""
    return any(trial["outcome"] for cell in document["cells"] for trial in cell["remedies"] or ())


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f}%" if of else "-"

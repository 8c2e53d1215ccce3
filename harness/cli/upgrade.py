"""The command `upgrade`: what becomes of saved models when one moves from a runtime to another."""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from harness.advice.formats import ENOUGH
from harness.advice.move import advise, best_formats, judged_moves, narrowed, nearest_move, scenarios_asked
from harness.advice.page import advice_page
from harness.catalogue.causes_reader import load_causes
from harness.catalogue.environments import load_catalogue
from harness.catalogue.loading import LOADING_METHODS
from harness.cli import output
from harness.errors import UsageError
from harness.results import sources
from harness.results.shape import Document
from harness.results.sources import Source
from harness.tools import pages
from harness.tools.names import nearest
from harness.tools.pages import Block, Grid, Heading, Paragraph

_EPILOG = """\
examples:
  nox -s upgrade                                        the runtimes that there are, and what is known of each
  nox -s upgrade -- --from tf2.15 --to tf2.21-keras3    what to do before this move
  nox -s upgrade -- --from tf2.15                       the best format for every move from there
  nox -s upgrade -- --from tf1.15 --to tf2.15 --markdown > upgrade.md

Nothing is run: the answer is made from results. Those of the last run (reports/results.json) are taken where they have
the move in enough scenarios, and else the committed ones (reports/reference). docs/upgrade.md tells how it judges.
"""


def add(commands: Any) -> None:
    """Add the command to the others."""
    one = commands.add_parser(
        "upgrade",
        prog="nox -s upgrade --",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
        help="what becomes of saved models on a move, and what to do",
        description="For everyone who moves from one runtime to another: the format to save in, which models survive "
        "in which format, what is silently different, what breaks, and the remedy for each with its code.",
    )
    one.add_argument("--from", metavar="RUNTIME", dest="save", default="", help="the runtime in which models are saved")
    one.add_argument("--to", metavar="RUNTIME", dest="load", default="", help="the runtime in which they are loaded")
    one.add_argument(
        "--results",
        metavar="FILE",
        type=pathlib.Path,
        help="judge by this results document (default: reports/results.json or reports/reference)",
    )
    how = one.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print the advice as JSON")
    how.add_argument("--markdown", action="store_true", help="print the advice as Markdown")
    one.set_defaults(run=run)


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Tell the advice. Raises UsageError for a name that is not known and where there are no results."""
    save, load = parsed.save, parsed.load
    if load and not save:
        raise UsageError("--to without --from", f"nox -s upgrade -- --from RUNTIME --to {load}")
    source = sources.choose(
        parsed.results, lambda document: bool(load) and scenarios_asked(document, save, load) >= ENOUGH
    )
    _check(source.document, [name for name in (save, load) if name])
    if save and load:
        _tell_move(parsed, console, source)
    else:
        _tell_moves(parsed, console, source, save)
    return 0


def _check(document: Document, names: list[str]) -> None:
    known = dict.fromkeys(runtime["id"] for runtime in document["runtimes"])
    for name in names:
        if name in known:
            continue
        catalogue = [runtime.id for runtime in load_catalogue().runtimes]
        if name in catalogue:
            raise UsageError(f"the results have no runtime {name!r}", f"ask it: nox -s matrix -- --runtimes {name}")
        raise UsageError(
            f"unknown runtime {name!r}{nearest(name, {**known, **dict.fromkeys(catalogue)})}",
            "nox -s upgrade lists them all",
        )


def _tell_move(parsed: argparse.Namespace, console: Console, source: Source) -> None:
    save, load = parsed.save, parsed.load
    document = sources.rediagnose(narrowed(source.document, save), load_causes())
    found = advise(document, save, load)
    otherwise = [] if found.enough else _otherwise(source.document, save, load)
    if parsed.json:
        output.print_json(
            console,
            {
                "source": _source(source),
                **dataclasses.asdict(found),
                "otherwise": otherwise,
                "ways": {one.format: dataclasses.asdict(LOADING_METHODS[one.format]) for one in found.standings},
            },
        )
        return
    runtimes = {runtime["id"]: runtime for runtime in document["runtimes"]}
    _tell(parsed, console, advice_page(found, runtimes, _told(source), otherwise))


def _otherwise(document: Document, save: str, load: str) -> list[str]:
    found = [f"judge it on this machine: nox -s matrix -- --save {save} --load {load}"]
    if pair := nearest_move(document, save, load):
        found.append(f"the nearest move that is judged: nox -s upgrade -- --from {pair[0]} --to {pair[1]}")
    return found


def _tell_moves(parsed: argparse.Namespace, console: Console, source: Source, save: str) -> None:
    """Without a target: the runtimes, and the best format of each move that is known."""
    best = best_formats(source.document)
    judged = judged_moves(source.document)
    titles = {runtime["id"]: runtime["title"] for runtime in source.document["runtimes"]}
    if parsed.json:
        output.print_json(
            console,
            {
                "source": _source(source),
                "runtimes": [{"id": id, "title": title} for id, title in titles.items()],
                "moves": [
                    {"save": one, "load": other, "best": best.get((one, other))}
                    for one, other in judged
                    if save in ("", one)
                ],
            },
        )
        return
    page: list[Block]
    if save:
        page = [
            Heading(f"From {save}", 1),
            Paragraph(f"The best format for each move that is judged, by {_told(source)}."),
            Grid(
                ("to", "title", "best format"),
                tuple(
                    (load, titles[load], best.get((save, load), "none is good")) for one, load in judged if one == save
                ),
                left=3,
            ),
        ]
    else:
        moves = {id: sum(one == id for one, _ in judged) for id in titles}
        page = [
            Heading("Runtimes", 1),
            Paragraph(
                f"Moves: those from there that are judged, by {_told(source)}. Others are answered with "
                "what little is known, and with the nearest that is judged."
            ),
            Grid(
                ("runtime", "title", "moves"),
                tuple((id, title, str(moves[id] or ".")) for id, title in titles.items()),
                left=2,
            ),
        ]
    page.append(Paragraph(f"Advice on a move: nox -s upgrade -- --from {save or 'RUNTIME'} --to RUNTIME"))
    _tell(parsed, console, page)


def _tell(parsed: argparse.Namespace, console: Console, page: list[Block]) -> None:
    if parsed.markdown:
        console.file.write(pages.markdown(page))
    else:
        pages.tell(console, page)


def _told(source: Source) -> str:
    return f"{source.what} ({output.short_path(source.path)}, {source.document['run']['started'][:10]})"


def _source(source: Source) -> Mapping[str, str]:
    return {"what": source.what, "path": output.short_path(source.path), "started": source.document["run"]["started"]}

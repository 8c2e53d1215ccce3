"""The command `upgrade`: what happens to saved models when you move from one runtime to another."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import functools
import pathlib
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from harness.advice.formats import ENOUGH
from harness.advice.move import Pair, advise, best_formats, judged_moves, narrowed, nearest_move, scenarios_covered
from harness.advice.page import advice_page
from harness.catalogue.causes_reader import load_causes
from harness.catalogue.environments import load_catalogue
from harness.catalogue.loading import LOADING_METHODS
from harness.cli import output
from harness.cli.setting import Setting
from harness.errors import UsageError
from harness.results import sources
from harness.results.shape import Document
from harness.results.sources import Source
from harness.tools import pages
from harness.tools.names import nearest
from harness.tools.pages import Block, Grid, Heading, Paragraph

_EPILOG = """\
examples:
  nox -s upgrade                                        all runtimes, and how many moves from each are judged
  nox -s upgrade -- --from tf2.15 --to tf2.21-keras3    what to do before this move
  nox -s upgrade -- --from tf2.15                       the best format for every judged move from there
  nox -s upgrade -- --from tf1.15 --to tf2.15 --markdown > upgrade.md

This runs nothing: it reads the results of the last run (reports/results.json) if they have enough scenarios of the
move, and otherwise the committed ones (reports/reference). docs/upgrade.md explains how it judges.
"""


def add(commands: Any, setting: Setting) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "upgrade",
        prog="nox -s upgrade --",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
        help="what happens to saved models on a move, and what to do",
        description="For a move from one runtime to another: the format to save in, which models survive "
        "in which format, what is silently different, what breaks, and the remedy for each with its code.",
    )
    parser.add_argument(
        "--from", metavar="RUNTIME", dest="save", default="", help="the runtime in which models are saved"
    )
    parser.add_argument("--to", metavar="RUNTIME", dest="load", default="", help="the runtime in which they are loaded")
    parser.add_argument(
        "--results",
        metavar="FILE",
        type=pathlib.Path,
        help="judge by this results document (default: reports/results.json or reports/reference)",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print the advice as JSON")
    how.add_argument("--markdown", action="store_true", help="print the advice as Markdown")
    parser.set_defaults(run=functools.partial(run, setting))


def run(setting: Setting, parsed: argparse.Namespace, console: Console) -> int:
    """Print the advice. Raises UsageError for an unknown name, and if there are no results."""
    save, load = parsed.save, parsed.load
    if load and not save:
        raise UsageError("--to without --from", f"nox -s upgrade -- --from RUNTIME --to {load}")

    def covers_move(document: Document) -> bool:
        return bool(load) and scenarios_covered(document, save, load) >= ENOUGH

    source = sources.choose(parsed.results, covers_move, last=setting.results, committed=setting.reference)
    _check(source.document, [name for name in (save, load) if name])
    if save and load:
        _print_move(parsed, console, source)
    else:
        _print_moves(parsed, console, source, save)
    return 0


def _check(document: Document, names: list[str]) -> None:
    known = dict.fromkeys(runtime["id"] for runtime in document["runtimes"])
    for name in names:
        if name in known:
            continue
        catalogue = [runtime.id for runtime in load_catalogue().runtimes]
        if name in catalogue:
            raise UsageError(f"the results have no runtime {name!r}", f"test it: nox -s matrix -- --runtimes {name}")
        raise UsageError(
            f"unknown runtime {name!r}{nearest(name, {**known, **dict.fromkeys(catalogue)})}",
            "nox -s upgrade lists them all",
        )


def _print_move(parsed: argparse.Namespace, console: Console, source: Source) -> None:
    save, load = parsed.save, parsed.load
    document = sources.rediagnose(narrowed(source.document, save), load_causes())
    advice = advise(document, save, load)
    alternatives = [] if advice.enough else _alternatives(source.document, save, load)
    if parsed.json:
        output.print_json(
            console,
            {
                "source": _source(source),
                **dataclasses.asdict(advice),
                "otherwise": alternatives,
                "ways": {score.format: dataclasses.asdict(LOADING_METHODS[score.format]) for score in advice.standings},
            },
        )
        return
    runtimes = {runtime["id"]: runtime for runtime in document["runtimes"]}
    _print(parsed, console, advice_page(advice, runtimes, _described(source), alternatives))


def _alternatives(document: Document, save: str, load: str) -> list[str]:
    """What to do about a move that cannot be judged."""
    alternatives = [f"judge it on this machine: nox -s matrix -- --save {save} --load {load}"]
    pair = nearest_move(document, save, load)
    if pair:
        alternatives.append(f"the nearest judged move: nox -s upgrade -- --from {pair[0]} --to {pair[1]}")
    return alternatives


def _print_moves(parsed: argparse.Namespace, console: Console, source: Source, save: str) -> None:
    """Without --to: the runtimes, or the best format of each judged move from one of them."""
    moves = [move for move in judged_moves(source.document) if save in ("", move[0])]
    titles = {runtime["id"]: runtime["title"] for runtime in source.document["runtimes"]}
    if parsed.json:
        best = best_formats(source.document)
        data = {
            "source": _source(source),
            "runtimes": [{"id": id, "title": title} for id, title in titles.items()],
            "moves": [{"save": move[0], "load": move[1], "best": best.get(move)} for move in moves],
        }
        output.print_json(console, data)
        return
    page = _moves_page(source, save, moves, titles) if save else _runtimes_page(source, moves, titles)
    page.append(Paragraph(f"Advice on a move: nox -s upgrade -- --from {save or 'RUNTIME'} --to RUNTIME"))
    _print(parsed, console, page)


def _moves_page(source: Source, save: str, moves: list[Pair], titles: Mapping[str, str]) -> list[Block]:
    best = best_formats(source.document)
    rows = [(target, titles[target], best.get((save, target), "none is good")) for _, target in moves]
    return [
        Heading(f"From {save}", 1),
        Paragraph(f"The best format for each judged move, by {_described(source)}."),
        Grid(("to", "title", "best format"), tuple(rows), left=3),
    ]


def _runtimes_page(source: Source, moves: list[Pair], titles: Mapping[str, str]) -> list[Block]:
    counts = collections.Counter(origin for origin, _ in moves)
    rows = [(id, title, str(counts[id] or ".")) for id, title in titles.items()]
    return [
        Heading("Runtimes", 1),
        Paragraph(
            f"Moves: how many moves from there are judged, by {_described(source)}. For other moves you get what "
            "little is known, and the nearest judged move."
        ),
        Grid(("runtime", "title", "moves"), tuple(rows), left=2),
    ]


def _print(parsed: argparse.Namespace, console: Console, page: list[Block]) -> None:
    if parsed.markdown:
        console.file.write(pages.markdown(page))
    else:
        pages.print_page(console, page)


def _described(source: Source) -> str:
    return f"{source.what} ({output.short_path(source.path)}, {source.document['run']['started'][:10]})"


def _source(source: Source) -> Mapping[str, str]:
    return {"what": source.what, "path": output.short_path(source.path), "started": source.document["run"]["started"]}

"""A page of headings, paragraphs, lists, tables and code, printed to a terminal or written as Markdown.

Everything is wrapped at 80 columns, also in a pipe. Texts are shown as they are, because text from a model or a message
is not markup; only terminal control characters are left out.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import textwrap
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.tools.markdown import inert

WIDTH = 80
_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclasses.dataclass(frozen=True)
class Heading:
    """A heading; `level` 1 is the title of the page."""

    text: str
    level: int = 2


@dataclasses.dataclass(frozen=True)
class Paragraph:
    """A text to be wrapped."""

    text: str


@dataclasses.dataclass(frozen=True)
class BulletList:
    """A list of texts."""

    texts: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Grid:
    """A table: column heads, and rows; the first `left` columns are left-aligned and may be wrapped.

    A line break in a head is where a terminal breaks the word.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1


@dataclasses.dataclass(frozen=True)
class CodeBlock:
    """Code to copy, never wrapped."""

    text: str


Block = Heading | Paragraph | BulletList | Grid | CodeBlock


def print_page(console: Console, page: Sequence[Block]) -> None:
    """Print a page."""
    width = min(WIDTH, console.width)
    for before, block in itertools.pairwise([None, *page]):
        if isinstance(block, Heading) or (isinstance(block, CodeBlock) and isinstance(before, CodeBlock | BulletList)):
            console.print()
        match block:
            case Heading(text, level):
                _print(console, _filled(text, width), "bold underline" if level < 3 else "bold")
            case Paragraph(text):
                _print(console, _filled(text, width))
            case BulletList(texts):
                for text in texts:
                    _print(console, _filled(text, width, "  - ", "    "))
            case Grid():
                console.print(_table(block), width=width, soft_wrap=False)
            case CodeBlock(text):
                _print(console, textwrap.indent(text, "    "), "cyan")


def markdown(page: Sequence[Block]) -> str:
    """A page as Markdown."""
    parts: list[str] = []
    for block in page:
        match block:
            case Heading(text, level):
                parts.append(f"{'#' * level} {inert(text)}")
            case Paragraph(text):
                parts.append(inert(text))
            case BulletList(texts):
                parts.append("\n".join(f"- {inert(text)}" for text in texts))
            case Grid(heads, rows, left):
                lines = [
                    [inert(head.replace("\n", "")) for head in heads],
                    ["---" if column < left else "--:" for column in range(len(heads))],
                    *[[inert(text) for text in row] for row in rows],
                ]
                parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
            case CodeBlock(text):
                parts.append(f"```python\n{text}\n```")
    return "\n\n".join(parts) + "\n"


def _filled(text: str, width: int, first: str = "", others: str = "") -> str:
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )


def _print(console: Console, text: str, style: str = "") -> None:
    console.print(_CONTROL.sub("", text), markup=False, highlight=False, style=style, soft_wrap=True)


def _table(grid: Grid) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for column, head in enumerate(grid.heads):
        left = column < grid.left
        table.add_column(Text(head), justify="left" if left else "right", overflow="fold", no_wrap=not left)
    for row in grid.rows:
        table.add_row(*(Text(_CONTROL.sub("", text)) for text in row))
    return table

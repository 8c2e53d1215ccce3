"""Pages: readable at 80 columns in a terminal, in a pipe and as Markdown; nothing in a text is markup."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.tools import pages
from harness.tools.pages import BulletList, CodeBlock, Grid, Heading, Paragraph

HOSTILE = "[bold]x[/bold] \x1b[31mred\x1b[0m | *y* <b>"
PAGE: list[pages.Block] = [
    Heading("A page", 1),
    Paragraph("word " * 40),
    BulletList(("first", "second " * 20)),
    Grid(("name", "weights\n.h5"), (("dense", "1/2"), ("a name of some length", "3/4"))),
    CodeBlock("x = 1"),
    CodeBlock("y = 2"),
]


def printed(page: list[pages.Block], width: int = 200) -> str:
    """The page as a pipe receives it."""
    stream = io.StringIO()
    pages.print_page(Console(file=stream, width=width, soft_wrap=True), page)
    return stream.getvalue()


@pytest.mark.parametrize(("width", "most"), [(200, 80), (80, 80), (50, 50)])
def test_no_line_is_wider_than_80_columns_or_the_terminal(width: int, most: int) -> None:
    """Except for code, which is to be copied."""
    lines = printed(PAGE, width).splitlines()
    assert most - 10 < max(len(line.rstrip()) for line in lines) <= most
    long = "x = " + "1 + " * 40
    assert f"    {long}" in printed([CodeBlock(long)], width).splitlines()


def test_a_page_in_a_terminal() -> None:
    """Headings are set apart, list items have a hanging indent, numbers are right-aligned, code is indented."""
    lines = [line.rstrip() for line in printed([*PAGE[:1], *PAGE[2:]]).splitlines()]
    assert ["", "A page", "  - first"] == lines[:3]
    assert lines[4].startswith("    second")
    assert ["                       weights", "name                       .h5"] == lines[5:7]
    assert ["dense                      1/2", "a name of some length      3/4"] == lines[8:10]
    assert ["    x = 1", "", "    y = 2"] == lines[-3:]


def test_text_of_a_model_is_not_markup_and_cannot_control_a_terminal() -> None:
    """Wherever it appears."""
    page: list[pages.Block] = [
        Heading(HOSTILE),
        Paragraph(HOSTILE),
        BulletList((HOSTILE,)),
        Grid(("x",), ((HOSTILE,),)),
        CodeBlock(HOSTILE),
    ]
    assert 5 == printed(page).count("[bold]x[/bold] red | *y* <b>")
    assert "\x1b" not in printed(page)


def test_a_page_as_markdown() -> None:
    """Tables have their columns, code is fenced, texts are inert."""
    text = pages.markdown([*PAGE, Paragraph(HOSTILE)])
    assert text.startswith("# A page\n\n")
    assert "| name | weights.h5 |\n| --- | --: |\n| dense | 1/2 |" in text
    assert "```python\nx = 1\n```" in text
    assert "- first\n- second" in text
    assert r"\| \*y\* &lt;b&gt;" in text

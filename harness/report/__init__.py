"""Turns the results document into what a reader sees: one HTML page, and tables for other programs."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

from harness.results.shape import Document
from harness.tools.files import replace_file

if TYPE_CHECKING:
    from harness.report.earlier import Earlier


def write(results: Document, folder: pathlib.Path, before: Earlier | None = None) -> dict[str, pathlib.Path]:
    """Write every output of one run into `folder`, and return the path of each by its file name.

    `results` is the document described in `docs/results.md`; `before` is an earlier run (`earlier.read`) to compare
    it with. Existing files are replaced whole, never left half-written.
    """
    # pandas and Jinja2 take a second to import, and `--help` should not wait for them.
    from harness.report import export, junit, render, tables

    sums = tables.sums(results)
    outputs: dict[str, str | bytes] = {
        "index.html": render.page(results, sums, before),
        "results.json": export.document(results),
        "results.schema.json": export.schema(),
        "results.csv": export.csv(sums),
        "results.parquet": export.parquet(sums),
        "junit.xml": junit.document(results),
        "summary.md": export.summary(results, sums, before),
        "matrix.svg": render.matrix_svg(results, sums),
        "badge.svg": render.badge_svg(sums),
    }
    return {name: _replace(folder / name, output) for name, output in outputs.items()}


def publish(results: Document, folder: pathlib.Path) -> list[pathlib.Path]:
    """Write only the outputs for people into `folder`; a reference has the data as columns."""
    from harness.report import export, render, tables

    sums = tables.sums(results)
    texts = {
        "index.html": render.page(results, sums),
        "matrix.svg": render.matrix_svg(results, sums),
        "badge.svg": render.badge_svg(sums),
        "summary.md": export.summary(results, sums),
    }
    return [_replace(folder / name, text) for name, text in texts.items()]


def _replace(path: pathlib.Path, output: str | bytes) -> pathlib.Path:
    # A log that is not valid text must not break the report: what UTF-8 cannot hold becomes a question mark.
    content = output.encode("utf-8", errors="replace") if isinstance(output, str) else output
    replace_file(path, content)
    return path

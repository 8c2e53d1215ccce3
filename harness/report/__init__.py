"""From the results document to what a reader sees: one HTML page, and tables for machines beside it."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

from harness.results.shape import Document

if TYPE_CHECKING:
    from harness.report.earlier import Earlier


def write(results: Document, folder: pathlib.Path, before: Earlier | None = None) -> dict[str, pathlib.Path]:
    """Write every output of one run into `folder`; file names to paths.

    `results` is the document described in `docs/results.md`; `before` is an earlier run (`earlier.read`) to lay this
    one over. Files of an earlier run are replaced whole, never left half-written.
    """
    # pandas and Jinja2 take a second to import, which a command line that only prints its help should not pay.
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
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _replace(folder / name, output) for name, output in outputs.items()}


def publish(results: Document, folder: pathlib.Path) -> list[pathlib.Path]:
    """Write what people read of a run, and nothing that is there in columns, into `folder`."""
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
    aside = path.with_name(path.name + ".new")
    # A log that is no valid text must not cost the report: what cannot be written becomes a question mark.
    aside.write_bytes(output if isinstance(output, bytes) else output.encode("utf-8", errors="replace"))
    aside.replace(path)
    return path

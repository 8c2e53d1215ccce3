"""From the results document to what a reader sees: one HTML page, and tables for machines beside it."""

from __future__ import annotations

import pathlib
from typing import Any


def write(results: dict[str, Any], folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Write every output of one run into `folder`; file names to paths.

    `results` is the document described in `docs/results.md`. Files of an earlier run are replaced whole, never left
    half-written.
    """
    # pandas and Jinja2 take a second to import, which a command line that only prints its help should not pay.
    from harness.report import export, render, tables

    sums = tables.sums(results)
    texts = {
        "index.html": render.page(results, sums),
        "results.json": export.document(results),
        "results.schema.json": export.schema(),
        "results.csv": export.csv(sums),
        "summary.md": export.summary(results, sums),
        "matrix.svg": render.matrix_svg(results, sums),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _replace(folder / name, text) for name, text in texts.items()}


def publish(results: dict[str, Any], folder: pathlib.Path) -> list[pathlib.Path]:
    """Write what people read of a run, and nothing that is there in columns, into `folder`."""
    from harness.report import export, render, tables

    sums = tables.sums(results)
    texts = {"index.html": render.page(results, sums), "matrix.svg": render.matrix_svg(results, sums),
             "summary.md": export.summary(results, sums)}
    return [_replace(folder / name, text) for name, text in texts.items()]


def _replace(path: pathlib.Path, text: str) -> pathlib.Path:
    aside = path.with_name(path.name + ".new")
    # A log that is no valid text must not cost the report: what cannot be written becomes a question mark.
    aside.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    aside.replace(path)
    return path

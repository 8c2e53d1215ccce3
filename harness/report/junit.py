"""JUnit XML, which every CI system shows: a suite for each variant, a test for each move between two runtimes.

A cell that loaded wrong, or not at all, is a failure. A process that died or timed out is an error. Unsupported and
unavailable cells are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from harness.report import labels, tables, words
from harness.results.shape import CellEntry, Document

ERRORS = ("crashed", "timed-out")
# XML 1.0 cannot hold these, not even escaped: control characters, lone surrogates and two noncharacters.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def document(results: Document) -> str:
    """The whole run as JUnit XML; variants without a cell have no suite."""
    titles = tables.titles(results)
    suites: dict[str, list[CellEntry]] = {variant["id"]: [] for variant in results["variants"]}
    for cell in results["cells"]:
        suites[cell["variant"]].append(cell)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{_counts(results['cells'], 'crossload')}>"]
    for name, cells in suites.items():
        if cells:
            lines += [f"<testsuite{_counts(cells, name)}>", *(_test(cell, titles) for cell in cells), "</testsuite>"]
    return "\n".join([*lines, "</testsuites>", ""])


def _counts(cells: list[CellEntry], name: str) -> str:
    kinds = [_kind(cell["verdict"]) for cell in cells]
    return _attributes(
        name=name,
        tests=len(cells),
        failures=kinds.count("failure"),
        errors=kinds.count("error"),
        skipped=kinds.count("skipped"),
        time=f"{sum(cell['wall'] or 0 for cell in cells):.3f}",
    )


def _kind(verdict: str) -> str:
    if verdict == "identical":
        return ""
    return "skipped" if verdict in labels.UNASKED else "error" if verdict in ERRORS else "failure"


def _test(cell: CellEntry, titles: dict[str, str]) -> str:
    head = "<testcase" + _attributes(
        classname=cell["variant"], name=f"{cell['save']} -> {cell['load']}", time=f"{cell['wall'] or 0:.3f}"
    )
    kind = _kind(cell["verdict"])
    if not kind:
        return f"{head}/>"
    message = _attributes(message=f"{cell['verdict']}: {words.brief(cell['reason'])}")
    if kind == "skipped":
        return f"{head}><skipped{message}/></testcase>"
    type_ = _attributes(type=cell["verdict"])
    text = _escaped("\n".join(_explanation(cell, titles)))
    return f"{head}><{kind}{type_}{message}>{text}</{kind}></testcase>"


def _explanation(cell: CellEntry, titles: dict[str, str]) -> Iterator[str]:
    yield cell["reason"]
    if cause := cell.get("cause"):
        yield f"cause: {titles.get(cause, cause)}"
    if remedy := tables.verified(cell):
        yield f"verified remedy: {titles.get(remedy, remedy)}"
    if cell["signal"]:
        yield f"signal: {cell['signal']}"


def _attributes(**values: object) -> str:
    return "".join(f" {name}={quoteattr(_clean(str(value)))}" for name, value in values.items())


def _escaped(text: str) -> str:
    return _clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clean(text: str) -> str:
    return _NO_XML.sub(_REPLACEMENT, text)

"""The page and the picture (Jinja2, autoescape on): one HTML file that holds its style, its script and its data.

The Content-Security-Policy of the page allows only its two scripts, by their hashes, and forbids every fetch. So even a
text that slipped past the escaping could neither run nor send anything.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import pathlib
import re
from typing import Any

import jinja2

from harness.report import earlier, labels, payload, plots, tables, words
from harness.results.shape import Document

HERE = pathlib.Path(__file__).parent
# In the order of their dependencies: a module may only import from modules before it.
SCRIPTS = (
    "dom.js",
    "data.js",
    "route.js",
    "near.js",
    "filter.js",
    "sums.js",
    "export.js",
    "matrix.js",
    "parts.js",
    "remedies.js",
    "overview.js",
    "cells.js",
    "variant.js",
    "pair.js",
    "causes.js",
    "cell.js",
    "earlier.js",
    "compare.js",
    "runtimes.js",
    "main.js",
)
STYLES = ("base.css", "matrix.css", "views.css", "plots.css")
ROOMY = 12


def page(results: Document, sums: tables.Sums, before: earlier.Earlier | None = None) -> str:
    """The whole report as one HTML document; `before` is an earlier run to compare with."""
    style = "\n".join([labels.css(), *(_static(name) for name in STYLES)])
    boot, script = _static("boot.js"), bundle()
    blocks = {
        "core": payload.block(payload.core(results, sums, before)),
        "detail": payload.block(payload.detail(results)),
    }
    return (
        _environment()
        .get_template("index.html")
        .render(
            results=results,
            sums=sums,
            labels=labels,
            words=words,
            plots=plots,
            panels=(plots.by_year(results, sums.frame), plots.by_age(results, sums.frame)),
            before=before,
            moved=earlier.counts(before, results) if before else {},
            roomy=len(results["runtimes"]) <= ROOMY,
            policy=policy(style, boot, script),
            style=style,
            boot=boot,
            script=script,
            blocks=blocks,
            **_context(results),
        )
    )


def matrix_svg(results: Document, sums: tables.Sums) -> str:
    """The summed matrix as an SVG file of its own, in both themes."""
    return (
        _environment()
        .get_template("matrix.svg")
        .render(
            results=results,
            sums=sums,
            labels=labels,
            words=words,
            style=_svg_style(),
            **_context(results),
        )
    )


def badge_svg(sums: tables.Sums) -> str:
    """A badge for a README: the percentage of identical cells, and the number that differ in silence."""
    silent, asked = sums.all.of.get("changed", 0), sums.all.asked
    share = f"{round(100 * sums.all.good / asked)}% identical" if asked else "nothing tested"
    value = f"{share}, {words.number(silent)} silent" if asked else share
    colour = "#5a626d" if not asked else "#b00030" if silent else "#14694f"
    return _environment().get_template("badge.svg").render(value=value, colour=colour, words=words, sums=sums)


def bundle() -> str:
    """The ES modules of `static/` as one script: each becomes a function that returns its exports."""
    return "const modules = {};\n" + "\n".join(_wrapped(name, _static(name)) for name in SCRIPTS)


def policy(style: str, *scripts: str) -> str:
    """A Content-Security-Policy that names the inlined parts by hash and forbids everything else."""
    allowed = " ".join(_hash(script) for script in scripts)
    parts = ["default-src 'none'", f"script-src {allowed}", f"style-src {_hash(style)}", "img-src data:"]
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])


def _context(results: Document) -> dict[str, Any]:
    """What the page and the picture both need."""
    pythons = {environment["id"]: environment["python"] for environment in results["environments"]}
    versions = {
        runtime["id"]: words.runtime_versions(runtime, pythons.get(runtime["environment"], ""))
        for runtime in results["runtimes"]
    }
    return {
        "versions": versions,
        "away": [environment for environment in results["environments"] if environment["status"] == "unavailable"],
        "runtimes": results["runtimes"],
    }


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["url"] = _fragment
    environment.globals["bar"] = _bar
    return environment


def _fragment(text: str) -> str:
    """Encode one segment of a fragment as `encodeURIComponent` does in the page."""
    safe = re.compile(rb"[A-Za-z0-9\-_.!~*'()]")
    encoded = (bytes([byte]) for byte in text.encode("utf-8", "surrogatepass"))
    return "".join(byte.decode() if safe.fullmatch(byte) else f"%{byte[0]:02X}" for byte in encoded)


def _bar(counts: tables.Counts) -> list[tuple[str, float, float]]:
    """The parts of a stacked bar, 100 wide: verdict, start, width."""
    parts, start = [], 0.0
    for name in labels.ORDER:
        if counts.of.get(name):
            width = 100 * counts.of[name] / counts.total
            parts.append((name, round(start, 2), round(width, 2)))
            start += width
    return parts


def _svg_style() -> str:
    return labels.css().replace("background:", "fill:") + "\n" + _static("matrix.svg.css")


def _static(name: str) -> str:
    return (HERE / "static" / name).read_text(encoding="utf-8")


def _wrapped(name: str, module: str) -> str:
    """An ES module as a function: its imports become lookups in `modules`, its exports what it returns."""
    imported = re.sub(
        r'^import (\{[^}]*\}) from "\./([\w.]+)";$', r'const \1 = modules["\2"];', module, flags=re.MULTILINE
    )
    exported = ", ".join(re.findall(r"^export (?:async )?(?:function|const) (\w+)", module, flags=re.MULTILINE))
    body = re.sub(r"^export ", "", imported, flags=re.MULTILINE)
    return f'modules["{name}"] = (() => {{\n{body}return {{ {exported} }};\n}})();\n'


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

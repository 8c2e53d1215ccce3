"""How large and how quick the report is: `python -m benchmarks.report_size [results.json or folder of a reference]`.

Made reports of 100,000 cells, with 40 runtimes and with 8, and the real full matrix: the one that is named, or the
committed reference with its causes. All in headless Chromium on a file from disk. A filter is timed from the event to
the end of the frame that shows it; rows of a large matrix that are out of sight follow 80 ms later, and are waited for
between two filters. Everything is done `TURNS` times and the least counts: what another process took from it is no
property of the page. Logs and tracebacks are made different from cell to cell, as temporary folders and time stamps
make them in life.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import harness.report
from harness import paths
from harness.catalogue.causes_reader import load_causes
from harness.results import reference, sources
from tests.unit.report import made

TURNS = 5
SETTLE = 300


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """What is allowed: megabytes of the page, and milliseconds to the first view and of any filter."""

    megabytes: float
    first_view: float
    filter: float


MADE = Limits(megabytes=12, first_view=1500, filter=100)
REAL = Limits(megabytes=12, first_view=1000, filter=50)
SHAPES = {
    "40 runtimes": {"runtimes": 40, "scenarios": 14, "formats": 3},
    "8 runtimes": {"runtimes": 8, "scenarios": 140, "formats": 7},
}
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
READY = """() => new Promise(done => {
  const look = () => document.documentElement.dataset.ready ? done(performance.now()) : requestAnimationFrame(look);
  look();
})"""
TIMED = """hash => new Promise(done => {
  const root = document.documentElement;
  const before = root.dataset.ready;
  const start = performance.now();
  const shown = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
  new MutationObserver((_, observer) => { if (root.dataset.ready !== before) { observer.disconnect(); shown(); } })
    .observe(root, { attributes: true });
  location.hash = hash;
})"""


def run(tell: Callable[[str], None], real: pathlib.Path = paths.REFERENCE) -> Any:
    """Sizes and times of the three pages, and what of them is past its limit."""
    from playwright.sync_api import sync_playwright

    figures: Any = {}
    late: list[str] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        pages: list[tuple[str, Limits, Callable[[], Any]]] = [
            (name, MADE, functools.partial(made_document, **sizes)) for name, sizes in SHAPES.items()
        ]
        pages.append(("real", REAL, functools.partial(real_document, real)))
        for name, limits, make in pages:
            document = make()
            tell(f"{name}: {len(document['cells'])} cells ...")
            start = time.perf_counter()
            file = harness.report.write(document, pathlib.Path(folder) / name)["index.html"]
            found = {
                "cells": len(document["cells"]),
                "written in, s": round(time.perf_counter() - start, 1),
                "page, MB": round(file.stat().st_size / 1e6, 2),
                **browse(chromium, file, filters(document)),
            }
            figures |= {f"{name}: {figure}": value for figure, value in found.items()}
            late += [f"{name}: {figure}" for figure, value in found.items() if value > limit(figure, limits)]
        chromium.close()
    return {**figures, "past their limits": ", ".join(late) or "none"}


def limit(figure: str, limits: Limits) -> float:
    """What a figure may be."""
    if figure == "page, MB":
        return limits.megabytes
    if figure == "interactive, ms":
        return limits.first_view
    return limits.filter if figure.startswith("#") else float("inf")


def made_document(**sizes: int) -> Any:
    """A made run, with causes and remedies, whose logs and tracebacks are all different."""
    chance = random.Random(1)
    results = made.results(nasty=False, **sizes)
    for cell in results["cells"]:
        if cell["verdict"] in ("identical", "unavailable"):
            continue
        stamp = f"{chance.getrandbits(48):012x}"
        cell["log"] = "".join(
            f"2026-11-24 03:{n:02}:{chance.randrange(60):02}: step {n} in /tmp/cell-{stamp}\n" for n in range(6)
        )
        if cell["failure"]:
            cell["failure"]["traceback"] += f"  raised while reading /tmp/cell-{stamp}/model\n"
    return results


def real_document(path: pathlib.Path) -> Any:
    """The document in a file or in a folder of a reference, with its causes."""
    document = reference.read(path) if path.is_dir() else json.loads(path.read_text("utf-8"))
    return document if document.get("causes") else sources.rediagnose(document, load_causes())


def filters(document: Any) -> list[str]:
    """One fragment for each kind of filter, with values that leave much; the last takes all away again."""

    def most(key: str, of: list[Any]) -> str:
        return str(collections.Counter(one[key] for one in of if one[key]).most_common(1)[0][0])

    bad = [cell for cell in document["cells"] if cell["verdict"] == "refused"]
    word = bad[0]["reason"].split()[0].strip(":")
    return [
        "#/?verdict=changed",
        f"#/?save={most('save', document['cells'])}",
        f"#/?format={most('format', document['variants'])}",
        "#/?kind=pitfall",
        f"#/?cause={most('cause', bad)}",
        "#/?remedy=verified",
        "#/?remedy=none",
        "#/?near=turns",
        "#/?near=alone",
        "#/?q=lstm",
        f"#/?q={word}%20unknown",
        f"#/?q={word}&verdict=refused",
        "#/?sum=all",
        "#/",
    ]


def browse(chromium: Any, file: pathlib.Path, fragments: list[str]) -> dict[str, float]:
    """Milliseconds to the first paint, to the interactive view, and of each filter: the least of `TURNS`."""
    times: dict[str, list[float]] = {}
    for _ in range(TURNS):
        page = chromium.new_page(viewport={"width": 1600, "height": 1000})
        page.goto(file.as_uri(), wait_until="commit")
        times.setdefault("interactive, ms", []).append(float(page.evaluate(READY)))
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        times.setdefault("first paint, ms", []).append(float(page.evaluate(FIRST_PAINT)))
        for fragment in fragments:
            times.setdefault(f"{fragment}, ms", []).append(float(page.evaluate(TIMED, fragment)))
            page.wait_for_timeout(SETTLE)
        page.close()
    return {name: round(min(measured), 1) for name, measured in times.items()}


def main() -> int:
    """Measure and print; 1 when a limit is passed."""
    figures = run(lambda text: print(text, file=sys.stderr, flush=True), *map(pathlib.Path, sys.argv[1:2]))
    for figure, value in figures.items():
        print(f"{figure:60} {value}")
    return int(figures["past their limits"] != "none")


if __name__ == "__main__":
    sys.exit(main())

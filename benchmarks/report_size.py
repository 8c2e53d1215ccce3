"""How large and how quick the report is at 100,000 cells: `python -m benchmarks.report_size`.

Limits (docs/report.md): the file below 12 MB, the first view within 1.5 s, any filter within 100 ms, all in headless
Chromium on a file from disk. A filter is timed from the event to the end of the frame that shows it; rows of
a large matrix that are out of sight follow 80 ms later, and are waited for between two filters. Logs and
tracebacks are made different from cell to cell, as temporary folders and time stamps make them in life.
"""

from __future__ import annotations

import pathlib
import random
import shutil
import statistics
import sys
import tempfile
import time
from typing import Any

import harness.report
from tests.unit.report import made

MEGABYTES = 12.0
FIRST_VIEW = 1500.0
FILTER = 100.0
SETTLE = 300
SHAPES = {
    "40 runtimes": {"runtimes": 40, "scenarios": 14, "formats": 3},
    "8 runtimes": {"runtimes": 8, "scenarios": 140, "formats": 7},
}
FILTERS = (
    "#/?verdict=changed",
    "#/?save=tf-2.3",
    "#/?format=h5",
    "#/?kind=pitfall",
    "#/?q=lstm",
    "#/?q=marshal%20unknown",
    "#/?q=0.5&verdict=changed",
    "#/",
)
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


def document(**sizes: int) -> dict[str, Any]:
    """Make a run whose logs and tracebacks are all different."""
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


def browse(page: Any, file: pathlib.Path) -> tuple[float, float, dict[str, float]]:
    """Milliseconds to the first paint, to the interactive view, and of each filter (the median of three)."""
    page.goto(file.as_uri(), wait_until="commit")
    ready = float(page.evaluate(READY))
    paint = float(page.evaluate(FIRST_PAINT))
    times: dict[str, list[float]] = {name: [] for name in FILTERS}
    for _ in range(3):
        for name in FILTERS:
            times[name].append(float(page.evaluate(TIMED, name)))
            page.wait_for_timeout(SETTLE)
    return paint, ready, {name: statistics.median(measured) for name, measured in times.items()}


def main() -> int:
    """Make both shapes, measure, print; 1 when a limit is passed."""
    from playwright.sync_api import sync_playwright

    late = False
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, sizes in SHAPES.items():
            results = document(**sizes)
            start = time.perf_counter()
            file = harness.report.write(results, pathlib.Path(folder) / name)["index.html"]
            wrote = time.perf_counter() - start
            size = file.stat().st_size / 1e6
            paint, ready, filters = browse(chromium.new_page(viewport={"width": 1600, "height": 1000}), file)
            late |= size > MEGABYTES or ready > FIRST_VIEW or max(filters.values()) > FILTER
            print(f"{name}, {len(results['cells'])} cells: written in {wrote:.1f} s")
            print(f"  page of {size:.2f} MB (limit {MEGABYTES:.0f})")
            print(f"  first paint {paint:.0f} ms, interactive {ready:.0f} ms (limit {FIRST_VIEW:.0f})")
            for filter_, milliseconds in filters.items():
                print(f"  {filter_:28} {milliseconds:6.1f} ms (limit {FILTER:.0f})")
        chromium.close()
    return int(late)


if __name__ == "__main__":
    sys.exit(main())

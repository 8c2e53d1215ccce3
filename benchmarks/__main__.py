"""`nox -s bench`: run benchmarks by name and print what they found, as text or JSON."""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks import core, full, isolation, report_size

BENCHMARKS = {"isolation": isolation.run, "core": core.run, "full": full.run, "report": report_size.run}


def main() -> int:
    """Run the benchmarks that the command line names."""
    parser = argparse.ArgumentParser(
        prog="nox -s bench --",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="isolation: zygotes against fresh processes and against no isolation at all (minutes)\n"
        "core: the core set from nothing but uv's cache, its peak memory, and a second run (ten minutes)\n"
        "full: everything anew, and whether every verdict is that of the reference (an hour and more)\n"
        "report: pages of 100,000 made cells and of the real matrix in headless Chromium: size, first view, "
        "filters",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)} (default: isolation)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parsed = parser.parse_args()
    unknown = set(parsed.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}")
    found = {
        name: BENCHMARKS[name](lambda text: print(text, file=sys.stderr, flush=True))
        for name in parsed.names or ["isolation"]
    }
    if parsed.json:
        print(json.dumps(found, indent=2))
        return 0
    for name, figures in found.items():
        print(name)
        for figure, value in figures.items():
            print(f"  {figure:<50} {value}")
    return 0


sys.exit(main())

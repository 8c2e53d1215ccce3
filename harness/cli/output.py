"""What the command line prints: texts as they are, since what comes from a model or a message is no markup."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.catalogue.environments import Catalogue
from harness.model import Fault, Scenario
from harness.plan import scenarios
from harness.run import matrix


def print_summary(
    console: Console, document: dict[str, Any], written: dict[str, pathlib.Path], seconds: float, *, as_json: bool
) -> None:
    """What a run came to, and where its report is."""
    from harness.report import labels, tables, words

    sums = tables.sums(document)
    counts = {label.verdict: sums.all.of.get(label.verdict, 0) for label in labels.LABELS}
    if as_json:
        print_json(
            console,
            {
                "verdicts": counts,
                "faults": document["faults"],
                "seconds": round(seconds, 2),
                "run": document["run"],
                "files": {name: str(path) for name, path in written.items()},
            },
        )
        return
    table = Table("", "verdict", "cells", "meaning", box=None, pad_edge=False)
    for label in labels.LABELS:
        if counts[label.verdict]:
            table.add_row(label.sign, label.verdict, f"{counts[label.verdict]:,}", label.meaning)
    console.print()
    console.print(table)
    for finding in sums.findings[:8]:
        sign = labels.LABEL_OF[finding.verdict].sign
        print_text(console, f"{sign} {words.sentence(finding)} {words.where(finding)}: {words.why(finding)}")
    if len(sums.findings) > 8:
        print_text(console, f"... and {len(sums.findings) - 8} more findings in the report")
    for fault in document["faults"]:
        print_text(console, "scenario at fault: " + fault_line(Fault(**fault)))
    for environment in document["environments"]:
        if environment["status"] == "unavailable":
            print_text(
                console, f"unavailable: {environment['id']}: {environment['reason']}\n  -> {environment['hint']}"
            )
    work = document["run"]["work"]
    done, before = (
        sum(work.get(f"{what}_{how}", 0) for what in ("saves", "loads", "remedies")) for how in ("run", "known")
    )
    print_text(
        console,
        f"\n{done:,} saves, loads and remedies run, {before:,} known before, in {seconds:.1f} s. "
        f"Report: {short_path(written['index.html'])}",
    )


def print_outlook(console: Console, found: matrix.Outlook, as_json: bool) -> None:
    """What a run would do."""
    missing = [one.id for one in found.environments]
    if as_json:
        print_json(
            console,
            {
                "environments": missing,
                "saves": [task.about for task in found.saves],
                "saves_known": found.saves_known,
                "loads_at_most": found.loads,
                "loads_known": found.loads_known,
            },
        )
        return
    print_text(console, f"environments used: {', '.join(missing) or 'none'}")
    print_text(console, f"saves: {len(found.saves)} to do, {found.saves_known} known")
    print_text(console, f"loads: at most {found.loads} to do, {found.loads_known} known")


def print_inventory(console: Console, catalogue: Catalogue, found: Sequence[Scenario], as_json: bool) -> None:
    """Every scenario, format, runtime and environment."""
    if as_json:
        print_json(
            console,
            {
                "scenarios": [
                    {
                        "name": one.name,
                        "title": one.title,
                        "formats": one.formats,
                        "parameters": one.parameters,
                        "variants": [variant.id for variant in scenarios.variants(one)],
                    }
                    for one in found
                ],
                "runtimes": [dataclasses.asdict(one) for one in catalogue.runtimes],
                "environments": [dataclasses.asdict(one) for one in catalogue.environments],
            },
        )
        return
    table = Table("scenario", "title", "variants", "formats", box=None, pad_edge=False)
    for one in found:
        table.add_row(one.name, Text(one.title), str(len(scenarios.variants(one))), ", ".join(one.formats))
    console.print(table)
    table = Table("runtime", "title", "environment", "groups", box=None, pad_edge=False)
    for environment in catalogue.environments:
        for runtime in environment.runtimes:
            groups = runtime.groups or environment.groups
            table.add_row(runtime.id, Text(runtime.title), environment.id, ", ".join(groups))
    console.print()
    console.print(table)


def print_text(console: Console, text: str) -> None:
    """Print a text as it is: what comes from a model or a message is no markup."""
    console.print(text, markup=False, highlight=False)


def print_json(console: Console, data: Any) -> None:
    """Print data for a script: JSON, never wrapped."""
    console.file.write(json.dumps(data, indent=2, default=str) + "\n")


def fault_line(fault: Fault) -> str:
    """A fault of a scenario in one line that an editor can follow."""
    where = f" (in {', '.join(fault.runtimes)})" if fault.runtimes else ""
    return f"{short_path(pathlib.Path(fault.path))}:{fault.line}: {fault.message}{where}"


def short_path(path: pathlib.Path) -> str:
    """A path, as short as it can be from here."""
    try:
        return str(path.relative_to(pathlib.Path.cwd()))
    except ValueError:
        return str(path)

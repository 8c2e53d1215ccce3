"""Prints what commands show. Texts are printed as they are: what comes from a model or a message is not markup."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.catalogue.environments import Catalogue
from harness.model import Fault, Scenario
from harness.plan import scenarios
from harness.results.shape import Document, FaultEntry
from harness.run.matrix import Outlook

if TYPE_CHECKING:
    from harness.report.tables import Finding

_FINDINGS = 8  # findings that are printed before the rest is counted


def print_summary(
    console: Console, document: Document, written: Mapping[str, pathlib.Path], seconds: float, *, as_json: bool
) -> None:
    """Print what a run found, and where its report is."""
    from harness.report import labels, tables  # pandas takes a while to import, and --help should not wait for it

    sums = tables.sums(document)
    counts = {label.verdict: sums.all.of.get(label.verdict, 0) for label in labels.LABELS}
    if as_json:
        files = {name: str(path) for name, path in written.items()}
        print_json(
            console,
            {
                "verdicts": counts,
                "faults": document["faults"],
                "seconds": round(seconds, 2),
                "run": document["run"],
                "files": files,
            },
        )
        return
    table = Table("", "verdict", "cells", "meaning", box=None, pad_edge=False)
    for label in labels.LABELS:
        if counts[label.verdict]:
            table.add_row(label.sign, label.verdict, f"{counts[label.verdict]:,}", label.meaning)
    console.print()
    console.print(table)
    _print_findings(console, sums.findings)
    _print_problems(console, document)
    work = {name: value for name, value in document["run"]["work"].items() if isinstance(value, int)}
    done = sum(value for name, value in work.items() if name.endswith("_run"))
    known = sum(value for name, value in work.items() if name.endswith("_known"))
    print_text(
        console,
        f"\n{done:,} saves, loads and remedies run, {known:,} known before, in {seconds:.1f} s. "
        f"Report: {short_path(written['index.html'])}",
    )


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    from harness.report import labels, words

    for finding in findings[:_FINDINGS]:
        sign = labels.LABEL_OF[finding.verdict].sign
        print_text(console, f"{sign} {words.sentence(finding)} {words.where(finding)}: {words.why(finding)}")
    if len(findings) > _FINDINGS:
        print_text(console, f"... and {len(findings) - _FINDINGS} more findings in the report")


def _print_problems(console: Console, document: Document) -> None:
    """Print what kept parts of the run from being done: faulty scenarios and unavailable environments."""
    for fault in document["faults"]:
        print_text(console, "faulty scenario: " + fault_line(_fault(fault)))
    for environment in document["environments"]:
        if environment["status"] == "unavailable":
            reason, hint = environment["reason"], environment["hint"]
            print_text(console, f"unavailable: {environment['id']}: {reason}\n  -> {hint}")


def _fault(entry: FaultEntry) -> Fault:
    return Fault(
        path=entry["path"],
        line=entry["line"],
        message=entry["message"],
        scenario=entry["scenario"],
        runtimes=tuple(entry["runtimes"]),
    )


def print_outlook(console: Console, outlook: Outlook, as_json: bool) -> None:
    """Print what a run would do."""
    environments = [environment.id for environment in outlook.environments]
    if as_json:
        print_json(
            console,
            {
                "environments": environments,
                "saves": [task.about for task in outlook.saves],
                "saves_known": outlook.saves_known,
                "loads_at_most": outlook.loads,
                "loads_known": outlook.loads_known,
            },
        )
        return
    print_text(console, f"environments used: {', '.join(environments) or 'none'}")
    print_text(console, f"saves: {len(outlook.saves)} to do, {outlook.saves_known} known")
    print_text(console, f"loads: at most {outlook.loads} to do, {outlook.loads_known} known")


def print_inventory(console: Console, catalogue: Catalogue, readable: Sequence[Scenario], as_json: bool) -> None:
    """Print every readable scenario, its formats, and every runtime and environment."""
    if as_json:
        print_json(
            console,
            {
                "scenarios": [_inventory_of(scenario) for scenario in readable],
                "runtimes": [dataclasses.asdict(runtime) for runtime in catalogue.runtimes],
                "environments": [dataclasses.asdict(environment) for environment in catalogue.environments],
            },
        )
        return
    table = Table("scenario", "title", "variants", "formats", box=None, pad_edge=False)
    for scenario in readable:
        variants = str(len(scenarios.variants(scenario)))
        table.add_row(scenario.name, Text(scenario.title), variants, ", ".join(scenario.formats))
    console.print(table)
    table = Table("runtime", "title", "environment", "groups", box=None, pad_edge=False)
    for environment in catalogue.environments:
        for runtime in environment.runtimes:
            groups = runtime.groups or environment.groups
            table.add_row(runtime.id, Text(runtime.title), environment.id, ", ".join(groups))
    console.print()
    console.print(table)


def _inventory_of(scenario: Scenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "title": scenario.title,
        "formats": scenario.formats,
        "parameters": scenario.parameters,
        "variants": [variant.id for variant in scenarios.variants(scenario)],
    }


def print_text(console: Console, text: str) -> None:
    """Print a text as it is, without markup."""
    console.print(text, markup=False, highlight=False)


def print_json(console: Console, data: Any) -> None:
    """Print data for programs: JSON, never wrapped."""
    console.file.write(json.dumps(data, indent=2, default=str) + "\n")


def fault_line(fault: Fault) -> str:
    """A fault of a scenario as one line whose location an editor can open."""
    where = f" (in {', '.join(fault.runtimes)})" if fault.runtimes else ""
    return f"{short_path(pathlib.Path(fault.path))}:{fault.line}: {fault.message}{where}"


def short_path(path: pathlib.Path) -> str:
    """A path, relative to the current folder if it is inside."""
    try:
        return str(path.relative_to(pathlib.Path.cwd()))
    except ValueError:
        return str(path)

"""What the command line prints. Texts are printed as they are: what comes from a model or a message is no markup."""

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

_FINDINGS = 8  # that are printed before the rest is counted


def print_summary(
    console: Console, document: Document, written: Mapping[str, pathlib.Path], seconds: float, *, as_json: bool
) -> None:
    """What a run came to, and where its report is."""
    from harness.report import labels, tables  # pandas takes a while to import, and --help should not wait for it

    sums = tables.sums(document)
    counts = {label.verdict: sums.all.of.get(label.verdict, 0) for label in labels.LABELS}
    if as_json:
        files = {name: str(path) for name, path in written.items()}
        about = {"faults": document["faults"], "seconds": round(seconds, 2), "run": document["run"]}
        print_json(console, {"verdicts": counts, **about, "files": files})
        return
    table = Table("", "verdict", "cells", "meaning", box=None, pad_edge=False)
    for label in labels.LABELS:
        if counts[label.verdict]:
            table.add_row(label.sign, label.verdict, f"{counts[label.verdict]:,}", label.meaning)
    console.print()
    console.print(table)
    _print_findings(console, sums.findings)
    _print_trouble(console, document)
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


def _print_trouble(console: Console, document: Document) -> None:
    """What kept a part of the run from being done: faults of scenarios, and environments that are not there."""
    for fault in document["faults"]:
        print_text(console, "scenario at fault: " + fault_line(_fault(fault)))
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
    """What a run would do."""
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


def print_inventory(console: Console, catalogue: Catalogue, found: Sequence[Scenario], as_json: bool) -> None:
    """Every scenario, format, runtime and environment."""
    if as_json:
        print_json(
            console,
            {
                "scenarios": [_inventory_of(scenario) for scenario in found],
                "runtimes": [dataclasses.asdict(runtime) for runtime in catalogue.runtimes],
                "environments": [dataclasses.asdict(environment) for environment in catalogue.environments],
            },
        )
        return
    table = Table("scenario", "title", "variants", "formats", box=None, pad_edge=False)
    for scenario in found:
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

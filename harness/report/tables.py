"""The sums of a run (pandas): verdicts by pair of runtimes, findings worth a headline, and causes."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator
from typing import Any, cast

import pandas as pd

from harness.report import labels
from harness.results.diagnose import UNKNOWN
from harness.results.shape import CauseEntry, CellEntry, Document, VariantEntry
from harness.results.tally import LOCATED, uncatalogued

COLUMNS = ("variant", "save", "load", "verdict", "stage", "reason", "step", "signal", "wall", "memory", "before")
NUMBER = re.compile(r"\d[\d.e+-]*")

_BESIDE_THE_CATALOGUE: tuple[CauseEntry, ...] = (
    {
        "id": LOCATED,
        "title": "Located by experiment",
        "kind": LOCATED,
        "references": [],
        "remedies": [],
        "explanation": "No signature of the catalogue matches these cells, but experiments found the part that fails: "
        "a layer, an argument, weights. Each cell says which and how that is known.",
    },
    {
        "id": UNKNOWN,
        "title": "No signature knows this yet",
        "kind": UNKNOWN,
        "references": [],
        "remedies": [],
        "explanation": "What these cells said is in none of the signatures of the catalogue of causes. Their "
        "messages are listed here: one that comes often deserves a cause of its own.",
    },
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counts:
    """How often each verdict occurs in a group of cells; the loudest one represents the group."""

    of: dict[str, int]

    @property
    def total(self) -> int:
        """All cells, unsupported and unavailable ones included."""
        return sum(self.of.values())

    @property
    def asked(self) -> int:
        """The cells that could be tried: neither unsupported nor unavailable."""
        return sum(number for name, number in self.of.items() if name not in labels.UNASKED)

    @property
    def good(self) -> int:
        """The identical cells."""
        return self.of.get("identical", 0)

    @property
    def worst(self) -> str:
        """The loudest verdict, or the empty string if there are no cells."""
        return next((name for name in labels.ORDER if self.of.get(name)), "")

    @property
    def level(self) -> int:
        """The level, 1 to 3, at which the loudest verdict is painted: it depends on its share."""
        return labels.level(self.of[self.worst] / self.total) if self.total else 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """The cells of one scenario with the same bad verdict, reported as one headline."""

    number: int
    verdict: str
    scenario: str
    title: str
    kind: str
    formats: list[str]
    cells: int
    asked: int
    own: int
    savers: list[str]
    loaders: list[str]
    reason: str
    other_reasons: int
    example: tuple[str, str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Why:
    """One cause with its number of cells, and how many of them a verified remedy makes good."""

    id: str
    title: str
    kind: str
    cells: int
    remedied: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sums:
    """Everything that is counted once and shown in several outputs; `finding_of` matches `frame` row by row.

    Pitfalls are mistakes shown on purpose: `pairs` and `summed` leave them out, and `left_out` counts their cells.
    If a run has nothing but pitfalls, none are left out.
    """

    frame: pd.DataFrame
    all: Counts
    summed: Counts
    left_out: int
    pairs: dict[tuple[str, str], Counts]
    findings: list[Finding]
    finding_of: list[int]
    causes: list[Why]


def sums(results: Document) -> Sums:
    """Count a whole results document."""
    frame = cells(results)
    findings, finding_of = _findings(frame, {case["name"]: case["title"] for case in results["scenarios"]})
    sound = frame[frame["kind"] != "pitfall"]
    summed = sound if len(sound) else frame
    return Sums(
        frame=frame,
        all=_total(frame),
        summed=_total(summed),
        left_out=len(frame) - len(summed),
        pairs={(key[0], key[1]): counts for key, counts in _counted(summed, ["save", "load"])},
        findings=findings,
        finding_of=finding_of,
        causes=_causes(results, frame),
    )


def cells(results: Document) -> pd.DataFrame:
    """One row per cell, in the document's order, with the columns of its variant."""
    # Plain objects: taking texts out of pandas' own text type one by one costs more than all the counting.
    frame = pd.DataFrame({name: [cast(Any, cell)[name] for cell in results["cells"]] for name in COLUMNS}, dtype=object)
    # Older documents, without causes and remedies, have neither of these.
    frame["cause"] = pd.Series([cause_of_cell(cell) for cell in results["cells"]], dtype=object)
    frame["remedy"] = pd.Series([verified(cell) for cell in results["cells"]], dtype=object)
    cause_of = {case["name"]: case["cause"] for case in results["scenarios"]}
    of_variant = {
        variant["id"]: {
            "scenario": variant["scenario"],
            "format": variant["format"],
            "parameters": parameters(variant),
            "kind": kind(variant, cause_of[variant["scenario"]]),
        }
        for variant in results["variants"]
    }
    for name in ("scenario", "format", "parameters", "kind"):
        frame[name] = pd.Series([of_variant[variant][name] for variant in frame["variant"]], dtype=object)
    return frame


def verified(cell: CellEntry) -> str:
    """The first remedy, which is the shortest, that is verified to make a cell good; or the empty string."""
    return next((str(trial["remedy"]) for trial in cell.get("remedies") or () if trial["verified"]), "")


def cause_of_cell(cell: CellEntry) -> str:
    """The id of a cell's cause; `located` if the catalogue has none and an experiment found the culprit."""
    return LOCATED if uncatalogued(cell) else cell.get("cause", "")


def causes(results: Document) -> list[CauseEntry]:
    """The causes of a document; last those that stand for what no signature knows, if any cell has them."""
    had = {cause_of_cell(cell) for cell in results["cells"]}
    return [*results.get("causes", []), *(cause for cause in _BESIDE_THE_CATALOGUE if cause["id"] in had)]


def titles(results: Document) -> dict[str, str]:
    """The titles of causes and remedies by their ids."""
    return {entry["id"]: entry["title"] for entry in (*causes(results), *results.get("remedies", ()))}


def kind(variant: VariantEntry, cause: str) -> str:
    """`remedy`, `pitfall` or `plain`: only a pitfall is expected to go wrong. `cause` is that of its scenario."""
    return "remedy" if variant["remedy"] else "pitfall" if cause else "plain"


def parameters(variant: VariantEntry) -> str:
    """A variant's parameters on one line."""
    return ", ".join(f"{name}={value}" for name, value in variant["parameters"].items())


def _causes(results: Document, frame: pd.DataFrame) -> list[Why]:
    """Causes that have cells, by kind: the classic six first, unknown last; most cells first within a kind."""
    failing = frame[frame["cause"] != ""]
    cells_of = failing["cause"].value_counts()
    remedied = failing[failing["remedy"] != ""]["cause"].value_counts()
    whys = [
        Why(
            id=cause["id"],
            title=cause["title"],
            kind=cause["kind"],
            cells=int(cells_of[cause["id"]]),
            remedied=int(remedied.get(cause["id"], 0)),
        )
        for cause in causes(results)
        if cause["id"] in cells_of.index
    ]
    order = {kind_: place for place, kind_ in enumerate(labels.KINDS)}
    return sorted(whys, key=lambda why: (order.get(why.kind, len(order) - 3), -why.cells))


def _total(frame: pd.DataFrame) -> Counts:
    return Counts(of={str(name): int(number) for name, number in frame["verdict"].value_counts().items()})


def _counted(frame: pd.DataFrame, by: list[str]) -> Iterator[tuple[tuple[str, ...], Counts]]:
    sizes = frame.groupby([*by, "verdict"], sort=True).size()
    rows = ((tuple(map(str, keys)), int(number)) for keys, number in sizes.items())  # type: ignore[call-overload]
    for key, group in itertools.groupby(rows, lambda row: row[0][:-1]):
        yield key, Counts(of={keys[-1]: number for keys, number in group})


def _findings(frame: pd.DataFrame, scenario_titles: dict[str, str]) -> tuple[list[Finding], list[int]]:
    """The findings in their order, and for each row of the frame the number of its finding (-1: none)."""
    asked = frame[~frame["verdict"].isin(labels.UNASKED)].groupby(["scenario", "kind"]).size()
    bad = frame[frame["verdict"].isin(labels.FINDINGS)]
    groups = []
    for keys, group in bad.groupby(["verdict", "scenario", "kind"], sort=False):
        verdict, scenario, kind_ = (str(key) for key in keys)
        title = scenario_titles.get(scenario, scenario)
        finding = _finding(group, verdict, scenario, kind_, title, int(asked[scenario, kind_]))
        groups.append((group.index, finding))
    groups.sort(key=lambda item: _loudness(item[1]))
    finding_of = [-1] * len(frame)
    for number, (rows, _) in enumerate(groups):
        for row in rows:
            finding_of[row] = number
    return [dataclasses.replace(finding, number=number) for number, (_, finding) in enumerate(groups)], finding_of


def _loudness(finding: Finding) -> tuple[int, bool, int]:
    """A sort key: what nobody expects, a remedy that does not help included, comes before pitfalls."""
    return labels.NUMBER_OF[finding.verdict], finding.kind == "pitfall", -finding.cells


def _finding(group: pd.DataFrame, verdict: str, scenario: str, kind_: str, title: str, asked: int) -> Finding:
    # Reasons that differ only in their numbers count as one; the first of the most common ones is shown.
    shapes = group["reason"].map(lambda text: NUMBER.sub("#", text))
    common = shapes.value_counts()
    first = group[shapes == common.index[0]].iloc[0]
    return Finding(
        number=0,
        verdict=verdict,
        scenario=scenario,
        title=title,
        kind=kind_,
        formats=list(dict.fromkeys(group["format"])),
        cells=len(group),
        asked=asked,
        own=int((group["save"] == group["load"]).sum()),
        savers=list(dict.fromkeys(group["save"])),
        loaders=list(dict.fromkeys(group["load"])),
        reason=str(first["reason"]),
        other_reasons=len(common) - 1,
        example=(str(first["variant"]), str(first["save"]), str(first["load"])),
    )

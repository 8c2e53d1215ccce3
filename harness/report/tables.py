"""The sums of a run (pandas): who loads whom, what each variant came to, and the findings worth a headline."""

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

COLUMNS = ("variant", "save", "load", "verdict", "stage", "reason", "step", "signal", "wall", "memory", "before")
NUMBER = re.compile(r"\d[\d.e+-]*")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counts:
    """How often each verdict fell among some cells; the loudest of them speaks for all."""

    of: dict[str, int]

    @property
    def total(self) -> int:
        """All cells, asked or not."""
        return sum(self.of.values())

    @property
    def asked(self) -> int:
        """The cells where the question could be put: neither unsupported nor unavailable."""
        return sum(number for name, number in self.of.items() if name not in labels.UNASKED)

    @property
    def good(self) -> int:
        """The identical ones."""
        return self.of.get("identical", 0)

    @property
    def worst(self) -> str:
        """The loudest verdict among them, or the empty string when there is no cell."""
        return next((name for name in labels.ORDER if self.of.get(name)), "")

    @property
    def level(self) -> int:
        """How strongly the loudest verdict is painted, 1 to 3, by its share."""
        return labels.level(self.of[self.worst] / self.total) if self.total else 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """The cells of one scenario that came to one bad verdict, told as one headline."""

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
    """One cause with its cells: how many there are, and how many of them a remedy was seen to make good."""

    id: str
    title: str
    kind: str
    cells: int
    remedied: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sums:
    """Everything that is counted once and shown in several outputs; `finding_of` goes with `frame`, row by row.

    Pitfalls are mistakes shown on purpose: `pairs` and `summed` leave them out, and `left_out` says how many cells
    that are. In a run of nothing but pitfalls none is left out.
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
    found, finding_of = _findings(frame, {case["name"]: case["title"] for case in results["scenarios"]})
    sound = frame[frame["kind"] != "pitfall"]
    summed = sound if len(sound) else frame
    return Sums(
        frame=frame,
        all=_total(frame),
        summed=_total(summed),
        left_out=len(frame) - len(summed),
        pairs={(key[0], key[1]): counts for key, counts in _counted(summed, ["save", "load"])},
        findings=found,
        finding_of=finding_of,
        causes=_causes(results, frame),
    )


def cells(results: Document) -> pd.DataFrame:
    """One row per cell, in the document's order, with what its variant says about it."""
    # Plain objects: to take texts out of pandas' own text type one by one costs more than all the counting.
    frame = pd.DataFrame({name: [cast(Any, cell)[name] for cell in results["cells"]] for name in COLUMNS}, dtype=object)
    # Documents from before there were causes have neither of these.
    frame["cause"] = pd.Series([cell.get("cause", "") for cell in results["cells"]], dtype=object)
    frame["remedy"] = pd.Series([verified(cell) for cell in results["cells"]], dtype=object)
    kinds = {variant["id"]: variant for variant in results["variants"]}
    causes = {case["name"]: case["cause"] for case in results["scenarios"]}
    of_variant = {
        id_: (variant["scenario"], variant["format"], parameters(variant), kind(variant, causes[variant["scenario"]]))
        for id_, variant in kinds.items()
    }
    for place, name in enumerate(("scenario", "format", "parameters", "kind")):
        frame[name] = pd.Series([of_variant[id_][place] for id_ in frame["variant"]], dtype=object)
    return frame


def verified(cell: CellEntry) -> str:
    """The first remedy, which is the shortest, that was seen to make a cell good; or the empty string."""
    return next((str(trial["remedy"]) for trial in cell.get("remedies") or () if trial["verified"]), "")


def causes(results: Document) -> list[CauseEntry]:
    """The causes of a document, and the one that stands for what no signature knows, when it is named, last."""
    known: list[CauseEntry] = results.get("causes", [])
    if not any(cell.get("cause") == UNKNOWN for cell in results["cells"]):
        return known
    return [
        *known,
        {
            "id": UNKNOWN,
            "title": "No signature knows this yet",
            "kind": UNKNOWN,
            "references": [],
            "remedies": [],
            "explanation": "What these cells said is in none of the signatures of the catalogue of causes. Their "
            "messages are listed here: one that comes often deserves a cause of its own.",
        },
    ]


def kind(variant: VariantEntry, cause: str) -> str:
    """`remedy`, `pitfall` or `plain`: whether a variant is expected to go wrong."""
    return "remedy" if variant["remedy"] else "pitfall" if cause else "plain"


def parameters(variant: VariantEntry) -> str:
    """A variant's parameters on one line."""
    return ", ".join(f"{name}={value}" for name, value in variant["parameters"].items())


def _causes(results: Document, frame: pd.DataFrame) -> list[Why]:
    """Causes that have cells: by kind, the classic six first and what is unknown last; within a kind the most first."""
    failing = frame[frame["cause"] != ""]
    cells_of = failing["cause"].value_counts()
    remedied = failing[failing["remedy"] != ""]["cause"].value_counts()
    found = [
        Why(
            id=one["id"],
            title=one["title"],
            kind=one["kind"],
            cells=int(cells_of[one["id"]]),
            remedied=int(remedied.get(one["id"], 0)),
        )
        for one in causes(results)
        if one["id"] in cells_of.index
    ]
    order = {kind_: place for place, kind_ in enumerate(labels.KINDS)}
    return sorted(found, key=lambda why: (order.get(why.kind, len(order) - 2), -why.cells))


def _total(frame: pd.DataFrame) -> Counts:
    return Counts(of={str(name): int(number) for name, number in frame["verdict"].value_counts().items()})


def _counted(frame: pd.DataFrame, by: list[str]) -> Iterator[tuple[tuple[str, ...], Counts]]:
    sizes = frame.groupby([*by, "verdict"], sort=True).size()
    rows = ((tuple(map(str, keys)), int(number)) for keys, number in sizes.items())  # type: ignore[call-overload]
    for key, group in itertools.groupby(rows, lambda row: row[0][:-1]):
        yield key, Counts(of={keys[-1]: number for keys, number in group})


def _findings(frame: pd.DataFrame, titles: dict[str, str]) -> tuple[list[Finding], list[int]]:
    asked = frame[~frame["verdict"].isin(labels.UNASKED)].groupby(["scenario", "kind"]).size()
    bad = frame[frame["verdict"].isin(labels.FINDINGS)]
    found = []
    for keys, group in bad.groupby(["verdict", "scenario", "kind"], sort=False):
        verdict, scenario, kind_ = (str(key) for key in keys)
        number_asked = int(asked[scenario, kind_])
        found.append(
            (group.index, _finding(group, verdict, scenario, kind_, titles.get(scenario, scenario), number_asked))
        )
    # What nobody expects, a remedy that does not help included, comes before what a pitfall is there to show.
    found.sort(key=lambda item: (labels.ORDER.index(item[1].verdict), item[1].kind == "pitfall", -item[1].cells))
    finding_of = [-1] * len(frame)
    for number, (index, _) in enumerate(found):
        for row in index:
            finding_of[row] = number
    return [dataclasses.replace(item, number=number) for number, (_, item) in enumerate(found)], finding_of


def _finding(group: pd.DataFrame, verdict: str, scenario: str, kind_: str, title: str, asked: int) -> Finding:
    # Reasons that differ only in their numbers are one reason; the first of the most common kind is shown.
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

"""Says what experiments on failing cells showed: which part is the culprit, and since which versions. Pure.

A finding is what the worker found (harness/worker/culprit), or what the comparison of both sides already says.
"""

from __future__ import annotations

import collections
import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from harness.model import CellId, Verdict
from harness.results.culprit_words import Turn, sentence
from harness.results.diagnose import UNKNOWN
from harness.results.diagnosis.controls import alike
from harness.results.shape import (
    CellEntry,
    DifferenceEntry,
    Document,
    FailureEntry,
    LocatedEntry,
    RuntimeEntry,
    cell_id,
    controls_of,
)

Finding = Mapping[str, Any]
Key = tuple[str, str, str, str]
ASKED = (Verdict.REFUSED, Verdict.CHANGED, Verdict.INCOMPLETE)
NOWHERE = ("model", "script")  # parts that are no smaller than the whole
_IN_SCRIPT = ("import", "unsupported", "data", "build", "compile", "before_load", "after_load")
_UNPUT = (Verdict.UNSUPPORTED, Verdict.UNAVAILABLE, Verdict.UNSAVED)  # they say nothing of the file in the loader
_NUMBERS = re.compile(r"^\d+ | \d+$|^\d+$")  # which of several slots or metrics says nothing of the culprit
_LAYER = re.compile(r"^(?:layer )?(?:\d+ )?(\S+)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Group:
    """Located cells with the same class, argument and kind, and one of them as an example."""

    kind: str
    part: str
    layer_class: str
    argument: str
    count: int
    example: CellEntry

    @property
    def key(self) -> Key:
        """What its cells share."""
        return self.kind, self.part, self.layer_class, self.argument


def asked(document: Document, which: str) -> list[CellEntry]:
    """The cells whose culprit is looked for: those without a known cause (`unknown`), or all that fail."""
    return [
        cell
        for cell in document["cells"]
        if cell["verdict"] in ASKED and (which == "all" or cell.get("cause") == UNKNOWN)
    ]


def plain(cell: CellEntry) -> Finding | None:
    """The finding of a cell that takes no experiment; None if it takes some."""
    counting = [difference for difference in cell["differences"] if difference["counts"]]
    if cell["step"] in _IN_SCRIPT and cell["failure"]:
        settings = [difference for difference in counting if difference["observation"] == "settings"]
        return _of_script(cell["step"], cell["failure"], settings)
    if cell["verdict"] == Verdict.INCOMPLETE and counting:
        return _lost(counting[0], len(counting) - 1)
    if cell["verdict"] != Verdict.CHANGED or not counting:
        return None
    random = [difference for difference in counting if difference["kind"] == "random"]
    if random:
        layer = _LAYER.match(random[0]["where"]) if random[0]["where"].startswith("layer ") else None
        return _finding("layer" if layer else "model", "random", layer=layer[1] if layer else "")
    if all(difference["observation"].startswith("fresh_") for difference in counting):
        what = "targets" if counting[0]["observation"] == "fresh_targets" else "inputs"
        return _finding("inputs", "fresh", argument=what)
    return None


def annotate(document: Document, findings: Mapping[CellId, Finding]) -> None:
    """Set `located` of every cell with a finding; those of others are removed."""
    since = _Since(document)
    for cell in document["cells"]:
        finding = findings.get(cell_id(cell))
        if finding is None:
            cell.pop("located", None)
        else:
            cell["located"] = _entry(cell, finding, since)


def is_located(cell: CellEntry) -> bool:
    """Whether an experiment, or the comparison, showed a part smaller than the whole model."""
    entry = cell.get("located")
    return entry is not None and entry["part"] not in NOWHERE


def groups(cells: Iterable[CellEntry]) -> list[Group]:
    """Located cells by kind, part, class and argument, the largest group first."""
    members: dict[Key, list[CellEntry]] = collections.defaultdict(list)
    for cell in cells:
        if is_located(cell):
            members[key(cell)].append(cell)
    found = [
        Group(kind=kind, part=part, layer_class=name, argument=argument, count=len(cells), example=cells[0])
        for (kind, part, name, argument), cells in members.items()
    ]
    return sorted(found, key=lambda group: (-group.count, group.kind, group.layer_class, group.argument))


def key(cell: CellEntry) -> Key:
    """What cells of one group share: kind, part, class and argument."""
    entry = cell["located"]
    return entry["kind"], entry["part"], entry["class"], entry["argument"]


def _entry(cell: CellEntry, finding: Finding, since: _Since) -> LocatedEntry:
    turned = since.of(cell)
    entry: dict[str, Any] = {
        "kind": cell["verdict"],
        **{name: str(finding.get(name, "")) for name in ("part", "layer", "class", "argument", "value")},
        "said": sentence(cell, finding, turned, since.good_in(cell)),
        "since": {side: turn.first if turn else "" for side, turn in turned.items()},
        "seconds": float(finding.get("seconds", 0.0)),
        "script": "",
        "checked": False,
    }
    return entry  # type: ignore[return-value]  # `class` is no name of an argument


def _finding(part: str, how: str, **more: Any) -> Finding:
    return {"part": part, "how": how, "layer": "", "class": "", "argument": "", "value": "", **more}


def _of_script(step: str, failure: FailureEntry, settings: Sequence[DifferenceEntry]) -> Finding:
    where = f"{failure['path']}:{failure['line']}" if failure["path"] else ""
    if settings:  # it loads, and something is set otherwise, which the script trips over
        return {**_lost(settings[0], len(settings) - 1), "script": step}
    return _finding("script", "script", argument=step, value=where)


def _lost(difference: DifferenceEntry, more: int) -> Finding:
    """Which slot, flag, metric or weight is not as it was."""
    observation, where = difference["observation"], difference["where"]
    part = {"optimizer": "optimizer", "metrics": "metric", "settings": "flag", "weights": "weights"}.get(
        observation, "model"
    )
    name = _NUMBERS.sub("", where) if part != "weights" else where
    return _finding(part, "lost", argument=name or observation, detail=difference["detail"], more=more)


class _Since:
    """Finds the first loader and the first saver, among those that ran, at which a cell fails as it does."""

    def __init__(self, document: Document) -> None:
        beside = controls_of(document)
        runtimes = [*document["runtimes"], *beside["runtimes"]]
        self._runtimes = {runtime["id"]: runtime for runtime in runtimes}
        self._order = list(self._runtimes)
        self._cells = {cell_id(cell): cell for cell in (*beside["cells"], *document["cells"])}

    def of(self, cell: CellEntry) -> dict[str, Turn | None]:
        """Where the loader, and where the saver turned; None where nothing before it is known to do better."""
        variant, save, load = cell_id(cell)
        return {
            "load": self._first(cell, load, lambda runtime: CellId(variant, save, runtime)),
            "save": self._first(cell, save, lambda runtime: CellId(variant, runtime, load)),
        }

    def good_in(self, cell: CellEntry) -> list[str]:
        """The later loaders in which the file is good, in order."""
        variant, save, load = cell_id(cell)
        later = self._order[self._order.index(load) + 1 :] if load in self._order else []
        good = [self._cells.get(CellId(variant, save, runtime)) for runtime in later]
        return [found["load"] for found in good if found and found["verdict"] == Verdict.IDENTICAL]

    def _first(self, cell: CellEntry, last: str, other: Callable[[str], CellId]) -> Turn | None:
        """The first of an unbroken row of runtimes up to `last` in which it fails alike, if one before is better."""
        if last not in self._runtimes:
            return None
        line = [id for id in self._order if _in_line(self._runtimes[id], self._runtimes[last])]
        first = last
        for id in reversed(line[: line.index(last)]):
            known = self._cells.get(other(id))
            if known is None or known["verdict"] in _UNPUT:
                continue
            if not _fails_alike(cell, known):
                return Turn(first, id)
            first = id
        return None


def _fails_alike(cell: CellEntry, other: CellEntry) -> bool:
    if cell["verdict"] == Verdict.CHANGED:  # of whatever size: weights differ from runtime to runtime
        return other["verdict"] == Verdict.CHANGED
    return alike(cell, other)


def _in_line(runtime: RuntimeEntry, last: RuntimeEntry) -> bool:
    """Whether one runtime is an earlier version of the other's Keras, switched on in the same way."""
    same_mode = (runtime["v1"], runtime["backend"]) == (last["v1"], last["backend"])
    return same_mode and (runtime["keras"] == last["keras"] or runtime["keras"] == "tf.keras")

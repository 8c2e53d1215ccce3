"""The results packed for the page: columns of numbers over shared tables of text, deflated and base64-encoded.

There are two blocks, so that the first view appears quickly: `core` is what matrices, lists and filters need, `detail`
is what an opened cell needs (logs, tracebacks, differences, sources). Long texts are stored as lists of line numbers,
because tracebacks share nearly all of their lines. Base64 has no character that could end a script element.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from harness.advice.move import best_formats
from harness.catalogue import model_kinds
from harness.report import earlier, export, labels, tables, words
from harness.results import located
from harness.results.located import Group
from harness.results.shape import (
    CellEntry,
    DifferenceEntry,
    Document,
    EnvironmentEntry,
    FailureEntry,
    RemedyEntry,
    RuntimeEntry,
    SaveEntry,
    ScenarioEntry,
    TrialEntry,
)
from harness.results.tally import uncatalogued

Packed = dict[str, Any]
DENSE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class InternTable:
    """A list of distinct items, each referred to by its place."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.items: list[Any] = []
        self._places: dict[Hashable, int] = {}

    def place(self, item: Hashable) -> int:
        """The number of an item, which is added if it is new."""
        if item not in self._places:
            self._places[item] = len(self.items)
            self.items.append(item)
        return self._places[item]


class TextTable:
    """Long texts that share one list of lines."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.lines = InternTable()
        self.pool = InternTable()

    def place(self, text: str) -> int:
        """The number of a text; the empty text is -1."""
        if not text:
            return -1
        return self.pool.place(tuple(self.lines.place(line) for line in text.split("\n")))

    def packed(self) -> Packed:
        """What the page needs to join the texts again."""
        return {"lines": self.lines.items, "texts": self.pool.items}


class _SharedTables:
    """What saves and cells in `detail` refer to by number."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.texts = TextTable()
        self.failures = InternTable()
        self.differences = InternTable()
        self.trials = InternTable()

    def packed(self) -> Packed:
        """The tables as the page reads them."""
        return {
            **self.texts.packed(),
            "failures": self.failures.items,
            "differences": self.differences.items,
            "trials": self.trials.items,
        }


def core(results: Document, sums: tables.Sums, before: earlier.Earlier | None = None) -> Packed:
    """What every view needs: verdicts, axes, causes and remedies, and the columns of the cells."""
    strings = InternTable()
    columns = _columns(results, sums, strings)
    culprits = located.groups(cell for cell in results["cells"] if uncatalogued(cell))
    columns["culprit"] = _culprits(results, culprits)
    return {
        **_verdicts(sums),
        **_axes(results),
        **_advice(results),
        "before": earlier.packed(before, results) if before else None,
        "culprits": [_culprit(group) for group in culprits],
        "cells": columns,
        "strings": strings.items,
    }


def detail(results: Document) -> Packed:
    """What an opened cell, save, scenario or environment shows beyond `core`."""
    shared = _SharedTables()
    pack_trial = _trial_packer(results, shared.texts)
    saves = [_save(save, shared) for save in results["saves"]]
    cells = [_cell(cell, shared, pack_trial) for cell in results["cells"]]
    return {
        **shared.packed(),
        **_advice_detail(results),
        "cells": cells,
        "saves": saves,
        "sources": {case["name"]: case["source"] for case in results["scenarios"]},
        "environments": results["environments"],
    }


def block(packed: Packed) -> str:
    """A block as the page contains it: JSON, deflated, in base64."""
    text = export.strict(packed, DENSE)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), 6)).decode("ascii")


def _verdicts(sums: tables.Sums) -> Packed:
    """How verdicts are shown, and whether the sums leave out pitfalls."""
    return {
        "labels": [_label(label) for label in labels.LABELS],
        "unasked": labels.UNASKED,
        "leftOut": sums.left_out > 0,
    }


def _label(label: labels.Label) -> Packed:
    rank = labels.RANKS.index(label.verdict) if label.verdict in labels.RANKS else -1
    return {
        "verdict": str(label.verdict),
        "sign": label.sign,
        "does": label.does,
        "meaning": label.meaning,
        "rank": rank,
    }


def _axes(results: Document) -> Packed:
    """Runtimes and variants, with the scenarios and kinds of models that variants belong to."""
    environments = {environment["id"]: environment for environment in results["environments"]}
    return {
        "runtimes": [_runtime(runtime, environments) for runtime in results["runtimes"]],
        "models": [kind.title for kind in model_kinds.known()],
        "scenarios": [_scenario(case) for case in results["scenarios"]],
        "variants": _variants(results),
    }


def _advice(results: Document) -> Packed:
    """Causes and remedies without their texts, and the best format of each move."""
    return {
        "kinds": list(labels.KINDS.items()),
        "causes": [_pick(cause, "id", "title", "kind") for cause in tables.causes(results)],
        "remedies": [_pick(remedy, "id", "title", "side") for remedy in _remedies(results)],
        "best": _best(results),
    }


def _advice_detail(results: Document) -> Packed:
    """The texts of causes and remedies, by their ids."""
    causes = {cause["id"]: _pick(cause, "explanation", "references", "remedies") for cause in tables.causes(results)}
    remedies = {remedy["id"]: _pick(remedy, "code", "codes", "costs") for remedy in _remedies(results)}
    return {"causes": causes, "remedies": remedies}


def _columns(results: Document, sums: tables.Sums, strings: InternTable) -> dict[str, list[int]]:
    """The cells as columns: one list of numbers for each value that the views need of every cell."""
    runtimes, variants = _numbered(results["runtimes"], "id"), _numbered(results["variants"], "id")
    causes, remedies = _numbered(tables.causes(results), "id"), _numbered(_remedies(results), "id")
    frame = sums.frame
    return {
        "variant": [variants[name] for name in frame["variant"]],
        "save": [runtimes[name] for name in frame["save"]],
        "load": [runtimes[name] for name in frame["load"]],
        "verdict": [labels.NUMBER_OF[name] for name in frame["verdict"]],
        "stage": [strings.place(name) for name in frame["stage"]],
        "reason": [strings.place(text) for text in frame["reason"]],
        "finding": sums.finding_of,
        "cause": [causes.get(name, -1) for name in frame["cause"]],
        "remedy": [remedies.get(name, -1) for name in frame["remedy"]],
    }


def _culprit(group: Group) -> Packed:
    """Cells that the catalogue does not know and that have the same part to blame."""
    said = group.example["located"]["said"]
    return {
        "kind": group.kind,
        "part": group.part,
        "class": group.layer_class,
        "argument": group.argument,
        "said": said,
    }


def _culprits(results: Document, groups: Iterable[Group]) -> list[int]:
    """The number of each cell's group; -1 without one."""
    numbers = {group.key: number for number, group in enumerate(groups)}
    return [numbers[located.key(cell)] if uncatalogued(cell) else -1 for cell in results["cells"]]


def _pick(entry: Mapping[str, object], *names: str) -> Packed:
    return {name: entry[name] for name in names}


def _numbered(entries: Iterable[Mapping[str, object]], key: str) -> dict[str, int]:
    return {str(entry[key]): number for number, entry in enumerate(entries)}


def _runtime(runtime: RuntimeEntry, environments: Mapping[str, EnvironmentEntry]) -> Packed:
    environment = environments.get(runtime["environment"])
    lines = words.runtime_versions(runtime, environment["python"] if environment else "")
    return {**_pick(runtime, "id", "title", "environment"), "lines": lines, "versions": runtime["versions"]}


def _scenario(case: ScenarioEntry) -> Packed:
    kept = {name: text for name, text in case.items() if name != "source"}
    ids = [kind.id for kind in model_kinds.known()]
    return kept | {"short": words.short(case["title"]), "model": ids.index(model_kinds.of(case["name"]))}


def _remedies(results: Document) -> list[RemedyEntry]:
    """The remedies of the document, and those that only its cells name."""
    remedies = results.get("remedies", [])
    ids = {remedy["id"] for remedy in remedies}
    tried = dict.fromkeys(trial["remedy"] for cell in results["cells"] for trial in cell.get("remedies") or ())
    return remedies + [_unlisted_remedy(name) for name in tried if name not in ids]


def _unlisted_remedy(name: str) -> RemedyEntry:
    return {"id": name, "title": name, "side": "load", "code": "", "codes": {}, "costs": ""}


def _best(results: Document) -> list[tuple[int, int, str]]:
    """The best format of each move, as `advice` recommends it."""
    runtimes = _numbered(results["runtimes"], "id")
    return [
        (runtimes[save], runtimes[load], format_)
        for (save, load), format_ in best_formats(results).items()
        if save in runtimes and load in runtimes
    ]


def _trial_packer(results: Document, texts: TextTable) -> Callable[[TrialEntry], tuple[Any, ...]]:
    """Make the function that packs a trial into a tuple, whose places `data.js` names again."""
    remedies, variants = _numbered(_remedies(results), "id"), _numbered(results["variants"], "id")
    runtimes = _numbered(results["runtimes"], "id")

    def pack(trial: TrialEntry) -> tuple[Any, ...]:
        return (
            remedies[trial["remedy"]],
            labels.NUMBER_OF[trial["verdict"]],
            texts.place(trial["reason"]),
            trial["verified"],
            variants.get(trial["variant"], -1),
            runtimes.get(trial["save"], -1),
            runtimes.get(trial["load"], -1),
            round(trial.get("wall") or 0, 1),
        )

    return pack


def _variants(results: Document) -> list[Packed]:
    cases = _numbered(results["scenarios"], "name")
    causes = {case["name"]: case["cause"] for case in results["scenarios"]}
    return [
        {
            "id": variant["id"],
            "scenario": cases[variant["scenario"]],
            "format": variant["format"],
            "parameters": tables.parameters(variant),
            "kind": tables.kind(variant, causes[variant["scenario"]]),
        }
        for variant in results["variants"]
    ]


def _save(save: SaveEntry, shared: _SharedTables) -> list[Any]:
    """A save as a list: what it shares with a load, then what only a save has."""
    own = [save["variant"], save["runtime"], save["outcome"], save["reason"], save["versions"], save["artifact"]]
    return [*_attempt(save, shared), *own]


def _cell(cell: CellEntry, shared: _SharedTables, pack_trial: Callable[[TrialEntry], tuple[Any, ...]]) -> list[Any]:
    """A load as a list: what it shares with a save, then its differences, its trials, and what goes with its cause."""
    attempt = _attempt(cell, shared)
    differences = [shared.differences.place(_difference(entry)) for entry in cell["differences"]]
    trials = [shared.trials.place(pack_trial(entry)) for entry in cell.get("remedies") or ()]
    why = [words.controls(cell), cell.get("then") or [], cell.get("good_in") or [], _located(cell, shared)]
    return [*attempt, differences, trials, *why]


def _located(cell: CellEntry, shared: _SharedTables) -> tuple[Any, ...] | None:
    """What experiments on a cell showed: the sentence, the script and whether that was checked, the seconds."""
    found = cell.get("located")
    if found is None:
        return None
    return found["said"], shared.texts.place(found["script"]), found["checked"], round(found["seconds"], 1)


def _attempt(entry: SaveEntry | CellEntry, shared: _SharedTables) -> list[Any]:
    """What saves and loads have in common, as a list whose places `data.js` names again."""
    failure = shared.failures.place(_failure(entry["failure"], shared.texts)) if entry["failure"] else -1
    seconds = [item for step, time in entry["seconds"].items() for item in (step, round(time, 3))]
    return [
        failure,
        shared.texts.place(entry["log"]),
        entry["step"],
        entry["signal"],
        entry["before"],
        entry["notes"],
        seconds,
        round(entry["wall"], 3),
        entry["memory"],
    ]


def _failure(failure: FailureEntry, texts: TextTable) -> tuple[Any, ...]:
    message, traceback = texts.place(failure["message"]), texts.place(failure["traceback"])
    return (failure["type"], message, traceback, failure["step"], failure["path"], failure["line"])


def _difference(difference: DifferenceEntry) -> tuple[Any, ...]:
    description = (difference["observation"], difference["kind"], difference["detail"], difference["where"])
    sizes = (difference["absolute"], difference["relative"], difference["ulp"], difference["allowed"])
    rounded = (None if size is None else float(f"{size:.6g}") for size in sizes)
    return (*description, *rounded, difference["counts"])

"""The results packed for the page: columns of numbers over shared tables of text, deflated and base64-encoded.

Two blocks, so that the first view waits for little: `core` is what matrices, lists and filters need, `detail` is what
one opened cell needs (logs, tracebacks, differences, sources). Long texts are kept as lists of line numbers, because
tracebacks share nearly all of their lines. Base64 has no character that could end a script element.
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
from harness.results.shape import (
    CellEntry,
    DifferenceEntry,
    Document,
    EnvironmentEntry,
    RemedyEntry,
    RuntimeEntry,
    SaveEntry,
    ScenarioEntry,
    TrialEntry,
)

Packed = dict[str, Any]
DENSE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class InternTable:
    """A list of distinct items, each known by its place."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.items: list[Any] = []
        self._places: dict[Hashable, int] = {}

    def place(self, item: Hashable) -> int:
        """The number of an item, which is added when it is new."""
        if item not in self._places:
            self._places[item] = len(self.items)
            self.items.append(item)
        return self._places[item]


class TextTable:
    """Long texts over one shared list of lines."""

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
        """What the page needs to put them together again."""
        return {"lines": self.lines.items, "texts": self.pool.items}


def core(results: Document, sums: tables.Sums, before: earlier.Earlier | None = None) -> Packed:
    """What every view needs: the axes, the variants, and of each cell its place, verdict, reason, cause and remedy."""
    environments = {environment["id"]: environment for environment in results["environments"]}
    strings = InternTable()
    cells = _columns(results, sums, strings)
    causes = [_only(cause, "id", "title", "kind") for cause in tables.causes(results)]
    remedies = [_only(remedy, "id", "title", "side") for remedy in _remedies(results)]
    return {
        "labels": [_label(label) for label in labels.LABELS],
        "unasked": labels.UNASKED,
        "leftOut": sums.left_out > 0,
        "runtimes": [_runtime(runtime, environments) for runtime in results["runtimes"]],
        "models": [kind.title for kind in model_kinds.known()],
        "scenarios": [_scenario(case) for case in results["scenarios"]],
        "variants": _variants(results),
        "kinds": list(labels.KINDS.items()),
        "causes": causes,
        "remedies": remedies,
        "best": _best(results),
        "before": earlier.packed(before, results) if before else None,
        "cells": cells,
        "strings": strings.items,
    }


def _only(entry: Mapping[str, object], *names: str) -> Packed:
    """Some keys of an entry."""
    return {name: entry[name] for name in names}


def _label(label: labels.Label) -> Packed:
    rank = labels.RANKS.index(label.verdict) if label.verdict in labels.RANKS else -1
    words_of = {"sign": label.sign, "does": label.does, "meaning": label.meaning}
    return {"verdict": str(label.verdict), **words_of, "rank": rank}


def _columns(results: Document, sums: tables.Sums, strings: InternTable) -> dict[str, list[int]]:
    """One list of numbers for each thing that a view asks of every cell."""
    runtimes, variants = _numbered(results["runtimes"], "id"), _numbered(results["variants"], "id")
    verdicts = {name: number for number, name in enumerate(labels.ORDER)}
    causes, remedies = _numbered(tables.causes(results), "id"), _numbered(_remedies(results), "id")
    frame = sums.frame
    return {
        "variant": [variants[name] for name in frame["variant"]],
        "save": [runtimes[name] for name in frame["save"]],
        "load": [runtimes[name] for name in frame["load"]],
        "verdict": [verdicts[name] for name in frame["verdict"]],
        "stage": [strings.place(name) for name in frame["stage"]],
        "reason": [strings.place(name) for name in frame["reason"]],
        "finding": sums.finding_of,
        "cause": [causes.get(name, -1) for name in frame["cause"]],
        "remedy": [remedies.get(name, -1) for name in frame["remedy"]],
    }


def detail(results: Document) -> Packed:
    """What an opened cell, save, scenario or environment shows beyond `core`."""
    texts, failures, differences, trials = TextTable(), InternTable(), InternTable(), InternTable()
    trial = _trial_packer(results, texts)
    saves = [[*_attempt(save, texts, failures), *_artifact(save)] for save in results["saves"]]
    cells = []
    for cell in results["cells"]:
        attempt = _attempt(cell, texts, failures)
        of_differences = [differences.place(_difference(difference)) for difference in cell["differences"]]
        of_trials = [trials.place(trial(entry)) for entry in cell.get("remedies") or ()]
        cells.append([*attempt, of_differences, of_trials])
    causes = {cause["id"]: _only(cause, "explanation", "references", "remedies") for cause in tables.causes(results)}
    remedies = {remedy["id"]: _only(remedy, "code", "codes", "costs") for remedy in _remedies(results)}
    return {
        **texts.packed(),
        "failures": failures.items,
        "differences": differences.items,
        "trials": trials.items,
        "causes": causes,
        "remedies": remedies,
        "cells": cells,
        "saves": saves,
        "sources": {case["name"]: case["source"] for case in results["scenarios"]},
        "environments": results["environments"],
    }


def block(packed: Packed) -> str:
    """A block as it stands in the page."""
    text = export.strict(packed, DENSE)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), 6)).decode("ascii")


def _numbered(entries: Iterable[Mapping[str, object]], key: str) -> dict[str, int]:
    return {str(entry[key]): number for number, entry in enumerate(entries)}


def _runtime(runtime: RuntimeEntry, environments: Mapping[str, EnvironmentEntry]) -> Packed:
    environment = environments.get(runtime["environment"])
    lines = words.runtime_versions(runtime, environment["python"] if environment else "")
    return {**_only(runtime, "id", "title", "environment"), "lines": lines, "versions": runtime["versions"]}


def _scenario(case: ScenarioEntry) -> Packed:
    kept = {name: text for name, text in case.items() if name != "source"}
    ids = [kind.id for kind in model_kinds.known()]
    return kept | {"short": words.short(case["title"]), "model": ids.index(model_kinds.of(case["name"]))}


def _remedies(results: Document) -> list[RemedyEntry]:
    """The remedies of the catalogue, and those that a cell names and no catalogue has."""
    known = results.get("remedies", [])
    ids = {remedy["id"] for remedy in known}
    named = dict.fromkeys(trial["remedy"] for cell in results["cells"] for trial in cell.get("remedies") or ())
    return known + [_unknown_remedy(name) for name in named if name not in ids]


def _unknown_remedy(name: str) -> RemedyEntry:
    return {"id": name, "title": name, "side": "load", "code": "", "codes": {}, "costs": ""}


def _best(results: Document) -> list[tuple[int, int, str]]:
    """The best format of each move, as `advice` gives it."""
    runtimes = _numbered(results["runtimes"], "id")
    return [
        (runtimes[save], runtimes[load], format_)
        for (save, load), format_ in best_formats(results).items()
        if save in runtimes and load in runtimes
    ]


def _trial_packer(results: Document, texts: TextTable) -> Callable[[TrialEntry], tuple[Any, ...]]:
    """How a trial becomes a tuple: the page's `data.js` names its places again."""
    remedies, variants = _numbered(_remedies(results), "id"), _numbered(results["variants"], "id")
    runtimes = _numbered(results["runtimes"], "id")
    verdicts = {name: number for number, name in enumerate(labels.ORDER)}

    def packed(trial: TrialEntry) -> tuple[Any, ...]:
        proof = (variants.get(trial["variant"], -1), runtimes.get(trial["save"], -1), runtimes.get(trial["load"], -1))
        return (
            remedies[trial["remedy"]],
            verdicts[trial["verdict"]],
            texts.place(trial["reason"]),
            trial["verified"],
            *proof,
            round(trial.get("wall") or 0, 1),
        )

    return packed


def _variants(results: Document) -> list[Packed]:
    cases = _numbered(results["scenarios"], "name")
    causes = {case["name"]: case["cause"] for case in results["scenarios"]}
    return [
        {
            "id": kind["id"],
            "scenario": cases[kind["scenario"]],
            "format": kind["format"],
            "parameters": tables.parameters(kind),
            "kind": tables.kind(kind, causes[kind["scenario"]]),
        }
        for kind in results["variants"]
    ]


def _attempt(entry: SaveEntry | CellEntry, texts: TextTable, failures: InternTable) -> list[Any]:
    """A save or a load as a list: the page's `data.js` names these places again."""
    failure = entry["failure"]
    number = -1
    if failure:
        long = (texts.place(failure["message"]), texts.place(failure["traceback"]))
        number = failures.place((failure["type"], *long, failure["step"], failure["path"], failure["line"]))
    seconds = [item for step, time in entry["seconds"].items() for item in (step, round(time, 3))]
    where = [entry["step"], entry["signal"], entry["before"]]
    log = texts.place(entry["log"])
    return [number, log, *where, entry["notes"], seconds, round(entry["wall"], 3), entry["memory"]]


def _artifact(save: SaveEntry) -> list[Any]:
    """What only a save has."""
    about = [save["variant"], save["runtime"], save["outcome"], save["reason"]]
    return [*about, save["versions"], save["artifact"]]


def _difference(difference: DifferenceEntry) -> tuple[Any, ...]:
    sizes = (difference["absolute"], difference["relative"], difference["ulp"], difference["allowed"])
    short = (None if size is None else float(f"{size:.6g}") for size in sizes)
    what = (difference["observation"], difference["kind"], difference["detail"], difference["where"])
    return (*what, *short, difference["counts"])

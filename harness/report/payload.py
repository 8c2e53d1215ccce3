"""The results packed for the page: columns of numbers over shared tables of text, deflated and base64-encoded.

Two blocks, so that the first view waits for little: `core` is what matrices, lists and filters need, `detail` is what
one opened cell needs (logs, tracebacks, differences, sources). Long texts are kept as lists of line numbers, because
tracebacks share nearly all of their lines. Base64 has no character that could end a script element.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Hashable
from typing import Any

from harness.advice.move import best_formats
from harness.catalogue import model_kinds
from harness.report import earlier, export, labels, tables, words

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


def core(results: dict[str, Any], sums: tables.Sums, before: earlier.Earlier | None = None) -> Packed:
    """What every view needs: the axes, the variants, and of each cell its place, verdict, reason, cause and remedy."""
    environments = {place["id"]: place for place in results["environments"]}
    strings = InternTable()
    return {
        "labels": [
            {
                "verdict": str(label.verdict),
                "sign": label.sign,
                "does": label.does,
                "meaning": label.meaning,
                "rank": labels.RANKS.index(label.verdict) if label.verdict in labels.RANKS else -1,
            }
            for label in labels.LABELS
        ],
        "unasked": labels.UNASKED,
        "leftOut": sums.left_out > 0,
        "runtimes": [_runtime(row, environments) for row in results["runtimes"]],
        "models": [kind.title for kind in model_kinds.known()],
        "scenarios": [_scenario(case) for case in results["scenarios"]],
        "variants": _variants(results),
        "kinds": list(labels.KINDS.items()),
        "causes": [{"id": one["id"], "title": one["title"], "kind": one["kind"]} for one in tables.causes(results)],
        "remedies": [{"id": one["id"], "title": one["title"], "side": one["side"]} for one in _remedies(results)],
        "best": _best(results),
        "before": earlier.packed(before, results) if before else None,
        "cells": _columns(results, sums, strings),
        "strings": strings.items,
    }


def _columns(results: dict[str, Any], sums: tables.Sums, strings: InternTable) -> dict[str, list[int]]:
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


def detail(results: dict[str, Any]) -> Packed:
    """What an opened cell, save, scenario or environment shows beyond `core`."""
    texts, failures, differences, trials = TextTable(), InternTable(), InternTable(), InternTable()
    trial = _trial_packer(results, texts)
    runs = {name: [_attempt(run, texts, failures) for run in results[name]] for name in ("saves", "cells")}
    for packed, cell in zip(runs["cells"], results["cells"], strict=True):
        packed.append([differences.place(_difference(item)) for item in cell["differences"]])
        packed.append([trials.place(trial(item)) for item in cell.get("remedies") or ()])
    for packed, save in zip(runs["saves"], results["saves"], strict=True):
        packed += [
            save["variant"],
            save["runtime"],
            save["outcome"],
            save["reason"],
            save["versions"],
            save["artifact"],
        ]
    return {
        **texts.packed(),
        "failures": failures.items,
        "differences": differences.items,
        "trials": trials.items,
        "causes": {
            one["id"]: {name: one[name] for name in ("explanation", "references", "remedies")}
            for one in tables.causes(results)
        },
        "remedies": {one["id"]: {name: one[name] for name in ("code", "codes", "costs")} for one in _remedies(results)},
        "cells": runs["cells"],
        "saves": runs["saves"],
        "sources": {case["name"]: case["source"] for case in results["scenarios"]},
        "environments": results["environments"],
    }


def block(packed: Packed) -> str:
    """A block as it stands in the page."""
    text = export.strict(packed, DENSE)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), 6)).decode("ascii")


def _numbered(items: list[dict[str, Any]], key: str) -> dict[str, int]:
    return {item[key]: number for number, item in enumerate(items)}


def _runtime(row: dict[str, Any], environments: dict[str, dict[str, Any]]) -> Packed:
    place = environments.get(row["environment"], {"python": "", "status": ""})
    lines = words.runtime_versions(row, place["python"])
    return {
        "id": row["id"],
        "title": row["title"],
        "environment": row["environment"],
        "lines": lines,
        "versions": row["versions"],
    }


def _scenario(case: dict[str, Any]) -> Packed:
    kept = {name: text for name, text in case.items() if name != "source"}
    ids = [kind.id for kind in model_kinds.known()]
    return kept | {"short": words.short(case["title"]), "model": ids.index(model_kinds.of(case["name"]))}


def _remedies(results: dict[str, Any]) -> list[dict[str, Any]]:
    """The remedies of the catalogue, and those that a cell names and no catalogue has."""
    known: list[dict[str, Any]] = results.get("remedies", [])
    ids = {one["id"] for one in known}
    named = dict.fromkeys(trial["remedy"] for cell in results["cells"] for trial in cell.get("remedies") or ())
    return known + [
        {"id": name, "title": name, "side": "load", "code": "", "codes": {}, "costs": ""}
        for name in named
        if name not in ids
    ]


def _best(results: dict[str, Any]) -> list[tuple[int, int, str]]:
    """The best format of each move, as `advice` gives it."""
    runtimes = _numbered(results["runtimes"], "id")
    return [
        (runtimes[save], runtimes[load], format_)
        for (save, load), format_ in best_formats(results).items()
        if save in runtimes and load in runtimes
    ]


def _trial_packer(results: dict[str, Any], texts: TextTable) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """How a trial becomes a tuple: the page's `data.js` names its places again."""
    remedies, variants = _numbered(_remedies(results), "id"), _numbered(results["variants"], "id")
    runtimes = _numbered(results["runtimes"], "id")
    verdicts = {name: number for number, name in enumerate(labels.ORDER)}

    def packed(item: dict[str, Any]) -> tuple[Any, ...]:
        proof = (variants.get(item["variant"], -1), runtimes.get(item["save"], -1), runtimes.get(item["load"], -1))
        return (
            remedies[item["remedy"]],
            verdicts[item["verdict"]],
            texts.place(item["reason"]),
            item["verified"],
            *proof,
            round(item.get("wall") or 0, 1),
        )

    return packed


def _variants(results: dict[str, Any]) -> list[Packed]:
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


def _attempt(run: dict[str, Any], texts: TextTable, failures: InternTable) -> list[Any]:
    """A save or a load as a list: the page's `data.js` names these places again."""
    failure = run["failure"]
    number = -1
    if failure:
        long = (texts.place(failure["message"]), texts.place(failure["traceback"]))
        number = failures.place((failure["type"], *long, failure["step"], failure["path"], failure["line"]))
    seconds = [item for step, time in run["seconds"].items() for item in (step, round(time, 3))]
    where = [run["step"], run["signal"], run["before"]]
    return [number, texts.place(run["log"]), *where, run["notes"], seconds, round(run["wall"], 3), run["memory"]]


def _difference(item: dict[str, Any]) -> tuple[Any, ...]:
    sizes = (item[name] for name in ("absolute", "relative", "ulp", "allowed"))
    short = (None if size is None else float(f"{size:.6g}") for size in sizes)
    return (item["observation"], item["kind"], item["detail"], item["where"], *short, item["counts"])

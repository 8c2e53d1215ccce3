"""Drafts an entry of the catalogue of causes from one cell, with the evidence and the remedies that helped. Pure.

What no run can know stays to be written: the explanation and where it was reported.
"""

from __future__ import annotations

import json
import re

from harness.model import Verdict
from harness.results.diagnosis.messages import gist
from harness.results.shape import CellEntry
from harness.tools.tracebacks import innermost

_KIND_OF = {
    "argument": "schema",
    "layer": "schema",
    "weights": "weights-layout",
    "compile": "metrics",
    "metric": "metrics",
    "optimizer": "optimizer",
    "inputs": "data",
}
_LAYER = re.compile(r"layer \d+ (.*?)(?:_\d+)?")
_LONGEST = 120  # characters of a message that a signature quotes


def draft(cell: CellEntry) -> str:
    """The entry as TOML, ready to be completed."""
    located = cell.get("located")
    words = [located["class"], located["argument"]] if located else []
    title = located["said"] if located else f"{cell['verdict']}: {cell['reason']}"
    lines = [
        "[[cause]]",
        f"id = {_text(_id([*words, cell['verdict']]))}",
        f"title = {_text(title.split('. ')[0].rstrip('.'))}",
        f"kind = {_text(_kind(cell))}",
        f"blames = {_text(_blames(cell))}",
        f"explanation = {_text(f'To be written. {title}')}",
        "references = []  # threads and pages that someone has read",
        f"remedies = {json.dumps(_verified(cell))}",
        "",
        "[[cause.signature]]",
        f"verdict = [{_text(cell['verdict'])}]",
        *_evidence(cell),
    ]
    return "\n".join(lines) + "\n"


def _evidence(cell: CellEntry) -> list[str]:
    failure = cell["failure"]
    if failure:
        frame = innermost(failure["traceback"])
        return [
            f"type = {_pattern('^' + re.escape(failure['type']) + '$')}",
            f"message = {_pattern(_message(failure['message']))}",
            *([f"frame = {_pattern('^' + re.escape(frame) + '$')}"] if frame else []),
        ]
    counting = [difference for difference in cell["differences"] if difference["counts"]]
    observations = list(dict.fromkeys(difference["observation"] for difference in counting))
    kinds = list(dict.fromkeys(difference["kind"] for difference in counting))
    layer = next((match[1] for difference in counting if (match := _LAYER.fullmatch(difference["where"]))), "")
    return [
        f"differs = {json.dumps(observations)}",
        f"how = {json.dumps(kinds)}",
        *([f"layer = {_pattern(re.escape(layer))}"] if layer else []),
    ]


def _message(message: str) -> str:
    """What a message is about as an expression: numbers may differ, and so may what follows."""
    text = gist(message)[:_LONGEST]
    return re.escape(text).replace(r"\#", r"[\d.e+-]+").replace(r"\ ", " ").replace("address", r"\S+")


def _kind(cell: CellEntry) -> str:
    located = cell.get("located")
    if cell["verdict"] == Verdict.CHANGED and not (located and located["part"] in ("weights", "inputs")):
        return "numerics"
    return _KIND_OF.get(located["part"], "schema") if located else "schema"


def _blames(cell: CellEntry) -> str:
    words = cell.get("controls", [])
    if "runtime-alone" in words:
        return "runtime"
    return "model" if "diagonal" in words or "alike" in words else "move"


def _verified(cell: CellEntry) -> list[str]:
    """The remedies that helped, as an entry lists them: those that every cell tries anyway are left out."""
    anyway = ("another-format", "as-the-scenario-says")
    verified = [trial["remedy"] for trial in cell.get("remedies") or () if trial["verified"]]
    return [remedy for remedy in dict.fromkeys(verified) if remedy not in anyway]


def _id(words: list[str]) -> str:
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", " ".join(words))
    return re.sub(r"[^a-z0-9]+", "-", split.lower()).strip("-")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _pattern(value: str) -> str:
    return f"'''{value}'''" if "'''" not in value and not value.endswith("'") else _text(value)

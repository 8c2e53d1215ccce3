"""Finds what else is wrong with a file: once a remedy clears the first fault, what is left is diagnosed anew. Pure."""

from __future__ import annotations

from harness.catalogue.causes import Causes
from harness.model import Verdict
from harness.results import diagnose
from harness.results.diagnosis.evidence import Gatherer
from harness.results.shape import CellEntry, Document, TrialEntry

# These remedies leave the file as the only source of the model, so that what still fails is the file's second fault.
_CLEARING = (
    "patch-config",
    "custom-objects",
    "register",
    "safe-mode-off",
    "unsafe-deserialization",
    "rename-file",
    "compile-false",
)
_LEFT = (Verdict.CHANGED, Verdict.REFUSED, Verdict.CRASHED, Verdict.TIMED_OUT)


def annotate(document: Document, causes: Causes) -> None:
    """Set `then` of every failing cell: the causes that show behind the first, in the order in which one meets them."""
    gatherer = Gatherer(document)
    for cell in document["cells"]:
        cell["then"] = _then(cell, gatherer, causes) if cell.get("cause") else []


def _then(cell: CellEntry, gatherer: Gatherer, causes: Causes) -> list[str]:
    found: dict[str, None] = {}
    for trial in sorted(filter(_shows_more, cell["remedies"]), key=lambda trial: _CLEARING.index(trial["remedy"])):
        cause = diagnose.diagnose(gatherer.of_trial(cell, trial), causes).cause
        if cause not in (diagnose.UNKNOWN, cell["cause"]):
            found[cause] = None
    return list(found)


def _shows_more(trial: TrialEntry) -> bool:
    """Whether the remedy cleared the first fault and met another: an error of another kind, or changed answers."""
    if trial["remedy"] not in _CLEARING or trial["verified"] or trial["verdict"] not in _LEFT:
        return False
    return trial["failure"] is not None or trial["verdict"] == Verdict.CHANGED

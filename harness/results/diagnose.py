"""Finds the cause of a failing cell: its evidence is matched against the signatures of the cause catalogue. Pure."""

from __future__ import annotations

import collections
import dataclasses
import functools

from harness.catalogue.causes import Causes, Signature
from harness.results.diagnosis.controls import NO_CONTROLS
from harness.results.diagnosis.evidence import Evidence, evidence
from harness.results.diagnosis.matching import Examiner
from harness.results.diagnosis.messages import normalised
from harness.results.shape import CellEntry, Document

UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """The id of a cause, or `unknown`, and the signature that identified it."""

    cause: str
    signature: Signature | None = None


@dataclasses.dataclass(frozen=True)
class Unexplained:
    """A normalised message that no signature matches, with its number of cells and one of them as an example."""

    message: str
    count: int
    variant: str
    save: str
    load: str


def diagnose(evidence: Evidence, causes: Causes) -> Diagnosis:
    """The first cause in the catalogue with a matching signature."""
    signature = _examiner(causes).match(evidence)
    return Diagnosis(signature.cause, signature) if signature else Diagnosis(UNKNOWN)


def annotate(document: Document, causes: Causes) -> None:
    """Write cause and controls of every cell and the catalogue itself into a results document: see docs/results.md."""
    for cell, cell_evidence in zip(document["cells"], evidence(document), strict=True):
        cell["cause"] = diagnose(cell_evidence, causes).cause if cell_evidence else ""
        controls = cell_evidence.controls if cell_evidence else NO_CONTROLS
        cell["controls"] = sorted(controls.words) if cell_evidence else []
        cell["good_in"] = list(controls.good_in)
    document["causes"] = [
        {
            "id": cause.id,
            "title": cause.title,
            "explanation": cause.explanation,
            "kind": cause.kind,
            "blames": cause.blames,
            "references": list(cause.references),
            "remedies": list(cause.remedies),
        }
        for cause in causes.causes
    ]
    document["remedies"] = [
        {
            "id": remedy.id,
            "title": remedy.title,
            "side": remedy.side,
            "code": remedy.code,
            "costs": remedy.costs,
            "codes": dict(remedy.codes),
        }
        for remedy in causes.remedies
    ]


def idle(document: Document, causes: Causes) -> list[Signature]:
    """The signatures that match no cell of a document although they once matched one, in catalogue order."""
    diagnoses = [diagnose(cell_evidence, causes) for cell_evidence in evidence(document) if cell_evidence]
    matched = {diagnosis.signature.id for diagnosis in diagnoses if diagnosis.signature}
    return [signature for signature in causes.signatures if signature.id not in matched and not signature.unmeasured]


def unknown(document: Document) -> list[Unexplained]:
    """The messages in an annotated document that no signature matches, the most frequent first."""
    groups: dict[str, list[CellEntry]] = collections.defaultdict(list)
    for cell in document["cells"]:
        if cell.get("cause") == UNKNOWN:
            failure = cell["failure"]
            message = f"{failure['type']}: {failure['message']}" if failure else cell["reason"]
            groups[f"{cell['verdict']}: {normalised(message)}"].append(cell)
    unexplained = [
        Unexplained(message, len(cells), cells[0]["variant"], cells[0]["save"], cells[0]["load"])
        for message, cells in groups.items()
    ]
    return sorted(unexplained, key=lambda group: -group.count)


@functools.lru_cache(maxsize=2)
def _examiner(causes: Causes) -> Examiner:
    return Examiner(causes)

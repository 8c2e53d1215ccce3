"""The diagnosis: rules are tested on recorded failures and on what must stay unknown; a document is annotated.

`recorded/failures.json` has failures of real runs, one or two for each signature that matches in the reference, each
with its right cause. Long messages are cut to the relevant part.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from harness.results import diagnose
from harness.results.diagnosis.evidence import Evidence
from harness.results.diagnosis.messages import normalised
from tests.unit import entries
from tests.unit.results.failures import CATALOGUE, RECORDED, TF1, TF2, cause, raised, recorded, silent


@pytest.mark.parametrize(
    "failure",
    RECORDED["failures"],
    ids=[f"{number}-{failure['cause']}" for number, failure in enumerate(RECORDED["failures"])],
)
def test_recorded(failure: Any) -> None:
    """Each recorded failure has the right cause."""
    assert failure["cause"] == cause(recorded(failure))


@pytest.mark.parametrize(
    "evidence",
    [
        raised("TypeError: 'NoneType' object is not callable"),
        raised("ValueError: not enough values to unpack (expected 2, got 1)"),
        raised("KeyError: 'something'"),
        raised("RuntimeError: the sky fell"),
        raised("AttributeError: 'Thing' object has no attribute 'other'"),
        raised("TypeError: __init__() got an unexpected keyword argument 'x'", frames=("mine.py:prepare",)),
        Evidence(verdict="crashed", stage="load", signal="SIGSEGV", saver=TF2, loader=TF2),
        Evidence(verdict="timed-out", stage="load", saver=TF2, loader=TF2),
        silent(("predictions", "differ at layer 1 dense")),
        silent(("fresh_predictions", "they differ"), observed="fresh_predictions"),
        silent(("predictions", "differ at layer 1 lambda_3"), facts={"kind": "hdf5", "lambda_names": []}),
    ],
)
def test_what_no_rule_covers_is_unknown(evidence: Evidence) -> None:
    """No rule matches just any exception, or just any difference."""
    assert diagnose.Diagnosis("unknown") == diagnose.diagnose(evidence, CATALOGUE)


def test_a_file_that_was_not_read() -> None:
    """Conditions on the file then never hold."""
    lambda_died = Evidence(verdict="crashed", stage="load", signal="SIGSEGV", saver=TF1, loader=TF2)
    assert "unknown" == cause(lambda_died)
    assert "lambda-bytecode" == cause(dataclasses.replace(lambda_died, facts={"kind": "hdf5", "bytecode": True}))


def document() -> Any:
    """A results document with good, unsaved, refused and unexplained cells."""

    def cell(verdict: str, **more: Any) -> Any:
        return entries.cell(variant="v", save="new", load="old", verdict=verdict, **more)

    def runtime(id: str, keras: str) -> Any:
        return {"id": id, "versions": {"keras": keras}, "keras": "tf.keras", "v1": False, "backend": None}

    return {
        "runtimes": [runtime("new", "2.15.0"), runtime("old", "2.3.0-tf")],
        "scenarios": [{"name": "s", "source": ""}],
        "variants": [{"id": "v", "scenario": "s", "format": "h5"}],
        "saves": [
            {"variant": "v", "runtime": "new", "artifact": {"facts": {"kind": "hdf5"}}, "notes": []},
            {"variant": "v", "runtime": "old", "artifact": None, "notes": []},
        ],
        "cells": [
            cell("identical"),
            cell("unsupported"),
            cell("refused", failure=entries.failure("ValueError", "Unknown layer: Functional")),
            cell("unsaved", stage="save", failure=entries.failure("ValueError", "name already exists")),
            cell("refused", failure=entries.failure("RuntimeError", "the sky fell on 'a' at 3")),
            cell("refused", failure=entries.failure("RuntimeError", "the sky fell on 'b' at 14")),
            cell(
                "changed",
                stage="compare",
                reason="predictions differ by up to 3",
                seconds={"observe predictions": 1},
                differences=[
                    {
                        "observation": "predictions",
                        "kind": "value",
                        "where": "0",
                        "detail": "they differ",
                        "counts": True,
                    },
                    {"observation": "metrics", "kind": "text", "where": "0 name", "detail": "renamed", "counts": False},
                ],
            ),
        ],
    }


def test_a_document_is_annotated() -> None:
    """Every cell has a cause, empty if it needs none; the catalogue is included."""
    annotated = document()
    diagnose.annotate(annotated, CATALOGUE)
    assert ["", "", "model-class-renamed", "weight-names-taken", "unknown", "unknown", "unknown"] == [
        cell["cause"] for cell in annotated["cells"]
    ]
    assert [cause.id for cause in CATALOGUE.causes] == [cause["id"] for cause in annotated["causes"]]
    assert {"id", "title", "explanation", "kind", "blames", "references", "remedies"} == set(annotated["causes"][0])
    assert {"id", "title", "side", "code", "costs", "codes"} == set(annotated["remedies"][0])
    json.dumps(annotated)


def test_a_document_says_what_the_controls_of_each_failing_cell_say() -> None:
    """As words, and the loaders in which this very file is good; nothing of a cell that needs no diagnosis."""
    annotated = document()
    annotated["cells"] = [
        entries.cell(variant="v", save=save, load=load, verdict=verdict)
        for save, load, verdict in (("new", "old", "refused"), ("new", "new", "identical"), ("old", "old", "identical"))
    ]
    diagnose.annotate(annotated, CATALOGUE)
    assert [
        (["both-good", "loader-good", "not-alike", "saver-good"], ["new"]),
        ([], []),
        ([], []),
    ] == [(cell["controls"], cell["good_in"]) for cell in annotated["cells"]]


def test_what_is_unknown_is_grouped() -> None:
    """By normalised message, the most frequent first, with a cell as an example."""
    annotated = document()
    diagnose.annotate(annotated, CATALOGUE)
    assert [
        ("refused: RuntimeError: the sky fell on '...' at #", 2, "v", "new", "old"),
        ("changed: predictions differ by up to #", 1, "v", "new", "old"),
    ] == [dataclasses.astuple(unexplained) for unexplained in diagnose.unknown(annotated)]


def test_idle_signatures() -> None:
    """Signatures that matched nothing; one that was never measured is not expected to."""
    idle = {signature.id for signature in diagnose.idle(document(), CATALOGUE)}
    assert "h5py-3/1" in idle
    assert not {"model-class-renamed/1", "weight-names-taken/1"} & idle
    assert not any(signature.unmeasured for signature in CATALOGUE.signatures if signature.id in idle)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Layer 'a' has 3 weights at 0x7f01", "Layer '...' has # weights at address"),
        ("Error using config={'name': 'a'}.\n\nMore", "Error ..."),
        ("\x1b[1mshape (3, 4)\x1b[0m", "shape (#, #)"),
    ],
)
def test_normalised(message: str, expected: str) -> None:
    """What varies between messages of one meaning is left out."""
    assert expected == normalised(message)


def test_every_measured_signature_has_a_recorded_failure() -> None:
    """A new rule comes with the failure that it was made for."""
    diagnoses = [diagnose.diagnose(recorded(failure), CATALOGUE) for failure in RECORDED["failures"]]
    matched = {diagnosis.signature.id for diagnosis in diagnoses if diagnosis.signature}
    measured = {signature.id for signature in CATALOGUE.signatures if not signature.unmeasured}
    assert set() == measured - matched

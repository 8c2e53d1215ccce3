"""Chooses a results document (a named file, the last run, or the committed reference) and diagnoses it again."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable

from harness import paths
from harness.catalogue.causes import Causes
from harness.errors import UsageError
from harness.results import diagnose, reference, remedies, second_faults, trials
from harness.results.document import read_document
from harness.results.shape import Document


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """A results document, the path it was read from, and what that is in words."""

    document: Document
    path: pathlib.Path
    what: str


def choose(
    named: pathlib.Path | None,
    enough: Callable[[Document], bool] = bool,
    *,
    last: pathlib.Path = paths.REPORTS / "results.json",
    committed: pathlib.Path = paths.REFERENCE,
) -> Source:
    """The named file, or else the last run if it knows enough, or else the reference, or else the last run anyway.

    `last` is the document of the last run, `committed` the folder of the reference. Raises UsageError if there is none.
    """
    if named:
        return Source(document=read_document(named), path=named, what="results that you named")
    run = Source(document=read_document(last), path=last, what="the last run") if last.is_file() else None
    if run and enough(run.document):
        return run
    if reference.there(committed):
        return Source(document=reference.read(committed), path=committed, what="the committed reference")
    if run:
        return run
    raise UsageError("there are no results: neither a last run nor a reference", "make some: nox -s matrix")


def rediagnose(document: Document, causes: Causes) -> Document:
    """Find the causes of a document, and what other cells prove, again; remedies that were run stay."""
    run = trials.run_in(document)
    diagnose.annotate(document, causes)
    remedies.annotate(document, run, causes)
    second_faults.annotate(document, causes)
    return document

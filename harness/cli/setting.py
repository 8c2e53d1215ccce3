"""What commands work with, as one argument, so that tests can pass something else."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable

from harness import paths
from harness.catalogue.environments import Catalogue, load_catalogue
from harness.run.machinery import Machinery


@dataclasses.dataclass(frozen=True, kw_only=True)
class Setting:
    """The catalogue, the machinery, the last results, the reference, and the page of findings made from it."""

    load_catalogue: Callable[[], Catalogue] = load_catalogue
    machinery: Machinery = dataclasses.field(default_factory=Machinery)
    results: pathlib.Path = paths.REPORTS / "results.json"
    reference: pathlib.Path = paths.REFERENCE
    findings: pathlib.Path = paths.PROJECT / "docs" / "findings.md"

"""Where things are: the project's own folders, and the home of everything that a run leaves behind."""

from __future__ import annotations

import os
import pathlib

PROJECT = pathlib.Path(__file__).resolve().parent.parent
CATALOGUE = PROJECT / "harness" / "catalogue"
WORKER = PROJECT / "harness" / "worker"
SCENARIOS = PROJECT / "scenarios"
REPORTS = PROJECT / "reports"
REFERENCE = REPORTS / "reference"


def home() -> pathlib.Path:
    """The folder for environments, artifacts and results: `$CROSSLOAD_HOME`, else `.crossload` in the project."""
    return pathlib.Path(os.environ.get("CROSSLOAD_HOME") or PROJECT / ".crossload").resolve()

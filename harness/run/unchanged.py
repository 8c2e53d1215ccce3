"""Checks whether everything is as the last run left it: then its report is still true, and nothing is judged.

The last run leaves a note in the home, one for each reports folder. The note has the digest of what the run was to do,
with which code and on which machine, and the state of the store, the environments and the report files at its end.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import pathlib
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from harness import paths
from harness.environments import records
from harness.errors import UsageError
from harness.model import Environment, Outcome, Provisioned, digest_of
from harness.results.document import machine_facts, read_document
from harness.results.shape import Document, WorkEntry, controls_of
from harness.tools.files import replace_file


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """A report that is still true: its results document, and its files by name."""

    document: Document
    files: dict[str, pathlib.Path]


class PreviousRun:
    """The last run into a reports folder; `request` is all that defines this run, as JSON or with a meaningful `str`.

    `store` is the path of the store; `current` returns the record of an environment that is ready.
    """

    def __init__(
        self,
        store: pathlib.Path,
        reports: pathlib.Path,
        request: Any,
        environments: Sequence[Environment],
        current: Callable[[Environment], Provisioned | None] = records.current,
        code: pathlib.Path = paths.PROJECT / "harness",
        packages: Sequence[str] | None = None,
    ) -> None:
        self._store = store
        self._environments = environments
        self._current = current
        self._path = paths.home() / "unchanged" / f"{digest_of(str(reports.resolve()))}.json"
        # Computed before anything runs: a source edited during the run must not count as the one that ran.
        installed = _packages() if packages is None else packages
        self._request = digest_of([request, _code(code), installed, machine_facts()])

    def report(self) -> Report | None:
        """The report of the last run, if a run now would produce the same; its `work` says that nothing was run."""
        try:
            note = json.loads(self._path.read_text(encoding="utf-8"))
            files = {name: pathlib.Path(path) for name, path in note["files"].items()}
            if note["asked"] != self._request or note["now"] != self._now(files):
                return None
            document = read_document(files["results.json"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError):
            return None
        document["run"]["work"] = _all_known(document["run"]["work"])
        return Report(document=document, files=files)

    def leave(self, document: Document, files: Mapping[str, pathlib.Path]) -> None:
        """Note the state of everything, unless the next run would try something again. Ignores a failure to write.

        Call it after the store is closed, because SQLite writes when it closes.
        """
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
            rolling = any(environment.rolling for environment in self._environments)
            if rolling or _has_unavailable(document):
                return
            files = {name: path.resolve() for name, path in files.items()}
            note = {"asked": self._request, "now": self._now(files), "files": files}
            replace_file(self._path, json.dumps(note, default=str))

    def _now(self, files: Mapping[str, pathlib.Path]) -> dict[str, Any]:
        """The state that may have changed since. Raises OSError if one of its files is gone."""
        current = {environment.id: self._current(environment) for environment in self._environments}
        digests = {id: digest_of(dataclasses.asdict(record)) if record else "" for id, record in current.items()}
        stamps = {name: _size_and_time(path) for name, path in files.items()}
        return {"store": _size_and_time(self._store), "files": stamps, "environments": digests}


def _has_unavailable(document: Document) -> bool:
    """Whether anything was unavailable, so that the next run tries it again."""
    beside = controls_of(document)
    environments = (*document["environments"], *beside["environments"])
    if any(environment["status"] == "unavailable" for environment in environments):
        return True
    outcomes = {save["outcome"] for save in document["saves"]}
    for cell in (*document["cells"], *beside["cells"]):
        outcomes.add(cell["outcome"])
        outcomes.update(trial["outcome"] for trial in cell.get("remedies") or ())
    return Outcome.UNAVAILABLE in outcomes


def _all_known(work: WorkEntry) -> WorkEntry:
    """The same work, for a run that knew all of it."""
    counts = cast(Mapping[str, int], work)
    known: dict[str, int] = {}
    for name in [key.removesuffix("_run") for key in counts if key.endswith("_run")]:
        known[f"{name}_run"] = 0
        known[f"{name}_known"] = counts[f"{name}_run"] + counts[f"{name}_known"]
    return cast(WorkEntry, known)


def _code(folder: pathlib.Path) -> str:
    """The digest of all code that judges and reports, with its catalogue and templates."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _packages() -> list[str]:
    """The packages of the harness itself, by the names of their folders: `pandas-3.0.0.dist-info`."""
    return sorted(path.name for path in pathlib.Path(sysconfig.get_path("purelib")).glob("*.dist-info"))


def _size_and_time(path: pathlib.Path) -> list[int]:
    """The size in bytes, and the time of the last change in nanoseconds."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]

"""Whether a run would find everything as the last one left it: then its report is still true, and nothing is judged.

The last run leaves a note in the home, one for each reports folder. It has the digest of what the run was to do, by
which code and on which machine; and how the store, the environments and the files of the report were at its end.
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
from harness.results.shape import Document, WorkEntry
from harness.tools.files import replace_file


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """A report that is still true: its results document, and its files by name."""

    document: Document
    files: dict[str, pathlib.Path]


class PreviousRun:
    """The last run into a reports folder; `asked` is all that this run is made of, JSON or with a telling `str`.

    `store` is the path of the store, `current` gives the record of an environment that is ready.
    """

    def __init__(
        self,
        store: pathlib.Path,
        reports: pathlib.Path,
        asked: Any,
        environments: Sequence[Environment],
        current: Callable[[Environment], Provisioned | None] = records.current,
        code: pathlib.Path = paths.PROJECT / "harness",
        packages: Sequence[str] | None = None,
    ) -> None:
        self._store = store
        self._environments = environments
        self._current = current
        self._path = paths.home() / "unchanged" / f"{digest_of(str(reports.resolve()))}.json"
        # Before anything is run: a source that is edited during a run must not pass for what made the run.
        installed = _packages() if packages is None else packages
        self._asked = digest_of([asked, _code(code), installed, machine_facts()])

    def report(self) -> Report | None:
        """The report that it left, if a run now would give the same; `work` says that nothing had to be run."""
        try:
            note = json.loads(self._path.read_text(encoding="utf-8"))
            files = {name: pathlib.Path(path) for name, path in note["files"].items()}
            if note["asked"] != self._asked or note["now"] != self._now(files):
                return None
            document = read_document(files["results.json"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError):
            return None
        document["run"]["work"] = _all_known(document["run"]["work"])
        return Report(document=document, files=files)

    def leave(self, document: Document, files: Mapping[str, pathlib.Path]) -> None:
        """Note how everything is, unless the next run would try something again. A failure to write is ignored.

        Call it after the store is closed, since SQLite writes when it closes.
        """
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
            rolling = any(environment.rolling for environment in self._environments)
            if rolling or _is_passing(document):
                return
            files = {name: path.resolve() for name, path in files.items()}
            note = {"asked": self._asked, "now": self._now(files), "files": files}
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, json.dumps(note, default=str))

    def _now(self, files: Mapping[str, pathlib.Path]) -> dict[str, Any]:
        """What others may have changed since. Raises OSError if a file of it is gone."""
        current = {environment.id: self._current(environment) for environment in self._environments}
        digests = {id: digest_of(dataclasses.asdict(record)) if record else "" for id, record in current.items()}
        looks = {name: _size_and_time(path) for name, path in files.items()}
        return {"store": _size_and_time(self._store), "files": looks, "environments": digests}


def _is_passing(document: Document) -> bool:
    """Whether anything was due to the machine at that time, so that the next run tries it again."""
    if any(environment["status"] == "unavailable" for environment in document["environments"]):
        return True
    outcomes = {save["outcome"] for save in document["saves"]}
    for cell in document["cells"]:
        outcomes.add(cell["outcome"])
        outcomes.update(trial["outcome"] for trial in cell.get("remedies") or ())
    return Outcome.UNAVAILABLE in outcomes


def _all_known(work: WorkEntry) -> WorkEntry:
    """The same work for a run that knew all of it."""
    counts = cast(Mapping[str, int], work)
    known: dict[str, int] = {}
    for name in [name.removesuffix("_run") for name in counts if name.endswith("_run")]:
        known[f"{name}_run"] = 0
        known[f"{name}_known"] = counts[f"{name}_run"] + counts[f"{name}_known"]
    return cast(WorkEntry, known)


def _code(folder: pathlib.Path) -> str:
    """The digest of all that judges and reports, with its catalogue and templates."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            whole.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return whole.hexdigest()


def _packages() -> list[str]:
    """The packages that the harness itself runs with, as their folders are named: `pandas-3.0.0.dist-info`."""
    return sorted(path.name for path in pathlib.Path(sysconfig.get_path("purelib")).glob("*.dist-info"))


def _size_and_time(path: pathlib.Path) -> list[int]:
    """Bytes, and nanoseconds of the last change."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]

"""Whether a run would find all as the last one left it: then the report that is there stands, and nothing is judged.

The last run leaves a note in the home, one for each reports folder: the digest of what it was asked to do, by which
code and on which machine; and how the store, the environments and the files of the report were when it was over.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import sysconfig
from collections.abc import Mapping, Sequence
from typing import Any

from harness import paths
from harness.environments import provision
from harness.errors import UsageError
from harness.model import Environment, Outcome, digest_of
from harness.results.document import machine_facts, read_document


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """A report that stands: its results document, and its files by name."""

    document: dict[str, Any]
    files: dict[str, pathlib.Path]


class PreviousRun:
    """The last run into a reports folder; `asked` is all that this run is made of, JSON or with a telling `str`."""

    def __init__(
        self, store: pathlib.Path, reports: pathlib.Path, asked: Any, environments: Sequence[Environment]
    ) -> None:
        self._store = store
        self._environments = environments
        self._path = paths.home() / "unchanged" / f"{digest_of(str(reports.resolve()))}.json"
        # Before anything is run: a source that is edited during a run must not pass for what the run was made by.
        self._asked = digest_of([asked, _code(), _packages(), machine_facts()])

    def report(self) -> Report | None:
        """The report that it left, if a run now would give the same; `work` tells that nothing had to be run."""
        try:
            note = json.loads(self._path.read_text(encoding="utf-8"))
            files = {name: pathlib.Path(path) for name, path in note["files"].items()}
            if note["asked"] != self._asked or note["now"] != self._now(files):
                return None
            document = read_document(files["results.json"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError):
            return None
        document["run"]["work"] = _known(document["run"]["work"])
        return Report(document=document, files=files)

    def leave(self, document: Mapping[str, Any], files: Mapping[str, pathlib.Path]) -> None:
        """Note how all is, unless the next run would try something again; a note that cannot be written is none.

        To be called when the store is closed, since SQLite writes at that.
        """
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
            if any(one.rolling for one in self._environments) or _passing(document):
                return
            files = {name: path.resolve() for name, path in files.items()}
            note = {"asked": self._asked, "now": self._now(files), "files": files}
            self._path.parent.mkdir(parents=True, exist_ok=True)
            aside = self._path.with_suffix(f".{os.getpid()}")
            aside.write_text(json.dumps(note, default=str), encoding="utf-8")
            aside.replace(self._path)

    def _now(self, files: Mapping[str, pathlib.Path]) -> dict[str, Any]:
        """What others may have changed since. Raises OSError where a file of it is not there."""
        records = {one.id: provision.current(one) for one in self._environments}
        return {
            "store": _looks(self._store),
            "files": {name: _looks(path) for name, path in files.items()},
            "environments": {
                id: digest_of(dataclasses.asdict(record)) if record else "" for id, record in records.items()
            },
        }


def _passing(document: Mapping[str, Any]) -> bool:
    """Whether anything is due to this machine at that time, and so tried again by the next run."""
    trials = (trial for cell in document["cells"] for trial in cell.get("remedies") or ())
    return any(one["status"] == "unavailable" for one in document["environments"]) or any(
        one["outcome"] == Outcome.UNAVAILABLE for some in (document["saves"], document["cells"], trials) for one in some
    )


def _known(work: Mapping[str, int]) -> dict[str, int]:
    """The same work for a run that knew it all."""
    whats = [name.removesuffix("_run") for name in work if name.endswith("_run")]
    return {
        f"{what}_{how}": (work[f"{what}_run"] + work[f"{what}_known"]) * (how == "known")
        for what in whats
        for how in ("run", "known")
    }


def _code() -> str:
    """The digest of all that judges and reports, its catalogue and templates included."""
    whole = hashlib.sha256()
    for path in sorted((paths.PROJECT / "harness").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            whole.update(f"{path.relative_to(paths.PROJECT)}\0".encode() + path.read_bytes() + b"\0")
    return whole.hexdigest()


def _packages() -> list[str]:
    """The packages that the harness itself runs with, as their folders are named: `pandas-3.0.0.dist-info`."""
    return sorted(path.name for path in pathlib.Path(sysconfig.get_path("purelib")).glob("*.dist-info"))


def _looks(path: pathlib.Path) -> list[int]:
    """Bytes, and nanoseconds of the last change."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]

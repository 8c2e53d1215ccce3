"""Writes the results document of a full run as columns to be committed (the reference), and reads them back.

`cells.parquet` and `saves.parquet` have one row per cell and save, with the columns of `cells` and `saves` in
docs/results.md. Objects there (`seconds`, `versions`, `artifact`) are JSON text here. `run.json` is the rest of the
document. The observations of an attempt are left out; its differences are kept.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from harness.errors import UsageError
from harness.model import Attempt, Difference, Failure, Outcome, Stage
from harness.results import compare, trials
from harness.results.shape import ArtifactEntry, CellEntry, Document, SaveEntry, TrialEntry, cell_entries, controls_of
from harness.tools.essence import essence

FILES = ("cells.parquet", "saves.parquet", "run.json")
LOG_LIMIT = 600  # characters kept of a log: its end, where a process reports why it died
_AS_JSON = ("seconds", "versions", "artifact")
_ATTEMPT_COLUMNS = ("step", "reason", "signal", "wall", "memory", "log", "before")


class KnownAttempt(NamedTuple):
    """An attempt of an earlier run; `about` is its task in one readable line."""

    stage: Stage
    about: str
    attempt: Attempt


def portable(document: Document) -> Document:
    """The document without what is specific to its machine: the user's folder, the Pythons, uv's logs."""
    home = f"{pathlib.Path.home()}{os.sep}"

    def without_home(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(home, "~/")
        if isinstance(value, dict):
            return {key: without_home(item) for key, item in value.items()}
        return [without_home(item) for item in value] if isinstance(value, list) else value

    clean: Document = without_home(document)
    for environment in (*clean["environments"], *controls_of(clean)["environments"]):
        environment["interpreter"] = environment["log"] = ""
    return clean


def write(document: Document, folder: pathlib.Path) -> None:
    """Write a results document to a folder, as columns."""
    import pyarrow
    from pyarrow import parquet

    folder.mkdir(parents=True, exist_ok=True)
    columns: dict[str, Sequence[Mapping[str, Any]]] = {"cells": document["cells"], "saves": document["saves"]}
    for name, entries in columns.items():
        table = pyarrow.Table.from_pylist([_row(entry) for entry in entries])
        parquet.write_table(table, folder / f"{name}.parquet", compression="zstd", compression_level=19)
    rest = {name: value for name, value in document.items() if name not in columns}
    text = json.dumps({**rest, "compare": _compare_digest()}, indent=1, sort_keys=True)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")


def read(folder: pathlib.Path) -> Document:
    """The results document in a folder, with logs cut. Raises UsageError if it cannot be read."""
    return _read(folder)[0]


def _read(folder: pathlib.Path) -> tuple[Document, str]:
    """The document, and the digest of the rules that compared its cells."""
    import pyarrow
    from pyarrow import parquet

    try:
        document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        compared_by = document.pop("compare")
        for name in ("cells", "saves"):
            rows = parquet.read_table(folder / f"{name}.parquet").to_pylist()
            document[name] = [_entry(row) for row in rows]
    except (OSError, ValueError, KeyError, pyarrow.ArrowException) as error:
        raise UsageError(f"{folder}: cannot read the reference: {error}", "restore it from version control") from error
    return cast(Document, document), compared_by


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    """The entry of a document that a row was made from."""
    objects = {key: json.loads(row[key]) for key in _AS_JSON if key in row}
    return {**row, **objects}


def there(folder: pathlib.Path) -> bool:
    """Whether a folder holds a reference."""
    return all((folder / name).is_file() for name in FILES)


def attempts(folder: pathlib.Path) -> dict[str, KnownAttempt]:
    """The attempts that a reference knows, by their keys. Raises UsageError if it cannot be read.

    Loads that were compared by other rules than today's are left out: their verdicts may differ.
    """
    document, compared_by = _read(folder)
    same_rules = compared_by == _compare_digest()
    beside = controls_of(document)
    by_key = {row["key"]: _save_attempt(row) for row in (*document["saves"], *beside["saves"])}
    for row in (*document["cells"], *beside["cells"]):
        runs = [trial for trial in row.get("remedies") or () if trial["key"]]  # the other trials were not run
        by_key |= {trial["key"]: _trial_attempt(row, trial) for trial in runs if same_rules or _fell_short(trial)}
        if row["key"] and (same_rules or _fell_short(row)):
            by_key[row["key"]] = _load_attempt(row)
    return {key: known for key, known in by_key.items() if key and known.attempt.outcome is not Outcome.UNAVAILABLE}


def _fell_short(entry: CellEntry | TrialEntry) -> bool:
    """Whether the run ended before anything could be compared."""
    return entry["outcome"] != Outcome.DONE


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """A cell whose verdict changed; `before` is '' if the earlier document does not have the cell."""

    variant: str
    save: str
    load: str
    before: str
    now: str


def changes(before: Document, now: Document) -> list[Change]:
    """The cells whose verdict differs from that in an earlier document."""
    earlier = {id: cell["verdict"] for id, cell in cell_entries(before).items()}
    return [
        Change(**id._asdict(), before=earlier.get(id, ""), now=cell["verdict"])
        for id, cell in cell_entries(now).items()
        if earlier.get(id, "") != cell["verdict"]
    ]


def _row(entry: Mapping[str, Any]) -> dict[str, Any]:
    as_json = {key: json.dumps(entry[key], sort_keys=True) for key in _AS_JSON if key in entry}
    return {**entry, **as_json, "log": entry["log"][-LOG_LIMIT:]}


def _save_attempt(row: SaveEntry) -> KnownAttempt:
    artifact: ArtifactEntry = row["artifact"] or {"digest": "", "bytes": 0, "files": {}}
    attempt = Attempt(
        **_common(row),
        versions=row["versions"],
        artifact=artifact["digest"],
        files=artifact["files"],
        facts=dict(artifact.get("facts", {})),
    )
    return KnownAttempt(Stage.SAVE, f"{row['variant']}: {row['runtime']}", attempt)


def _load_attempt(row: CellEntry) -> KnownAttempt:
    differences = tuple(Difference(**difference) for difference in row["differences"])
    reason = "" if row["outcome"] == Outcome.DONE else row["reason"]  # otherwise the comparison gave it
    attempt = Attempt(**{**_common(row), "reason": reason}, differences=differences)
    return KnownAttempt(Stage.LOAD, f"{row['variant']}: {row['save']} -> {row['load']}", attempt)


def _trial_attempt(row: CellEntry, trial: TrialEntry) -> KnownAttempt:
    about = f"{row['variant']}: {row['save']} -> {row['load']}, with {trial['remedy']}"
    return KnownAttempt(Stage.LOAD, about, trials.attempt_of(trial))


def _common(row: SaveEntry | CellEntry) -> dict[str, Any]:
    entry = cast(dict[str, Any], row)
    return {
        **{name: entry[name] for name in _ATTEMPT_COLUMNS},
        "outcome": Outcome(entry["outcome"]),
        "notes": tuple(entry["notes"]),
        "seconds": entry["seconds"],
        "failure": Failure(**entry["failure"]) if entry["failure"] else None,
    }


def _compare_digest() -> str:
    """The digest of the comparison rules: other rules may lead to other verdicts."""
    source = pathlib.Path(compare.__file__).read_bytes()
    return hashlib.sha256(essence(source)).hexdigest()

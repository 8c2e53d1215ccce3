"""The committed results of a full run: written as columns from a results document, read back to seed a store.

`cells.parquet` and `saves.parquet` have a row for every cell and save, and the columns of `cells` and `saves` in
docs/results.md; what is an object with keys of its own there (`seconds`, `versions`, `artifact`) is JSON text here.
`run.json` is the rest of the document. What an attempt observed is not in it: its differences are.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pathlib
from collections.abc import Iterable
from typing import Any

from harness.errors import UsageError
from harness.model import Attempt, Difference, Failure, Outcome, Stage
from harness.results import compare, remedies
from harness.store.attempts import Store
from harness.tools.essence import essence

FILES = ("cells.parquet", "saves.parquet", "run.json")
LOG_LIMIT = 600  # characters of a log that are kept: its end, where a process says what it died of
_AS_JSON = ("seconds", "versions", "artifact")
_OF_ATTEMPT = ("step", "reason", "signal", "wall", "memory", "log", "before")


def portable(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what is of the machine that made it: its user's folder, its Pythons, uv's words."""
    home = f"{pathlib.Path.home()}{os.sep}"

    def told(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(home, "~/")
        if isinstance(value, dict):
            return {key: told(item) for key, item in value.items()}
        return [told(item) for item in value] if isinstance(value, list) else value

    whole: dict[str, Any] = told(document)
    return {**whole, "environments": [{**one, "interpreter": "", "log": ""} for one in whole["environments"]]}


def write(document: dict[str, Any], folder: pathlib.Path) -> None:
    """Write a results document as columns into a folder."""
    import pyarrow
    from pyarrow import parquet

    folder.mkdir(parents=True, exist_ok=True)
    rest = {name: value for name, value in document.items() if name not in ("cells", "saves")}
    for name in ("cells", "saves"):
        table = pyarrow.Table.from_pylist([_row(row) for row in document[name]])
        parquet.write_table(table, folder / f"{name}.parquet", compression="zstd", compression_level=19)
    whole = {**rest, "compare": _of_compare()}
    (folder / "run.json").write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read(folder: pathlib.Path) -> dict[str, Any]:
    """The results document in a folder, with logs cut. Raises UsageError when it cannot be read."""
    import pyarrow
    from pyarrow import parquet

    try:
        document: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        for name in ("cells", "saves"):
            rows = parquet.read_table(folder / f"{name}.parquet").to_pylist()
            document[name] = [{**row, **{key: json.loads(row[key]) for key in _AS_JSON if key in row}} for row in rows]
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise UsageError(f"{folder}: no reference can be read: {error}", "restore it from version control") from error
    return document


def there(folder: pathlib.Path) -> bool:
    """Whether a folder holds a reference."""
    return all((folder / name).is_file() for name in FILES)


def seed(store: Store, folder: pathlib.Path) -> None:
    """Put the attempts of a reference into a store, where what is there already stays.

    Loads that were compared by other rules than today's are left out: their verdicts might be others.
    """
    document = read(folder)
    saves = {row["key"]: (f"{row['variant']}: {row['runtime']}", _save(row)) for row in document["saves"] if row["key"]}
    today = document.pop("compare") == _of_compare()
    loads = {
        row["key"]: (f"{row['variant']}: {row['save']} -> {row['load']}", _load(row))
        for row in document["cells"]
        if row["key"] and (today or row["outcome"] != Outcome.DONE)
    }
    trials = {
        trial["key"]: (
            f"{row['variant']}: {row['save']} -> {row['load']}, with {trial['remedy']}",
            remedies.attempt_of(trial),
        )
        for row in document["cells"]
        for trial in row.get("remedies") or ()
        if trial["key"] and (today or trial["outcome"] != Outcome.DONE)
    }
    store.seed(str(Stage.SAVE), _known(saves.items()))
    store.seed(str(Stage.LOAD), _known(trials.items()))
    store.seed(str(Stage.LOAD), _known(loads.items()))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """A cell that came to another verdict; '' where it was not asked before."""

    variant: str
    save: str
    load: str
    before: str
    now: str


def changes(before: dict[str, Any], now: dict[str, Any]) -> list[Change]:
    """The cells of a document whose verdict is not that of an earlier one."""
    known = {(cell["variant"], cell["save"], cell["load"]): cell["verdict"] for cell in before["cells"]}
    return [
        Change(variant=cell["variant"], save=cell["save"], load=cell["load"], before=was, now=cell["verdict"])
        for cell in now["cells"]
        if (was := known.get((cell["variant"], cell["save"], cell["load"]), "")) != cell["verdict"]
    ]


def _known(attempts: Iterable[tuple[str, tuple[str, Attempt]]]) -> dict[str, tuple[str, Attempt]]:
    """Those that tell of Keras and not of a machine."""
    return {key: (about, attempt) for key, (about, attempt) in attempts if attempt.outcome is not Outcome.UNAVAILABLE}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        **{key: json.dumps(row[key], sort_keys=True) for key in _AS_JSON if key in row},
        "log": row["log"][-LOG_LIMIT:],
    }


def _save(row: dict[str, Any]) -> Attempt:
    artifact = row["artifact"] or {"digest": "", "files": {}}
    return Attempt(
        **_common(row),
        versions=row["versions"],
        artifact=artifact["digest"],
        files=artifact["files"],
        facts=artifact.get("facts", {}),
    )


def _load(row: dict[str, Any]) -> Attempt:
    reason = "" if row["outcome"] == Outcome.DONE else row["reason"]  # else it is what the comparison said
    return Attempt(
        **{**_common(row), "reason": reason}, differences=tuple(Difference(**one) for one in row["differences"])
    )


def _common(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _OF_ATTEMPT},
        "outcome": Outcome(row["outcome"]),
        "notes": tuple(row["notes"]),
        "seconds": row["seconds"],
        "failure": Failure(**row["failure"]) if row["failure"] else None,
    }


def _of_compare() -> str:
    source = pathlib.Path(compare.__file__).read_bytes()
    return hashlib.sha256(essence(source)).hexdigest()

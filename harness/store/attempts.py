"""Keeps every finished save and load in SQLite, one transaction each: a killed run loses only what was in flight.

This is the only module with SQL. Arrays are kept under the digest of their content, because most cells share them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import json
import pathlib
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy

from harness.errors import StoreError
from harness.model import Attempt, Difference, Failure, Outcome

VERSION = 1
_SCHEMA = """
create table if not exists attempt (
    key text primary key, stage text not null, about text not null, attempt text not null,
    finished text not null default current_timestamp) without rowid;
create table if not exists array (digest text primary key, content blob not null) without rowid;
"""


class Store:
    """Attempts by key and arrays by digest. Safe to use from several threads. Raises StoreError.

    Without a path, everything stays in memory and is lost when the process ends.
    """

    def __init__(self, path: pathlib.Path | None) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, timeout=30)
            self._switch_to_wal()
            self._connection.execute("pragma synchronous = normal")
            (version,) = self._connection.execute("pragma user_version").fetchone()
            (foreign,) = self._connection.execute(
                "select count(*) from sqlite_master where type = 'table' and name not in ('attempt', 'array')"
            ).fetchone()
            if version == 0 and foreign:
                raise StoreError(
                    f"{path}: this database is not a Crossload store", "choose another home: CROSSLOAD_HOME=/path"
                )
            if version not in (0, VERSION):
                raise StoreError(
                    f"{path}: a store of version {version}, but this Crossload reads version {VERSION}",
                    "move it away to start again, or use the Crossload that wrote it",
                )
            if version == 0:  # immediate, to wait for another process that is just creating it
                self._connection.executescript(f"begin immediate; {_SCHEMA} pragma user_version = {VERSION}; commit;")
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"{path}: {error}", "is the disk full, or the file damaged? Move it away to start again"
            ) from error

    def _switch_to_wal(self) -> None:
        """Switch to WAL mode: the only step where SQLite does not wait for another process that does the same."""
        for retries in range(100, -1, -1):
            try:
                self._connection.execute("pragma journal_mode = wal")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or not retries:
                    raise
                time.sleep(0.1)

    def attempts(self, keys: Iterable[str]) -> dict[str, Attempt]:
        """The attempts with these keys, as far as the store has them."""
        attempts: dict[str, Attempt] = {}
        with self._connected() as connection:
            for batch in _batches(keys, 500):
                marks = ",".join("?" * len(batch))
                query = f"select key, attempt from attempt where key in ({marks})"  # noqa: S608 - only question marks
                rows = connection.execute(query, batch)
                attempts.update((key, _attempt(json.loads(text))) for key, text in rows)
        return attempts

    def put(self, key: str, stage: str, about: str, attempt: Attempt, arrays: dict[str, bytes]) -> None:
        """Keep one finished attempt and the arrays it observed: both, or neither."""
        with self._connected() as connection, connection:
            connection.executemany("insert or ignore into array values (?, ?)", arrays.items())
            connection.execute(
                "insert or replace into attempt (key, stage, about, attempt) values (?, ?, ?, ?)",
                (key, stage, about, _text(attempt)),
            )

    def seed(self, attempts: Mapping[str, tuple[str, str, Attempt]]) -> None:
        """Keep attempts of another store, as (stage, about, attempt) by key; those already in this one stay."""
        rows = [(key, str(stage), about, _text(attempt)) for key, (stage, about, attempt) in attempts.items()]
        with self._connected() as connection, connection:
            connection.executemany(
                "insert or ignore into attempt (key, stage, about, attempt) values (?, ?, ?, ?)", rows
            )

    def array(self, digest: str) -> numpy.ndarray[Any, Any]:
        """An array by its digest. Raises StoreError if there is none."""
        with self._connected() as connection:
            row = connection.execute("select content from array where digest = ?", (digest,)).fetchone()
        if row is None:
            raise StoreError(f"{self.path}: no array {digest}", "move the store away to start again")
        value: numpy.ndarray[Any, Any] = numpy.load(io.BytesIO(row[0]), allow_pickle=False)
        return value

    def close(self) -> None:
        """Close the file; a store that is never closed loses nothing."""
        self._connection.close()

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise StoreError(f"{self.path}: {error}", "is the disk full?") from error
            except (ValueError, KeyError, TypeError) as error:
                raise StoreError(
                    f"{self.path}: cannot read what is stored: {error}", "move it away to start again"
                ) from error


def packed(array: numpy.ndarray[Any, Any]) -> tuple[str, bytes]:
    """An array as (digest, bytes) for `Store.put`."""
    stream = io.BytesIO()
    numpy.save(stream, array, allow_pickle=False)
    content = stream.getvalue()
    return hashlib.sha256(content).hexdigest(), content


def _text(attempt: Attempt) -> str:
    return json.dumps(dataclasses.asdict(attempt), sort_keys=True)


def _attempt(stored: dict[str, Any]) -> Attempt:
    failure, differences = stored.pop("failure"), stored.pop("differences", None)
    return Attempt(
        **{
            **stored,
            "outcome": Outcome(stored["outcome"]),
            "notes": tuple(stored["notes"]),
            "findings": tuple(stored.get("findings", ())),
            "failure": Failure(**failure) if failure else None,
            "differences": None if differences is None else tuple(Difference(**fields) for fields in differences),
        }
    )


def _batches(values: Iterable[str], size: int) -> Iterator[list[str]]:
    sequence = list(values)
    for start in range(0, len(sequence), size):
        yield sequence[start : start + size]

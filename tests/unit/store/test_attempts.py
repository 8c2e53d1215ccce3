"""The store of results: what is put stays for good, whole or not at all, for every reader."""

from __future__ import annotations

import concurrent.futures
import contextlib
import multiprocessing
import pathlib
import sqlite3
from collections.abc import Iterator
from typing import Any

import numpy
import pytest

from harness.errors import StoreError
from harness.model import Attempt, Outcome
from harness.store import attempts as store
from harness.store.attempts import Store, packed
from tests.unit import made


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    """The path of the store, whose folder does not exist yet."""
    return tmp_path / "home" / "store.sqlite"


@pytest.fixture
def kept(path: pathlib.Path) -> Iterator[Store]:
    """An empty store."""
    with contextlib.closing(Store(path)) as opened:
        yield opened


FULL = made.attempt(
    Outcome.RAISED,
    step="load",
    reason="ValueError: ü \U0001f600 \ud800",
    failure=made.failure(path="/s.py", line=3),
    signal="SIGSEGV",
    versions={"keras": "2.2.4"},
    observations={"weights": [["0/0", "array", "digest"], ["n", "text", ""]]},
    notes=("one", "two"),
    seconds={"build": 0.5},
    wall=1.5,
    memory=2**40,
    log="\x00\x1b[0m",
    artifact="a",
    before="crashed",
)


@pytest.mark.parametrize("attempt", [made.attempt(), FULL, *(made.attempt(outcome) for outcome in Outcome)])
def test_an_attempt_comes_back_as_it_was(kept: Store, attempt: Attempt) -> None:
    """Every field, with its type."""
    kept.put("key", "save", "about", attempt, {})
    assert {"key": attempt} == kept.attempts(["key"])


@pytest.mark.parametrize(
    "array",
    [
        numpy.array(1.5),
        numpy.zeros((0, 3)),
        numpy.array([numpy.nan, numpy.inf]),
        numpy.array([True]),
        numpy.array([1 + 2j]),
        numpy.array(["ü", "b"]),
        numpy.array([b"a"]),
        numpy.arange(6, dtype=">i2").reshape(2, 3).T,
        numpy.ones((2, 2), "float16"),
        numpy.array([2**63], "uint64"),
    ],
    ids=repr,
)
def test_an_array_comes_back_as_it_was(kept: Store, array: Any) -> None:
    """Of any type and shape."""
    digest, content = packed(array)
    kept.put("key", "save", "about", made.attempt(), {digest: content})
    back = kept.array(digest)
    assert (array.dtype, array.shape) == (back.dtype, back.shape)
    assert array.tobytes() == back.tobytes()


def test_equal_arrays_share_a_digest_and_others_do_not() -> None:
    """Most cells observe the same arrays."""
    digest = packed(numpy.array([1.0, 2.0]))[0]
    assert digest == packed(numpy.array([1.0, 2.0]))[0]
    different = [
        numpy.array([1.0, 3.0]),
        numpy.array([[1.0, 2.0]]),
        numpy.array([1.0, 2.0], "float32"),
        numpy.array([1, 2]),
    ]
    assert 5 == len({digest, *(packed(array)[0] for array in different)})


def test_an_object_array_is_refused() -> None:
    """It would be stored as a pickle, which no one should open."""
    with pytest.raises(ValueError, match="pickle"):
        packed(numpy.array([object()]))


def test_what_is_not_stored_is_not_returned(kept: Store) -> None:
    """Only requested attempts that exist are returned; a missing array is an error."""
    kept.put("a", "save", "about", made.attempt(), {})
    assert {"a": made.attempt()} == kept.attempts(["b", "a", "c"])
    assert {} == kept.attempts([])
    with pytest.raises(StoreError, match="no array 0123"):
        kept.array("0123")


@pytest.mark.parametrize("count", [499, 500, 501, 2500])
def test_any_number_of_keys_can_be_requested_at_once(kept: Store, count: int) -> None:
    """Even though the variables of one statement are limited."""
    for key in ("key 0", f"key {count - 1}"):
        kept.put(key, "save", "about", made.attempt(), {})
    assert {"key 0", f"key {count - 1}"} == set(kept.attempts(f"key {number}" for number in range(count)))


def test_the_last_result_of_a_key_counts(kept: Store) -> None:
    """A deliberate repetition replaces it; its arrays stay for other attempts."""
    digest, content = packed(numpy.array(1.0))
    kept.put("key", "save", "about", made.attempt(Outcome.RAISED), {digest: content})
    kept.put("key", "save", "about", made.attempt(), {digest: content})
    assert {"key": made.attempt()} == kept.attempts(["key"])
    assert 1.0 == kept.array(digest)


def test_results_survive_the_process(path: pathlib.Path) -> None:
    """The next run continues from them, even if this one never closed the store."""
    digest, content = packed(numpy.array(1.0))
    first = Store(path)
    first.put("key", "save", "about", FULL, {digest: content})
    with contextlib.closing(Store(path)) as second:
        assert {"key": FULL} == second.attempts(["key"])
        assert 1.0 == second.array(digest)
    first.close()


def test_a_result_is_kept_whole_or_not_at_all(kept: Store) -> None:
    """If an array cannot be written, its attempt is not written either."""
    broken: Any = {"digest": object()}
    with pytest.raises(StoreError):
        kept.put("key", "save", "about", made.attempt(), {"good": b"content", **broken})
    assert {} == kept.attempts(["key"])
    with pytest.raises(StoreError, match="no array good"):
        kept.array("good")
    kept.put("key", "save", "about", made.attempt(), {})
    assert {"key"} == set(kept.attempts(["key"]))


def test_several_threads_may_put_and_read_at_once(kept: Store) -> None:
    """Nothing is lost and nothing is mixed up."""
    digest, content = packed(numpy.arange(100))

    def work(number: int) -> bool:
        key = f"key {number}"
        kept.put(key, "save", key, made.attempt(reason=key), {digest: content})
        return kept.attempts([key])[key].reason == key and kept.array(digest)[99] == 99

    with concurrent.futures.ThreadPoolExecutor(8) as executor:
        assert all(executor.map(work, range(100)))
    assert 100 == len(kept.attempts(f"key {number}" for number in range(100)))


def _put_some(path: str, name: str) -> None:
    opened = Store(pathlib.Path(path))
    for number in range(20):
        opened.put(f"{name} {number}", "save", "about", made.attempt(), {})
    opened.close()


def test_several_processes_may_share_a_store(path: pathlib.Path) -> None:
    """Runs at the same time, which even create it at the same time."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_put_some, args=(str(path), name)) for name in "abcd"]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [0] * 4 == [process.exitcode for process in processes]
    with contextlib.closing(Store(path)) as opened:
        assert 80 == len(opened.attempts(f"{name} {number}" for name in "abcd" for number in range(20)))


def test_a_store_of_another_version_is_refused(path: pathlib.Path) -> None:
    """With both versions and what to do; the content stays unchanged."""
    Store(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma user_version = 99")
    with pytest.raises(StoreError, match=f"version 99, but this Crossload reads version {store.VERSION}") as caught:
        Store(path)
    assert "move it away" in caught.value.hint
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert (99,) == connection.execute("pragma user_version").fetchone()


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to look like one" * 20, b"SQLite format 3\x00" * 64]
)
def test_a_file_that_is_not_a_store_is_refused_and_left_alone(path: pathlib.Path, content: bytes) -> None:
    """Someone may need it."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"store\.sqlite"):
        Store(path)
    assert content == path.read_bytes()


def test_a_store_cut_short_is_refused(path: pathlib.Path) -> None:
    """With a message, either when it is opened or when it is read."""
    opened = Store(path)
    for number in range(50):
        digest, content = packed(numpy.full(1000, number))
        opened.put(f"key {number}", "save", "about", made.attempt(), {digest: content})
    opened.close()
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(StoreError):  # noqa: PT012 - either may find it
        damaged = Store(path)
        try:
            damaged.attempts(f"key {number}" for number in range(50))
        finally:
            damaged.close()


def test_an_unreadable_result_is_a_store_error() -> None:
    """Whatever is wrong inside the file is reported as such, not as a traceback."""
    with contextlib.closing(Store(pathlib.Path(":memory:"))) as opened:
        opened._connection.execute("insert into attempt (key, stage, about, attempt) values ('key', 's', 'a', '{')")
        with pytest.raises(StoreError):
            opened.attempts(["key"])


def test_a_database_of_another_program_is_refused(path: pathlib.Path) -> None:
    """A file that is not ours does not get our tables."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("create table recipes (name text)")
    with pytest.raises(StoreError):
        Store(path).close()


def test_a_store_that_was_only_half_created_is_completed(path: pathlib.Path) -> None:
    """A run was killed at that moment, or another one is just creating it."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(store._SCHEMA)
    with contextlib.closing(Store(path)) as opened:
        assert {} == opened.attempts(["key"])


def test_a_folder_in_place_of_the_file_is_refused(path: pathlib.Path) -> None:
    """So is a file in place of the folder."""
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="unable to open"):
        Store(path)
    (path.parent / "file").write_text("")
    with pytest.raises(StoreError):
        Store(path.parent / "file" / "store.sqlite")


def test_a_store_that_cannot_be_written_is_a_store_error(kept: Store) -> None:
    """A full disk or a read-only file is reported with the path."""
    kept._connection.execute("pragma query_only = on")
    with pytest.raises(StoreError, match=r"store\.sqlite: .*readonly"):
        kept.put("key", "save", "about", made.attempt(), {})
    assert {} == kept.attempts(["key"])


def test_a_closed_store_is_a_store_error(path: pathlib.Path) -> None:
    """Using it after closing raises StoreError."""
    opened = Store(path)
    opened.close()
    with pytest.raises(StoreError):
        opened.attempts(["key"])

"""The store of artifacts: content decides the address, and an artifact never changes."""

from __future__ import annotations

import concurrent.futures
import os
import pathlib
from collections.abc import Mapping

import pytest

from harness.store.artifacts import Artifacts
from harness.worker import protocol


@pytest.fixture
def artifacts(tmp_path: pathlib.Path) -> Artifacts:
    """An empty store."""
    return Artifacts(tmp_path / "artifacts")


def work(folder: pathlib.Path, files: Mapping[str, bytes], inputs: bytes = b"inputs") -> pathlib.Path:
    """The working folder as a save leaves it; a name that ends in / is an empty folder."""
    for name, content in files.items():
        path = folder / protocol.ARTIFACT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir()
        else:
            path.write_bytes(content)
    (folder / protocol.ARTIFACT).mkdir(parents=True, exist_ok=True)
    (folder / protocol.INPUTS).write_bytes(inputs)
    (folder / "log.txt").write_text("not part of it")
    return folder


def test_what_is_taken_is_there_and_comes_back_the_same(tmp_path: pathlib.Path, artifacts: Artifacts) -> None:
    """Files of any name and depth, including empty files and empty folders."""
    files = {"model.h5": b"\x00\xff", "model/variables/data": b"", "model/assets/": b"", "ü \n.json": b"{}"}
    digest = artifacts.take(work(tmp_path / "save", files))
    assert artifacts.has(digest)
    laid = tmp_path / "load"
    laid.mkdir()
    artifacts.lay_out(digest, laid)
    assert {name: content for name, content in files.items() if not name.endswith("/")} == {
        path.relative_to(laid / protocol.ARTIFACT).as_posix(): path.read_bytes()
        for path in (laid / protocol.ARTIFACT).rglob("*")
        if path.is_file()
    }
    assert (laid / protocol.ARTIFACT / "model" / "assets").is_dir()
    assert b"inputs" == (laid / protocol.INPUTS).read_bytes()


def test_nothing_else_of_the_working_folder_is_taken(tmp_path: pathlib.Path, artifacts: Artifacts) -> None:
    """Logs and answers are not part of an artifact."""
    digest = artifacts.take(work(tmp_path / "save", {"model.h5": b"1"}))
    assert {protocol.ARTIFACT, protocol.INPUTS} == {path.name for path in artifacts.path(digest).iterdir()}


def test_sizes_are_listed_by_name(tmp_path: pathlib.Path, artifacts: Artifacts) -> None:
    """Only for what the save wrote; the inputs are ours."""
    digest = artifacts.take(work(tmp_path / "save", {"model.h5": b"123", "a/b/c": b"", "d/": b""}))
    assert {"a/b/c": 0, "model.h5": 3} == artifacts.files(digest)


def test_a_save_without_files_is_an_artifact(tmp_path: pathlib.Path, artifacts: Artifacts) -> None:
    """A model that is rebuilt from code leaves no files."""
    digest = artifacts.take(work(tmp_path / "save", {}))
    assert artifacts.has(digest)
    assert {} == artifacts.files(digest)


def test_the_same_content_taken_twice_is_stored_once(tmp_path: pathlib.Path, artifacts: Artifacts) -> None:
    """In whatever order the files were written; and nothing is left over."""
    first = artifacts.take(work(tmp_path / "one", {"a": b"1", "b/c": b"2"}))
    second = artifacts.take(work(tmp_path / "other", {"b/c": b"2", "a": b"1"}))
    assert first == second
    assert 1 == sum(1 for path in artifacts.folder.glob("*/*"))
    assert {"log.txt"} == {path.name for path in (tmp_path / "other").iterdir()}


@pytest.mark.parametrize(
    ("files", "inputs"),
    [
        ({"a": b"2"}, b"inputs"),
        ({"b": b"1"}, b"inputs"),
        ({"a": b"1", "b": b""}, b"inputs"),
        ({"sub/a": b"1"}, b"inputs"),
        ({"a": b"1"}, b"others"),
        ({}, b"inputs"),
        pytest.param(
            {"a": b"1", "empty/": b""},
            b"inputs",
        ),
    ],
)
def test_other_content_has_another_address(
    tmp_path: pathlib.Path, artifacts: Artifacts, files: Mapping[str, bytes], inputs: bytes
) -> None:
    """Content, name, path and the inputs of the model all count."""
    first = artifacts.take(work(tmp_path / "one", {"a": b"1"}))
    assert first != artifacts.take(work(tmp_path / "other", files, inputs))


def test_names_and_contents_cannot_be_mistaken_for_one_another(tmp_path: pathlib.Path, artifacts: Artifacts) -> None:
    """The digest includes where one file ends and the next begins."""
    first = artifacts.take(work(tmp_path / "one", {"a": b"1", "b": b"2"}))
    second = artifacts.take(work(tmp_path / "other", {"a": b"1artifact/b\x001\x002"}))
    assert first != second


def test_a_loader_cannot_touch_the_original(tmp_path: pathlib.Path, artifacts: Artifacts) -> None:
    """It gets a copy."""
    digest = artifacts.take(work(tmp_path / "save", {"model.h5": b"1"}))
    for number in range(2):
        folder = tmp_path / f"load{number}"
        folder.mkdir()
        artifacts.lay_out(digest, folder)
        copy = folder / protocol.ARTIFACT / "model.h5"
        assert b"1" == copy.read_bytes()
        copy.write_bytes(b"overwritten")


def test_several_takers_of_the_same_content_all_succeed(tmp_path: pathlib.Path, artifacts: Artifacts) -> None:
    """Savers run in parallel, and some save identical files."""
    folders = [work(tmp_path / str(number), {"model.h5": b"1" * 1000, "b/c": b"2"}) for number in range(16)]
    with concurrent.futures.ThreadPoolExecutor(8) as executor:
        digests = set(executor.map(artifacts.take, folders))
    assert 1 == len(digests)
    assert {"b/c": 1, "model.h5": 1000} == artifacts.files(digests.pop())


def test_what_was_never_taken_is_not_in_the_store(artifacts: Artifacts) -> None:
    """Even before the store itself exists."""
    assert not artifacts.has("0" * 64)


def test_a_save_that_left_nothing_cannot_be_taken(tmp_path: pathlib.Path, artifacts: Artifacts) -> None:
    """Nothing is left behind in the store."""
    (tmp_path / "save").mkdir()
    with pytest.raises(OSError, match=protocol.ARTIFACT):
        artifacts.take(tmp_path / "save")
    assert not artifacts.folder.exists()


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_link_is_taken_as_what_it_points_to(tmp_path: pathlib.Path, artifacts: Artifacts) -> None:
    """A loader gets the file, wherever it was."""
    folder = work(tmp_path / "save", {"model.h5": b"1"})
    (folder / protocol.ARTIFACT / "link.h5").symlink_to("model.h5")
    digest = artifacts.take(folder)
    (tmp_path / "load").mkdir()
    artifacts.lay_out(digest, tmp_path / "load")
    assert b"1" == (tmp_path / "load" / protocol.ARTIFACT / "link.h5").read_bytes()

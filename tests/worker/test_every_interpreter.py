"""The worker on every real interpreter from Python 3.6 on, with a stand-in for Keras; and its refusal on 2.7."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import numpy
import pytest

from harness.catalogue.environments import load_catalogue
from harness.execute.process import command, run_alone
from harness.execute.zygote import Zygote
from harness.worker import protocol

HERE = pathlib.Path(__file__).parent
VERSIONS = ("3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
RUNTIME = {"id": "stand-in", "keras": "keras", "v1": False, "backend": "numpy"}

pytestmark = pytest.mark.slow

PythonOf = Callable[[str], str]


def _request(folder: pathlib.Path, stage: str, seconds: float = 60, **more: Any) -> pathlib.Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "request.json"
    protocol.write_json(
        str(path),
        {
            "protocol": protocol.VERSION,
            "stage": stage,
            "runtime": RUNTIME,
            "scenario": str(HERE / "scenario.py"),
            "format": "h5",
            "parameters": {},
            "folder": str(folder),
            "answer": str(folder / "answer.json"),
            "memory": 2**30,
            "seconds": seconds,
            **more,
        },
    )
    return path


def _pass_on(saved: pathlib.Path, loading: pathlib.Path) -> None:
    loading.mkdir(parents=True)
    shutil.copytree(saved / protocol.ARTIFACT, loading / protocol.ARTIFACT)
    shutil.copy(saved / protocol.INPUTS, loading)


def _answer(folder: pathlib.Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((folder / "answer.json").read_text())
    return answer


def _predictions(folder: pathlib.Path) -> numpy.ndarray[Any, Any]:
    observations = dict(_answer(folder)["observations"])
    with numpy.load(folder / protocol.ARRAYS) as arrays:
        found: numpy.ndarray[Any, Any] = arrays[dict(observations["predictions"])["said/0"]["array"]]
        return found


@pytest.mark.parametrize("version", VERSIONS)
def test_saves_and_loads_alone(version: str, python_of: PythonOf, tmp_path: pathlib.Path) -> None:
    """Needs that CPython: a fresh interpreter per request saves, loads, and says the same on both sides."""
    python = python_of(version)
    for stage, seed in (("save", "1"), ("load", "2")):
        folder = tmp_path / stage
        if stage == "load":
            _pass_on(tmp_path / "save", folder)
        end = run_alone(python, _request(folder, stage), folder / "log.txt", seed, 60)
        assert (0, None, False) == (end.code, end.signal, end.late), (folder / "log.txt").read_text()
        assert "done" == _answer(folder)["outcome"], _answer(folder)["failure"]
    assert version == ".".join(_answer(tmp_path / "load")["versions"]["python"].split(".")[:2])
    numpy.testing.assert_array_equal(_predictions(tmp_path / "save"), _predictions(tmp_path / "load"))


@pytest.mark.parametrize("version", VERSIONS)
def test_remedies_are_there(version: str, python_of: PythonOf, tmp_path: pathlib.Path) -> None:
    """Needs that CPython: one that fits loads the same model; one for another Keras says so, and is no failure."""
    python, saved = python_of(version), tmp_path / "save"
    run_alone(python, _request(saved, "save"), saved / "log.txt", "1", 60)
    saver = {"runtime": RUNTIME, "versions": _answer(saved)["versions"]}
    for remedy, outcome in (("compile-false", "done"), ("safe-mode-off", "unsupported")):
        folder = tmp_path / remedy
        _pass_on(saved, folder)
        run_alone(python, _request(folder, "load", remedy=remedy, saver=saver), folder / "log.txt", "2", 60)
        assert outcome == _answer(folder)["outcome"], _answer(folder)["failure"]
    numpy.testing.assert_array_equal(_predictions(saved), _predictions(tmp_path / "compile-false"))


@pytest.mark.parametrize("version", VERSIONS)
def test_zygote_equals_fresh_process(version: str, python_of: PythonOf, tmp_path: pathlib.Path) -> None:
    """Needs that CPython and fork: a zygote's children observe what fresh interpreters do, and share no randomness."""
    python = python_of(version)
    saved = tmp_path / "save"
    run_alone(python, _request(saved, "save"), saved / "log.txt", "1", 60)
    zygote = Zygote(python, RUNTIME, tmp_path / "zygote", "2")
    try:
        zygote.wait_ready(60)
        logs = []
        for name in ("one", "two"):
            folder = tmp_path / name
            _pass_on(saved, folder)
            end = zygote.run(_request(folder, "load"), folder / "log.txt", 60)
            assert (0, None) == (end.code, end.signal), (folder / "log.txt").read_text()
            logs.append((folder / "log.txt").read_text())
    finally:
        zygote.close()
    alone = tmp_path / "alone"
    _pass_on(saved, alone)
    run_alone(python, _request(alone, "load"), alone / "log.txt", "2", 60)
    numpy.testing.assert_array_equal(_predictions(alone), _predictions(tmp_path / "one"))
    logs_of_all = (*logs, (alone / "log.txt").read_text())
    words = [next(line for line in log.splitlines() if line.startswith("words")) for log in logs_of_all]
    assert 1 == len(set(words)), "a fork has the hash order of a fresh process under the same seed"
    drawn = [next(line for line in log.splitlines() if line.startswith("drawn")) for log in logs]
    assert 2 == len(set(drawn)), "two children draw other random numbers"
    assert [item for item, _ in _answer(alone)["observations"]] == [
        item for item, _ in _answer(tmp_path / "one")["observations"]
    ]


def test_crash_is_told(python_of: PythonOf, tmp_path: pathlib.Path) -> None:
    """Needs CPython 3.11 and fork: a child that dies by a signal is told as such, and the zygote goes on."""
    python = python_of("3.11")
    saved, broken = tmp_path / "save", tmp_path / "broken"
    run_alone(python, _request(saved, "save"), saved / "log.txt", "1", 60)
    zygote = Zygote(python, RUNTIME, tmp_path / "zygote", "2")
    try:
        zygote.wait_ready(60)
        _pass_on(saved, broken)
        [artifact] = (broken / protocol.ARTIFACT).iterdir()
        artifact.write_bytes(b"crash")
        assert "SIGABRT" == zygote.run(_request(broken, "load"), broken / "log.txt", 60).signal_name
        again = tmp_path / "again"
        assert 0 == zygote.run(_request(again, "save"), again / "log.txt", 60).code
    finally:
        zygote.close()


def test_limit_of_a_worker_alone_is_told_as_late(python_of: PythonOf, tmp_path: pathlib.Path) -> None:
    """Needs CPython 3.11 and setitimer: the limit counts from when Keras is imported, and ends a worker that hangs."""
    end = run_alone(python_of("3.11"), _request(tmp_path, "save", 0.001), tmp_path / "log.txt", "1", 60)
    assert (True, "SIGALRM") == (end.late, end.signal_name)
    assert end.wall < 30


def test_python_2_is_refused(tmp_path: pathlib.Path) -> None:
    """Needs CPython 2.7: the worker says in plain words that it wants Python 3.6."""
    root = pathlib.Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    candidates = [shutil.which("python2.7"), *map(str, root.glob("versions/2.7.*/bin/python"))]
    found = next(
        (
            path
            for path in candidates
            if path and not subprocess.run([path, "--version"], capture_output=True).returncode
        ),
        None,
    )  # a shim of pyenv's may be there and fail
    if found is None:
        pytest.skip("needs CPython 2.7")
    done = subprocess.run(command(found, "run", "nothing"), capture_output=True, text=True, cwd=tmp_path)
    assert 3 == done.returncode
    assert "crossload: the worker needs Python 3.6 or newer; this is 2.7" in done.stderr


def test_every_listed_version_is_looked_for() -> None:
    """The list above reaches from the oldest Python that the worker promises to the newest of the catalogue."""
    wanted = {environment.python for environment in load_catalogue().environments}
    assert set() == wanted - set(VERSIONS)

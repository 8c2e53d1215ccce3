"""The host's end of a zygote, the nursery and the pool, with the made-up Keras where TensorFlow would be."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import pathlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.execute.pool import Isolation, Limits, WorkerPool
from harness.execute.zygote import Zygote, ZygoteGoneError
from harness.model import Outcome, Stage
from harness.plan.tasks import Task
from harness.store.artifacts import Artifacts
from harness.worker import protocol
from tests.unit import made
from tests.unit.execute.virtualenv import python_with

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

NEW = made.runtime("new")
SLEEPING = made.LEAST + "\n\ndef train():\n    import time\n\n    time.sleep(60)\n"
DYING = made.LEAST + "\n\ndef train():\n    import os\n\n    os.abort()\n"
RAISING = made.LEAST + "\n\ndef train():\n    raise ValueError('no')\n"
LIMITS = Limits(seconds=20.0, memory=2**32, start=20.0)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with the made-up Keras."""
    return python_with(tmp_path_factory.mktemp("python"))


@pytest.fixture
def started(python: str, tmp_path: pathlib.Path) -> Iterator[Callable[..., Zygote]]:
    """Start a zygote; all are ended after the test."""
    zygotes: list[Zygote] = []

    def start(python: str = python) -> Zygote:
        zygotes.append(Zygote(python, NEW.settings(), tmp_path / f"zygote{len(zygotes)}", "1"))
        return zygotes[-1]

    yield start
    for zygote in zygotes:
        zygote.close()


@pytest.fixture(scope="module")
def shared(python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    """One zygote for all tests that leave it as it was."""
    zygote = Zygote(python, NEW.settings(), tmp_path_factory.mktemp("shared"), "1")
    yield zygote
    zygote.close()


def request(folder: pathlib.Path, text: str = made.LEAST) -> tuple[pathlib.Path, pathlib.Path]:
    """The paths of a request and its log."""
    script = made.written(folder, "case", text)
    protocol.write_json(
        str(folder / "request.json"),
        {
            "protocol": protocol.VERSION,
            "stage": "save",
            "runtime": made.runtime("new").settings(),
            "scenario": str(script),
            "format": "h5",
            "parameters": {},
            "folder": str(folder),
            "answer": str(folder / "answer.json"),
            "memory": None,
            "seconds": None,
        },
    )
    return folder / "request.json", folder / "log.txt"


def test_a_zygote_runs_requests_one_after_another(shared: Zygote, tmp_path: pathlib.Path) -> None:
    """After it said how long importing took."""
    assert 0 < shared.wait_ready(20)
    for number in range(2):
        path, log = request(tmp_path / str(number))
        ended = shared.run(path, log, 20)
        assert (0, None, False) == (ended.code, ended.signal, ended.late)
        assert "done" == (protocol.read_json(str(tmp_path / str(number) / "answer.json")) or {})["outcome"]


def test_several_threads_may_ask_one_zygote(shared: Zygote, tmp_path: pathlib.Path) -> None:
    """Each hears of its own child, even before Keras is imported."""
    paths = [request(tmp_path / str(number), DYING if number % 2 else made.LEAST) for number in range(6)]
    with concurrent.futures.ThreadPoolExecutor(6) as executor:
        waiting = [executor.submit(shared.run, path, log, 20) for path, log in paths]
        ends = [future.result() for future in waiting]
    assert ["", "SIGABRT"] * 3 == [ended.signal_name for ended in ends]


def test_a_child_past_its_limit_is_late(shared: Zygote, tmp_path: pathlib.Path) -> None:
    """The zygote itself sees to that."""
    ended = shared.run(*request(tmp_path / "cell", SLEEPING), 0.3)
    assert (True, "SIGTERM") == (ended.late, ended.signal_name)


def test_a_keras_that_cannot_be_imported_is_told_with_the_reason(
    started: Callable[..., Zygote], tmp_path: pathlib.Path
) -> None:
    """By whoever waits, and its traceback is in the log."""
    zygote = started(python_with(tmp_path / "python", "raise ImportError('no such library')"))
    with pytest.raises(ZygoteGoneError, match="ImportError: no such library"):
        zygote.wait_ready(20)
    zygote.close()
    assert "Traceback" in zygote.log.read_text()


@pytest.mark.parametrize(
    ("keras", "words"),
    [
        ("import os\nos.abort()", "signal 6"),
        ("import os, sys\nsys.stderr.write('my last words\\n')\nos._exit(9)", "my last words .exit code 9"),
    ],
)
def test_a_zygote_that_dies_importing_is_gone_with_its_last_words(
    started: Callable[..., Zygote], tmp_path: pathlib.Path, keras: str, words: str
) -> None:
    """They are all there is."""
    with pytest.raises(ZygoteGoneError, match=words):
        started(python_with(tmp_path / "python", keras)).wait_ready(20)


def test_an_import_that_takes_too_long_is_given_up(started: Callable[..., Zygote], tmp_path: pathlib.Path) -> None:
    """After the limit that it was given."""
    zygote = started(python_with(tmp_path / "python", "import time\ntime.sleep(60)"))
    with pytest.raises(ZygoteGoneError, match="importing Keras took longer than 0 s"):
        zygote.wait_ready(0.2)
    zygote._process.kill()


def test_the_death_of_a_zygote_is_heard_by_all_that_wait(
    started: Callable[..., Zygote], tmp_path: pathlib.Path
) -> None:
    """None of them waits for its limit; and whoever asks afterwards is told at once."""
    zygote = started()
    zygote.wait_ready(20)
    requests = [request(tmp_path / str(number), SLEEPING) for number in range(2)]
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        waiting = [executor.submit(zygote.run, *paths, 60) for paths in requests]
        while not all((paths[1]).exists() for paths in requests):
            time.sleep(0.02)
        zygote._process.kill()
        for future in waiting:
            with pytest.raises(ZygoteGoneError, match="signal 9"):
                future.result(10)
    with pytest.raises(ZygoteGoneError):
        zygote.run(*requests[0], 60)


def test_a_zygote_that_hangs_leaves_a_trace(
    python: str, tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the zygote and the request that it owes an answer."""
    zygote = Zygote(python, NEW.settings(), tmp_path / "zygote-save-new", "1", patience=0.2)
    zygote.wait_ready(20)
    os.kill(zygote._process.pid, signal.SIGSTOP)
    with pytest.raises(ZygoteGoneError, match="the zygote does not answer"):
        zygote.run(*request(tmp_path / "cell"), 0.1)
    zygote._process.kill()
    zygote.close()
    assert ["zygote-save-new: no answer for cell, 0.2 s past its limit"] == caplog.messages


def test_a_closed_zygote_is_gone(started: Callable[..., Zygote], tmp_path: pathlib.Path) -> None:
    """Closing twice does no harm; what it still ran is ended."""
    zygote = started()
    zygote.wait_ready(20)
    paths = request(tmp_path / "cell", SLEEPING)
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        waiting = executor.submit(zygote.run, *paths, 60)
        while not paths[1].exists():
            time.sleep(0.02)
        zygote.close()
        zygote.close()
        with pytest.raises(ZygoteGoneError):
            waiting.result(10)
    with pytest.raises(ZygoteGoneError):
        zygote.run(*paths, 60)


def test_a_zygote_whose_log_is_gone_is_still_told_to_be_gone(
    started: Callable[..., Zygote], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The working folder is removed as soon as the pool is closed; no thread may end in a traceback over that."""
    broken: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", broken.append)
    zygote = started()
    zygote.wait_ready(20)
    zygote.log.unlink()
    zygote.close()
    time.sleep(0.3)
    assert [] == broken


@dataclasses.dataclass
class Cells:
    """Tasks of scripts in a folder, and a pool that carries them out."""

    folder: pathlib.Path
    pool: WorkerPool
    artifacts: Artifacts
    number: int = 0

    def task(self, text: str = made.LEAST, stage: Stage = Stage.SAVE, **more: Any) -> Task:
        """A task that the pool expects."""
        self.number += 1
        script = made.written(self.folder / f"scenario{self.number}", "case", text)
        task = made.task(stage, number=self.number, scenario=str(script), **more)
        self.pool.expect([task])
        return task


def cells_in(folder: pathlib.Path, python: str, isolation: Isolation, limits: Limits = LIMITS) -> Cells:
    """Cells with a pool of their own, which has to be closed."""
    artifacts = Artifacts(folder / "artifacts")
    return Cells(
        folder,
        WorkerPool({"env-new": python}, artifacts, folder / "work", isolation=isolation, limits=limits),
        artifacts,
    )


@pytest.fixture
def make_cells(python: str, tmp_path: pathlib.Path) -> Iterator[Callable[..., Cells]]:
    """Make cells; their pools are ended after the test."""
    made_cells: list[Cells] = []

    def make(isolation: Isolation, limits: Limits = LIMITS, python: str = python) -> Cells:
        made_cells.append(cells_in(tmp_path / str(len(made_cells)), python, isolation, limits))
        return made_cells[-1]

    yield make
    for cells in made_cells:
        cells.pool.close()


@pytest.fixture(scope="module")
def either(python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Isolation, Cells]]:
    """Cells of both ways of isolation for all tests: one zygote for saves and one for loads, kept by tasks to come."""
    both: dict[Isolation, Cells] = {
        "fork": cells_in(tmp_path_factory.mktemp("fork"), python, "fork"),
        "process": cells_in(tmp_path_factory.mktemp("process"), python, "process"),
    }
    both["fork"].pool.expect([made.task(), made.task(Stage.LOAD)])
    yield both
    for cells in both.values():
        cells.pool.close()


@pytest.mark.parametrize("isolation", ["fork", "process"])
def test_a_save_and_its_load_are_carried_out(either: dict[Isolation, Cells], isolation: Isolation) -> None:
    """The files go through the store; nothing of the working folders stays."""
    cells = either[isolation]
    saved, arrays = cells.pool.attempt(cells.task())
    assert (Outcome.DONE, "") == (saved.outcome, saved.reason)
    assert {"model.h5"} == set(cells.artifacts.files(saved.artifact))
    loaded, _ = cells.pool.attempt(cells.task(stage=Stage.LOAD, artifact=saved.artifact, saver="new"))
    assert (Outcome.DONE, "") == (loaded.outcome, loaded.artifact)
    assert saved.observations["predictions"] == loaded.observations["predictions"]
    assert saved.observations["predictions"][0][2] in arrays
    assert set() == {path.name for path in (cells.folder / "work").iterdir()} - {"zygote-save-new", "zygote-load-new"}


@pytest.mark.parametrize(
    ("isolation", "text", "outcome", "reason"),
    [
        (isolation, *case)
        for case in [
            (RAISING, Outcome.RAISED, "ValueError: no"),
            (DYING, Outcome.CRASHED, "the process died by SIGABRT (signal 6)"),
            (
                made.LEAST + "\n\ndef train():\n    import os\n\n    os._exit(0)\n",
                Outcome.NO_ANSWER,
                "the process ended with exit code 0 and left no answer",
            ),
        ]
        for isolation in ("fork", "process")
    ],
)
def test_both_ways_of_isolation_tell_the_same(
    either: dict[Isolation, Cells], isolation: Isolation, text: str, outcome: Outcome, reason: str
) -> None:
    """Whatever a scenario does, the pool does not raise."""
    cells = either[isolation]
    attempt, arrays = cells.pool.attempt(cells.task(text))
    assert (outcome, "", {}) == (attempt.outcome, attempt.artifact, arrays)
    assert attempt.reason.startswith(reason)


@pytest.mark.parametrize(
    ("isolation", "limits"),
    [
        ("fork", Limits(seconds=0.3, memory=2**32, start=20.0)),
        ("process", Limits(seconds=0.3, memory=2**32, start=0.4)),
    ],
)
def test_a_task_past_its_limit_has_timed_out(
    make_cells: Callable[..., Cells], isolation: Isolation, limits: Limits, caplog: pytest.LogCaptureFixture
) -> None:
    """Alone, importing Keras has extra time; the log says which task was stopped."""
    cells = make_cells(isolation, limits)
    task = cells.task(SLEEPING)
    assert Outcome.TIMED_OUT is cells.pool.attempt(task)[0].outcome
    [message] = caplog.messages
    assert message.startswith(f"save {task.about}: stopped after ")


@pytest.mark.parametrize("isolation", ["fork", "process"])
def test_a_keras_that_cannot_be_imported_is_unavailable_either_way(
    make_cells: Callable[..., Cells], isolation: Isolation, tmp_path: pathlib.Path
) -> None:
    """With the same reason."""
    cells = make_cells(isolation, python=python_with(tmp_path / "python", "raise ImportError('broken')"))
    attempt, _ = cells.pool.attempt(cells.task())
    assert (Outcome.UNAVAILABLE, "Keras cannot be imported: ImportError: broken") == (attempt.outcome, attempt.reason)


def test_a_zygote_that_dies_takes_only_its_task_with_it(make_cells: Callable[..., Cells]) -> None:
    """That one is suspect; the next gets another zygote."""
    cells = make_cells("fork")
    first, later = (
        cells.task(
            made.LEAST + "\n\ndef train():\n    import os, signal, time\n\n"
            "    os.kill(os.getppid(), signal.SIGKILL)\n    time.sleep(5)\n"
        ),
        cells.task(),
    )
    attempt, _ = cells.pool.attempt(first)
    assert Outcome.NO_ANSWER is attempt.outcome
    assert f"signal {int(signal.SIGKILL)}" in attempt.reason
    assert Outcome.DONE is cells.pool.attempt(later)[0].outcome


@pytest.mark.parametrize("broken", ["lay_out", "take"])
def test_trouble_of_the_host_is_no_crash_of_the_model(
    either: dict[Isolation, Cells], broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk says nothing about Keras: no verdict may come of it, and none may be stored."""
    cells = either["fork"]
    digest = made.taken(cells.artifacts, cells.folder, f"before {broken}")
    monkeypatch.setattr(cells.artifacts, broken, _full_disk)
    task = cells.task() if broken == "take" else cells.task(stage=Stage.LOAD, artifact=digest)
    assert Outcome.UNAVAILABLE is cells.pool.attempt(task)[0].outcome


def _full_disk(*arguments: Any) -> Any:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("isolation", ["fork", "process"])
def test_an_interpreter_that_is_gone_is_unavailable(
    make_cells: Callable[..., Cells], isolation: Isolation, tmp_path: pathlib.Path
) -> None:
    """A fact about this machine."""
    cells = make_cells(isolation, python=str(tmp_path / "gone"))
    assert Outcome.UNAVAILABLE is cells.pool.attempt(cells.task())[0].outcome

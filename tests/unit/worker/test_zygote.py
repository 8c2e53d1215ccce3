"""A zygote over real pipes with real forks: whatever a child does, the host hears how it ended and nothing is left."""

from __future__ import annotations

import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness import paths
from harness.worker import protocol
from tests.unit import made

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

DRIVER = """
import sys
sys.path[:0] = [{project!r}, {keras!r}]
import keras
from harness.worker import keras_api, zygote
zygote.serve(keras_api.Api(keras, None, {settings!r}), int(sys.argv[1]), int(sys.argv[2]), 0.25)
"""
BODY = '''"""T."""

import os, random, signal, subprocess, sys, time
import numpy


def build(keras):
    return keras.Sequential([keras.layers.Dense(2, 3)])


def data(rng):
'''
FINE = "    return rng.rand(4, 2), rng.rand(4, 3)\n"


class Host:
    """The host's end of a zygote, in the open."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        asked, self.requests = os.pipe()
        self.answers, told = os.pipe()
        driver = DRIVER.format(
            project=str(paths.PROJECT), keras=str(made.KERAS), settings=made.runtime("made").settings()
        )
        self.home = folder / "home"
        self.home.mkdir()
        self.process = subprocess.Popen(
            [sys.executable, "-s", "-B", "-c", driver, str(asked), str(told)],
            pass_fds=(asked, told),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            cwd=self.home,
            env={"HOME": str(self.home), "TMPDIR": str(self.home), "PYTHONHASHSEED": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        os.close(asked)
        os.close(told)
        self.rest = b""
        self.count = 0

    def ask(self, body: str = FINE, *, seconds: float = 20.0, memory: int | None = None) -> pathlib.Path:
        """Ask for a child with this body of `data()`; the folder of the cell."""
        self.count += 1
        folder = self.folder / str(self.count)
        script = made.written(folder, "case", BODY + body)
        request = {
            "protocol": protocol.VERSION,
            "stage": "save",
            "runtime": made.runtime("made").settings(),
            "scenario": str(script),
            "format": "h5",
            "parameters": {},
            "folder": str(folder),
            "answer": str(folder / "answer.json"),
            "memory": memory,
        }
        protocol.write_json(str(folder / "request.json"), request)
        self.send(
            {
                "id": self.count,
                "request": str(folder / "request.json"),
                "log": str(folder / "log.txt"),
                "seconds": seconds,
            }
        )
        return folder

    def send(self, message: Any) -> None:
        """Write one line."""
        os.write(self.requests, json.dumps(message).encode() + b"\n")

    def hear(self, seconds: float = 20.0) -> dict[str, Any]:
        """The next line of the zygote."""
        until = time.monotonic() + seconds
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.answers], [], [], max(0.0, until - time.monotonic()))
            assert ready, "the zygote says nothing"
            read = os.read(self.answers, 65536)
            assert read, "the zygote is gone"
            self.rest += read
        line, _, self.rest = self.rest.partition(b"\n")
        told: dict[str, Any] = json.loads(line)
        return told

    def hang_up(self) -> None:
        """End the requests."""
        if self.requests >= 0:
            os.close(self.requests)
            self.requests = -1

    def close(self) -> None:
        """End it, whatever it does."""
        self.hang_up()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            os.close(self.answers)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A zygote that is ready, the same for all tests that leave it as it was: that they can is its point."""
    shared = Host(tmp_path_factory.mktemp("zygote"))
    assert shared.hear()["ready"]
    yield shared
    shared.close()


@pytest.fixture
def own(tmp_path: pathlib.Path) -> Iterator[Host]:
    """A zygote of the test's own."""
    ready = Host(tmp_path)
    assert ready.hear()["ready"]
    yield ready
    ready.close()


def answer(folder: pathlib.Path) -> Any:
    """What a child answered; None without one."""
    return protocol.read_json(str(folder / "answer.json"))


def alive(process: int) -> bool:
    """Whether a process still runs; one that only waits to be reaped does not."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_for(condition: Callable[[], Any], seconds: float = 10.0) -> bool:
    """Wait until something holds; whether it came to hold."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def written_number(path: pathlib.Path) -> int:
    """The number that a child writes into a file, once it is there."""
    assert wait_for(lambda: path.exists() and path.read_text().endswith("\n")), path
    return int(path.read_text())


def test_a_zygote_says_that_it_is_ready_with_what_it_imported(tmp_path: pathlib.Path) -> None:
    """Once, and with how long that took."""
    host = Host(tmp_path)
    told = host.hear()
    assert (True, 0.25, "3.0.0") == (told["ready"], told["seconds"], told["versions"]["keras"])
    host.close()
    assert 0 == host.process.returncode


def test_a_child_answers_by_file_and_its_end_is_told(host: Host) -> None:
    """Under the number of its request."""
    folder = host.ask()
    told = host.hear()
    assert (host.count, 0, None, False) == (told["id"], told["code"], told["signal"], told["late"])
    assert 0 < told["wall"] < 20
    assert "done" == answer(folder)["outcome"]


def test_children_run_side_by_side(own: Host) -> None:
    """A quick one does not wait for a slow one."""
    own.ask("    time.sleep(30)\n" + FINE)
    own.ask()
    assert 2 == own.hear()["id"]


def test_many_requests_in_one_go_are_all_answered(host: Host) -> None:
    """However they arrive."""
    first = host.count + 1
    folders = [host.ask() for _ in range(8)]
    assert set(range(first, first + 8)) == {host.hear()["id"] for _ in range(8)}
    assert {"done"} == {answer(folder)["outcome"] for folder in folders}


def test_a_request_may_arrive_in_pieces(host: Host) -> None:
    """A pipe keeps no borders."""
    folder = host.ask()
    host.hear()
    line = json.dumps(
        {"id": 999, "request": str(folder / "request.json"), "log": str(folder / "ü.txt"), "seconds": 20}
    ).encode()
    os.write(host.requests, line[:20])
    time.sleep(0.1)
    os.write(host.requests, line[20:] + b"\n")
    assert 999 == host.hear()["id"]


@pytest.mark.parametrize(
    ("body", "code", "number"),
    [
        ("    os._exit(0)\n", 0, None),
        ("    os._exit(7)\n", 7, None),
        ("    os.kill(os.getpid(), signal.SIGSEGV)\n", None, signal.SIGSEGV),
        ("    os.abort()\n", None, signal.SIGABRT),
        ("    os.kill(os.getpid(), signal.SIGKILL)\n", None, signal.SIGKILL),
    ],
)
def test_a_child_that_dies_is_told_by_code_or_signal(
    host: Host, body: str, code: int | None, number: int | None
) -> None:
    """And the zygote lives on."""
    folder = host.ask(body)
    told = host.hear()
    assert (code, number, False) == (told["code"], told["signal"], told["late"])
    assert None is answer(folder)
    host.ask()
    assert 0 == host.hear()["code"]


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("    time.sleep(60)\n", signal.SIGTERM),
        ("    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    while True:\n        pass\n", signal.SIGKILL),
    ],
)
def test_a_child_past_its_limit_is_ended_politely_first(host: Host, body: str, number: int) -> None:
    """And then not."""
    host.ask(body, seconds=0.3)
    told = host.hear(10)
    assert (True, number) == (told["late"], told["signal"])
    assert 0.3 <= told["wall"] < 5


GRANDCHILD = '    other = subprocess.Popen(["sleep", "60"])\n    open({path!r}, "w").write("%d\\n" % other.pid)\n'


@pytest.mark.parametrize(("then", "seconds"), [(FINE, 20.0), ("    os.abort()\n", 20.0), ("    time.sleep(60)\n", 0.8)])
def test_what_a_child_started_ends_with_it(host: Host, tmp_path: pathlib.Path, then: str, seconds: float) -> None:
    """However it ended itself."""
    path = tmp_path / "grandchild"
    host.ask(GRANDCHILD.format(path=str(path)) + then, seconds=seconds)
    host.hear()
    assert wait_for(lambda: not alive(written_number(path)))


def test_the_end_of_the_requests_ends_everything(own: Host, tmp_path: pathlib.Path) -> None:
    """The host is gone, so nobody wants the children nor theirs."""
    child, grandchild = tmp_path / "child", tmp_path / "grandchild"
    own.ask(
        f'    open({str(child)!r}, "w").write("%d\\n" % os.getpid())\n'
        + GRANDCHILD.format(path=str(grandchild))
        + "    time.sleep(60)\n"
    )
    pids = [written_number(child), written_number(grandchild)]
    assert [True, True] == [alive(pid) for pid in pids]
    own.hang_up()
    assert 0 == own.process.wait(10)
    assert wait_for(lambda: not any(alive(pid) for pid in pids))


def test_a_host_that_hears_nothing_any_more_is_gone_too(tmp_path: pathlib.Path) -> None:
    """The end of a child cannot be told to anyone: all others are ended."""
    host = Host(tmp_path)
    host.hear()
    path = tmp_path / "grandchild"
    host.ask(GRANDCHILD.format(path=str(path)) + "    time.sleep(3)\n" + FINE)
    grandchild = written_number(path)
    kept, host.answers = host.answers, os.open(os.devnull, os.O_RDONLY)
    os.close(kept)
    host.ask("    os._exit(0)\n")
    try:
        assert wait_for(lambda: host.process.poll() is not None)
        assert wait_for(lambda: not alive(grandchild), 0.5)
    finally:
        if alive(grandchild):
            os.kill(grandchild, signal.SIGKILL)
        host.close()


def test_the_death_of_a_zygote_ends_its_children(own: Host, tmp_path: pathlib.Path) -> None:
    """Even when it was killed."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells a child")
    child = tmp_path / "child"
    own.ask(f'    open({str(child)!r}, "w").write("%d\\n" % os.getpid())\n    time.sleep(60)\n')
    pid = written_number(child)
    own.process.kill()
    assert wait_for(lambda: not alive(pid))


def test_what_a_child_says_is_its_log_and_never_an_answer(host: Host) -> None:
    """Not even a great lot of it, or what looks like an answer; from Python, below it, and from what it starts."""
    folder = host.ask(
        '    print(\'{"id": 1, "code": 5}\')\n    print("x" * 300000)\n    sys.stderr.write("warned\\n")\n'
        '    os.write(1, b"low\\n")\n    subprocess.call(["echo", "started"])\n' + FINE
    )
    assert 0 == host.hear()["code"]
    log = (folder / "log.txt").read_text()
    for said in ('{"id": 1, "code": 5}', "x" * 300000, "warned", "low", "started"):
        assert said in log


def test_each_child_has_a_log_of_its_own(host: Host) -> None:
    """Though they run at once."""
    folders = [host.ask(f'    print("I am {name}")\n' + FINE) for name in "ab"]
    assert {0} == {host.hear()["code"] for _ in folders}
    assert ["I am a\n", "I am b\n"] == [(folder / "log.txt").read_text() for folder in folders]


def test_the_last_words_of_a_child_that_dies_are_in_its_log(host: Host) -> None:
    """They are the only evidence there is."""
    folder = host.ask('    print("about to die")\n    os.kill(os.getpid(), signal.SIGSEGV)\n')
    host.hear()
    assert "about to die" in (folder / "log.txt").read_text()


def told_by(host: Host, expression: str, *, after: str = "") -> Any:
    """The value of an expression in a child, as Python shows it."""
    folder = host.ask(f"    print(repr({expression}))\n{FINE}{after}")
    assert 0 == host.hear()["code"]
    return (folder / "log.txt").read_text().splitlines()[-1]


@pytest.mark.parametrize("expression", ["random.random()", "numpy.random.rand()", "os.urandom(4)"])
def test_every_child_has_fresh_randomness(host: Host, expression: str) -> None:
    """As two fresh processes would have; only then does the saving side set its seeds."""
    told = [told_by(host, "FRESH", after=f"\n\nFRESH = {expression}\n") for _ in range(2)]
    assert told[0] != told[1]


def test_the_order_of_sets_is_that_of_the_recorded_seed(host: Host) -> None:
    """The same in every child."""
    expression = '[hash(word) % 100 for word in "abcdef"]'
    again = subprocess.run(
        [sys.executable, "-c", f"print({expression})"],
        env={"PYTHONHASHSEED": "1"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert [again, again] == [told_by(host, expression), told_by(host, expression)]


def test_nothing_of_one_child_reaches_the_next(host: Host) -> None:
    """Neither what it set nor where it went."""
    host.ask('    os.environ["SET"] = "1"; sys.modules["json"].mine = 1; os.chdir("/")\n' + FINE)
    host.hear()
    assert "(None, False)" == told_by(host, '(os.environ.get("SET"), hasattr(sys.modules["json"], "mine"))')


def test_every_child_works_in_the_folder_of_its_cell(host: Host) -> None:
    """So that relative paths cannot meet."""
    assert told_by(host, "os.getcwd()") == repr(str(host.folder / str(host.count)))


@pytest.mark.parametrize("expression", ['os.path.expanduser("~")', '__import__("tempfile").gettempdir()'])
def test_every_child_has_a_home_of_its_own(host: Host, expression: str) -> None:
    """What one leaves in ~/.keras or among temporary files must not reach the next; a fresh process has it so."""
    assert told_by(host, expression) == repr(str(host.folder / str(host.count)))


def test_a_child_holds_none_of_the_zygotes_descriptors(host: Host) -> None:
    """The host could not tell otherwise that a zygote is gone; and nobody may write answers but the zygote."""
    shown = told_by(
        host,
        'sorted(os.readlink("/proc/self/fd/%s" % n) for n in os.listdir("/proc/self/fd") '
        'if os.path.exists("/proc/self/fd/%s" % n))',
    )
    assert "pipe:" not in shown


def test_a_child_handles_signals_as_a_fresh_process(host: Host) -> None:
    """It can wait for what it starts."""
    assert "(0, 0)" == told_by(host, "(int(signal.getsignal(signal.SIGCHLD)), subprocess.call(['true']))")


def test_a_child_that_asks_for_too_much_memory_fails_alone(host: Host) -> None:
    """As an exception in its own step."""
    folder = host.ask("    numpy.ones(2**28)\n" + FINE, memory=2**28)
    assert 0 == host.hear()["code"]
    assert ("raised", "data") == (answer(folder)["outcome"], answer(folder)["step"])
    assert "MemoryError" in answer(folder)["reason"]


def test_a_request_that_cannot_be_read_is_the_end_of_its_child_only(host: Host, tmp_path: pathlib.Path) -> None:
    """With the reason in its log."""
    host.send({"id": 5, "request": str(tmp_path / "nothing.json"), "log": str(tmp_path / "log.txt"), "seconds": 5})
    told = host.hear()
    assert (5, 1) == (told["id"], told["code"])
    assert "Traceback" in (tmp_path / "log.txt").read_text()
    host.ask()
    assert 0 == host.hear()["code"]

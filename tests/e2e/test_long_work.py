"""Runs that are killed, repeated, isolated in another way, or met with something broken.

All of these need the environments of TensorFlow 1.15 and Keras 3, which they provision.
"""

from __future__ import annotations

import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from harness import paths

pytestmark = pytest.mark.slow

Run = Callable[..., dict[str, Any]]
ByPlace = Callable[[dict[str, Any]], dict[tuple[str, str, str], dict[str, Any]]]
SELECTION = ("-k", "conv_batchnorm", "--runtimes", "tf1.15,tf2.21-keras3")


def _rows(store: pathlib.Path) -> dict[str, tuple[str, str]]:
    """Every finished attempt: what it says and when it was written."""
    if not store.exists():
        return {}
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10) as connection:
        try:
            rows = connection.execute("select key, attempt, finished from attempt").fetchall()
        except sqlite3.OperationalError:  # not created yet
            rows = []
    connection.close()
    return {key: (attempt, finished) for key, attempt, finished in rows}


def _workers(home: pathlib.Path) -> list[str]:
    """Processes of this home that still run."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(home / "environments") in line:
            found.append(line)
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for leftovers in /proc")
def test_killed_run_goes_on(matrix: Run, home: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """SIGKILL in the middle of the loads: nothing finished is lost or done again, and no worker is left behind."""
    matrix("-k", "short_loss_name", "--format", "h5", "--runtimes", "tf1.15,tf2.21-keras3")  # provisions
    store = home / "store.sqlite"
    before = len(_rows(store))
    run = subprocess.Popen(
        [sys.executable, "-m", "harness", "matrix", *SELECTION, "--reports", str(tmp_path)],
        cwd=paths.PROJECT,
        env={**os.environ, "CROSSLOAD_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 300
    while len(_rows(store)) < before + 17 and time.monotonic() < deadline:  # 14 saves, then loads
        assert run.poll() is None, "the run ended before it could be killed"
        time.sleep(0.1)
    run.send_signal(signal.SIGKILL)
    run.wait()
    deadline = time.monotonic() + 20
    while _workers(home) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [] == _workers(home)
    finished = _rows(store)
    assert len(finished) >= before + 17

    document = matrix(*SELECTION)
    after = _rows(store)
    assert finished == {key: after[key] for key in finished}
    work = document["run"]["work"]
    assert len(finished) - before == work["saves_known"] + work["loads_known"]
    assert len(after) - len(finished) == work["saves_run"] + work["loads_run"] + work["remedies_run"] > 0
    assert [] == [cell for cell in document["cells"] if cell["verdict"] == "unavailable"]
    assert [] == [path.name for path in (home / "work").iterdir()]


def test_nothing_is_done_twice(matrix: Run) -> None:
    """A second run knows everything, and says the same."""
    first, second = matrix(*SELECTION), matrix(*SELECTION)
    assert [0, 0, 0] == [second["run"]["work"][f"{what}_run"] for what in ("saves", "loads", "remedies")]
    assert first["cells"] == second["cells"]


def test_a_report_stands_until_something_changes(matrix: Run, home: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """The same command again writes nothing; a page that was removed is made anew, of what is known."""
    command = [sys.executable, "-m", "harness", "matrix", *SELECTION, "--reports", str(tmp_path)]

    def said() -> str:
        return subprocess.run(
            command,
            cwd=paths.PROJECT,
            env={**os.environ, "CROSSLOAD_HOME": str(home)},
            check=True,
            capture_output=True,
            text=True,
            timeout=1200,
        ).stdout

    matrix(*SELECTION)
    said()
    results = tmp_path / "results.json"
    written = results.stat().st_mtime_ns
    stands = said()
    assert "Nothing has changed" in stands
    assert " 0 saves, loads and remedies run" in " ".join(stands.split())
    assert written == results.stat().st_mtime_ns
    (tmp_path / "index.html").unlink()
    assert "Nothing has changed" not in said()
    assert written < results.stat().st_mtime_ns
    assert (tmp_path / "index.html").is_file()


def test_both_isolations_give_the_same_verdicts(matrix: Run, cells: ByPlace) -> None:
    """A fork of a zygote is a fresh process in everything that a model can see, the order of sets included."""
    selection = (
        "-k",
        "vocabulary_from_set,custom_loss",
        "--format",
        "h5",
        "--runtimes",
        "tf1.15,tf2.21-keras3",
        "--fresh",
        "--remedies",
        "none",
    )
    forked, fresh = matrix(*selection), matrix(*selection, "--isolation", "process")
    assert {place: cell["verdict"] for place, cell in cells(fresh).items()} == {
        place: cell["verdict"] for place, cell in cells(forked).items()
    }
    found = cells(forked)
    assert "changed" == found["vocabulary_from_set/h5/set", "tf1.15", "tf1.15"]["verdict"]
    assert "identical" == found["vocabulary_from_set/h5/sorted", "tf1.15", "tf1.15"]["verdict"]


def test_broken_scenarios_stop_nobody(matrix: Run, tmp_path: pathlib.Path) -> None:
    """A script that is not Python and one that raises are faults with file and line; the third one is measured."""
    good = (paths.SCENARIOS / "dense.py").read_text()
    (tmp_path / "good.py").write_text(good)
    (tmp_path / "not_python.py").write_text('"""Not Python."""\n\ndef build(keras:\n')
    (tmp_path / "raises.py").write_text(good.replace("keras.layers\n", "keras.no_such_thing\n"))
    document = matrix("--scenarios", str(tmp_path), "--runtimes", "tf1.15", "--format", "h5")
    faults = {(pathlib.Path(fault["path"]).name, fault["line"]) for fault in document["faults"]}
    line = good.splitlines().index("    layers = keras.layers") + 1
    assert {("not_python.py", 3), ("raises.py", line)} == faults
    assert {"good/h5": "identical", "raises/h5": "unsaved"} == {
        cell["variant"]: cell["verdict"] for cell in document["cells"]
    }
    assert f"raises.py:{line}" in document["said"]


def test_unavailable_environment_stops_nobody(matrix: Run, home: pathlib.Path, cells: ByPlace) -> None:
    """A Python that cannot be had is a reason with what to do; the other runtime is measured."""
    assert not (home / "environments" / "py36-tf1.12-keras2.2.4" / "pyvenv.cfg").exists()
    document = matrix(
        "-k", "dense", "--format", "h5", "--runtimes", "keras2.2.4,tf1.15", CROSSLOAD_PYTHON_3_6="/no/such/python"
    )
    (missing,) = [one for one in document["environments"] if one["status"] == "unavailable"]
    assert "py36-tf1.12-keras2.2.4" == missing["id"]
    assert "/no/such/python" in missing["reason"]
    assert missing["hint"]
    assert {
        ("keras2.2.4", "tf1.15"): "unavailable",
        ("tf1.15", "keras2.2.4"): "unavailable",
        ("keras2.2.4", "keras2.2.4"): "unavailable",
        ("tf1.15", "tf1.15"): "identical",
    } == {(saver, loader): cell["verdict"] for (_, saver, loader), cell in cells(document).items()}

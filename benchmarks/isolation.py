"""The same cells three ways: by zygotes, by a fresh process each, and with no isolation at all."""

from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from harness import paths
from harness.catalogue.environments import load_catalogue
from harness.environments import records
from harness.execute.process import environment
from harness.plan import scenarios
from harness.plan.selection import SelectionFilters, select
from harness.plan.tasks import Task
from harness.run.matrix import Matrix, Options
from harness.store.artifacts import Artifacts
from harness.worker import protocol

JOBS = 2
RUNTIMES = ("tf1.15", "tf2.3", "tf2.11", "tf2.21-keras3")
SAMPLE = 20  # one task in so many
SCENARIOS = ("dense", "conv_batchnorm", "lstm_defaults", "short_loss_name", "accuracy_string")
LEAST = pathlib.Path(__file__).with_name("least.py")


def run(tell: Callable[[str], None]) -> dict[str, Any]:
    """Cells (saves and loads) per second of each way, on two jobs, and their ratios; whether all verdicts are equal."""
    selection = [
        "--runtimes",
        ",".join(RUNTIMES),
        "-k",
        ",".join(SCENARIOS),
        "--jobs",
        str(JOBS),
        "--fresh",
        "--remedies",
        "none",
    ]
    _matrix([*selection, "-k", "dense", "--format", "h5"])  # environments and rehearsals are not what is measured
    tell("zygotes ...")
    forked = _matrix(selection)
    tell("no isolation ...")
    least, crashes = _least()
    tell("a fresh process each ...")
    fresh = _matrix([*selection, "--isolation", "process"])
    tell("a sample without bytecode ...")
    slower = _without_bytecode()
    count = forked["run"]["work"]["saves_run"] + forked["run"]["work"]["loads_run"]
    spent = {
        name: document["run"]["time"]["save"] + document["run"]["time"]["load"]
        for name, document in (("zygotes", forked), ("fresh", fresh))
    }
    steps = sum(sum(seconds.values()) for seconds in forked["run"]["steps"].values()) / JOBS  # no isolation saves this
    verdicts = [
        {(cell["variant"], cell["save"], cell["load"]): cell["verdict"] for cell in document["cells"]}
        for document in (forked, fresh)
    ]
    return {
        "saves and loads": count,
        "zygotes, per second": round(count / spent["zygotes"], 2),
        "fresh processes, per second": round(count / spent["fresh"], 2),
        "zygotes against fresh processes": round(spent["fresh"] / spent["zygotes"], 2),
        "of the zygotes' time in Keras itself (share)": round(steps / spent["zygotes"], 2),
        "Keras itself, without any overhead, against fresh processes": round(spent["fresh"] / steps, 2),
        "a fresh process without bytecode takes (times, a sample)": round(slower, 2),
        "zygotes against fresh processes without bytecode": round(slower * spent["fresh"] / spent["zygotes"], 2),
        "no isolation, per second": round(count / least, 2),
        "zygotes against no isolation (time)": round(spent["zygotes"] / least, 2),
        "processes lost without isolation": crashes,
        "verdicts equal cell by cell": verdicts[0] == verdicts[1],
        "verdicts that differ": sum(verdicts[0][place] != verdicts[1][place] for place in verdicts[0]),
    }


def _matrix(arguments: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "harness", "matrix", *arguments, "--reports", folder],
            cwd=paths.PROJECT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        document: dict[str, Any] = json.loads((pathlib.Path(folder) / "results.json").read_text())
        return document


def _least() -> tuple[float, int]:
    """Wall seconds for the same saves and loads, one process a runtime, two at once; how many of them died."""
    with _tasks() as (tasks, prepared):
        by_runtime: dict[str, list[Task]] = {}
        for task in tasks:
            by_runtime.setdefault(task.runtime.id, []).append(task)
        return _timed([prepared(group) for group in by_runtime.values()])


def _without_bytecode() -> float:
    """How many times as long fresh processes take that find no bytecode; a sample, two at once.

    uv leaves packages without any; the rehearsal makes it. Only Python 3.8 and newer can be told to look elsewhere.
    """
    with _tasks() as (tasks, prepared):
        sample = [task for task in tasks if task.runtime.id in RUNTIMES[1:]][::SAMPLE]
        nowhere = str(prepared.work / "nowhere")
        commands = [prepared([task]) for task in sample]
        with_bytecode, _ = _timed(commands)
        without, _ = _timed(commands, PYTHONPYCACHEPREFIX=nowhere)
        return without / with_bytecode


class _Prepared:
    """Commands that carry tasks out with no isolation between them."""

    def __init__(self, artifacts: Artifacts, work: pathlib.Path) -> None:
        self.work = work
        self._artifacts = artifacts
        self._count = itertools.count()

    def __call__(self, tasks: list[Task]) -> list[str]:
        """The command for tasks of one runtime, in this order."""
        return _prepare(f"{tasks[0].runtime.id}-{next(self._count)}", tasks, self._artifacts, self.work)


@contextlib.contextmanager
def _tasks() -> Iterator[tuple[list[Task], _Prepared]]:
    """All tasks of the benchmark, and what makes commands of them."""
    every_scenario, _ = scenarios.read_all(paths.SCENARIOS)
    selection = select(load_catalogue(), every_scenario, SelectionFilters(runtimes=RUNTIMES, scenarios=SCENARIOS))
    matrix = Matrix(load_catalogue(), selection, (), Options())
    with tempfile.TemporaryDirectory(dir=paths.home()) as folder:
        yield matrix.tasks(), _Prepared(matrix.artifacts, pathlib.Path(folder))


def _timed(commands: list[list[str]], **variables: str) -> tuple[float, int]:
    """Wall seconds for the commands, two at once, and how many of them died."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as home, concurrent.futures.ThreadPoolExecutor(JOBS) as executor:
        around = {**environment(pathlib.Path(home), "1"), **variables}
        codes = list(
            executor.map(
                lambda command: (
                    subprocess.run(
                        command,
                        env=around,
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                        check=False,
                    ).returncode
                ),
                commands,
            )
        )
    return time.monotonic() - begun, sum(code != 0 for code in codes)


def _prepare(name: str, tasks: list[Task], artifacts: Artifacts, work: pathlib.Path) -> list[str]:
    requests = []
    for number, task in enumerate(tasks):
        folder = work / f"{name}-{number}"
        folder.mkdir()
        if task.artifact:
            artifacts.lay_out(task.artifact, folder)
        requests.append(
            {
                "protocol": protocol.VERSION,
                "stage": str(task.stage),
                "runtime": task.runtime.settings(),
                "scenario": task.scenario,
                "format": task.variant.format,
                "parameters": dict(task.variant.parameters),
                "folder": str(folder),
                "answer": str(folder / "answer.json"),
                "memory": None,
                "seconds": None,
            }
        )
    listed = work / f"{name}.json"
    listed.write_text(json.dumps(requests))
    record = records.read(load_catalogue().environment(tasks[0].runtime.environment))
    assert record, "the run before has provisioned it"
    settings = json.dumps(tasks[0].runtime.settings())
    return [record.python, "-s", "-B", str(LEAST), str(paths.WORKER), settings, str(listed)]

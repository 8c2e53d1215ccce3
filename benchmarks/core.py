"""The core set from nothing but uv's cache: wall time by phase, peak memory of all its processes, and a second run."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

import psutil

from harness import paths

_EVERY = 0.5  # seconds between two looks at the memory


def run(tell: Callable[[str], None]) -> dict[str, Any]:
    """Seconds of a first and a second `nox -s matrix`, saves and loads per second, peak memory in GiB."""
    home = paths.home().parent / ".crossload-bench"
    shutil.rmtree(home, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory() as reports:
            tell("the core set, environments included ...")
            first, peak = nox(home, pathlib.Path(reports))
            document = json.loads((pathlib.Path(reports) / "results.json").read_text())
            tell("again, with nothing changed ...")
            second, _ = nox(home, pathlib.Path(reports))
            own = own_bytes(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    run_, work = document["run"], document["run"]["work"]
    count = work["saves_run"] + work["loads_run"]
    spent = run_["time"]["save"] + run_["time"]["load"]
    return {
        "cells": len(document["cells"]),
        "saves run": work["saves_run"],
        "loads run": work["loads_run"],
        "remedies run": work["remedies_run"],
        "first run, seconds in all": round(first, 1),
        "of these provisioning": run_["time"]["provision"],
        "of these saving": run_["time"]["save"],
        "of these loading": run_["time"]["load"],
        "of these remedies": run_["time"]["remedies"],
        "saves and loads per second": round(count / spent, 2),
        "second run, seconds in all": round(second, 2),
        "peak memory, GiB": round(peak, 2),
        "disk beside links into uv's cache, GiB": round(gib(own), 2),
    }


def own_bytes(folder: pathlib.Path) -> int:
    """Bytes of the files below a folder that are nowhere else: not links into uv's cache."""
    files = (path.lstat() for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(found.st_size for found in files if found.st_nlink == 1)


def nox(home: pathlib.Path, reports: pathlib.Path, *arguments: str) -> tuple[float, float]:
    """Run `nox -s matrix`: wall seconds, and the peak memory of all its processes in GiB."""
    begun, peak, ended = time.monotonic(), 0.0, threading.Event()
    process = subprocess.Popen(
        ["nox", "-s", "matrix", "--", *arguments, "--reports", str(reports)],
        cwd=paths.PROJECT,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "CROSSLOAD_HOME": str(home)},
    )

    def look() -> None:
        nonlocal peak
        while not ended.wait(_EVERY):
            peak = max(peak, gib(_resident(process.pid)))

    watcher = threading.Thread(target=look)
    watcher.start()
    code = process.wait()
    ended.set()
    watcher.join()
    if code:
        raise SystemExit(f"nox -s matrix ended with exit code {code}")
    return time.monotonic() - begun, peak


def _resident(root: int) -> int:
    """Bytes of a process and all below it, a page that several share counted once (proportional set size)."""
    total = 0
    try:
        for process in [psutil.Process(root), *psutil.Process(root).children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except (psutil.Error, AttributeError):  # it is gone, or this system does not tell
                continue
    except psutil.Error:
        pass
    return total


def gib(size: float) -> float:
    """Bytes as GiB."""
    return size / 2**30

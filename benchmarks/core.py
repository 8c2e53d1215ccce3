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
            first, peak = _nox(home, pathlib.Path(reports))
            document = json.loads((pathlib.Path(reports) / "results.json").read_text())
            tell("again, with nothing changed ...")
            second, _ = _nox(home, pathlib.Path(reports))
            own = [path.stat().st_size for path in home.rglob("*") if path.is_file() and path.stat().st_nlink == 1]
    finally:
        shutil.rmtree(home, ignore_errors=True)
    run_, work = document["run"], document["run"]["work"]
    count = work["saves_run"] + work["loads_run"]
    spent = run_["time"]["save"] + run_["time"]["load"]
    return {
        "cells": len(document["cells"]), "saves run": work["saves_run"], "loads run": work["loads_run"],
        "first run, seconds in all": round(first, 1), "of these provisioning": run_["time"]["provision"],
        "of these saving": run_["time"]["save"], "of these loading": run_["time"]["load"],
        "saves and loads per second": round(count / spent, 2), "second run, seconds in all": round(second, 2),
        "peak memory, GiB": round(peak, 2), "disk beside links into uv's cache, GiB": round(_gib(sum(own)), 2),
    }


def _nox(home: pathlib.Path, reports: pathlib.Path) -> tuple[float, float]:
    begun, peak, ended = time.monotonic(), 0.0, threading.Event()
    process = subprocess.Popen(
        ["nox", "-s", "matrix", "--", "--reports", str(reports)], cwd=paths.PROJECT, stdout=subprocess.DEVNULL,
        env={**os.environ, "CROSSLOAD_HOME": str(home)})

    def look() -> None:
        nonlocal peak
        while not ended.wait(_EVERY):
            peak = max(peak, _gib(_resident(process.pid)))

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


def _gib(size: float) -> float:
    return size / 2**30

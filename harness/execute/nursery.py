"""Zygotes by runtime and stage: started for the first task that needs one or just ahead of it, ended after the last.

Safe to use from several threads.
"""

from __future__ import annotations

import collections
import contextlib
import pathlib
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.execute.zygote import Zygote, ZygoteGoneError
from harness.model import Runtime, Stage
from harness.plan.tasks import HASH_SEEDS, Task

ZygoteKey = tuple[Stage, str]
StartZygote = Callable[[str, dict[str, Any], pathlib.Path, str], Zygote]


class RuntimeUnavailableError(Exception):
    """Keras cannot be imported in this runtime on this machine; the message says why."""


class Nursery:
    """Hands out zygotes that are ready to fork; `start` starts one, and may take `start_limit` seconds."""

    def __init__(
        self,
        pythons: Mapping[str, str],
        work: pathlib.Path,
        start_limit: float,
        preloads: Mapping[str, list[str]],
        start: StartZygote = Zygote,
    ) -> None:
        self._pythons = pythons
        self._work = work
        self._start_limit = start_limit
        self._start = start
        self._preloads = preloads
        self._lock = threading.Lock()
        self._expected: collections.Counter[ZygoteKey] = collections.Counter()
        self._runtimes: dict[ZygoteKey, Runtime] = {}
        self._zygotes: dict[ZygoteKey, Zygote] = {}
        self._broken: dict[ZygoteKey, str] = {}

    def expect(self, tasks: Iterable[Task]) -> None:
        """Announce tasks, in the order in which they will come."""
        with self._lock:
            for task in tasks:
                self._expected[zygote_key(task)] += 1
                self._runtimes.setdefault(zygote_key(task), task.runtime)

    def zygote(self, key: ZygoteKey) -> Zygote:
        """A ready zygote. Raises RuntimeUnavailableError when it fails to start twice, and from then on at once."""
        for first in (True, False):
            with self._lock:
                if key in self._broken:
                    raise RuntimeUnavailableError(self._broken[key])
                try:
                    zygote = self._started(key)
                except OSError as error:
                    self._broken[key] = f"its Python cannot be started: {error}"
                    raise RuntimeUnavailableError(self._broken[key]) from error
                self._start_the_next(key)
            try:
                zygote.wait_ready(self._start_limit)
                return zygote
            except ZygoteGoneError as gone:
                self.lost(key, zygote)
                if not first:
                    with self._lock:
                        self._broken[key] = f"Keras cannot be imported: {gone}"
        raise RuntimeUnavailableError(self._broken[key])

    def lost(self, key: ZygoteKey, zygote: Zygote) -> None:
        """Forget a zygote that has died, so that the next task gets a new one."""
        with self._lock:
            if self._zygotes.get(key) is zygote:
                del self._zygotes[key]
        zygote.close()

    def done_with(self, key: ZygoteKey) -> None:
        """Count down the expected tasks; after the last one the zygote ends."""
        with self._lock:
            self._expected[key] -= 1
            zygote = self._zygotes.pop(key, None) if self._expected[key] <= 0 else None
        if zygote:
            zygote.close()

    def close(self) -> None:
        """End every zygote."""
        with self._lock:
            zygotes, self._zygotes = list(self._zygotes.values()), {}
        for zygote in zygotes:
            zygote.close()

    def _started(self, key: ZygoteKey) -> Zygote:
        if key not in self._zygotes:
            stage, runtime = key[0], self._runtimes[key]
            settings = {**runtime.settings(), "preload": self._preloads.get(runtime.id, [])}
            self._zygotes[key] = self._start(
                self._pythons[runtime.environment],
                settings,
                self._work / f"zygote-{stage}-{runtime.id}",
                HASH_SEEDS[stage],
            )
        return self._zygotes[key]

    def _start_the_next(self, key: ZygoteKey) -> None:
        # Importing takes seconds of one core; started ahead, the change of runtimes need not wait for it.
        ahead = [later for later in self._runtimes if self._expected[later] > 0 and later not in self._broken]
        following = ahead[ahead.index(key) + 1 :] if key in ahead else []
        if following:
            with contextlib.suppress(OSError):  # the first task of that runtime will report it
                self._started(following[0])


def zygote_key(task: Task) -> ZygoteKey:
    """Which zygote a task belongs to."""
    return task.stage, task.runtime.id

"""Zygotes by runtime and stage: started with the first task that needs one, or just ahead of it; ended with the last.

Safe to use from several threads.
"""

from __future__ import annotations

import collections
import contextlib
import pathlib
import threading
from collections.abc import Iterable, Mapping

from harness.execute.zygote import Zygote, ZygoteGoneError
from harness.model import Runtime, Stage
from harness.plan.tasks import HASH_SEEDS, Task

ZygoteKey = tuple[Stage, str]


class RuntimeUnavailableError(Exception):
    """Keras cannot be imported in this runtime on this machine; the message says why."""


class Nursery:
    """Hands out zygotes that are ready to fork."""

    def __init__(
        self, pythons: Mapping[str, str], work: pathlib.Path, start: float, preloads: Mapping[str, list[str]]
    ) -> None:
        self._pythons = pythons
        self._work = work
        self._start_limit = start
        self._preloads = preloads
        self._lock = threading.Lock()
        self._expected: collections.Counter[ZygoteKey] = collections.Counter()
        self._runtimes: dict[ZygoteKey, Runtime] = {}
        self._zygotes: dict[ZygoteKey, Zygote] = {}
        self._broken: dict[ZygoteKey, str] = {}

    def expect(self, tasks: Iterable[Task]) -> None:
        """Say beforehand what will be asked, in order."""
        with self._lock:
            for task in tasks:
                self._expected[zygote_key(task)] += 1
                self._runtimes.setdefault(zygote_key(task), task.runtime)

    def zygote(self, place: ZygoteKey) -> Zygote:
        """A ready zygote. Raises RuntimeUnavailableError when it fails to start twice, and from then on at once."""
        for first in (True, False):
            with self._lock:
                if place in self._broken:
                    raise RuntimeUnavailableError(self._broken[place])
                try:
                    zygote = self._started(place)
                except OSError as error:
                    self._broken[place] = f"its Python cannot be started: {error}"
                    raise RuntimeUnavailableError(self._broken[place]) from error
                self._start_the_next(place)
            try:
                zygote.wait_ready(self._start_limit)
                return zygote
            except ZygoteGoneError as gone:
                self.lost(place, zygote)
                if not first:
                    with self._lock:
                        self._broken[place] = f"Keras cannot be imported: {gone}"
        raise RuntimeUnavailableError(self._broken[place])

    def lost(self, place: ZygoteKey, zygote: Zygote) -> None:
        """Forget a zygote that is gone, so that the next task gets another."""
        with self._lock:
            if self._zygotes.get(place) is zygote:
                del self._zygotes[place]
        zygote.close()

    def done_with(self, place: ZygoteKey) -> None:
        """One expected task less; the last one ends the zygote."""
        with self._lock:
            self._expected[place] -= 1
            zygote = self._zygotes.pop(place, None) if self._expected[place] <= 0 else None
        if zygote:
            zygote.close()

    def close(self) -> None:
        """End every zygote."""
        with self._lock:
            zygotes, self._zygotes = list(self._zygotes.values()), {}
        for zygote in zygotes:
            zygote.close()

    def _started(self, place: ZygoteKey) -> Zygote:
        if place not in self._zygotes:
            stage, runtime = place[0], self._runtimes[place]
            settings = {**runtime.settings(), "preload": self._preloads.get(runtime.id, [])}
            self._zygotes[place] = Zygote(
                self._pythons[runtime.environment],
                settings,
                self._work / f"zygote-{stage}-{runtime.id}",
                HASH_SEEDS[stage],
            )
        return self._zygotes[place]

    def _start_the_next(self, place: ZygoteKey) -> None:
        # Importing takes seconds of one core; begun ahead, nobody waits for it at the change of runtimes.
        ahead = [later for later in self._runtimes if self._expected[later] > 0 and later not in self._broken]
        if place in ahead and (following := ahead[ahead.index(place) + 1 :]):
            with contextlib.suppress(OSError):  # whoever asks for that one will hear
                self._started(following[0])


def zygote_key(task: Task) -> ZygoteKey:
    """Which zygote a task belongs to."""
    return task.stage, task.runtime.id

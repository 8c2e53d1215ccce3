"""The parts of this machine that a run uses: functions that provision, rehearse and open a pool of workers.

A test passes a `Machinery` with other functions instead of patching these.
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable, Mapping
from typing import Protocol

from harness.environments import locks, records, sessions
from harness.execute import rehearsal, scheduler
from harness.execute.pool import Isolation, Limits, WorkerPool
from harness.model import Environment, Provisioned, Runtime
from harness.store.artifacts import Artifacts


class ClosablePool(scheduler.Pool, Protocol):
    """Runs tasks, until it is closed."""

    def close(self) -> None:
        """End every process."""


class OpenPool(Protocol):
    """A callable that opens a pool, like `WorkerPool`."""

    def __call__(
        self,
        pythons: Mapping[str, str],
        artifacts: Artifacts,
        work: pathlib.Path,
        *,
        isolation: Isolation,
        limits: Limits,
        preloads: Mapping[str, list[str]],
    ) -> ClosablePool:
        """Open a pool that works in the folder `work`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Machinery:
    """The functions of this machine; each defaults to the real one."""

    wanted: Callable[[Environment], str] = records.wanted
    current: Callable[[Environment], Provisioned | None] = records.current
    provision: Callable[[Environment], Provisioned] = sessions.provision
    clear: Callable[[Environment], None] = records.clear
    refresh_lock: Callable[[Environment], None] = locks.refresh
    modules: Callable[[Runtime, str, pathlib.Path, str], list[str] | None] = rehearsal.modules
    rehearse: Callable[[Runtime, str, pathlib.Path, str], str] = rehearsal.rehearse
    open_pool: OpenPool = WorkerPool

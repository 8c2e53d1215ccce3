"""One process at a time: the kernel releases the lock when its holder ends, however it ends, so it never goes stale."""

from __future__ import annotations

import contextlib
import os
import pathlib
import sys
import time
from collections.abc import Callable, Iterator

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextlib.contextmanager
def held(path: pathlib.Path, *, timeout: float, busy: Callable[[], None]) -> Iterator[int]:
    """Hold the lock and yield its descriptor; a child that inherits it still holds it when this process is killed.

    `busy` is called once if another process holds it. Raises TimeoutError after `timeout` seconds, and OSError if the
    file cannot be made. A file system without locks (some network ones) is treated as if no one else were there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _acquired(descriptor):
            busy()
            _wait(descriptor, path, time.monotonic() + timeout)
        try:
            yield descriptor
        finally:
            _release(descriptor)
    finally:
        os.close(descriptor)


def _wait(descriptor: int, path: pathlib.Path, deadline: float) -> None:
    while not _acquired(descriptor):
        if time.monotonic() > deadline:
            raise TimeoutError(f"another process holds {path}")
        time.sleep(0.1)


def _acquired(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def _release(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_UN)

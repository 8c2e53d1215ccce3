"""Import the framework once, then fork a child for every cell: a fresh session at the price of a fork.

Constraints: Python 3.6 syntax, standard library, POSIX. Nothing here may create a thread, an operation or a session
before a fork, because a forked child has only the thread that forked it.

The loop is single-threaded: it waits on the host's requests, on the end of children (through a wake-up descriptor) and
on the nearest time limit. The end of the requests means that the host is gone: all children are killed.
"""

import ctypes
import gc
import io
import json
import os
import random
import select
import signal
import sys
import tempfile
import time

from . import cell, protocol

_GRACE = 1.0  # seconds between a polite signal and a kill


class Child(object):
    """A cell on its way: its process (and group), since when, and until when."""

    def __init__(self, number, pid, limit):
        self.number = number
        self.pid = pid
        self.begun = time.monotonic()
        self.limit = limit
        self.late = False

    @property
    def deadline(self):
        """When it is to be told to go, or killed once it has been told."""
        return self.begun + self.limit + (_GRACE if self.late else 0.0)


def serve(api, requests, answers, seconds):
    """Answer requests from one descriptor on another until the first one ends; `seconds` is what importing took."""
    wake, woken = os.pipe()
    for descriptor in (wake, woken):
        os.set_blocking(descriptor, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(woken)
    _settle()
    tell(answers, {"ready": True, "versions": api.versions(), "seconds": seconds, "threads": _threads()})
    children = {}
    try:
        _attend(api, requests, answers, wake, woken, children)
    except OSError:  # nobody listens any more
        pass
    finally:
        for child in children.values():
            _kill(child, signal.SIGKILL)


def _attend(api, requests, answers, wake, woken, children):
    """The loop: fork what is asked for, tell what ended, end what is late; until the requests end."""
    rest = b""
    while True:
        nearest = min([child.deadline for child in children.values()] or [time.monotonic() + 3600])
        ready, _, _ = select.select([requests, wake], [], [], max(0.0, nearest - time.monotonic()))
        if requests in ready:
            read = os.read(requests, 65536)
            if not read:
                return
            lines = (rest + read).split(b"\n")
            rest = lines.pop()
            for line in lines:
                child = _fork(api, json.loads(line.decode("utf-8")), (requests, answers, wake, woken))
                children[child.pid] = child
        if wake in ready:
            _drain(wake)
        _reap(children, answers)
        _end_late_ones(children)


def _settle():
    """Put all that exists out of the collector's reach: a child's first full collection would copy every page of it."""
    gc.collect()
    getattr(gc, "freeze", lambda: None)()  # Python 3.7


def _threads():
    """How many threads this process has, where the system tells; more than one would make a fork unsafe."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1


def _fork(api, asked, descriptors):
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        try:
            os.setpgid(pid, pid)
        except OSError:  # the child was quicker
            pass
        return Child(asked["id"], pid, asked["seconds"])
    status = 1
    try:
        _become_a_session(asked["log"], descriptors)
        run(protocol.read_json(asked["request"]), api)
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        # Threads of the framework may never end by themselves, and exit handlers belong to the zygote.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return None


def _become_a_session(log, descriptors):
    """Make the forked child equal to a fresh process: own group, own output, own randomness, no handlers of ours."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        os.setpgid(0, 0)
    except OSError:
        pass
    _die_with_parent()
    for descriptor in descriptors:
        os.close(descriptor)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    # Line by line: the last words before a crash are the only evidence there is.
    sys.stdout = io.open(1, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = io.open(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


def run(request, api):
    """Carry out one request in this process, with fresh randomness, limited memory and a working folder of its own."""
    import numpy

    random.seed()
    numpy.random.seed()
    for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"):
        os.environ[name] = request["folder"]
    tempfile.tempdir = None  # as chosen before the fork
    limit_memory(request["memory"])
    os.chdir(request["folder"])
    cell.carry_out(request, api)


def limit_memory(allowed):
    """Let the process grow by `allowed` bytes and no more, where the system can say so."""
    try:
        import resource
    except ImportError:  # Windows
        return
    if allowed and sys.platform.startswith("linux"):
        with open("/proc/self/statm") as stream:
            now = int(stream.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + allowed, resource.RLIM_INFINITY))


def _die_with_parent():
    if sys.platform.startswith("linux"):
        try:
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        except (OSError, AttributeError):
            pass


def _reap(children, answers):
    while children:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        child = children.get(pid)
        if child is None:
            continue
        killed = os.WIFSIGNALED(status)
        _kill(child, signal.SIGKILL)  # whatever it left in its group
        tell(answers, {
            "id": child.number, "code": None if killed else os.WEXITSTATUS(status),
            "signal": os.WTERMSIG(status) if killed else None, "late": child.late,
            "wall": time.monotonic() - child.begun})
        del children[pid]


def _end_late_ones(children):
    for child in children.values():
        if time.monotonic() >= child.deadline:
            _kill(child, signal.SIGKILL if child.late else signal.SIGTERM)
            child.late = True


def _kill(child, number):
    try:
        os.killpg(child.pid, number)
    except OSError:  # it is gone
        pass


def _drain(descriptor):
    try:
        while os.read(descriptor, 4096):
            pass
    except OSError:
        pass


def tell(descriptor, message):
    """Write one message to the host."""
    os.write(descriptor, (json.dumps(message) + "\n").encode("utf-8"))

"""The host's end of a zygote: start it, send it requests, and hear how each of its children ended."""

from __future__ import annotations

import concurrent.futures
import json
import logging
import os
import pathlib
import subprocess
import threading
from typing import Any

from harness.execute.process import End, command, end_group, environment

_log = logging.getLogger(__name__)


class ZygoteGoneError(Exception):
    """The zygote could not start, or died; the message has its last line of output."""


class Zygote:
    """A process that has imported its Keras and forks a child for every request."""

    def __init__(
        self, python: str, settings: dict[str, Any], folder: pathlib.Path, hash_seed: str, *, patience: float = 30.0
    ) -> None:
        """`patience` is how many seconds past a child's limit the zygote may take to answer."""
        self._patience = patience
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "zygote.log"
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                command(python, "serve", str(requests), str(answers), json.dumps(settings)),
                env=environment(folder, hash_seed),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(requests, answers),
                start_new_session=True,
            )
        os.close(requests)
        os.close(answers)
        self._lock = threading.Lock()
        self._waiting: dict[int, concurrent.futures.Future[End]] = {}
        self._ready: concurrent.futures.Future[float] = concurrent.futures.Future()
        self._count = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def run(self, request: pathlib.Path, log: pathlib.Path, seconds: float) -> End:
        """Have a child carry out a request within `seconds`; blocks. Raises ZygoteGoneError if the zygote is gone."""
        future: concurrent.futures.Future[End] = concurrent.futures.Future()
        with self._lock:
            self._count += 1
            self._waiting[self._count] = future
            line = json.dumps({"id": self._count, "request": str(request), "log": str(log), "seconds": seconds})
            try:
                os.write(self._requests, line.encode() + b"\n")
            except OSError as error:
                raise ZygoteGoneError(self._last_words()) from error
        try:
            return future.result(timeout=seconds + self._patience)
        except TimeoutError as error:
            about = self.log.parent.name, request.parent.name, self._patience
            _log.warning("%s: no answer for %s, %.1f s past its limit", *about)
            raise ZygoteGoneError("the zygote does not answer") from error

    def wait_ready(self, seconds: float) -> float:
        """Wait until Keras is imported; the seconds that took. Raises ZygoteGoneError."""
        try:
            return self._ready.result(timeout=seconds)
        except TimeoutError as error:
            raise ZygoteGoneError(f"importing Keras took longer than {seconds:.0f} s") from error

    def close(self) -> None:
        """End the zygote and whatever it still runs."""
        with self._lock:
            if self._requests >= 0:
                os.close(self._requests)
                self._requests = -1
        try:
            self._process.wait(2)  # at the end of the requests it kills its children and exits
        except subprocess.TimeoutExpired:
            end_group(self._process)

    def _listen(self) -> None:
        with os.fdopen(self._answers, encoding="utf-8") as stream:
            for line in stream:
                message = json.loads(line)
                if message.get("ready"):
                    _log.info("%s: ready after %.1f s", self.log.parent.name, message["seconds"])
                    self._ready.set_result(message["seconds"])
                elif "ready" in message:
                    self._ready.set_exception(ZygoteGoneError(message["reason"]))
                else:
                    self._waiting.pop(message.pop("id")).set_result(End(**message))
        code = self._process.wait()
        _log.debug("%s: ended with %s", self.log.parent.name, code)
        gone = ZygoteGoneError(self._last_words())
        if not self._ready.done():
            self._ready.set_exception(gone)
        with self._lock:
            for future in self._waiting.values():
                future.set_exception(gone)
            self._waiting.clear()

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:  # the working folder has already been removed
            lines = []
        code = self._process.poll()
        end = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return f"{lines[-1] if lines else 'no output'} ({end})"

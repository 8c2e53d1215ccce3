"""The host's end of a zygote: start it, ask it for children, hear how each ended."""

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

_PATIENCE = 30.0  # seconds past a child's limit in which its zygote has to answer
_log = logging.getLogger(__name__)


class ZygoteGoneError(Exception):
    """The zygote could not start, or died; the message says with what last words."""


class Zygote:
    """A process that has imported its Keras and forks a child for every request."""

    def __init__(self, python: str, settings: dict[str, Any], folder: pathlib.Path, hash_seed: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "zygote.log"
        asked, self._requests = os.pipe()
        self._answers, told = os.pipe()
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                command(python, "serve", str(asked), str(told), json.dumps(settings)),
                env=environment(folder, hash_seed),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(asked, told),
                start_new_session=True,
            )
        os.close(asked)
        os.close(told)
        self._lock = threading.Lock()
        self._waiting: dict[int, concurrent.futures.Future[End]] = {}
        self._ready: concurrent.futures.Future[float] = concurrent.futures.Future()
        self._asked = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def run(self, request: pathlib.Path, log: pathlib.Path, seconds: float) -> End:
        """Have a request carried out by a child within `seconds`; blocks. Raises ZygoteGoneError if its end is lost."""
        future: concurrent.futures.Future[End] = concurrent.futures.Future()
        with self._lock:
            self._asked += 1
            self._waiting[self._asked] = future
            line = json.dumps({"id": self._asked, "request": str(request), "log": str(log), "seconds": seconds})
            try:
                os.write(self._requests, line.encode() + b"\n")
            except OSError as error:
                raise ZygoteGoneError(self._last_words()) from error
        try:
            return future.result(timeout=seconds + _PATIENCE)
        except TimeoutError as error:
            _log.warning(
                "%s: no word of %s, %.0f s past its limit", self.log.parent.name, request.parent.name, _PATIENCE
            )
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
            self._process.wait(2)  # the end of the requests tells it to kill its children and go
        except subprocess.TimeoutExpired:
            end_group(self._process)

    def _listen(self) -> None:
        with os.fdopen(self._answers, encoding="utf-8") as stream:
            for line in stream:
                told = json.loads(line)
                if told.get("ready"):
                    _log.info("%s: ready after %.1f s", self.log.parent.name, told["seconds"])
                    self._ready.set_result(told["seconds"])
                elif "ready" in told:
                    self._ready.set_exception(ZygoteGoneError(told["reason"]))
                else:
                    self._waiting.pop(told.pop("id")).set_result(End(**told))
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
        except OSError:  # the working folder is gone already
            lines = []
        code = self._process.poll()
        end = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return f"{lines[-1] if lines else 'no word'} ({end})"

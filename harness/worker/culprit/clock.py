"""A budget of seconds that also ends what never looks at a clock.

Constraints: Python 3.6 syntax, standard library only.
"""

import contextlib
import signal
import time


class OutOfTime(BaseException):
    """The budget is spent. No Exception, so that nothing that is tried swallows it."""


class Clock(object):
    """How long the experiments have taken, and what is left."""

    def __init__(self, seconds):
        self._begun = time.monotonic()
        self._seconds = seconds

    @property
    def taken(self):
        """Seconds since the beginning."""
        return time.monotonic() - self._begun

    @property
    def left(self):
        """Seconds left, never less than none."""
        return max(0.0, self._seconds - self.taken)

    def check(self):
        """Raise OutOfTime when nothing is left."""
        if not self.left:
            raise OutOfTime()

    @contextlib.contextmanager
    def alarm(self):
        """Interrupt whatever runs when nothing is left, where the system has alarms and this is the main thread."""
        if not hasattr(signal, "setitimer"):
            yield
            return

        def ring(number, frame):
            raise OutOfTime()

        try:
            before = signal.signal(signal.SIGALRM, ring)
        except ValueError:  # not the main thread
            yield
            return
        outer = signal.setitimer(signal.ITIMER_REAL, max(self.left, 0.001), 1.0)  # again, where something caught it
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, max(outer[0] - self.taken, 1.0) if outer[0] else 0.0)
            signal.signal(signal.SIGALRM, before if before is not None else signal.SIG_DFL)

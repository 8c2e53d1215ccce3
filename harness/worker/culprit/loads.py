"""Loads of a cell's file, as the cell loads it, with something in the file changed; and how each of them failed.

Constraints: Python 3.6 syntax.
"""

import contextlib
import os
import sys

from . import failures


class Loads(object):
    """One load after another; `model` is what the last one gave."""

    def __init__(self, run, clock, stored):
        self.run = run
        self.clock = clock
        self.stored = stored
        self.model = None
        self.number = 0

    def failure(self, predict=False, **edit):
        """How it fails with these edits (see `files.Stored.write`), or None if it loads and, if asked, predicts."""
        self.clock.check()
        self.number += 1
        before = self.run.artifact
        self.model = None
        try:
            if edit:
                folder = os.path.join(self.run.request["folder"], "trial", os.path.basename(before))
                self.stored.write(folder, **edit)
                self.run.artifact = folder
            self.model = self.run.load_model()
            if predict:
                given, y, _ = self.run.inputs()
                x = self.run.fed(given)
                self.run.script.call("after_load", model=self.model, x=x, y=y)
                self.run.predict(self.model, x)
        except Exception as error:
            return failures.Failure(error, self.is_layer)
        finally:
            self.run.artifact = before
        return None

    def is_layer(self, value):
        """Whether a value is a layer of this Keras."""
        return isinstance(value, getattr(self.run.api.keras.layers, "Layer", ()))

    def kind(self, stored):
        """The class of this Keras that a stored layer names, or None."""
        found = getattr(self.run.api.keras.layers, str(stored["class_name"]).split(">")[-1], None)
        return found if isinstance(found, type) else None

    @contextlib.contextmanager
    def without(self, frames, pattern):
        """Let the outermost function of a traceback whose name matches do nothing for a while; whether there is one."""
        for module, function in reversed(frames):
            place = sys.modules.get(module)
            if pattern.match(function) and callable(getattr(place, function, None)):
                before = getattr(place, function)
                setattr(place, function, lambda *given, **named: None)
                try:
                    yield True
                finally:
                    setattr(place, function, before)
                return
        yield False

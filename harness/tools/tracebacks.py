"""Reads tracebacks: their frames, and the innermost one that is Keras' own. Pure."""

from __future__ import annotations

import functools
import re

_OF_KERAS = re.compile(r"/(?:keras|tf_keras|tensorflow|tensorflow_core)/")
_FRAME = re.compile(r'^ *File "([^"]*)", line \d+, in (\S+)', re.MULTILINE)


@functools.lru_cache(maxsize=4096)
def frames(traceback: str) -> str:
    """The frames of a traceback as lines `file.py:function`, innermost last."""
    return "\n".join(f"{path.rsplit('/', 1)[-1]}:{function}" for path, function in _FRAME.findall(traceback))


@functools.lru_cache(maxsize=4096)
def innermost(traceback: str) -> str:
    """The innermost frame of Keras or TensorFlow as `file.py:function`, or of all if none is theirs; "" if none is."""
    found = _FRAME.findall(traceback)
    if not found:
        return ""
    path, function = next((frame for frame in reversed(found) if _OF_KERAS.search(frame[0])), found[-1])
    return f"{path.rsplit('/', 1)[-1]}:{function}"

"""Writes files whole or not at all: first next to the target, then renamed."""

from __future__ import annotations

import os
import pathlib


def replace_file(path: pathlib.Path, content: str | bytes) -> None:
    """Write a file, replacing any old one. Text is written as UTF-8, unchanged. Raises OSError.

    Missing folders are made. A reader sees the old file or the new one, never a part.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(content if isinstance(content, bytes) else content.encode())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise

"""Files written whole or not at all: beside the target first, then renamed."""

from __future__ import annotations

import os
import pathlib


def replace_file(path: pathlib.Path, content: str | bytes) -> None:
    """Write a file in place of the one that may be there. Text becomes UTF-8 as it is. Raises OSError.

    The folder must exist. A reader sees the old file or the new one, never a part.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(content if isinstance(content, bytes) else content.encode())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise

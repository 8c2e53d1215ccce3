"""A real virtualenv with a made-up Keras installed in it, where an environment would have the real one."""

from __future__ import annotations

import pathlib
import venv

import numpy

from tests.unit import made

MADE_KERAS = (made.KERAS / "keras.py").read_text()


def python_with(folder: pathlib.Path, keras: str = MADE_KERAS) -> str:
    """The interpreter of a new virtualenv in `folder` whose `keras` is this source; numpy is that of the tests."""
    venv.create(folder, symlinks=True)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "keras.py").write_text(keras)
    (packages / "tests.pth").write_text(str(pathlib.Path(numpy.__file__).parents[1]))
    return str(folder / "bin" / "python")

"""Frames of a traceback, and the innermost one that is Keras' own."""

from __future__ import annotations

import pytest

from harness.tools.tracebacks import frames, innermost

TRACEBACK = """\
Traceback (most recent call last):
  File "harness/worker/cell.py", line 12, in load
    return keras.models.load_model(path)
  File "/env/lib/python3.11/site-packages/keras/src/saving/saving_api.py", line 189, in load_model
    return legacy_h5_format.load_model_from_hdf5(
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/env/lib/python3.11/site-packages/tensorflow_core/python/keras/layers/core.py", line 80, in <listcomp>
  [Previous line repeated 900 more times]
  File "/usr/lib/python3.11/marshal.py", line 3, in loads
EOFError: File "model.h5", line 1, in nothing
"""


def test_frames_are_lines_of_file_and_function() -> None:
    """The innermost last, without folders; neither code nor the message is a frame."""
    assert ["cell.py:load", "saving_api.py:load_model", "core.py:<listcomp>", "marshal.py:loads"] == frames(
        TRACEBACK
    ).splitlines()


def test_the_innermost_frame_of_keras() -> None:
    """What it calls in Python's own library comes after it, and is not to blame."""
    assert "core.py:<listcomp>" == innermost(TRACEBACK)


@pytest.mark.parametrize("package", ["keras", "tf_keras", "tensorflow", "tensorflow_core"])
def test_every_name_under_which_keras_is_installed(package: str) -> None:
    """But not a package whose name only begins like it."""
    own = f'  File "/lib/{package}/a.py", line 1, in made\n'
    assert "a.py:made" == innermost(f'{own}  File "/lib/{package}_hub/b.py", line 1, in used\n')


def test_the_innermost_frame_of_all_if_none_is_of_keras() -> None:
    outside = '  File "/mine/a.py", line 1, in outer\n  File "/mine/b.py", line 1, in inner\n'
    assert "b.py:inner" == innermost(outside)


def test_no_traceback_has_no_frames() -> None:
    """A process that died leaves none."""
    assert "" == frames("")
    assert "" == innermost("")

"""Commands: a child that ends when it should, sees what it should, and one line on why it failed."""

from __future__ import annotations

import pathlib
import sys
import time

import pytest

from harness.environments import commands
from harness.environments.commands import CommandResult


def test_child_is_ended_at_its_limit() -> None:
    """A command that hangs is ended with its whole group, and said to have been."""
    begun = time.monotonic()
    result = commands.run([sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"], timeout=1)
    assert ("not done within 1 s", "here", False) == (result.trouble, result.out.strip(), result.ok)
    assert time.monotonic() - begun < 30


def test_child_cannot_ask_and_sees_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stdin is at its end, NO_COLOR is set, PYTHONPATH is gone, and the user's own settings stay."""
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("UV_LINK_MODE", "copy")
    code = (
        "import os, sys; print([sys.stdin.read(), os.environ['NO_COLOR'], os.environ.get('PYTHONPATH'), "
        "os.environ['UV_LINK_MODE']])"
    )
    assert "['', '1', None, 'copy']" == commands.run([sys.executable, "-c", code]).out.strip()


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (CommandResult(code=1, err="error: A\n  cause: B\n  cause: B\n\nhint: C\n"), "A: B"),
        (CommandResult(code=1, err=f"error: A\n  cause: {'b' * 400}\n  cause: C\n"), "A: ...: C"),
        (CommandResult(code=1, err="error: " + "a" * 500), "a" * 396 + " ..."),
        (CommandResult(code=1, err="error: Hash mismatch\n\n   Expected:\n     sha256:00\n"), "Hash mismatch"),
        (CommandResult(code=1, err="Traceback\n  File\nOSError: no\n"), "OSError: no"),
        (CommandResult(code=-9), "exit code -9 and no output"),
        (CommandResult(code=124, err="error: A", trouble="not done within 1 s"), "not done within 1 s"),
    ],
)
def test_one_line_on_why(result: CommandResult, line: str) -> None:
    """The causes that uv tells, without hints and lists; when too long, its ends; for others the last line said."""
    assert line == commands.condensed(result)


def test_command_that_is_not_there(tmp_path: pathlib.Path) -> None:
    """A command that cannot be started is a result, not an exception."""
    assert commands.run([str(tmp_path / "nothing")]).trouble.startswith("cannot be started: ")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("get https://me:pass@host/x", "get https://***@host/x"),
        ("https://host/a@b", "https://host/a@b"),
        ("(http://host/?a=1&access_token=s3cret&b=2)", "(http://host/?a=1&access_token=***&b=2)"),
        ("\x1b[1mbold\x1b[0m", "bold"),
    ],
)
def test_what_must_not_be_kept(text: str, cleaned: str) -> None:
    """Credentials and escape sequences go, and the rest of an address stays readable."""
    assert cleaned == commands.clean(text)

"""What a Python answers when it is probed, shared by the stand-ins for `commands.run`."""

from __future__ import annotations

import json

from harness.environments.commands import CommandResult


def python(version: str, **different: object) -> CommandResult:
    """What a usable Python of this version prints."""
    about = {
        "implementation": "cpython",
        "version": version,
        "machine": "x86_64",
        "wide": True,
        "threaded": False,
        "executable": "/somewhere/python",
    }
    return CommandResult(out=json.dumps({**about, **different}))

"""Entries of made-up results documents with every key: a test names only those it is about."""

from __future__ import annotations

from typing import Any


def cell(**values: Any) -> Any:
    """A cell entry, as if a load had been run without anything to report."""
    return {
        "variant": "",
        "save": "old",
        "load": "new",
        "key": "",
        "outcome": "",
        "verdict": "identical",
        "stage": "load",
        "reason": "",
        "failure": None,
        "differences": [],
        "step": "load",
        "signal": "",
        "notes": [],
        "seconds": {},
        "wall": 0.0,
        "memory": 0,
        "log": "",
        "before": "",
        **values,
    }


def failure(type: str, message: str, **values: Any) -> Any:
    """A failure entry: an exception while loading."""
    return {"type": type, "message": message, "traceback": "", "step": "load", "path": "", "line": 0, **values}


def trial(**values: Any) -> Any:
    """A trial entry that was not run."""
    return {
        "remedy": "",
        "verdict": "identical",
        "reason": "",
        "verified": True,
        "variant": "",
        "save": "",
        "load": "",
        "wall": 0.0,
        "key": "",
        "outcome": "",
        "stage": "",
        "step": "",
        "failure": None,
        "notes": [],
        "differences": [],
        **values,
    }

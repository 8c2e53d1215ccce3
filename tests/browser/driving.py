"""Helpers to drive the page: links to its views, and waiting until a state is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

Open = Callable[..., Any]


def local(url: str) -> bool:
    """Whether a request stays in the file itself."""
    return url.startswith(("file:", "data:", "blob:"))


def settled(page: Any, after: str = "") -> str:
    """Wait until the page shows a state other than `after`, and return the number of that state."""
    page.wait_for_function("after => (document.documentElement.dataset.ready ?? '') !== after", arg=after)
    return str(page.evaluate("document.documentElement.dataset.ready"))


def go(page: Any, act: Callable[[], Any]) -> None:
    """Do something that changes the state of the page, and wait until the new state is shown."""
    before = page.evaluate("document.documentElement.dataset.ready")
    act()
    settled(page, before)


def pitfalls(results: dict[str, Any]) -> set[str]:
    """The variants that go wrong on purpose, which the overview's sum leaves out."""
    causes = {case["name"] for case in results["scenarios"] if case["cause"]}
    variants = results["variants"]
    return {variant["id"] for variant in variants if variant["scenario"] in causes and not variant["remedy"]}


def fragment(view: str, *segments: str, **filters: str) -> str:
    """The fragment of a view, as in a link to it."""
    path = "/".join([view, *(quote(segment, safe="") for segment in segments)])
    query = "&".join(f"{name}={quote(value, safe=',')}" for name, value in filters.items())
    return f"#/{path}" + (f"?{query}" if query else "")

"""Turns any text into inert Markdown: text from a model or a message must not become markup."""

from __future__ import annotations

import re


def inert(text: str) -> str:
    """Any text as inert Markdown on one line: no markup, no mention, no table cell of its own."""
    flat = " ".join(text.split())
    # GitHub looks for mentions after it decodes entities, so a zero-width space has to follow the @.
    escaped = re.sub(r"([\\`*_\[\]#|~])", r"\\\1", flat)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@&#8203;")

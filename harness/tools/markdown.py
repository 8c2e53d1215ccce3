"""Any text as inert Markdown: what comes from a model or a message must not become markup."""

from __future__ import annotations

import re


def inert(text: str) -> str:
    """Any text as inert Markdown on one line: no markup, no mention, no table cell of its own."""
    flat = " ".join(text.split())
    # GitHub looks for mentions after it has decoded entities, so a zero-width space has to keep the @ apart.
    escaped = re.sub(r"([\\`*_\[\]#|~])", r"\\\1", flat)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@&#8203;")

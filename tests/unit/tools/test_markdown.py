"""Inert Markdown."""

from __future__ import annotations

from harness.tools.markdown import inert


def test_markdown_is_inert() -> None:
    """Markup, mentions, table cells and line breaks all become plain text."""
    text = inert("a|b <i> [x](http://y) `c` @team\n# head")
    assert r"a\|b &lt;i&gt; \[x\](http://y) \`c\` @&#8203;team \# head" == text

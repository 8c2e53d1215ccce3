"""Markdown that can do nothing."""

from __future__ import annotations

from harness.tools.markdown import inert


def test_markdown_is_inert() -> None:
    """Markup, mentions, table cells and lines of their own are all plain text."""
    told = inert("a|b <i> [x](http://y) `c` @team\n# head")
    assert r"a\|b &lt;i&gt; \[x\](http://y) \`c\` @&#8203;team \# head" == told

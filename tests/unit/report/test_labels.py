"""How verdicts look: each one differently, and all legibly."""

from __future__ import annotations

import itertools

import pytest

from harness.model import Verdict
from harness.report import labels


def _named(value: object) -> str:
    return str(value.verdict if isinstance(value, labels.Label) else value)


def test_every_verdict_has_one_label() -> None:
    """The labels cover the verdicts of the model, each once."""
    assert sorted(Verdict) == sorted(label.verdict for label in labels.LABELS)


def test_silent_differences_are_loudest() -> None:
    """In a summed square `changed` comes before all other verdicts, and `identical` after every bad one."""
    assert labels.ORDER[0] == "changed"
    assert ("identical", "unsupported", "unavailable") == labels.ORDER[-3:]


def test_verdicts_differ_without_colour() -> None:
    """No two verdicts share a sign."""
    assert len(labels.LABELS) == len({label.sign for label in labels.LABELS})


@pytest.mark.parametrize(
    ("label", "theme", "level"), [*itertools.product(labels.LABELS, ("light", "dark"), labels.LEVELS)], ids=_named
)
def test_every_square_can_be_read(label: labels.Label, theme: str, level: int) -> None:
    """The text colour on every shade has the contrast that WCAG AA requires."""
    shade = label.shade(theme, level)
    assert labels.contrast(shade, labels.ink(shade)) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    """Black on white is 21, and a known grey is 4.54."""
    assert labels.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert labels.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("share", "expected"), [(0.01, 1), (0.15, 1), (0.16, 2), (0.5, 2), (0.51, 3), (1.0, 3)])
def test_level_follows_the_share(share: float, expected: int) -> None:
    """The larger the share, the stronger the colour."""
    assert expected == labels.level(share)


def test_the_style_knows_both_themes() -> None:
    """Shades are defined for the light theme, the dark theme, and the dark theme by choice."""
    style = labels.css()
    assert 3 == style.count("--changed-3:")
    assert ".v-timed-out.l2{background:var(--timed-out-2);color:var(--on-timed-out-2)}" in style

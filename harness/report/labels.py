"""The wording, sign, colour and order of verdicts: the one place that decides how a verdict looks."""

from __future__ import annotations

import dataclasses

from harness.model import Verdict

PAGE = {"light": "#ffffff", "dark": "#14171c"}
LEVELS = (1, 2, 3)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Label:
    """How one verdict is shown; `strength` is the share of its colour at each of the three levels."""

    verdict: Verdict
    sign: str
    does: str
    meaning: str
    light: str
    dark: str
    strength: tuple[float, float, float] = (0.28, 0.5, 0.85)

    def shade(self, theme: str, level: int) -> str:
        """The background of a cell: the verdict's colour mixed with the page's."""
        return mix(self.light if theme == "light" else self.dark, PAGE[theme], self.strength[level - 1])


# Loudest first. A summed cell shows the first of these that it contains, so a silent difference is never outvoted.
LABELS = (
    Label(
        verdict=Verdict.CHANGED,
        sign="≠",
        does="loads without an error and predicts differently",
        meaning="Loaded without an error, but the predictions differ. Nothing warns the user.",
        light="#b00030",
        dark="#ff4f74",
        strength=(0.42, 0.7, 1.0),
    ),
    Label(
        verdict=Verdict.CRASHED,
        sign="‼",
        does="kills the loading process",
        meaning="The process died; its signal is named.",
        light="#6a1b9a",
        dark="#c58cff",
    ),
    Label(
        verdict=Verdict.TIMED_OUT,
        sign="∞",
        does="does not finish in time",
        meaning="The process ran past its limit and was ended.",
        light="#3f51b5",
        dark="#8e9bff",
    ),
    Label(
        verdict=Verdict.REFUSED,
        sign="×",
        does="is refused with an error",
        meaning="Loading raised an error.",
        light="#d9620f",
        dark="#ff9a4d",
    ),
    Label(
        verdict=Verdict.INCOMPLETE,
        sign="◐",
        does="predicts the same, but loses something else",
        meaning="Predicts the same, but something else was lost: optimizer state, compile arguments, metrics.",
        light="#e0b000",
        dark="#e6c034",
        strength=(0.3, 0.5, 0.75),
    ),
    Label(
        verdict=Verdict.UNSAVED,
        sign="⊘",
        does="cannot be saved",
        meaning="Saving raised an error, so there was nothing to load.",
        light="#8d6748",
        dark="#b99273",
        strength=(0.25, 0.4, 0.6),
    ),
    Label(
        verdict=Verdict.IDENTICAL,
        sign="✓",
        does="says the same",
        meaning="Loaded, and every observation agrees within tolerance.",
        light="#1b8a6b",
        dark="#2fae89",
        strength=(0.16, 0.22, 0.3),
    ),
    Label(
        verdict=Verdict.UNSUPPORTED,
        sign="–",
        does="does not exist there",
        meaning="This runtime has no such format or API. Declared, and the declaration was probed.",
        light="#6b7480",
        dark="#7b8591",
        strength=(0.1, 0.14, 0.18),
    ),
    Label(
        verdict=Verdict.UNAVAILABLE,
        sign="?",
        does="could not be tried on this machine",
        meaning="The environment could not be provisioned here. A fact about this machine, not about Keras.",
        light="#6b7480",
        dark="#7b8591",
        strength=(0.03, 0.05, 0.06),
    ),
)
ORDER = tuple(str(label.verdict) for label in LABELS)
NUMBER_OF = {name: number for number, name in enumerate(ORDER)}
LABEL_OF = {str(label.verdict): label for label in LABELS}
UNASKED = (str(Verdict.UNSUPPORTED), str(Verdict.UNAVAILABLE))
FINDINGS = tuple(name for name in ORDER if name not in (*UNASKED, str(Verdict.IDENTICAL)))
# From good to bad for the user. A silent difference is worse than a model that does not load at all.
RANKS = ("identical", "incomplete", "refused", "unsaved", "timed-out", "crashed", "changed")
# The kinds of causes in the order of the report: the six classic ones first, causes that no signature knows last.
KINDS = {
    "data": "Data prepared differently",
    "metrics": "Metrics",
    "randomness": "Randomness",
    "lambda": "Lambda layers",
    "custom-objects": "Custom objects",
    "variable-initializer": "Variables and initializers",
    "format": "File formats",
    "schema": "Settings of layers in the file",
    "renamed-class": "Classes that were renamed",
    "op-layers": "Layers made of operations",
    "weights-layout": "Layout of the weights",
    "optimizer": "Optimizers",
    "preprocessing-state": "State of preprocessing layers",
    "numerics": "Numerics",
    "environment": "Packages other than Keras",
    "located": "Located by experiment",
    "unknown": "Not known yet",
}
CLASSIC = tuple(KINDS)[:6]


def mix(colour: str, with_: str, share: float) -> str:
    """Mix two `#rrggbb` colours per channel in sRGB: `share` of the first, the rest of the second."""
    pairs = zip(channels(colour), channels(with_), strict=True)
    mixed = (round(first * share + second * (1 - share)) for first, second in pairs)
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of `#rrggbb`, 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(first: str, second: str) -> float:
    """The WCAG 2 contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink(background: str) -> str:
    """Black or white, whichever reads better; one of the two always reaches 4.5."""
    return max("#000000", "#ffffff", key=lambda colour: contrast(colour, background))


def level(share: float) -> int:
    """The level, 1 to 3, at which a summed cell shows a verdict that has this share (0 to 1) of it."""
    return 1 if share <= 0.15 else 2 if share <= 0.5 else 3


def css() -> str:
    """Custom properties of both themes, and the classes `v-<verdict> l<level>` and `f-<verdict>` that use them."""
    light, dark = _properties("light"), _properties("dark")
    rules = [
        f":root{{{light}}}",
        f"@media screen and (prefers-color-scheme: dark){{:root:not([data-theme=light]){{{dark}}}}}",
        f"@media screen{{:root[data-theme=dark]{{{dark}}}}}",
    ]
    for name in ORDER:
        rules.append(f".f-{name}{{fill:var(--{name})}}")
        rules += [f".v-{name}.l{n}{{background:var(--{name}-{n});color:var(--on-{name}-{n})}}" for n in LEVELS]
    return "\n".join(rules)


def _properties(theme: str) -> str:
    items = []
    for label in LABELS:
        items.append(f"--{label.verdict}:{label.light if theme == 'light' else label.dark}")
        for number in LEVELS:
            shade = label.shade(theme, number)
            items.append(f"--{label.verdict}-{number}:{shade};--on-{label.verdict}-{number}:{ink(shade)}")
    return ";".join(items)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    """An sRGB channel, 0 to 1, without its gamma."""
    return channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4

"""What a message is about, without what varies between two messages of one meaning. Pure."""

from __future__ import annotations

import re

_COLOUR = (re.compile(r"\x1b\[\d*m"), "")
_ADDRESS = (re.compile(r"0x[0-9a-fA-F.]+"), "address")
_QUOTED = (re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`"), "'...'")
_NUMBER = (re.compile(r"\d+(?:\.\d+)*(?:e[+-]?\d+)?"), "#")
_SPACE = (re.compile(r"\s+"), " ")
_CONFIGURATION = re.compile(r"(?:Full object config|using config=).*", re.DOTALL)
_AROUND = re.compile(r".*Exception encountered: ", re.DOTALL)
_KEPT = 200  # characters


def core(message: str) -> str:
    """The message without what Keras puts around it: where it happened, and whole configurations."""
    return _CONFIGURATION.sub("", _AROUND.sub("", message)).strip()


def gist(message: str) -> str:
    """What a message is about: without configurations, numbers and addresses, but with the names in it."""
    message = _AROUND.sub("", message)
    return _without(message, _COLOUR, (_CONFIGURATION, ""), _ADDRESS, _NUMBER, _SPACE)


def normalised(message: str) -> str:
    """A message without what varies between messages of one meaning: quoted names, numbers, configurations."""
    return _without(message, _COLOUR, (_CONFIGURATION, "..."), _ADDRESS, _QUOTED, _NUMBER, _SPACE)


def _without(message: str, *replacements: tuple[re.Pattern[str], str]) -> str:
    for pattern, replacement in replacements:
        message = pattern.sub(replacement, message)
    return message.strip()[:_KEPT]

"""Finds the line of each key and array item of a TOML document, which tomllib does not report.

The text must already have passed tomllib: this scanner trusts its syntax and only finds its way through it.
"""

from __future__ import annotations

import re
import tomllib

Key = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")' r"|'''.*?'{3,5}(?!')" r'|"(?:\\.|[^"\\])*"' r"|'[^']*'", re.DOTALL
)
_PLAIN = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str) -> dict[Key, int]:
    """The line (from 1) of every table, key and array item, by its path such as `("py37", "runtimes", 0, "keras")`."""
    return _Scanner(text.replace("\r\n", "\n")).scan()


def line_for(lines: dict[Key, int], path: Key) -> int:
    """The line of this path, or of the nearest thing around it that is in the text (1 for the document)."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[Key, int] = {}
        self.counts: dict[Key, int] = {}

    def scan(self) -> dict[Key, int]:
        table: Key = ()
        while self._blank() < len(self.text):
            start = self.at
            if self.text[self.at] == "[":
                table = self._header()
                self._note(table, start)
            else:
                self._pair(table)
        return self.lines

    def _note(self, path: Key, start: int) -> None:
        line = self.text.count("\n", 0, start) + 1
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _blank(self) -> int:
        self.at = _match(_BLANK, self.text, self.at).end()
        return self.at

    def _header(self) -> Key:
        several = self.text.startswith("[[", self.at)
        self.at += 2 if several else 1
        path = self._inside(self._key())
        self.at = self.text.index("]", self.at) + (2 if several else 1)
        if several:
            self.counts[path] = self.counts.get(path, -1) + 1
            path = (*path, self.counts[path])
        return path

    def _inside(self, key: Key) -> Key:
        """A header below an array of tables means the array's last element."""
        path: Key = ()
        for part in key[:-1]:
            path = (*path, part)
            if path in self.counts:
                path = (*path, self.counts[path])
        return (*path, *key[-1:])

    def _key(self) -> Key:
        parts: list[str] = []
        while True:
            part = _match(_KEY_PART, self.text, self.at)
            self.at = part.end()
            raw = part[1]
            parts.append(str(tomllib.loads(f"k = {raw}")["k"]) if raw[0] in "\"'" else raw)
            if self.text[self.at] != ".":
                return tuple(parts)
            self.at += 1

    def _pair(self, table: Key) -> None:
        start = self.at
        path = (*table, *self._key())
        self._note(path, start)
        self.at = self.text.index("=", self.at) + 1
        self._value(path)

    def _value(self, path: Key) -> None:
        self._blank()
        first = self.text[self.at]
        if first == "[":
            self._items("]", path)
        elif first == "{":
            self._items("}", path)
        else:
            self.at = _match(_STRING if first in "\"'" else _PLAIN, self.text, self.at).end()

    def _items(self, close: str, path: Key) -> None:
        self.at += 1
        count = 0
        while self.text[self._blank()] != close:
            if self.text[self.at] == ",":
                self.at += 1
            elif close == "]":
                self._note((*path, count), self.at)
                self._value((*path, count))
                count += 1
            else:
                self._pair(path)
        self.at += 1


def _match(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    match = pattern.match(text, at)
    if match is None:
        raise ValueError(f"not TOML at offset {at}: {text[at : at + 20]!r}")
    return match

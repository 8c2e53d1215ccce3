"""Which names a marshalled function uses, read from its bytes: no code object is made, so nothing in it can run.

Python writes code the same way since 2.7, except for a few numbers and lists; what follows shows which way it is.
"""

from __future__ import annotations

from typing import Any

_NUMBERS = (5, 6, 4)  # that begin a code object: Python 3.0 to 3.7 and since 3.11, 3.8 to 3.10, Python 2
_DEPTH = 100  # of objects in objects; a file may hold anything
_SEEN_AGAIN = 0x80  # flag of a type: the object has a number, by which others refer to it
_FIXED = {"N": 0, "T": 0, "F": 0, ".": 0, "S": 0, "i": 4, "I": 8, "g": 8, "y": 16}  # bytes of values without a length
_MALFORMED = (ValueError, IndexError, TypeError)


def names(data: bytes) -> set[str]:
    """The names of globals and attributes in the function and in those it holds; empty if it cannot be read."""
    for numbers in _NUMBERS:
        reader = _Reader(data, numbers)
        try:
            reader.value()
        except _MALFORMED:
            continue
        if reader.at_end:
            return reader.names
    return set()


class _Reader:
    """Goes through one marshalled object once, and keeps the names of every code object in it."""

    def __init__(self, data: bytes, numbers: int) -> None:
        self.names: set[str] = set()
        self._data = data
        self._numbers = numbers
        self._at = 0
        self._depth = 0
        self._numbered: list[Any] = []
        self._interned: list[str] = []  # Python 2 numbers these by themselves

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self._at == len(self._data)

    def value(self) -> Any:
        """The next object: text, bytes or a list of objects; None for whatever else. Raises one of _MALFORMED."""
        kind = self._byte()
        place = len(self._numbered)
        if kind & _SEEN_AGAIN:
            self._numbered.append(None)
        self._depth += 1
        if self._depth > _DEPTH:
            raise ValueError("too deep")
        value = self._of_kind(chr(kind & ~_SEEN_AGAIN))
        self._depth -= 1
        if kind & _SEEN_AGAIN:
            self._numbered[place] = value
        return value

    def _of_kind(self, kind: str) -> Any:
        if kind in _FIXED:
            self._take(_FIXED[kind])
        elif kind == "c":
            self._code()
        elif kind == "s":
            return self._take(self._number())
        elif kind in "uaAt":
            return self._text(self._number(), interned=kind == "t")
        elif kind in "zZ":
            return self._text(self._byte())
        elif kind in "([<>":
            return [self.value() for _ in range(self._number())]
        elif kind == ")":
            return [self.value() for _ in range(self._byte())]
        elif kind == "r":
            return self._numbered[self._number()]
        elif kind == "R":
            return self._interned[self._number()]
        elif kind == "l":  # a long whole number, in digits of 15 bits
            self._take(2 * abs(self._number()))
        elif kind in "fx":  # floating-point and complex numbers as text
            for _ in range(1 if kind == "f" else 2):
                self._take(self._byte())
        elif kind == ":":  # a slice, since Python 3.14
            for _ in range(3):
                self.value()
        else:
            raise ValueError(f"no such type: {kind!r}")
        return None

    def _code(self) -> None:
        self._take(4 * self._numbers)
        if not isinstance(self.value(), bytes):
            raise TypeError("instructions are bytes")
        self.value()  # constants
        self.names.update(name for name in self.value() if isinstance(name, str))
        self.value()  # local variables
        since_3_11 = isinstance(self.value(), bytes)  # kinds of local variables; before, a list of free ones
        self.value()  # the file; before, variables that functions inside use
        self.value()  # the name; before, the file
        self.value()  # the long name; before, the name
        self._take(4)  # the first line
        self.value()  # the lines
        if since_3_11:
            self.value()  # where exceptions are caught

    def _text(self, length: int, *, interned: bool = False) -> str:
        text = self._take(length).decode("utf-8", "surrogatepass")
        if interned:
            self._interned.append(text)
        return text

    def _number(self) -> int:
        return int.from_bytes(self._take(4), "little", signed=True)

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, count: int) -> bytes:
        end = self._at + count
        if count < 0 or end > len(self._data):
            raise ValueError("cut short")
        taken = self._data[self._at : end]
        self._at = end
        return taken

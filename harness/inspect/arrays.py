"""Looks for the arrays of a model in its files: by their content, since every format names and places them otherwise.

Most formats hold the bytes of an array in one piece. Where HDF5 holds an array in chunks, it is put together first.
"""

from __future__ import annotations

import functools
import pathlib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy

_Array = numpy.ndarray[Any, Any]

LIMIT = 200 * 2**20  # bytes that are searched; of more, nothing is said
SHORTEST = 8  # bytes that do not turn up by chance
NAMED = 10  # of the missing arrays
_ZIP = b"PK\x03\x04"
_HDF5 = b"\x89HDF\r\n\x1a\n"


def held(folder: pathlib.Path, arrays: Mapping[str, _Array]) -> dict[str, Any]:
    """How many of these arrays the files hold: `arrays`, `held` and `missing`, as in results.json.

    Counted are arrays of numbers that differ from one another. Empty where there is too much to search. Raises what
    zipfile and h5py raise for broken files.
    """
    wanted = {item: list(_forms(array)) for item, array in arrays.items() if _telling(array)}
    missing = dict(wanted)
    searched = 0
    for path in sorted(folder.rglob("*")):
        for size, read in _contents(path) if path.is_file() else ():
            searched += size
            if searched > LIMIT:
                return {}
            content = read()
            missing = {item: forms for item, forms in missing.items() if not any(form in content for form in forms)}
    return {"arrays": len(wanted), "held": len(wanted) - len(missing), "missing": list(missing)[:NAMED]}


def _telling(array: _Array) -> bool:
    """Whether a place with the same content holds this very array, and not just zeros, ones or a few bytes."""
    content = array.tobytes()
    return (
        array.dtype.kind in "biufc" and len(content) >= SHORTEST and content != content[: array.itemsize] * array.size
    )


def _forms(array: _Array) -> Iterator[bytes]:
    """The bytes under which a file may hold it: as it is, or in a lower precision; little-endian in every format."""
    yield array.astype(array.dtype.newbyteorder("<")).tobytes()
    if array.dtype.kind != "f":
        return
    with numpy.errstate(over="ignore", under="ignore"):
        lower = [array.astype(name) for name in ("<f4", "<f2") if numpy.dtype(name).itemsize < array.itemsize]
        halves = array.astype("<f4").ravel().view("<u2")
    if not halves[::2].any():  # bfloat16 is the upper half of a float32, and the lower one was made of zeros
        lower.append(halves[1::2])
    yield from (form.tobytes() for form in lower if _telling(form))


def _contents(path: pathlib.Path) -> Iterator[tuple[int, Callable[[], bytes]]]:
    """The size of each piece of a file that holds arrays, and a function that reads it."""
    with path.open("rb") as stream:
        begin = stream.read(len(_HDF5))
    if begin.startswith(_ZIP):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                yield member.file_size, functools.partial(archive.read, member)
                with archive.open(member) as inside:
                    if inside.read(len(_HDF5)) == _HDF5:
                        yield from _chunked(inside)
        return
    yield path.stat().st_size, path.read_bytes
    if begin == _HDF5:
        yield from _chunked(path)


def _chunked(file: Any) -> Iterator[tuple[int, Callable[[], bytes]]]:
    """The same for the arrays in an HDF5 file whose bytes do not lie in one piece there."""
    import h5py

    with h5py.File(file, "r") as stream:
        found: list[Any] = []
        stream.visititems(lambda _, item: found.append(item))
        for item in found:
            if isinstance(item, h5py.Dataset) and item.chunks and item.dtype.kind != "O":
                yield item.nbytes, functools.partial(_bytes_of, item)


def _bytes_of(dataset: Any) -> bytes:
    content: bytes = dataset[()].tobytes()
    return content

"""Which arrays of a model are in its files: every way in which formats hold an array, and what is no evidence."""

from __future__ import annotations

import json
import pathlib
import zipfile

import h5py
import numpy
import numpy.typing
import pytest

from harness import inspect
from harness.inspect import arrays

KERNEL = numpy.random.RandomState(0).rand(5, 7).astype("float32")
BIAS = numpy.arange(7, dtype="float32")


def facts_of(folder: pathlib.Path, **weights: numpy.typing.ArrayLike) -> dict[str, object]:
    """What is said about these weights, "a" for item "a"."""
    facts = inspect.facts(folder, {item: numpy.asarray(value) for item, value in weights.items()})
    return {name: facts[name] for name in ("arrays", "held", "missing") if name in facts}


def test_a_file_that_lacks_arrays_is_told_from_one_that_has_them(tmp_path: pathlib.Path) -> None:
    """The missing ones are named."""
    with h5py.File(tmp_path / "w.h5", "w") as stream:
        stream["dense/kernel"] = KERNEL
    assert {"arrays": 2, "held": 1, "missing": ["b"]} == facts_of(tmp_path, a=KERNEL, b=BIAS)
    assert {"arrays": 1, "held": 1, "missing": []} == facts_of(tmp_path, a=KERNEL)


def test_two_layers_with_equal_arrays_are_both_held(tmp_path: pathlib.Path) -> None:
    """One place is enough."""
    (tmp_path / "data").write_bytes(KERNEL.tobytes())
    assert {"arrays": 2, "held": 2, "missing": []} == facts_of(tmp_path, a=KERNEL, b=KERNEL.copy())


@pytest.mark.parametrize("options", [{}, {"chunks": (2, 3)}, {"compression": "gzip"}, {"maxshape": (None, 7)}])
@pytest.mark.parametrize("packed", [None, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_hdf5_in_pieces_or_compressed_is_read_as_arrays(
    tmp_path: pathlib.Path, options: dict[str, object], packed: int | None
) -> None:
    """In a file of its own and as a member of a zip file."""
    file = tmp_path / "model.weights.h5"
    with h5py.File(file, "w") as stream:
        stream.create_dataset("layers/dense/vars/0", data=KERNEL, **options)
        stream["names"] = ["text", "is no number"]
    if packed is not None:
        with zipfile.ZipFile(tmp_path / "model.keras", "w", packed) as archive:
            archive.writestr("config.json", "{}")
            archive.write(file, file.name)
        file.unlink()
    assert {"arrays": 2, "held": 1, "missing": ["b"]} == facts_of(tmp_path, a=KERNEL, b=KERNEL + 1)


def test_every_file_of_a_folder_is_searched(tmp_path: pathlib.Path) -> None:
    """A checkpoint has its arrays in data files, one array after another."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "ckpt.index").write_bytes(b"")
    (tmp_path / "model" / "ckpt.data-00000-of-00002").write_bytes(b"\x01\x02\x03" + BIAS.tobytes())
    (tmp_path / "model" / "ckpt.data-00001-of-00002").write_bytes(KERNEL.tobytes() + b"\x04")
    assert {"arrays": 2, "held": 2, "missing": []} == facts_of(tmp_path, a=KERNEL, b=BIAS)


def bfloat16(values: numpy.typing.NDArray[numpy.float32]) -> numpy.typing.NDArray[numpy.uint32]:
    """The bits of these numbers with the precision of bfloat16."""
    return values.view("<u4") & numpy.uint32(0xFFFF0000)


@pytest.mark.parametrize(
    ("stored", "observed"),
    [
        (KERNEL, numpy.asfortranarray(KERNEL)),
        (KERNEL, KERNEL.astype(">f4")),
        (KERNEL, KERNEL.astype("float64")),
        (KERNEL.astype("float16"), KERNEL),
        ((bfloat16(KERNEL) >> 16).astype("<u2"), bfloat16(KERNEL).view("<f4")),
        (numpy.arange(9, dtype="int8"), numpy.arange(9, dtype="int8")),
    ],
    ids=["other order", "other byte order", "float32", "float16", "bfloat16", "int8"],
)
def test_an_array_is_found_in_the_precision_of_the_file(
    tmp_path: pathlib.Path, stored: numpy.typing.NDArray[numpy.generic], observed: numpy.typing.ArrayLike
) -> None:
    """Observed in one precision, held in a lower one."""
    (tmp_path / "data").write_bytes(b"." + stored.tobytes())
    assert {"arrays": 1, "held": 1, "missing": []} == facts_of(tmp_path, a=observed)


@pytest.mark.parametrize(
    "value",
    [
        numpy.zeros(50, "float32"),
        numpy.full((3, 3), numpy.nan, "float32"),
        numpy.array(3.0),
        numpy.zeros((0, 4)),
        numpy.array([1, 0, 1], "int8"),
        numpy.array(["several", "words"]),
    ],
    ids=["zeros", "not a number", "one number", "empty", "few bytes", "words"],
)
def test_what_turns_up_anywhere_does_not_count(tmp_path: pathlib.Path, value: numpy.typing.ArrayLike) -> None:
    """Neither as held nor as missing."""
    (tmp_path / "data").write_bytes(b"nothing")
    assert {"arrays": 1, "held": 0, "missing": ["a"]} == facts_of(tmp_path, a=BIAS, b=value)


def test_zeros_are_no_evidence_for_small_numbers(tmp_path: pathlib.Path) -> None:
    """Which is what they become in a lower precision."""
    (tmp_path / "data").write_bytes(bytes(1000))
    assert 0 == facts_of(tmp_path, a=KERNEL * numpy.float32(1e-12))["held"]


def test_ten_missing_arrays_are_named(tmp_path: pathlib.Path) -> None:
    """The first ones; all are counted."""
    facts = facts_of(tmp_path, **{f"i{number}": KERNEL + number for number in range(12)})
    assert (12, 0, [f"i{number}" for number in range(10)]) == (facts["arrays"], facts["held"], facts["missing"])


def test_nothing_is_said_where_weights_were_not_observed(tmp_path: pathlib.Path) -> None:
    """A file without arrays is another thing."""
    (tmp_path / "model.json").write_text(json.dumps({"class_name": "Dense"}))
    assert {} == facts_of(tmp_path)


@pytest.mark.parametrize("kind", ["plain", "deflated", "chunked"])
def test_nothing_is_said_about_large_files(tmp_path: pathlib.Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor about small ones that are large when unpacked: they are not even unpacked."""
    monkeypatch.setattr(arrays, "LIMIT", 50_000)
    if kind == "plain":
        (tmp_path / "data").write_bytes(bytes(60_000))
    elif kind == "deflated":
        with zipfile.ZipFile(tmp_path / "model.keras", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros", bytes(60_000))
    else:
        with h5py.File(tmp_path / "w.h5", "w") as stream:
            stream.create_dataset("huge", shape=(2**40,), chunks=(1024,), dtype="float32")
    assert all(path.stat().st_size < 50_000 for path in tmp_path.iterdir()) is (kind != "plain")
    assert {} == facts_of(tmp_path, a=KERNEL)


def test_a_broken_member_makes_the_file_unreadable(tmp_path: pathlib.Path) -> None:
    """As whatever else breaks a reader."""
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("assets", b"\x89HDF\r\n\x1a\n and nothing more")
    facts = inspect.facts(tmp_path, {"a": KERNEL})
    assert {"kind", "unreadable"} == facts.keys()

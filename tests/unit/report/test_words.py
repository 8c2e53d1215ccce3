"""Sentences and numbers as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from harness.report import tables, words


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.04, "0.0 s"),
        (12.34, "12.3 s"),
        (61, "1 min 1 s"),
        (512.3, "8 min 32 s"),
        (3599.7, "1 h 0 min"),
        (7260, "2 h 1 min"),
    ],
)
def test_durations(seconds: float, expected: str) -> None:
    """Seconds, then minutes, then hours."""
    assert expected == words.duration(seconds)


def test_moments_are_utc() -> None:
    """A time with an offset is converted to UTC; any other text stays unchanged."""
    assert "24 November 2026, 03:00 UTC" == words.moment("2026-11-24T05:00:00+02:00")
    assert "yesterday" == words.moment("yesterday")


@pytest.mark.parametrize(
    ("text", "expected"), [("2.15.0", "2.15"), ("2.2.4", "2.2.4"), ("3.0", "3.0"), ("2.2.4-tf", "2.2.4-tf")]
)
def test_versions_lose_a_last_zero(text: str, expected: str) -> None:
    """A release without patches has two numbers."""
    assert expected == words.version(text)


def test_numbers_and_plurals() -> None:
    """Thousands are separated; a count of one is singular."""
    assert ("12\u202f345 cells", "1 cell", "0 cells") == (
        words.plural(12345, "cell"),
        words.plural(1, "cell"),
        words.plural(0, "cell"),
    )


def test_the_headline_leads_with_silence() -> None:
    """Cells that predict differently without a warning come before the good ones."""
    counts = tables.Counts(of={"changed": 2, "identical": 5, "unavailable": 3})
    assert "Of 7 cells tested, 2 predict differently without any warning, and 5 are identical." == words.headline(
        counts
    )
    assert "none predicts differently in silence" in words.headline(tables.Counts(of={"identical": 5}))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A Lambda layer: the file holds bytecode: always", "A Lambda layer"),
        ("Plain", "Plain"),
        (": odd", ": odd"),
    ],
)
def test_titles_are_short(title: str, expected: str) -> None:
    """A title is cut at its first colon, unless it starts with one."""
    assert expected == words.short(title)


def test_long_texts_are_cut_at_a_space() -> None:
    """A text that fits stays; a longer one loses whole words, or is cut anywhere if it has no spaces."""
    assert "x" * words.BRIEF == words.brief("x" * words.BRIEF)
    assert "word " * 47 + "word …" == words.brief("word " * 500)
    assert "x" * words.BRIEF + " …" == words.brief("x" * 5000)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("plain", "LSTM is refused with an error in 2 of 8 cells"),
        ("pitfall", "LSTM is refused with an error in 2 of 8 cells"),
        ("remedy", "LSTM, with its remedy, is refused with an error in 2 of 8 cells"),
    ],
)
def test_a_finding_is_a_sentence(kind: str, expected: str) -> None:
    """Which scenario, with a remedy or without, what happens, and how often."""
    finding = tables.Finding(
        number=0,
        verdict="refused",
        scenario="lstm",
        title="LSTM: the same code means another layer",
        kind=kind,
        formats=["h5"],
        cells=2,
        asked=8,
        own=0,
        savers=["a"],
        loaders=["b"],
        reason="x " * 2000,
        other_reasons=0,
        example=("lstm/h5", "a", "b"),
    )
    assert expected == words.sentence(finding)
    assert len(words.why(finding)) < words.BRIEF + 10


def test_a_runtime_lists_its_versions() -> None:
    """Python, TensorFlow, Keras and how Keras is imported; without recorded versions, what the catalogue says."""
    runtime: Any = {
        "versions": {"python": "3.11.7", "tensorflow": "2.15.0", "keras": "2.15.0"},
        "keras": "tf.keras",
        "v1": True,
        "backend": None,
    }
    assert ["Py 3.11", "TF 2.15", "Keras 2.15", "tf.keras, TF1 mode"] == words.runtime_versions(runtime, "3.11")
    both = {"python": "3.13.1", "keras": "3.12.0", "tf_keras": "2.21.0"}
    legacy = runtime | {"keras": "tf_keras", "v1": False, "versions": both}
    assert ["Py 3.13", "Keras 2.21", "tf_keras"] == words.runtime_versions(legacy, "")
    assert ["Py 3.7", "tf.keras, TF1 mode"] == words.runtime_versions(runtime | {"versions": {}}, "3.7")


@pytest.mark.parametrize(
    ("run", "known", "expected"),
    [
        (0, 3, "21.2 s with every result known from earlier runs, on Linux x86_64, 2 CPUs (23.5 GiB memory)."),
        (1, 2, "21.2 s on Linux x86_64, 2 CPUs (23.5 GiB memory)."),
        (0, 0, "21.2 s on Linux x86_64, 2 CPUs (23.5 GiB memory)."),
    ],
)
def test_a_run_that_ran_nothing_says_so(run: int, known: int, expected: str) -> None:
    """Its seconds are not what its results took to make."""
    machine = {"system": "Linux", "architecture": "x86_64", "cpus": 2, "memory_bytes": 23.5 * 2**30}
    work = {"saves_run": 0, "loads_run": run, "saves_known": 0, "loads_known": known}
    entry: Any = {"started": "2026-11-25T04:16:00+00:00", "seconds": 21.2, "machine": machine, "work": work}
    assert f"25 November 2026, 04:16 UTC, {expected}" == words.when(entry)

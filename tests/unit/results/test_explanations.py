"""No explanation is given to a cell that it does not fit: in the committed reference and in the recorded failures."""

from __future__ import annotations

import collections
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from harness import paths
from harness.results import reference, sources
from harness.results.diagnosis.matching import plain
from tests.unit.results.failures import CATALOGUE, RECORDED, cause, recorded

_OTHER_VERSION = re.compile(
    r"\b(?:another|other|neighbouring|different) (?:version|release|generation|TensorFlow|Keras)s?\b", re.I
)
_FORMATS = {  # what is called a format's file when one is advised to save it
    "h5": r"HDF5|`\.?h5`",
    "weights-h5": r"HDF5|`\.?h5`",
    "keras": r"`?\.keras`?",
    "savedmodel": r"SavedModel",
    "weights.h5": r"`?\.weights\.h5`?",
    "tf-checkpoint": r"checkpoint",
}
_WHOLE_MODELS = ("h5", "keras", "savedmodel")
_OF_LOAD_WEIGHTS = re.compile(r"(?:\A|(?<=[.:;] ))`load_weights\b")


class Told(NamedTuple):
    """What the reader of a failing cell is told of its cause."""

    cause: str
    title: str
    explanation: str
    format: str
    save: str
    load: str
    script: str = ""
    where: str = ""

    def says(self, pattern: re.Pattern[str]) -> str:
        """The words that match, or ''."""
        found = pattern.search(self.title) or pattern.search(self.explanation)
        return found[0] if found else ""


def of_another_version(told: Told) -> str:
    """What speaks of another version, although the file was loaded where it was saved."""
    return told.says(_OTHER_VERSION) if told.save == told.load else ""


def to_save_as_it_was(told: Told) -> str:
    """What advises to save in the format that the file has."""
    name = _FORMATS.get(told.format)
    return told.says(re.compile(rf"\bsave (?:in |as |it as )?(?:an? )?(?:{name})", re.I)) if name else ""


def of_weights_alone(told: Told) -> str:
    """What a sentence says of `load_weights`, although Keras loads a whole model; a script may load it otherwise."""
    if told.format not in _WHOLE_MODELS or "load_weights" in plain(told.script):
        return ""
    return told.says(_OF_LOAD_WEIGHTS)


def everything_told() -> Iterator[Told]:
    """What is told of every failing cell that has a cause, also of what shows behind the first."""
    document = sources.rediagnose(reference.read(paths.REFERENCE), CATALOGUE)
    formats = {variant["id"]: variant["format"] for variant in document["variants"]}
    scripts = {scenario["name"]: scenario["source"] for scenario in document["scenarios"]}
    for cell in document["cells"]:
        script = scripts[cell["variant"].partition("/")[0]]
        for each in [cell["cause"], *cell["then"]]:
            yield from told(each, formats[cell["variant"]], cell["save"], cell["load"], script, cell["variant"])
    for failure in RECORDED["failures"]:
        evidence = recorded(failure)
        where = f"recorded {failure['scenario']}/{failure['format']}"
        yield from told(cause(evidence), failure["format"], failure["save"], failure["load"], evidence.script, where)


def told(id: str, format: str, save: str, load: str, script: str, where: str) -> Iterator[Told]:
    """What the catalogue says of a cause; nothing of a good cell and of an unknown cause."""
    if entry := CATALOGUE.by_id.get(id):
        where = f"{where}: {save} -> {load}"
        yield Told(id, entry.title, entry.explanation, format, save, load, script, where)


@pytest.fixture(scope="module")
def everything() -> list[Told]:
    """Both sources, read once."""
    return list(everything_told())


@pytest.mark.parametrize("rule", [of_another_version, to_save_as_it_was, of_weights_alone])
def test_no_cell_is_told_what_does_not_fit_it(everything: list[Told], rule: Callable[[Told], str]) -> None:
    """Otherwise the text is to be mended, or the signature that gave it."""
    misfits: dict[str, list[str]] = collections.defaultdict(list)
    for each in everything:
        if words := rule(each):
            misfits[f"{each.cause} says {words!r}"].append(each.where)
    assert [] == [f"{misfit} to {len(found)} cells, such as {found[0]}" for misfit, found in misfits.items()]


def a_cell(
    explanation: str,
    *,
    title: str = "It fails",
    format: str = "h5",
    save: str = "old",
    load: str = "new",
    script: str = "",
) -> Told:
    """What is told of a made-up cell."""
    return Told("made-up", title, explanation, format, save, load, script)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They are kept under other names by neighbouring versions.", "neighbouring versions"),
        ("Save HDF5 for other versions.", "other versions"),
        ("None is known to the other generation.", "other generation"),
        ("Fixed in version 2.12.", ""),
        ("It needs a newer version.", ""),
    ],
)
def test_within_one_runtime_no_other_version_is_to_blame(text: str, words: str) -> None:
    """Neither in the explanation nor in the title; that a newer version is better may be true there too."""
    assert words == of_another_version(a_cell(text, load="old"))
    assert words == of_another_version(a_cell("", title=text, load="old"))
    assert "" == of_another_version(a_cell(text))


@pytest.mark.parametrize(
    ("text", "format", "words"),
    [
        ("Save HDF5, or go on.", "h5", "Save HDF5"),
        ("Better save in HDF5.", "weights-h5", "save in HDF5"),
        ("Save HDF5, or go on.", "keras", ""),
        ("Save a SavedModel or `.keras`.", "savedmodel", "Save a SavedModel"),
        ("Go on, or save `.keras`.", "keras", "save `.keras`"),
        ("Go on, or save `.keras`.", "own", ""),
        ("It was written as HDF5.", "h5", ""),
        ("Save as `.weights.h5`.", "weights.h5", "Save as `.weights.h5`"),
    ],
)
def test_nobody_is_advised_to_save_what_was_saved(text: str, format: str, words: str) -> None:
    assert words == to_save_as_it_was(a_cell(text, format=format))


@pytest.mark.parametrize(
    ("text", "format", "script", "words"),
    [
        ("`load_weights` compares the file.", "h5", "", "`load_weights"),
        ("It is so: `load_weights(by_name=True)` skips it.", "keras", "", "`load_weights"),
        ("`load_weights` compares the file.", "weights-h5", "", ""),
        ("`load_weights` compares the file.", "h5", "model.load_weights(path)", ""),
        ("`load_weights` compares the file.", "h5", "# load_weights", "`load_weights"),
        ("Call it, and then `load_weights` with the same file.", "savedmodel", "", ""),
    ],
)
def test_a_whole_model_does_not_fail_in_load_weights(text: str, format: str, script: str, words: str) -> None:
    """Unless the script itself loads its weights; and it may be the advice."""
    assert words == of_weights_alone(a_cell(text, format=format, script=script))

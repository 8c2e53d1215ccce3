"""Signatures against evidence: each kind of condition holds, fails, and fails where nothing is known."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from harness.catalogue.causes_reader import load_causes
from harness.results.diagnosis.controls import Controls
from harness.results.diagnosis.evidence import Evidence
from harness.results.diagnosis.matching import Examiner, plain
from tests.unit.results.failures import TF1, TF2, traceback

CATALOGUE = """\
[[remedy]]
id = "as-is"
title = "Leave it"
side = "load"
costs = ""
code = "pass"

[[cause]]
id = "asked"
title = "What is asked"
kind = "schema"
blames = "{blames}"
explanation = "One."
references = ["https://example.org/1"]
remedies = []

[[cause.signature]]
{conditions}
"""
SILENT: Any = [{"observation": "predictions", "kind": "value", "where": "layer 1 dense_2", "detail": "they differ"}]


def holds(folder: pathlib.Path, conditions: str, blames: str = "model", **evidence: Any) -> bool:
    """Whether the conditions of a signature hold for a refused load, or whatever `evidence` says."""
    path = folder / "causes.toml"
    path.write_text(CATALOGUE.format(conditions=conditions, blames=blames))
    given: dict[str, Any] = {"verdict": "refused", "stage": "load", "saver": TF1, "loader": TF2, **evidence}
    return Examiner(load_causes(path)).match(Evidence(**given)) is not None


@pytest.mark.parametrize(
    ("condition", "known", "other"),
    [
        ('stage = ["load"]\nlog = "^"', {"stage": "load"}, {"stage": "observe"}),
        ('format = ["h5"]\nlog = "^"', {"format": "h5"}, {"format": "keras"}),
        ('verdict = ["changed"]\nlog = "^"', {"verdict": "changed"}, {"verdict": "refused"}),
        ('step = "^observe"', {"step": "observe predictions"}, {"step": "load"}),
        ('type = "Value"', {"type": "Value"}, {"type": "ValueError"}),
        ('message = "such"', {"message": "no such thing"}, {"message": "nothing"}),
        ('frame = "^a.py:load$"', {"traceback": traceback(["a.py:load"])}, {"traceback": traceback(["b.py:load"])}),
        ('signal = "SEGV"', {"signal": "SIGSEGV"}, {"signal": "SIGKILL"}),
        ('log = "killed"', {"log": "it was killed"}, {}),
        ('note = "^makes a mask"', {"notes": "one\nmakes a mask: Embedding"}, {"notes": "it makes a mask"}),
        ('script = "set[(]"', {"script": "x = set(y)"}, {"script": "x = list(y)  # set(y)"}),
        ('differs = ["predictions"]', {"differences": SILENT}, {}),
        ('agrees = ["weights"]', {"observed": frozenset({"weights"})}, {"observed": frozenset()}),
        (
            'differs = ["predictions"]\nhow = ["value"]',
            {"differences": SILENT},
            {"differences": [{**SILENT[0], "kind": "shape"}]},
        ),
        ('lost = ["predictions"]', {"differences": [{**SILENT[0], "kind": "lost"}]}, {"differences": SILENT}),
        ('layer = "dense"', {"differences": SILENT}, {"differences": [{**SILENT[0], "where": "0"}]}),
        ('detail = "^they"', {"differences": SILENT}, {"differences": [{**SILENT[0], "detail": "what they"}]}),
        ('saver = { tensorflow = "<2" }', {}, {"saver": TF2}),
        ('loader = { graph = false, v1 = false, module = ["tf.keras"] }', {}, {"loader": TF1}),
        ('same = ["module"]\napart = ["tensorflow"]', {}, {"loader": TF1}),
    ],
)
def test_a_condition(tmp_path: pathlib.Path, condition: str, known: dict[str, Any], other: dict[str, Any]) -> None:
    """It holds for one evidence and not for the other."""
    assert holds(tmp_path, condition, **known)
    assert not holds(tmp_path, condition, **other)


@pytest.mark.parametrize(
    ("condition", "facts", "other"),
    [
        ('kind = ["zip"]', {"kind": "zip"}, {"kind": "hdf5"}),
        ('keras = "<3"', {"keras_version": "2.2.4-tf"}, {"keras_version": "3.0.0"}),
        ('backend = ["jax"]', {"backend": "jax"}, {"backend": "torch"}),
        ('classes = "Dense|LSTM"', {"classes": ["Input", "LSTM"]}, {"classes": ["LSTMCell"]}),
        ('policies = ".*float16"', {"policies": ["mixed_float16"]}, {"policies": ["float16_e"]}),
        ('lambda_names = "K"', {"lambda_names": ["tf", "K"]}, {"lambda_names": ["Keras"]}),
        ('types = "u?int8"', {"types": ["float32", "uint8"]}, {"types": ["int80"]}),
        ('optimizer = "Adam"', {"optimizer": "Adam"}, {"optimizer": "AdamW"}),
        ("bytecode = true", {"bytecode": True}, {"bytecode": False}),
        ("compiled = false", {"compiled": False}, {"compiled": True}),
        ("closure = true", {"lambda_closure": True}, {"lambda_closure": False}),
        ("frozen = true", {"frozen": 2}, {"frozen": 0}),
        ("frozen = false", {"frozen": 0}, {"frozen": 1}),
        ("nested = true", {"nested": True}, {"nested": False}),
        ("quantized = true", {"quantized": True}, {"quantized": False}),
        ('held = ["all"]', {"arrays": 3, "held": 3}, {"arrays": 3, "held": 2}),
        ('held = ["some"]', {"arrays": 3, "held": 2}, {"arrays": 3, "held": 0}),
        ('held = ["none", "some"]', {"arrays": 3, "held": 0}, {"arrays": 3, "held": 3}),
    ],
)
def test_a_condition_on_the_file(
    tmp_path: pathlib.Path, condition: str, facts: dict[str, Any], other: dict[str, Any]
) -> None:
    """It does not hold for a file in which this was not looked for, nor for one that nobody read."""
    assert holds(tmp_path, f"file = {{ {condition} }}", facts={"kind": "zip", **facts})
    assert not holds(tmp_path, f"file = {{ {condition} }}", facts={"kind": "zip", **other})
    assert not holds(tmp_path, f"file = {{ {condition} }}", facts={"layers": 3})
    assert not holds(tmp_path, f"file = {{ {condition} }}")


def test_a_model_without_arrays_has_none_to_miss(tmp_path: pathlib.Path) -> None:
    """So that it neither holds all of them nor none."""
    facts = {"kind": "zip", "arrays": 0, "held": 0}
    assert not holds(tmp_path, 'file = { held = ["none", "some", "all"] }', facts=facts)


@pytest.mark.parametrize(
    ("blames", "condition", "words", "expected"),
    [
        ("move", "", {"saver-none", "loader-none", "not-alike"}, True),
        ("move", "", {"saver-alike", "alike"}, False),
        ("move", "", {"diagonal"}, False),
        ("move", 'control = ["any"]', {"diagonal"}, True),
        ("move", 'control = ["diagonal", "saver-good"]', {"saver-good", "alike"}, True),
        ("model", "", {"diagonal"}, True),
        ("runtime", "", {"saver-alike", "alike"}, True),
        ("runtime", 'control = ["runtime-alone"]', {"diagonal"}, False),
        ("runtime", 'control = ["runtime-alone"]', {"diagonal", "runtime-alone"}, True),
        ("model", 'control = ["not-alike"]', {"alike"}, False),
    ],
)
def test_what_the_controls_must_say(
    tmp_path: pathlib.Path, blames: str, condition: str, words: set[str], expected: bool
) -> None:
    """The move is blamed by default only for what does not happen within one runtime."""
    controls = Controls(frozenset(words))
    assert expected is holds(tmp_path, f'message = "^"\n{condition}', blames=blames, controls=controls)


def test_the_first_signature_that_holds_is_named(tmp_path: pathlib.Path) -> None:
    """In the order of the catalogue; None if none holds."""
    path = tmp_path / "causes.toml"
    conditions = (
        'message = "such thing"\n\n[[cause.signature]]\nmessage = "such"\n\n[[cause.signature]]\nmessage = "no"'
    )
    path.write_text(CATALOGUE.format(conditions=conditions, blames="model"))
    examiner = Examiner(load_causes(path))

    def named(message: str) -> str | None:
        signature = examiner.match(Evidence(verdict="refused", stage="load", saver=TF1, loader=TF2, message=message))
        return signature.id if signature else None

    assert ["asked/1", "asked/2", "asked/3", None] == list(map(named, ("no such thing", "no such", "no", "")))


def test_the_script_is_read_without_its_texts() -> None:
    """Docstrings and comments are not code; a script for another Python is used unchanged."""
    script = '"""set()"""\ndef f():\n    """hash()"""\n    return 1  # set()\n'
    assert "def f():\n    return 1" == plain(script)
    assert "print 'old'" == plain("print 'old'")

"""Failing cells of real environments become scripts that anyone can run, and that fail in the same way.

These need the environments of TensorFlow 2.15 and 2.21, which they provision, and some minutes.
"""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

from harness.culprit.script import LINES

pytestmark = pytest.mark.slow

Run = Callable[..., dict[str, Any]]
REFUSED = "conv_layers-h5-transposed-tf2.15-to-tf2.21-keras3"
CHANGED = "hard_sigmoid-h5-hard_sigmoid-tf2.15-to-tf2.21-keras3"
INCOMPLETE = "functional-h5-tf2.15-to-tf2.21-keras3"
ALIKE = "attention-h5-Attention-tf2.21-keras3-to-tf2.21-keras3"
VARIANTS = "conv_layers/h5/transposed,hard_sigmoid/h5/hard_sigmoid,functional/h5"
MOVES = ("--remedies", "none", "--culprit", "all")


@pytest.fixture(scope="module")
def reports(matrix: Run, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The reports of a refusal, a change, a loss, and a failure within one runtime."""
    folder = tmp_path_factory.mktemp("repro")
    emit = ("--emit-repro", str(folder))
    names = "conv_layers,hard_sigmoid,functional"
    matrix("-k", names, "--variant", VARIANTS, "--pairs", "tf2.15:tf2.21-keras3", *MOVES, *emit)
    alone = "attention/h5/Attention"
    matrix("-k", "attention", "--variant", alone, "--pairs", "tf2.21-keras3:tf2.21-keras3", *MOVES, *emit)
    return folder


@pytest.mark.parametrize(
    ("name", "left"),
    [(REFUSED, "Conv2DTranspose"), (CHANGED, "Activation"), (INCOMPLETE, "Dense"), (ALIKE, "Attention")],
)
def test_one_layer_is_left_and_the_script_fails_in_the_same_way(reports: pathlib.Path, name: str, left: str) -> None:
    script = (reports / f"{name}.py").read_text()
    assert len(script.splitlines()) <= LINES
    made = [node.func.attr for node in ast.walk(ast.parse(script)) if _makes_a_layer(node)]  # type: ignore[attr-defined]
    assert [left] == [kind for kind in made if kind != "Input"]
    assert "It was run in both environments and failed in this way." in (reports / f"{name}.md").read_text()


def test_a_refusal_is_told_with_its_traceback(reports: pathlib.Path) -> None:
    report = (reports / f"{REFUSED}.md").read_text()
    assert "Unrecognized keyword arguments passed to Conv2DTranspose: {'groups': 1}" in report
    assert "Traceback (most recent call last)" in report or "raise TypeError(" in report


def _makes_a_layer(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == "layers"
    )

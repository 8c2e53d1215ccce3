"""The catalogue of causes: why a cell is not good, by which evidence we know, and what helps.

`causes_reader.py` reads it from causes.toml; `results/diagnose.py` matches its signatures against the evidence of a
cell. docs/causes.md explains every key.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Mapping
from typing import Literal, get_args

from packaging.specifiers import SpecifierSet

from harness.model import Verdict

CauseKind = Literal[
    "data",
    "metrics",
    "randomness",
    "lambda",
    "custom-objects",
    "variable-initializer",
    "format",
    "schema",
    "renamed-class",
    "op-layers",
    "weights-layout",
    "optimizer",
    "preprocessing-state",
    "numerics",
    "environment",
]
Aspect = Literal["runtime", "module", "execution", "python", "keras", "tensorflow", "numpy", "h5py"]
Held = Literal["none", "some", "all"]
CAUSE_KINDS: tuple[str, ...] = get_args(CauseKind)
Blames = Literal["move", "runtime", "model"]
ControlWord = Literal[
    "any",
    "diagonal",
    "saver-good",
    "saver-alike",
    "saver-other",
    "saver-none",
    "loader-good",
    "loader-alike",
    "loader-other",
    "loader-none",
    "both-good",
    "alike",
    "not-alike",
    "runtime-alone",
]
ASPECTS: tuple[str, ...] = get_args(Aspect)  # python: major.minor; the other packages: major
FAILING = (Verdict.INCOMPLETE, Verdict.CHANGED, Verdict.REFUSED, Verdict.CRASHED, Verdict.TIMED_OUT, Verdict.UNSAVED)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Remedy:
    """What helps: on which side, as code to copy (another one for some formats), and what is lost by it."""

    id: str
    title: str
    side: Literal["load", "save"]
    code: str
    costs: str = ""
    codes: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Side:
    """Conditions on the saving or the loading runtime; None and empty allow any.

    `graph` is whether models run in a graph and a session there, be it because TensorFlow is 1, because its second
    behaviour is switched off, or because this is standalone Keras 2.
    """

    versions: tuple[tuple[str, SpecifierSet], ...] = ()
    modules: frozenset[str] = frozenset()
    v1: bool | None = None
    graph: bool | None = None
    backends: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, kw_only=True)
class File:
    """Conditions on the saved files, as read without Keras; a condition on what is not known does not hold.

    `held` is how many of the arrays of the saving side's model are in them.
    """

    kinds: frozenset[str] = frozenset()
    keras: SpecifierSet | None = None
    backends: frozenset[str] = frozenset()
    classes: re.Pattern[str] | None = None
    modules: re.Pattern[str] | None = None
    arguments: re.Pattern[str] | None = None
    optimizer: re.Pattern[str] | None = None
    policies: re.Pattern[str] | None = None
    lambda_names: re.Pattern[str] | None = None
    types: re.Pattern[str] | None = None
    bytecode: bool | None = None
    compiled: bool | None = None
    closure: bool | None = None
    frozen: bool | None = None
    nested: bool | None = None
    quantized: bool | None = None
    held: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Signature:
    """The evidence that names a cause: every condition given must hold; None and empty allow anything.

    `frame` is searched for in the lines `file.py:function` of the traceback, `detail` in the lines of the differences
    that count, `note` in what the worker noted, `script` in the scenario's code without its comments and docstrings.
    `control` are words about the cell's controls, of which one must hold (`results/diagnosis/controls.py`). An
    `unmeasured` signature comes from a report, or covers the wording of versions outside the matrix: it is expected to
    match no cell.
    """

    cause: str
    number: int
    line: int
    verdicts: frozenset[str]
    stages: frozenset[str] = frozenset()
    step: re.Pattern[str] | None = None
    type: re.Pattern[str] | None = None
    message: re.Pattern[str] | None = None
    frame: re.Pattern[str] | None = None
    detail: re.Pattern[str] | None = None
    layer: re.Pattern[str] | None = None
    signal: re.Pattern[str] | None = None
    log: re.Pattern[str] | None = None
    note: re.Pattern[str] | None = None
    script: re.Pattern[str] | None = None
    control: frozenset[str] = frozenset({"any"})
    formats: frozenset[str] = frozenset()
    saver: Side | None = None
    loader: Side | None = None
    same: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    file: File | None = None
    differs: frozenset[str] = frozenset()
    agrees: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    how: frozenset[str] = frozenset()
    unmeasured: bool = False

    @property
    def id(self) -> str:
        """The cause, and the signature's number in it from 1, like `lambda-bytecode/2`."""
        return f"{self.cause}/{self.number}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cause:
    """Why cells are not good, in plain words, where that was reported, and its remedies, the shortest first.

    It blames the move from one runtime to the other, a runtime by itself, or the model and how it was saved. What
    fails alike within one runtime is not to be blamed on a move.
    """

    id: str
    title: str
    explanation: str
    kind: str
    blames: str
    references: tuple[str, ...]
    remedies: tuple[str, ...]
    signatures: tuple[Signature, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Causes:
    """The whole catalogue, in its order: where the signatures of two causes match, the first is named."""

    causes: tuple[Cause, ...]
    remedies: tuple[Remedy, ...]

    @functools.cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """Every signature, in the order in which they are tried."""
        return tuple(signature for cause in self.causes for signature in cause.signatures)

    @functools.cached_property
    def by_id(self) -> dict[str, Cause]:
        """The causes by their ids."""
        return {cause.id: cause for cause in self.causes}

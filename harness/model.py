"""The words of the design as frozen data: environments, runtimes, variants, observations, verdicts, cells."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

KerasModule = Literal["keras", "tf.keras", "tf_keras"]
DifferenceKind = Literal["lost", "gained", "shape", "text", "value", "moved", "random"]
Reach = Literal["all", "milestones", "own", "pairs"]


class Verdict(enum.StrEnum):
    """What became of a cell, best to worst; the last four say that the question could not be put."""

    IDENTICAL = "identical"
    INCOMPLETE = "incomplete"
    CHANGED = "changed"
    REFUSED = "refused"
    CRASHED = "crashed"
    TIMED_OUT = "timed-out"
    UNSAVED = "unsaved"
    UNSUPPORTED = "unsupported"
    UNAVAILABLE = "unavailable"


class Stage(enum.StrEnum):
    """Where in a cell's life its verdict fell."""

    PROVISION = "provision"
    SAVE = "save"
    LOAD = "load"
    SCRIPT = "script"
    OBSERVE = "observe"
    COMPARE = "compare"


class Outcome(enum.StrEnum):
    """How one run of the worker ended.

    `NO_ANSWER` is a clean exit that left no answer; `UNAVAILABLE` is a worker that never got as far as the question.
    """

    DONE = "done"
    RAISED = "raised"
    UNSUPPORTED = "unsupported"
    CRASHED = "crashed"
    TIMED_OUT = "timed-out"
    NO_ANSWER = "no-answer"
    UNAVAILABLE = "unavailable"

    @property
    def suspect(self) -> bool:
        """Whether machine trouble could look like this, so that it is run once more before it counts."""
        return self in (Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.NO_ANSWER)


class CellId(NamedTuple):
    """What names a cell in any run: the variant, the saving and the loading runtime, by their ids."""

    variant: str
    save: str
    load: str


def digest_of(value: object) -> str:
    """The SHA-256 (hex) of a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Runtime:
    """An environment plus how Keras is switched on in it: a row and a column of the matrix.

    `groups` and `milestone` say when it takes part and nothing about the runtime itself: no `groups` means those of its
    environment, a milestone is where behaviour turned.
    """

    id: str
    title: str
    environment: str
    keras: KerasModule
    v1: bool = False
    backend: str | None = None
    milestone: bool = False
    groups: tuple[str, ...] = ()

    def settings(self) -> dict[str, Any]:
        """What the worker needs to know to switch this Keras on."""
        return {"id": self.id, "keras": self.keras, "v1": self.v1, "backend": self.backend}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Environment:
    """A virtualenv to be: one Python, requirements resolved as of a day, and the runtimes that live in it.

    A rolling one is resolved anew at each run, so `released` and `as_of` are the day on which the catalogue was read.
    """

    id: str
    title: str
    python: str
    released: datetime.date
    as_of: datetime.date
    requirements: tuple[str, ...]
    groups: tuple[str, ...]
    runtimes: tuple[Runtime, ...]
    rolling: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Provisioned:
    """What provisioning left behind: the record inside an environment, or the reason why there is none."""

    environment: str
    asked: str
    status: Literal["ready", "unavailable"]
    reason: str = ""
    hint: str = ""
    python: str = ""
    interpreter: str = ""
    python_version: str = ""
    lock: str = ""
    packages: dict[str, str] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    log: str = ""

    @property
    def ready(self) -> bool:
        """Whether workers can run in it."""
        return self.status == "ready"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a scenario itself, as opposed to what Keras makes of it."""

    path: str
    line: int
    message: str
    scenario: str = ""
    runtimes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scenario:
    """One script, read statically: what it says about itself, and the digest of all its source.

    `reach` says among which runtimes it is saved and loaded. `pairs` (saver, loader; patterns are allowed) come on top
    of it, or are all if `reach` is "pairs". `limit` is in seconds, for one save or load, or None for the usual one.
    """

    name: str
    path: str
    title: str
    description: str
    source: str
    digest: str
    formats: tuple[str, ...]
    parameters: dict[str, tuple[Any, ...]]
    remedy: dict[str, Any]
    cause: str = ""
    core: bool = False
    reach: Reach = "milestones"
    pairs: tuple[tuple[str, str], ...] = ()
    limit: float | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Variant:
    """A scenario with its parameters filled in: one page of the matrix."""

    scenario: str
    format: str
    parameters: tuple[tuple[str, Any], ...] = ()
    remedy: bool = False

    @functools.cached_property
    def id(self) -> str:
        """Unique and readable, like `lambda_layer/h5/registered`."""
        return "/".join([self.scenario, self.format, *(str(value) for _, value in self.parameters)])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Failure:
    """An exception in the measured environment; `path` and `line` point into the scenario when it was raised there."""

    type: str
    message: str
    traceback: str
    step: str
    path: str = ""
    line: int = 0

    @property
    def headline(self) -> str:
        """One line for a table."""
        lines = self.message.strip().splitlines()
        return f"{self.type}: {lines[0]}" if lines else self.type


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attempt:
    """One run of the worker, as its answer or its death tells it.

    `observations` holds [item, "array", digest] or [item, "text", text] by observation; `memory` is the peak resident
    set in bytes, times are seconds; `before` is the outcome of a first run that looked like machine trouble. `files`
    are those of the artifact, in bytes, and `facts` what a static reading of them tells. `differences` are what the
    run of a reference found, where the observations stayed. `findings` are what experiments on a failing load showed.
    """

    outcome: Outcome
    step: str = ""
    reason: str = ""
    failure: Failure | None = None
    signal: str = ""
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    observations: dict[str, list[list[str]]] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    wall: float = 0.0
    memory: int = 0
    log: str = ""
    artifact: str = ""
    files: dict[str, int] = dataclasses.field(default_factory=dict)
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    before: str = ""
    differences: tuple[Difference, ...] | None = None
    findings: tuple[Mapping[str, Any], ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Difference:
    """One observation that does not agree: how large, and where it starts."""

    observation: str
    kind: DifferenceKind
    detail: str
    where: str = ""
    absolute: float | None = None
    relative: float | None = None
    ulp: float | None = None
    allowed: float | None = None
    counts: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cell:
    """One answer of the matrix: this variant, saved there, loaded here."""

    variant: Variant
    save: str
    load: str
    verdict: Verdict
    stage: Stage
    reason: str
    failure: Failure | None = None
    differences: tuple[Difference, ...] = ()
    saved: Attempt | None = None
    loaded: Attempt | None = None

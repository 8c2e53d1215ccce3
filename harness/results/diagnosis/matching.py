"""Matches the signatures of the cause catalogue against evidence. Pure.

Thousands of cells share a few messages, so each text (exception, message) is matched only once. The rest of a
signature is cheap to check.
"""

from __future__ import annotations

import ast
import functools
import re
from typing import Any, cast

from packaging.specifiers import SpecifierSet

from harness.catalogue.causes import FAILING, Causes, File, Side, Signature
from harness.results.diagnosis.evidence import Evidence, RuntimeTraits
from harness.results.shape import FactsEntry
from harness.tools.tracebacks import frames

_RELEASE = re.compile(r"\d+(?:\.\d+)*")


class Examiner:
    """Matches signatures against evidence, and remembers which ones match a text or suit a pair of runtimes."""

    def __init__(self, causes: Causes) -> None:
        self.by_verdict = {
            verdict.value: [signature for signature in causes.signatures if verdict in signature.verdicts]
            for verdict in FAILING
        }
        self.candidates: dict[tuple[str, str, str], list[Signature]] = {}
        self.sides: dict[tuple[int, int], bool] = {}
        self.scripts: dict[tuple[int, str], bool] = {}
        self.kept: list[Any] = []

    def match(self, evidence: Evidence) -> Signature | None:
        """The first signature in the catalogue that holds."""
        return next((signature for signature in self._candidates(evidence) if self._holds(signature, evidence)), None)

    def _candidates(self, evidence: Evidence) -> list[Signature]:
        """The signatures that match the verdict, the exception and the message."""
        key = evidence.verdict, evidence.type, evidence.message
        if key not in self.candidates:
            signatures = self.by_verdict[evidence.verdict]
            self.candidates[key] = [
                signature for signature in signatures if _agrees(signature, evidence.type, evidence.message)
            ]
        return self.candidates[key]

    def _holds(self, signature: Signature, evidence: Evidence) -> bool:
        return (
            (not signature.stages or evidence.stage in signature.stages)
            and (not signature.formats or evidence.format in signature.formats)
            and (signature.step is None or signature.step.search(evidence.step) is not None)
            and (signature.saver is None or self._suits(signature.saver, evidence.saver))
            and (signature.loader is None or self._suits(signature.loader, evidence.loader))
            and all(evidence.saver.aspect(name) == evidence.loader.aspect(name) for name in signature.same)
            and all(evidence.saver.aspect(name) != evidence.loader.aspect(name) for name in signature.apart)
            and evidence.controls.allow(signature.control)
            and (signature.note is None or signature.note.search(evidence.notes) is not None)
            and (signature.frame is None or signature.frame.search(frames(evidence.traceback)) is not None)
            and (signature.signal is None or signature.signal.search(evidence.signal) is not None)
            and _observed(signature, evidence)
            and (signature.file is None or _is_file(signature.file, evidence.facts))
            and (signature.log is None or signature.log.search(evidence.log) is not None)
            and (signature.script is None or self._in_script(signature.script, evidence.script))
        )

    def _suits(self, side: Side, runtime: RuntimeTraits) -> bool:
        key = id(side), id(runtime)
        if key not in self.sides:
            self.sides[key] = _suits(side, runtime)
            self.kept.append(runtime)  # an id is valid only while its object lives
        return self.sides[key]

    def _in_script(self, pattern: re.Pattern[str], script: str) -> bool:
        key = id(pattern), script
        if key not in self.scripts:
            self.scripts[key] = pattern.search(plain(script)) is not None
        return self.scripts[key]


@functools.lru_cache(maxsize=256)
def plain(script: str) -> str:
    """A script's code in uniform layout, without comments and docstrings; unchanged if this Python cannot parse it."""
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError):
        return script
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def _agrees(signature: Signature, type: str, message: str) -> bool:
    return (signature.type is None or signature.type.fullmatch(type) is not None) and (
        signature.message is None or signature.message.search(message) is not None
    )


def _observed(signature: Signature, evidence: Evidence) -> bool:
    return (
        signature.differs <= evidence.differs
        and all(name in evidence.observed and name not in evidence.differs for name in signature.agrees)
        and (not signature.lost or signature.lost <= evidence.lost)
        and (not signature.how or _kinds(evidence, signature.differs) <= signature.how)
        and (signature.layer is None or signature.layer.fullmatch(evidence.layer) is not None)
        and (signature.detail is None or signature.detail.search(evidence.details) is not None)
    )


def _kinds(evidence: Evidence, observations: frozenset[str]) -> set[str]:
    """The kinds of the differences in these observations."""
    return {difference["kind"] for difference in evidence.differences if difference["observation"] in observations}


def _is_file(file: File, facts: FactsEntry) -> bool:
    def any_of(pattern: re.Pattern[str] | None, names: list[str]) -> bool:
        return pattern is None or any(pattern.fullmatch(name) for name in names)

    return bool(facts) and (
        (not file.kinds or facts.get("kind") in file.kinds)
        and (not file.backends or facts.get("backend") in file.backends)
        and (file.keras is None or _within(file.keras, facts.get("keras_version") or ""))
        and (not file.held or _held(facts) in file.held)
        and all(wanted is None or _flag(facts, name) is wanted for name, wanted in _flags(file))
        and any_of(file.classes, facts.get("classes", []))
        and any_of(file.modules, facts.get("modules", []))
        and any_of(file.arguments, facts.get("arguments", []))
        and any_of(file.policies, facts.get("policies", []))
        and any_of(file.lambda_names, facts.get("lambda_names", []))
        and any_of(file.types, facts.get("types", []))
        and any_of(file.optimizer, [facts.get("optimizer") or ""])
    )


def _held(facts: FactsEntry) -> str:
    """How many of the model's arrays are in the file: "none", "some", "all"; "" where nobody looked."""
    if not facts.get("arrays"):
        return ""
    return "none" if not facts["held"] else "all" if facts["held"] == facts["arrays"] else "some"


def _flags(file: File) -> tuple[tuple[str, bool | None], ...]:
    return (
        ("bytecode", file.bytecode),
        ("compiled", file.compiled),
        ("lambda_closure", file.closure),
        ("frozen", file.frozen),
        ("nested", file.nested),
        ("quantized", file.quantized),
    )


def _flag(facts: FactsEntry, name: str) -> bool | None:
    value = cast(dict[str, Any], facts).get(name)
    return None if value is None else bool(value)


def _suits(side: Side, runtime: RuntimeTraits) -> bool:
    return (
        (not side.modules or runtime.module in side.modules)
        and (side.v1 is None or runtime.v1 is side.v1)
        and (side.graph is None or runtime.graph is side.graph)
        and (not side.backends or runtime.backend in side.backends)
        and all(_within(wanted, runtime.versions.get(name, "")) for name, wanted in side.versions)
    )


def _within(wanted: SpecifierSet, version: str) -> bool:
    release = _RELEASE.match(version)  # tf.keras calls itself `2.2.4-tf`, which `packaging` does not accept
    return release is not None and wanted.contains(release[0])

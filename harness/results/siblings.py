"""Finds cells that differ from another in a single thing that a user could have done differently. Pure.

Their verdicts prove remedies that need no run of their own: another format, another version, the scenario's own way.
"""

from __future__ import annotations

from harness.catalogue.causes import FAILING
from harness.model import CellId, Verdict
from harness.plan.scenarios import FILE_FORMATS
from harness.results.diagnosis.controls import good
from harness.results.shape import (
    CellEntry,
    Document,
    EnvironmentEntry,
    RuntimeEntry,
    VariantEntry,
    cell_id,
    controls_of,
)
from harness.results.trials import Trial

ANOTHER_FORMAT = "another-format"
ANOTHER_VERSION = "another-version"
AS_THE_SCENARIO_SAYS = "as-the-scenario-says"
OTHER_KERAS = "other-keras"
_NAMED = ("tensorflow", "tensorflow-cpu", "keras", "tf-keras", "torch", "jax")


class Siblings:
    """Finds cells that differ from another in a single thing that a user could have done differently."""

    def __init__(self, document: Document) -> None:
        beside = controls_of(document)
        cells = [*document["cells"], *beside["cells"]]
        self._verdicts = {cell_id(cell): cell["verdict"] for cell in cells}
        self._variants = {variant["id"]: variant for variant in document["variants"]}
        self._by_parameters: dict[tuple[str, str], list[VariantEntry]] = {}
        for variant in document["variants"]:
            self._by_parameters.setdefault(_parameters(variant), []).append(variant)
        self._remedies = {scenario["name"]: scenario["remedy"] for scenario in document["scenarios"]}
        self._other_keras = _other_keras(document)
        self._runtimes = {runtime["id"]: runtime for runtime in (*document["runtimes"], *beside["runtimes"])}
        environments = (*document["environments"], *beside["environments"])
        self._environments = {environment["id"]: environment for environment in environments}
        released = [self._released(runtime) for runtime in self._runtimes.values()]
        in_order = sorted(zip(released, self._runtimes, strict=True), key=lambda pair: pair[0])
        self._places = {id: place for place, (_, id) in enumerate(in_order)}  # the oldest first
        self._loaders_of: dict[tuple[str, str], list[str]] = {}
        for id in self._verdicts:
            self._loaders_of.setdefault((id.variant, id.save), []).append(id.load)

    def of(self, cell: CellEntry) -> list[Trial]:
        """The trials that siblings of a cell prove: best format, the scenario's own way, other Keras, other version."""
        variant = self._variants[cell["variant"]]
        other_keras = self._other_keras.get(cell["load"])
        trials = [*self._best_format(cell, variant), *self._as_the_scenario_says(cell, variant)]
        if other_keras:
            trials += self._trials(OTHER_KERAS, cell, load=other_keras)
        return [*trials, *self._another_version(cell)]

    def _best_format(self, cell: CellEntry, variant: VariantEntry) -> list[Trial]:
        """At most one trial: a format in which this cell is good."""
        siblings = [each for each in self._by_parameters[_parameters(variant)] if each["format"] in FILE_FORMATS]
        trials = [
            trial
            for sibling in siblings
            if sibling["id"] != variant["id"]
            for trial in self._trials(ANOTHER_FORMAT, cell, variant=sibling["id"])
        ]
        verified = [trial for trial in trials if trial.verified]
        return sorted(verified, key=lambda trial: trial.verdict != Verdict.IDENTICAL)[:1]

    def _as_the_scenario_says(self, cell: CellEntry, variant: VariantEntry) -> list[Trial]:
        remedy = self._remedies[variant["scenario"]]
        if not remedy or variant["remedy"]:
            return []
        remedied: VariantEntry = {**variant, "parameters": {**variant["parameters"], **remedy}}
        siblings = self._by_parameters.get(_parameters(remedied), ())
        in_format: dict[bool, list[Trial]] = {True: [], False: []}
        for sibling in siblings:
            same = sibling["format"] == variant["format"]
            in_format[same] += self._trials(AS_THE_SCENARIO_SAYS, cell, variant=sibling["id"])
        if any(trial.verified for trial in in_format[True]):
            return in_format[True]
        return [*in_format[True], *[trial for trial in in_format[False] if trial.verified][:1]]

    def _another_version(self, cell: CellEntry) -> list[Trial]:
        """At most one trial: the nearest version of the same Keras in which this very file is good."""
        if cell["verdict"] not in FAILING or cell["verdict"] == Verdict.UNSAVED:
            return []
        kind = _kind(self._runtimes[cell["load"]])
        loaders = self._loaders_of[cell["variant"], cell["save"]]
        alike = [load for load in loaders if load != cell["load"] and _kind(self._runtimes[load]) == kind]
        alike.sort(key=lambda load: abs(self._places[load] - self._places[cell["load"]]))
        for load in alike:
            if self._verdicts[CellId(cell["variant"], cell["save"], load)] == Verdict.IDENTICAL:
                environment = self._environments[self._runtimes[load]["environment"]]
                reason = f"{load}: {_install(environment)}"
                return [
                    Trial(
                        remedy=ANOTHER_VERSION,
                        verdict=str(Verdict.IDENTICAL),
                        reason=reason,
                        verified=True,
                        load=load,
                    )
                ]
        return []

    def _released(self, runtime: RuntimeEntry) -> str:
        environment = self._environments.get(runtime["environment"])
        return environment.get("released", "") if environment else ""

    def _trials(self, remedy: str, cell: CellEntry, variant: str = "", load: str = "") -> list[Trial]:
        """The trial that another cell proves; none if that cell does not exist or proves nothing."""
        verdict = self._verdicts.get(CellId(variant or cell["variant"], cell["save"], load or cell["load"]))
        if verdict is None or verdict in (Verdict.UNSUPPORTED, Verdict.UNAVAILABLE):
            return []
        verified = good(cell["verdict"], verdict)
        return [Trial(remedy=remedy, verdict=verdict, reason="", verified=verified, variant=variant, load=load)]


def _other_keras(document: Document) -> dict[str, str]:
    """For each runtime of Keras 3 or tf_keras: the runtime of the other one in the same environment."""
    runtimes = [runtime for runtime in document["runtimes"] if not runtime["v1"]]
    return {
        runtime["id"]: other["id"]
        for runtime in runtimes
        for other in runtimes
        if runtime["environment"] == other["environment"]
        and {runtime["keras"], other["keras"]} == {"keras", "tf_keras"}
    }


def _install(environment: EnvironmentEntry) -> str:
    """How to install what a runtime needs; the versions are those that were run, where they are recorded."""
    packages = environment.get("packages", {})
    installed = [f"{name}=={packages[name]}" for name in _NAMED if name in packages]
    return f"pip install {' '.join(installed or environment['requirements'])}  # Python {environment['python']}"


def _kind(runtime: RuntimeEntry) -> tuple[str, bool, str, str]:
    """What stays the same when only the version changes: the Keras, how it is switched on, its generation."""
    versions = runtime["versions"]
    generation = versions.get("keras", "").split(".")[0] if runtime["keras"] == "keras" else ""
    return runtime["keras"], runtime["v1"], runtime["backend"] or "tensorflow", generation


def _parameters(variant: VariantEntry) -> tuple[str, str]:
    return variant["scenario"], repr(sorted(variant["parameters"].items()))

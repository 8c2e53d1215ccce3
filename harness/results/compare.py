"""Two sets of observations -> differences, and a cell's verdict. Pure.

A number counts as different when it is off by more than a share of the largest value of its array and by more than
what rounding noise on the inputs does to the saved model itself: one real model moves by 0.65% when its input moves
by 1e-7, so a tolerance alone would call it changed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

import numpy

from harness.model import Attempt, Difference, Outcome, Stage, Verdict

Array = numpy.ndarray[Any, Any]
Items = Mapping[str, Array | str]
Observations = Mapping[str, Items]

RELATIVE = 1e-4  # of the largest absolute value of the saved array
ABSOLUTE = 1e-6
OF_SENSITIVITY = 10.0  # times what inputs moved by 1e-6 (relative) do
_SHOWN = 80  # characters of a text in a detail
_SPEAK = ("predictions", "fresh_predictions")
_BESIDE = ("sensitivity", "layers", "fresh_predictions")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict with its stage and its reason in one line."""

    verdict: Verdict
    stage: Stage
    reason: str


def compare(saved: Observations, loaded: Observations) -> tuple[Difference, ...]:
    """Every difference between what the saving and the loading side observed, what the model says first."""
    sensitivity = saved.get("sensitivity", {})
    said = saved.get("predictions", {})
    found = list(_items("predictions", said, loaded.get("predictions", {}), sensitivity))
    if "fresh_predictions" in loaded:
        found += _items("fresh_predictions", said, loaded["fresh_predictions"], sensitivity)
    if any(difference.observation == "predictions" for difference in found):
        found = [_placed(difference, saved, loaded) for difference in found]
    for name in saved:
        if name not in (*_SPEAK, *_BESIDE):
            theirs = loaded.get(name, {})
            found += _items(name, saved[name], _in_order_of(saved[name], theirs) if name == "metrics" else theirs, {})
    return tuple(found)


def judge(saved: Attempt | None, loaded: Attempt | None, differences: tuple[Difference, ...]) -> Judgement:
    """What became of a cell; an attempt that is None was never made because its runtime is unavailable."""
    if saved is None or saved.outcome is Outcome.UNAVAILABLE:
        return _judgement(Verdict.UNAVAILABLE, Stage.PROVISION,
                          saved.reason if saved else "the saving runtime is unavailable")
    if saved.outcome is not Outcome.DONE:
        return _ended(saved, Stage.SAVE, Verdict.UNSAVED)
    if loaded is None or loaded.outcome is Outcome.UNAVAILABLE:
        return _judgement(Verdict.UNAVAILABLE, Stage.PROVISION,
                          loaded.reason if loaded else "the loading runtime is unavailable")
    if loaded.outcome is not Outcome.DONE:
        return _ended(loaded, Stage.OBSERVE if loaded.step.startswith("observe") else Stage.LOAD, Verdict.REFUSED)
    counting = [difference for difference in differences if difference.counts]
    spoken = [difference for difference in counting if difference.observation in _SPEAK]
    if spoken:
        return _judgement(Verdict.CHANGED, Stage.COMPARE, spoken[0].detail)
    if counting:
        return _judgement(Verdict.INCOMPLETE, Stage.COMPARE, _in_short(counting))
    return _judgement(Verdict.IDENTICAL, Stage.COMPARE, "")


def _in_order_of(saved: Items, loaded: Items) -> Items:
    """Metrics of the loading side in the order of the saving one, where both have the same names in another order."""
    ours, theirs = ([text for item, text in side.items() if item.endswith(" name")] for side in (saved, loaded))
    if ours == theirs or len(set(map(str, ours))) < len(ours) or set(map(str, ours)) != set(map(str, theirs)):
        return loaded  # other names altogether: their place is all there is to go by
    place = {str(name): number for number, name in enumerate(theirs)}
    moved: dict[str, Array | str] = {}
    for number, name in enumerate(ours):
        moved[str(number)] = loaded[str(place[str(name)])]
        moved[f"{number} name"] = name
    return moved


def _in_short(differences: list[Difference]) -> str:
    """The first difference of every observation, and how many more there are."""
    by_observation: dict[str, list[str]] = {}
    for difference in differences:
        by_observation.setdefault(difference.observation, []).append(difference.detail)
    return "; ".join(
        details[0] + (f" (and {len(details) - 1} more)" if len(details) > 1 else "")
        for details in by_observation.values())


def _ended(attempt: Attempt, stage: Stage, raised: Verdict) -> Judgement:
    verdict = {Outcome.UNSUPPORTED: Verdict.UNSUPPORTED, Outcome.TIMED_OUT: Verdict.TIMED_OUT,
               Outcome.CRASHED: Verdict.CRASHED, Outcome.NO_ANSWER: Verdict.CRASHED}.get(attempt.outcome, raised)
    return _judgement(verdict, stage, attempt.reason)


def _judgement(verdict: Verdict, stage: Stage, reason: str) -> Judgement:
    return Judgement(verdict=verdict, stage=stage, reason=reason)


def _items(observation: str, saved: Items, loaded: Items, sensitivity: Items) -> Iterator[Difference]:
    if isinstance(why := saved.get("failed"), str):
        return  # the saving side could not observe it: nothing to hold the other against
    if isinstance(why := loaded.get("failed"), str):
        yield Difference(observation=observation, kind="lost", detail=f"{observation} cannot be observed: {why}")
        return
    for item in saved:
        if item not in loaded:
            yield Difference(observation=observation, kind="lost", where=item, detail=f"{observation} lost: {item}")
        elif found := _one(observation, item, saved[item], loaded[item], sensitivity.get(item)):
            yield found
    for item in loaded:
        if item not in saved:
            yield Difference(observation=observation, kind="gained", where=item, counts=observation in _SPEAK,
                             detail=f"{observation} gained: {item}")


def _one(observation: str, item: str, saved: Array | str, loaded: Array | str,
         sensitivity: Array | str | None) -> Difference | None:
    if saved is loaded:
        return None
    if not _is_number(saved) or not _is_number(loaded):
        return _text(observation, item, saved, loaded)
    if saved.shape != loaded.shape:
        return Difference(observation=observation, kind="shape", where=item,
                          detail=f"{_called(observation, item)}: shape {saved.shape} became {loaded.shape}")
    moves = float(sensitivity) if isinstance(sensitivity, numpy.ndarray) else 0.0
    return _value(observation, item, saved, loaded, moves if numpy.isfinite(moves) else 0.0)


def _is_number(value: Array | str) -> TypeGuard[Array]:
    return isinstance(value, numpy.ndarray) and value.dtype.kind in "biufc"


def _text(observation: str, item: str, saved: Array | str, loaded: Array | str) -> Difference | None:
    one, other = (value if isinstance(value, str) else str(value.tolist()) for value in (saved, loaded))
    if one == other:
        return None
    # Names and class names have changed over the years without any harm; they are stated but decide nothing.
    counts = observation not in ("metrics", "architecture", "weights")
    return Difference(observation=observation, kind="text", where=item, counts=counts,
                      detail=f"{_called(observation, item)}: {_short(one)} became {_short(other)}")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _value(observation: str, item: str, saved: Array, loaded: Array, sensitivity: float) -> Difference | None:
    exact = saved.dtype.kind in "biu" and loaded.dtype.kind in "biu"  # whole numbers are not rounded
    one, other = (array.astype(object if exact else numpy.result_type(array, "float64")) for array in (saved, loaded))
    apart = one != other
    if not exact:
        apart &= ~(numpy.isnan(one) & numpy.isnan(other))
    if not apart.any():
        return None
    with numpy.errstate(invalid="ignore", over="ignore"):
        off = numpy.abs(one[apart] - other[apart]).astype("float64")
    largest = float(off.max()) if numpy.isfinite(off).all() else float("inf")
    finite = numpy.abs(one[numpy.isfinite(one.astype(numpy.result_type(saved, "float64")))]).astype("float64")
    scale = float(finite.max()) if finite.size else 0.0
    allowed = (0.0 if exact else ABSOLUTE + RELATIVE * scale) + OF_SENSITIVITY * sensitivity
    if largest <= allowed:
        return None
    relative = largest / scale if scale else None
    return Difference(
        observation=observation, kind="value", where=item, absolute=_finite(largest), relative=_finite(relative),
        ulp=_finite(_ulp(saved[apart], off)), allowed=_finite(allowed),
        detail=_told(_called(observation, item), saved, loaded, largest, relative))


def _told(called: str, saved: Array, loaded: Array, largest: float, relative: float | None) -> str:
    if saved.ndim == 0:
        return f"{called}: {saved.item():.6g} became {loaded.item():.6g}"
    if not numpy.isfinite(largest):
        return f"{called}: NaN or infinite on one side only"
    return f"{called} differ by up to {largest:.3g}" + (f" ({relative:.2g} of the largest)" if relative else "")


def _ulp(saved: Array, off: Array) -> float | None:
    if saved.dtype.kind != "f":
        return None
    with numpy.errstate(invalid="ignore", divide="ignore"):
        units = off / numpy.spacing(numpy.maximum(numpy.abs(saved), numpy.finfo(saved.dtype).tiny)).astype("float64")
    return float(numpy.nanmax(units)) if not numpy.isnan(units).all() else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and numpy.isfinite(value) else None


def _called(observation: str, item: str) -> str:
    name = observation.replace("_", " ")
    return name if item == "0" and observation in _SPEAK else f"{name} {item}"


def _placed(difference: Difference, saved: Observations, loaded: Observations) -> Difference:
    """Say at which layer the outputs part first, where both sides know what every layer puts out."""
    if difference.observation != "predictions":
        return difference
    ours, theirs = saved.get("layers", {}), loaded.get("layers", {})
    if "failed" in ours or "failed" in theirs:
        return difference
    for (name, one), (_, other) in zip(ours.items(), theirs.items(), strict=False):
        if _one("layers", name, one, other, None):
            return dataclasses.replace(difference, where=f"layer {name}",
                                       detail=f"{difference.detail}, first at layer {name}")
    return difference

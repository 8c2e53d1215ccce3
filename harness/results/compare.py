"""Two sets of observations -> differences, and a cell's verdict. Pure.

A number counts as different when it is off by more than a share of the largest value of its array and by more than
what rounding noise on the inputs does to the saved model itself: one real model moves by 0.65% when its input moves
by 1e-7, so a tolerance alone would call it changed.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

import numpy

from harness.model import Attempt, Difference, Outcome, Stage, Verdict
from harness.worker.protocol import SCENARIO_STEPS

Array = numpy.ndarray[Any, Any]
Items = Mapping[str, Array | str]
Observations = Mapping[str, Items]

RELATIVE = 1e-4  # of the largest absolute value of the saved array
ABSOLUTE = 1e-6
OF_SENSITIVITY = 10.0  # times what inputs moved by 1e-6 (relative) do
OF_DRAWS = 3.0  # times what a model that is random by itself moves by
ROUNDINGS = 4.0  # times the step between two numbers of half precision, where a model computes in it
STEPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7}  # relative
_LAYER_PLACE = re.compile(r"\A\d+(?=[/ ])")  # in the name of an item
_SHOWN = 80  # characters of a text in a detail
SPEAK = ("predictions", "fresh_predictions", "fresh_targets")
_COMPUTED = ("predictions", "fresh_predictions", "layers", "metrics", "resume")  # with the precision of the layers
_BESIDE = ("sensitivity", "by_itself", "layers", "targets", "fresh_predictions", "fresh_targets")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict with its stage and its reason in one line."""

    verdict: Verdict
    stage: Stage
    reason: str


def compare(saved: Observations, loaded: Observations) -> tuple[Difference, ...]:
    """Every difference between what the saving and the loading side observed, what the model says first."""
    rules = _Rules(saved)
    said = saved.get("predictions", {})
    found = list(_random(saved))
    found += _items("predictions", said, loaded.get("predictions", {}), rules)
    if "fresh_predictions" in loaded:
        found += _items("fresh_predictions", said, loaded["fresh_predictions"], rules)
    if "fresh_targets" in loaded:
        found += _items("fresh_targets", saved.get("targets", {}), loaded["fresh_targets"], rules)
    if any(difference.observation == "predictions" for difference in found):
        found = [_placed(difference, saved, loaded, rules) for difference in found]
    for name in saved:
        if name not in (*SPEAK, *_BESIDE):
            theirs = loaded.get(name, {})
            if name == "metrics":
                theirs = _in_order_of(saved[name], theirs)
            ours = saved[name]
            if name in ("weights", "settings"):
                theirs = _rearranged(theirs, _places(saved, loaded))
            if name == "weights":
                ours, theirs = _tables_sorted(ours), _tables_sorted(theirs)
            found += _items(name, ours, theirs, rules)
    return tuple(found)


class _Rules:
    """How far numbers may be apart, as the saving side measured it on the saved model itself."""

    def __init__(self, saved: Observations) -> None:
        self._sensitivity = saved.get("sensitivity", {})
        self._draws = saved.get("by_itself", {})
        computed = (str(text) for item, text in saved.get("settings", {}).items() if item.endswith(" precision"))
        self._step = max((STEPS.get(text.split(" ")[0], 0.0) for text in computed), default=0.0)

    def relative(self, observation: str, saved: Array) -> float:
        """The share of the largest value by which numbers of an observation may be apart."""
        if observation not in _COMPUTED:
            return RELATIVE
        return max(RELATIVE, ROUNDINGS * max(self._step, STEPS.get(str(saved.dtype), 0.0)))

    def moves(self, observation: str, item: str) -> float:
        """How far an output may move for a reason that is not the file."""
        if not observation.endswith("predictions"):
            return 0.0
        amounts = (OF_SENSITIVITY * _number(self._sensitivity.get(item)), OF_DRAWS * _number(self._draws.get(item)))
        return sum(amount for amount in amounts if numpy.isfinite(amount))


def _number(value: Array | str | None) -> float:
    return float(value) if isinstance(value, numpy.ndarray) else 0.0


def _random(saved: Observations) -> Iterator[Difference]:
    """The outputs of which the saving side itself did not get the same twice."""
    draws = saved.get("by_itself", {})
    layer = draws.get("first layer")
    since = f", from layer {layer} on" if layer else ""
    for item, spread in draws.items():
        if item != "first layer":
            yield Difference(
                observation="predictions", kind="random", where=f"layer {layer}" if layer else item,
                absolute=_finite(_number(spread)),
                detail=f"{_called('predictions', item)} random by itself: two predictions of the saved model on the "
                       f"same inputs differ by up to {_number(spread):.3g}{since}")


def _places(saved: Observations, loaded: Observations) -> Mapping[str, str]:
    """The place on the saving side of each layer of the loading side, where that is another.

    Layers are held against each other by name where both sides have the same names in another order: then the list
    of layers was put together otherwise, which means nothing.
    """
    sides = (saved.get("weights", {}), loaded.get("weights", {}))
    ours, theirs = ([str(text) for item, text in side.items() if item.endswith(" name")] for side in sides)
    if ours == theirs or sorted(ours) != sorted(theirs) or len(set(ours)) < len(ours):
        return {}
    return {str(place): str(ours.index(name)) for place, name in enumerate(theirs)}


def _rearranged(items: Items, places: Mapping[str, str]) -> Items:
    """Items such as "2/0" and "2 trained" of the loading side by the places of their layers on the saving side."""
    if not places:
        return items
    return {_LAYER_PLACE.sub(lambda match: places[match[0]], item): value for item, value in items.items()}


def _tables_sorted(weights: Items) -> Items:
    """Weights without names, with the entries of each table (keys, numbers) sorted by key."""
    layers: dict[str, list[str]] = {}
    for item in weights:
        if not item.endswith(" name"):
            layers.setdefault(item.partition("/")[0], []).append(item)
    found: dict[str, Array | str] = {}
    for items in layers.values():
        values = [weights[item] for item in items]
        if len(values) == 2 and all(_is_list(value) and len(value) == len(values[0]) for value in values):
            order = numpy.argsort(values[0], kind="stable")
            values = [value[order] for value in values]
        found.update(zip(items, values, strict=True))
    return found


def _is_list(value: Array | str) -> TypeGuard[Array]:
    """Whether it can be one of the two columns of a table."""
    return isinstance(value, numpy.ndarray) and value.ndim == 1 and value.dtype.kind in "iuUS"


def judge(saved: Attempt | None, loaded: Attempt | None, differences: tuple[Difference, ...]) -> Judgement:
    """What became of a cell; an attempt that is None was never made because its runtime is unavailable."""
    if saved is None or saved.outcome is Outcome.UNAVAILABLE:
        return _judgement(Verdict.UNAVAILABLE, Stage.PROVISION,
                          saved.reason if saved else "the saving runtime is unavailable")
    if saved.outcome is Outcome.RAISED and saved.step == "observe predictions":  # no save was tried
        return _judgement(Verdict.UNSUPPORTED, Stage.OBSERVE,
                          f"the model does not predict where it is to be saved: {saved.reason}")
    if saved.outcome is not Outcome.DONE:
        return _ended(saved, Stage.SCRIPT if saved.step in SCENARIO_STEPS else Stage.SAVE, Verdict.UNSAVED)
    if loaded is None or loaded.outcome is Outcome.UNAVAILABLE:
        return _judgement(Verdict.UNAVAILABLE, Stage.PROVISION,
                          loaded.reason if loaded else "the loading runtime is unavailable")
    if loaded.outcome is not Outcome.DONE:
        return _ended(loaded, _stage_of(loaded.step), Verdict.REFUSED)
    counting = [difference for difference in differences if difference.counts]
    spoken = [difference for difference in counting if difference.observation in SPEAK]
    if spoken:
        return _judgement(Verdict.CHANGED, Stage.COMPARE, spoken[0].detail)
    if counting:
        return _judgement(Verdict.INCOMPLETE, Stage.COMPARE, _in_short(counting))
    return _judgement(Verdict.IDENTICAL, Stage.COMPARE, "")


def _stage_of(step: str) -> Stage:
    """Where a load failed: in what the scenario does around it, in loading, or in asking the model."""
    if step in (*SCENARIO_STEPS, "before_load", "after_load"):
        return Stage.SCRIPT
    return Stage.OBSERVE if step.startswith("observe") else Stage.LOAD


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


def _items(observation: str, saved: Items, loaded: Items, rules: _Rules) -> Iterator[Difference]:
    if isinstance(why := saved.get("failed"), str):
        return  # the saving side could not observe it: nothing to hold the other against
    if isinstance(why := loaded.get("failed"), str):
        yield Difference(observation=observation, kind="lost", counts=observation != "settings",
                         detail=f"{observation} cannot be observed: {why}")
        return
    for item in saved:
        if item not in loaded:
            if observation != "settings":  # which of these can be told depends on the version
                yield Difference(observation=observation, kind="lost", where=item, detail=f"{observation} lost: {item}")
        elif found := _one(observation, item, saved[item], loaded[item], rules):
            yield _of_another(found, saved, loaded) if observation == "weights" else found
    for item in loaded:
        if item not in saved and observation != "settings":
            yield Difference(observation=observation, kind="gained", where=item, counts=observation in SPEAK,
                             detail=f"{observation} gained: {item}")


def _of_another(difference: Difference, saved: Items, loaded: Items) -> Difference:
    """The same difference, or which other weight came back in the place of this one."""
    theirs = loaded[difference.where]
    if not _is_number(theirs) or theirs.size < 2 or (theirs == theirs.flat[0]).all():
        return difference
    for item, ours in saved.items():
        if item != difference.where and isinstance(ours, numpy.ndarray) and numpy.array_equal(ours, theirs):
            return dataclasses.replace(difference, kind="moved",
                                       detail=f"weights {difference.where}: those of {item} came back in their place")
    return difference


def _one(observation: str, item: str, saved: Array | str, loaded: Array | str, rules: _Rules) -> Difference | None:
    if saved is loaded:
        return None
    if not _is_number(saved) or not _is_number(loaded):
        return _text(observation, item, saved, loaded)
    if saved.shape != loaded.shape:
        return Difference(observation=observation, kind="shape", where=item,
                          detail=f"{_called(observation, item)}: shape {saved.shape} became {loaded.shape}")
    return _value(observation, item, saved, loaded, rules)


def _is_number(value: Array | str) -> TypeGuard[Array]:
    return isinstance(value, numpy.ndarray) and value.dtype.kind in "biufc"


def _text(observation: str, item: str, saved: Array | str, loaded: Array | str) -> Difference | None:
    one, other = (value if isinstance(value, str) else str(value.tolist()) for value in (saved, loaded))
    if one == other:
        return None
    # Names and class names have changed over the years without any harm; they are stated but decide nothing.
    counts = observation not in ("metrics", "architecture")
    return Difference(observation=observation, kind="text", where=item, counts=counts,
                      detail=f"{_called(observation, item)}: {_short(one)} became {_short(other)}")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _value(observation: str, item: str, saved: Array, loaded: Array, rules: _Rules) -> Difference | None:
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
    rounding = 0.0 if exact else ABSOLUTE + rules.relative(observation, saved) * scale
    allowed = rounding + rules.moves(observation, item)
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
    with numpy.errstate(invalid="ignore", divide="ignore", over="ignore"):
        units = off / numpy.spacing(numpy.maximum(numpy.abs(saved), numpy.finfo(saved.dtype).tiny)).astype("float64")
    return float(numpy.nanmax(units)) if not numpy.isnan(units).all() else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and numpy.isfinite(value) else None


def _called(observation: str, item: str) -> str:
    name = observation.replace("_", " ")
    return name if item == "0" and observation in SPEAK else f"{name} {item}"


def _placed(difference: Difference, saved: Observations, loaded: Observations, rules: _Rules) -> Difference:
    """Say at which layer the outputs part first, where both sides know what every layer puts out."""
    if difference.observation != "predictions" or difference.kind == "random":
        return difference
    ours, theirs = saved.get("layers", {}), loaded.get("layers", {})
    if "failed" in ours or "failed" in theirs:
        return difference
    for (name, one), (_, other) in zip(ours.items(), theirs.items(), strict=False):
        if _one("layers", name, one, other, rules):
            return dataclasses.replace(difference, where=f"layer {name}",
                                       detail=f"{difference.detail}, first at layer {name}")
    return difference

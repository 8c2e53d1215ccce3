"""One sentence for what experiments on a failing cell showed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from harness.results.shape import CellEntry


class Turn(NamedTuple):
    """The first runtime of a row in which a cell fails, and the one before it, in which it does not."""

    first: str
    before: str


_AGREES = "puts out what it did where it was saved"
_NO_PART = {
    "nowhere": "The failure is in no single layer, argument, weight or compile argument that was tried.",
    "file": "The failure is in no single layer: the file has no configuration that could be taken apart.",
    "any model": "The file's kind of model is refused, whatever is in it.",
    "gone": "It did not fail again when it was loaded for the experiments.",
    "late": "The failure is in no part that could be tried within the budget: raise --budget to go on.",
    "crashed": "The experiments ended the process before they showed anything.",
    "call": "The model cannot be called, and no single layer is seen to be at work when it fails.",
}


def sentence(
    cell: CellEntry, finding: Mapping[str, Any], turned: Mapping[str, Turn | None], good_in: Sequence[str] = ()
) -> str:
    """What is to blame and how that is known, whether it is so within one runtime, and since when."""
    parts = [_what(cell, finding), _diagonal(cell), _since(turned), _later(good_in)]
    return " ".join(part for part in parts if part)


def _what(cell: CellEntry, finding: Mapping[str, Any]) -> str:
    if finding["part"] == "model" and finding["how"] in _NO_PART:
        return _NO_PART[finding["how"]]
    does = "predicts" if cell["step"].startswith("observe") else "loads"
    told = _TOLD[finding["part"]]({**finding, "does": does})
    return f"{told[0].upper() if told[0].islower() and not told.startswith('`') else told[0]}{told[1:]}."


def _argument(finding: Mapping[str, Any]) -> str:
    name = _names(finding["argument"])
    value, instead = finding["value"], finding.get("instead", "")
    stored = f", stored as {_value(value)}" + (f" ({finding['type']})" if finding.get("type") else "")
    several = ", " in finding["argument"]
    without = f"{'arguments' if several else 'argument'} {name}{stored}: without {'these' if several else 'it'}"
    told = {
        "without": f"{without}, it {finding['does']}",
        "instead": f"argument {name}{stored}: with {_value(instead)} instead, it {finding['does']}",
        "further": f"argument {name}{stored}: with {_value(instead)} instead, loading comes further",
        "came back": f"argument {name} was saved as {_value(value)} and came back as {_value(instead)}: put back, it "
        f"{_AGREES}",
        "means": f"argument {name} = {_value(value)} means something else here: with {instead}, it {_AGREES}",
        "as if": f"with {name} = {_value(value)} instead of {_value(instead)}, it {_AGREES}",
    }[finding["how"]]
    return f"{_layer(finding)}: {told}"


def _of_layer(finding: Mapping[str, Any]) -> str:
    told = {
        "itself": "the model fails with nothing in it but an input",
        "alone": "it fails by itself, whatever else is in the model, and no single argument makes the difference",
        "in its place": "the model fails from this layer on; the layer by itself does not",
        "in its call": "calling it fails, and no argument of it makes the difference",
        "at work": "it was at work when it failed; no experiment shows more",
        "random": "it puts out something else each time it is asked, also where it was saved",
        "puts out otherwise": "the first layer that puts out something else; with the same inputs, weights and "
        "arguments, as far as they could be exchanged",
    }[finding["how"]]
    if finding.get("unknown"):
        told = f"this Keras has no class {finding['class']} of its own, and is not told of another"
    if finding.get("bare"):
        told += "; Keras knows of no weights in it"
    return f"{_layer(finding)}: {told}"


def _weights(finding: Mapping[str, Any]) -> str:
    layer = f"{_layer(finding)}: " if finding["layer"] else ""
    name = f"weight {_names(finding['argument'])}" if finding["argument"] else "the weights"
    how = finding["how"]
    if how == "lost":
        return f"{layer}{finding['detail']}{_more(finding)}"
    if how == "exchanged":
        filled = "; all its numbers are the same, so it was never filled" if finding.get("constant") else ""
        return f"{layer}{name} came back otherwise{filled}: with the saved ones it {_AGREES}"
    if how == "of another shape":
        return f"{layer}the saved weights do not fit: {finding['message']}"
    misfit = f" ({finding['value']})" if finding["value"] else ""
    missing = "; the file has none for this layer" if finding.get("missing") else ""
    proof = "; with all weights left out it loads" if how == "without" else ""
    return f"{layer}{name} cannot be put in{misfit}{missing}{proof}"


def _compile(finding: Mapping[str, Any]) -> str:
    if finding["how"] == "without all":
        return "the compile arguments together: without them, it loads"
    return f"compile argument {_names(finding['argument'])}, stored as {_value(finding['value'])}: without it, it loads"


def _optimizer(finding: Mapping[str, Any]) -> str:
    if finding["how"] == "lost":
        return f"the optimizer's {_names(finding['argument'])}: {finding['detail']}{_more(finding)}"
    name = f"the optimizer ({finding['class']})" if finding["class"] else "the optimizer"
    if finding["argument"]:
        stored = f", stored as {_value(finding['value'])}"
        instead = f"with {_value(finding['instead'])} instead" if finding.get("instead") else "without it"
        return f"{name}: argument {_names(finding['argument'])}{stored}: {instead}, it loads"
    return f"{name} is the culprit: with another one, it loads"


def _inputs(finding: Mapping[str, Any]) -> str:
    name = _names(finding["argument"])
    if finding["how"] == "fresh":
        return f"the {finding['argument']} are prepared otherwise in a new session; the model itself is not at fault"
    told = {
        "without": f"it is called with {name}: without that, it loads",
        "heeds": f"it heeds a {name} here: without it, it {_AGREES}",
        "ignores": f"it gets no {name} here: with one, it {_AGREES}",
    }[finding["how"]]
    return f"{_layer(finding)}: {told}"


def _flag(finding: Mapping[str, Any]) -> str:
    if finding["how"] == "untraced":
        return (
            f"{_layer(finding)}: a {_names(finding['argument'])} repeats what it was traced with: run as plain "
            f"code, it {_AGREES}"
        )
    trips = f"; the script's {finding['script']} trips over it" if finding.get("script") else ""
    return f"{finding['detail']}{_more(finding)}{trips}"


def _metric(finding: Mapping[str, Any]) -> str:
    return f"{finding['detail']}{_more(finding)}"


def _script(finding: Mapping[str, Any]) -> str:
    where = f" ({finding['value']})" if finding["value"] else ""
    return f"the script's own step {finding['argument']} raises{where}, not the loading of the file"


def _model(finding: Mapping[str, Any]) -> str:
    if finding["how"] == "random":
        return "the model puts out something else each time it is asked, also where it was saved"
    return str(finding.get("detail") or _NO_PART["nowhere"]).rstrip(".")


_TOLD = {
    "argument": _argument,
    "layer": _of_layer,
    "weights": _weights,
    "compile": _compile,
    "optimizer": _optimizer,
    "inputs": _inputs,
    "flag": _flag,
    "metric": _metric,
    "script": _script,
    "model": _model,
}


def _layer(finding: Mapping[str, Any]) -> str:
    kind = f" ({finding['class']})" if finding["class"] and finding["class"] != finding["layer"] else ""
    return f"`{finding['layer']}`{kind}" if finding["layer"] else f"the model{kind}"


def _names(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split(", "))


def _value(value: str) -> str:
    return value if value else "an empty text"


def _more(finding: Mapping[str, Any]) -> str:
    return f" (and {finding['more']} more)" if finding.get("more") else ""


def _diagonal(cell: CellEntry) -> str:
    words = cell.get("controls", ())
    if "diagonal" in words:
        return "Saved and loaded in the same runtime."
    if "saver-alike" in words and "loader-alike" in words:
        return "The same happens within either runtime, so that no version is to blame."
    if "saver-alike" in words:
        return f"The same happens within {cell['save']} itself."
    return f"The same happens within {cell['load']} itself." if "loader-alike" in words else ""


def _since(turned: Mapping[str, Turn | None]) -> str:
    told = [
        f"{turn.first} is the first {what} of those that were run in which it is so; in {turn.before} it is not"
        for what, turn in (("loader", turned["load"]), ("saver", turned["save"]))
        if turn
    ]
    return f"{'. '.join(told)}." if told else ""


def _later(good_in: Sequence[str]) -> str:
    return f"{good_in[0]} reads the same file." if good_in else ""

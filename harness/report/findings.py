"""What breaks between which runtimes, as a Markdown page: silent differences first, with who saved and who loaded.

Cells of a scenario with the same verdict and the same reason are one line; reasons that differ only in their numbers
count as the same. Runtimes are written as spans: `tf1.12 to tf1.15` is every requested runtime from one to the other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pandas as pd

from harness.report import labels, tables, words
from harness.results.shape import Document, ScenarioEntry
from harness.tools.markdown import inert

MOST = {"changed": 12, "crashed": 6, "timed-out": 6}  # lines per scenario; other verdicts have OTHERS
OTHERS = 4
MOST_MOVES = 5
_HEADS = {
    "changed": "Loads, and predicts differently",
    "crashed": "Kills the process",
    "timed-out": "Never comes back",
    "incomplete": "Predicts the same, and loses something else",
    "refused": "Is refused",
    "unsaved": "Cannot be saved",
}


def page(results: Document) -> str:
    """The whole page."""
    sums = tables.sums(results)
    order = [runtime["id"] for runtime in results["runtimes"]]
    titles = tables.titles(results)
    parts = [
        "# What breaks between which versions\n",
        "Made by `nox -s reference` from the results in `reports/reference`; not written by hand. "
        f"{words.what_ran(results)} {words.when(results['run'])} {words.headline(sums.all)}\n",
        "A *pitfall* is a mistake shown on purpose; *with its remedy* shows what became of it. Runtimes are in the "
        "order of their release, and `a to b` includes every requested runtime in between. The brackets give the "
        "cause, and how many of the cells a remedy was seen to make good (docs/causes.md).\n",
    ]
    for verdict, head in _HEADS.items():
        failing = sums.frame[sums.frame["verdict"] == verdict]
        if len(failing):
            parts.append(f"## {head}\n")
            parts += [
                _scenario(case, failing[failing["scenario"] == case["name"]], sums.frame, order, verdict, titles)
                for case in results["scenarios"]
                if (failing["scenario"] == case["name"]).any()
            ]
    return "\n".join(parts)


def _scenario(
    case: ScenarioEntry,
    failing: pd.DataFrame,
    frame: pd.DataFrame,
    order: list[str],
    verdict: str,
    titles: dict[str, str],
) -> str:
    """The section of a scenario: its cells with one verdict, a line for each reason, most cells first."""
    tried = frame[(frame["scenario"] == case["name"]) & ~frame["verdict"].isin(labels.UNASKED)]
    pitfall = " *pitfall*" if case["cause"] else ""
    head = [
        f"### {inert(case['title'])}{pitfall}\n",
        f"{words.number(len(failing))} of {words.plural(len(tried), 'cell')}.\n",
    ]
    shapes = failing["reason"].map(lambda text: tables.NUMBER.sub("#", text))
    counted_lines = []
    for (parameters, _), group in failing.groupby(["parameters", shapes], sort=False):
        line = f"{_line(str(parameters), group, tried, order, verdict)}{_why(group, titles)}"
        counted_lines.append((len(group), line))
    counted_lines.sort(key=lambda item: -item[0])
    most = MOST.get(verdict, OTHERS)
    lines = [line for _, line in counted_lines[:most]]
    if len(counted_lines) > most:
        reasons = words.plural(len(counted_lines) - most, "more reason")
        cells = words.plural(sum(count for count, _ in counted_lines[most:]), "cell")
        lines.append(f"- and {reasons}, in {cells}")
    return "\n".join([*head, *lines, ""])


def _line(parameters: str, group: pd.DataFrame, tried: pd.DataFrame, order: list[str], verdict: str) -> str:
    formats = ", ".join(dict.fromkeys(group["format"]))
    with_parameters = f" ({parameters})" if parameters else ""
    remedied = ", with its remedy" if (group["kind"] == "remedy").all() else ""
    variants = inert(f"{formats}{with_parameters}{remedied}")
    reason = words.brief(str(group.iloc[0]["reason"]))
    return f"- {variants}: {_where(group, tried, order, verdict)}. {inert(reason)}"


def _why(group: pd.DataFrame, titles: dict[str, str]) -> str:
    """The most common cause of the cells, and the two remedies that make most of them good."""
    named = group[group["cause"] != ""]
    if named.empty:
        return ""
    cause = named["cause"].value_counts().index[0]
    helped = named[named["remedy"] != ""]["remedy"]
    remedies = [titles.get(remedy, remedy) for remedy in helped.value_counts().index[:2]]
    helps = "; no remedy is verified"
    if remedies:
        helps = f"; helped in {len(helped)} of {len(group)}: {', '.join(remedies)}"
    return f" [{inert(titles.get(cause, cause))}{inert(helps)}]"


def _where(group: pd.DataFrame, tried: pd.DataFrame, order: list[str], verdict: str) -> str:
    """Who saved and who loaded; savers with the same loaders are listed together."""
    all_savers, all_loaders = _in_order(tried["save"], order), _in_order(tried["load"], order)
    loaders_of = {str(saver): frozenset(rows["load"]) for saver, rows in group.groupby("save", sort=False)}
    if verdict == "unsaved":
        return f"in {spans(list(loaders_of), all_savers)}"
    if all(loaders == {saver} for saver, loaders in loaders_of.items()) and len(loaders_of) > 1:
        return f"each by itself, {spans(list(loaders_of), all_savers)}"
    savers_of: dict[frozenset[str], list[str]] = {}
    for saver in all_savers:
        if saver in loaders_of:
            savers_of.setdefault(loaders_of[saver], []).append(saver)
    moves = [
        f"saved in {spans(savers, all_savers)}, loaded in {spans(list(loaders), all_loaders)}"
        for loaders, savers in savers_of.items()
    ]
    more = f"; and {words.plural(len(moves) - MOST_MOVES, 'more move')}" if len(moves) > MOST_MOVES else ""
    return "; ".join(moves[:MOST_MOVES]) + more


def _in_order(names: Iterable[str], order: list[str]) -> list[str]:
    present = set(names)
    return [name for name in order if name in present]


def spans(names: list[str], order: list[str]) -> str:
    """Names as spans of an order: `a to d, f`."""
    places = sorted(order.index(name) for name in names)
    # Within a run of neighbours, place minus position in the list is constant.
    runs = itertools.groupby(enumerate(places), lambda item: item[1] - item[0])
    return ", ".join(_span([order[place] for _, place in run]) for _, run in runs)


def _span(names: list[str]) -> str:
    if len(names) > 2:
        return f"`{names[0]}` to `{names[-1]}`"
    return ", ".join(f"`{name}`" for name in names)

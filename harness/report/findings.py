"""What breaks between which runtimes, in words (Markdown): the silent differences first, and who saved and loaded.

Cells of a scenario that came to one verdict for one reason are one finding. Reasons that differ only in their numbers
are one; runtimes are told as spans of time, `tf1.12 to tf1.15` being all of those between that were asked.
"""

from __future__ import annotations

import itertools

import pandas as pd

from harness.report import labels, tables, words
from harness.results.shape import Document, ScenarioEntry
from harness.tools.markdown import inert

MOST = {"changed": 12, "crashed": 6, "timed-out": 6}  # lines a scenario; others have OTHERS
OTHERS = 4
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
    parts = [
        "# What breaks between which versions\n",
        "Made by `nox -s reference` from the results in `reports/reference`; not written by hand. "
        f"{words.what_ran(results)} {words.when(results['run'])} {words.headline(sums.all)}\n",
        "A *pitfall* is a mistake shown on purpose; *with its remedy* tells what became of it. Runtimes are in the "
        "order of their release, and `a to b` means all of them in between that were asked. In brackets stands "
        "the cause, and how many of the cells a remedy was seen to make good (docs/causes.md).\n",
    ]
    titles = {one["id"]: one["title"] for one in (*tables.causes(results), *results.get("remedies", ()))}
    for verdict, head in _HEADS.items():
        mine = sums.frame[sums.frame["verdict"] == verdict]
        if len(mine):
            parts.append(f"## {head}\n")
            parts += [
                _scenario(case, mine[mine["scenario"] == case["name"]], sums.frame, order, verdict, titles)
                for case in results["scenarios"]
                if (mine["scenario"] == case["name"]).any()
            ]
    return "\n".join(parts)


def _scenario(
    case: ScenarioEntry,
    mine: pd.DataFrame,
    frame: pd.DataFrame,
    order: list[str],
    verdict: str,
    titles: dict[str, str],
) -> str:
    asked = frame[(frame["scenario"] == case["name"]) & ~frame["verdict"].isin(labels.UNASKED)]
    pitfall = " *pitfall*" if case["cause"] else ""
    lines = [
        f"### {inert(case['title'])}{pitfall}\n",
        f"{words.number(len(mine))} of {words.plural(len(asked), 'cell')}.\n",
    ]
    groups = []
    for (parameters, _), group in mine.groupby(
        ["parameters", mine["reason"].map(lambda text: tables.NUMBER.sub("#", text))], sort=False
    ):
        line = f"{_line(str(parameters), group, asked, order, verdict)}{_why(group, titles)}"
        groups.append((len(group), line))
    groups.sort(key=lambda item: -item[0])
    most = MOST.get(verdict, OTHERS)
    lines += [line for _, line in groups[:most]]
    if len(groups) > most:
        lines.append(
            f"- and {words.plural(len(groups) - most, 'more reason')}, in "
            f"{words.plural(sum(count for count, _ in groups[most:]), 'cell')}"
        )
    return "\n".join([*lines, ""])


def _line(parameters: str, group: pd.DataFrame, asked: pd.DataFrame, order: list[str], verdict: str) -> str:
    formats = ", ".join(dict.fromkeys(group["format"]))
    remedied = ", with its remedy" if (group["kind"] == "remedy").all() else ""
    of = f"{formats}{f' ({parameters})' if parameters else ''}{remedied}"
    return f"- {inert(of)}: {_where(group, asked, order, verdict)}. {inert(words.brief(_reason(group)))}"


def _why(group: pd.DataFrame, titles: dict[str, str]) -> str:
    """The cause of most of the cells, and the two remedies that made most of them good."""
    named = group[group["cause"] != ""]
    if named.empty:
        return ""
    cause = named["cause"].value_counts().index[0]
    helped = named[named["remedy"] != ""]["remedy"]
    told = [titles.get(name, name) for name in helped.value_counts().index[:2]]
    helps = f"; helped in {len(helped)} of {len(group)}: {', '.join(told)}" if told else "; no remedy is verified"
    return f" [{inert(titles.get(cause, cause))}{inert(helps)}]"


def _reason(group: pd.DataFrame) -> str:
    return str(group.iloc[0]["reason"])


def _where(group: pd.DataFrame, asked: pd.DataFrame, order: list[str], verdict: str) -> str:
    """Who saved and who loaded; savers that share their loaders are told together."""
    among = {side: [name for name in order if name in set(asked[side])] for side in ("save", "load")}
    savers = {str(saver): frozenset(rows["load"]) for saver, rows in group.groupby("save", sort=False)}
    if verdict == "unsaved":
        return f"in {spans(list(savers), among['save'])}"
    if all(loaders == {saver} for saver, loaders in savers.items()) and len(savers) > 1:
        return f"each by itself, {spans(list(savers), among['save'])}"
    told = [
        f"saved in {spans([saver for saver in savers if savers[saver] == loaders], among['save'])}, "
        f"loaded in {spans(list(loaders), among['load'])}"
        for loaders in dict.fromkeys(savers[saver] for saver in among["save"] if saver in savers)
    ]
    return "; ".join(told[:5]) + (f"; and {words.plural(len(told) - 5, 'more move')}" if len(told) > 5 else "")


def spans(names: list[str], order: list[str]) -> str:
    """Names as spans of an order: `a to d, f`."""
    places = sorted(order.index(name) for name in names)
    runs = [[place for _, place in run] for _, run in itertools.groupby(enumerate(places), lambda one: one[1] - one[0])]
    return ", ".join(
        f"`{order[run[0]]}`"
        if len(run) == 1
        else f"`{order[run[0]]}`, `{order[run[1]]}`"
        if len(run) == 2
        else f"`{order[run[0]]}` to `{order[run[-1]]}`"
        for run in runs
    )

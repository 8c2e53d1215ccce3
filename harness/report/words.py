"""Sums put into sentences: pure functions that the page and the Markdown summary share."""

from __future__ import annotations

import datetime

from harness.report import labels, tables
from harness.results.shape import Document, RunEntry, RuntimeEntry, WorkEntry

PITFALLS = "Pitfalls are mistakes shown on purpose; they are left out of this sum."
BRIEF = 240


def headline(counts: tables.Counts) -> str:
    """The whole run in one sentence, the silent differences first."""
    if not counts.asked:
        return "Nothing could be asked in this run."
    changed = counts.of.get("changed", 0)
    loud = (
        f"{number(changed)} predict differently without any warning"
        if changed
        else "none predicts differently in silence"
    )
    return f"Of {plural(counts.asked, 'cell')} asked, {loud}, and {number(counts.good)} say exactly the same."


def what_ran(results: Document) -> str:
    """The size of a run."""
    counts = {
        "scenario": len(results["scenarios"]),
        "variant": len(results["variants"]),
        "runtime": len(results["runtimes"]),
        "cell": len(results["cells"]),
    }
    return ", ".join(plural(count, noun) for noun, count in counts.items()) + "."


def when(run: RunEntry) -> str:
    """When, how long and on what a run was made."""
    machine = run["machine"]
    system = f"{machine['system']} {machine['architecture']}, {plural(machine['cpus'], 'CPU')}"
    spent = f"{duration(run['seconds'])}{_all_known(run['work'])}"
    return f"{moment(run['started'])}, {spent} on {system} ({gib(machine['memory_bytes'])})."


def _all_known(work: WorkEntry) -> str:
    """A remark on the time of a run that had nothing to run."""
    ran = work["saves_run"] + work["loads_run"] + work.get("remedies_run", 0)
    known = work["saves_known"] + work["loads_known"] + work.get("remedies_known", 0)
    return " with every result known from earlier runs," if known and not ran else ""


def sentence(finding: tables.Finding) -> str:
    """What happens to whom, how often."""
    label = labels.LABEL_OF[finding.verdict]
    remedied = ", with its remedy," if finding.kind == "remedy" else ""
    return f"{short(finding.title)}{remedied} {label.does} in {number(finding.cells)} of {number(finding.asked)} cells"


def where(finding: tables.Finding) -> str:
    """In which formats, from whom to whom; said aloud when even the saver itself is concerned."""
    formats = ", ".join(finding.formats[:4]) + (
        f" and {len(finding.formats) - 4} more" if len(finding.formats) > 4 else ""
    )
    if finding.verdict == "unsaved":
        return f"({formats}; in {some(finding.savers)})"
    move = f"saved in {some(finding.savers)}, loaded in {some(finding.loaders)}"
    if finding.own == finding.cells:
        move = f"in the very runtime that saved it ({some(finding.savers)})"
    elif finding.own:
        move += f"; {number(finding.own)} of them in the very runtime that saved it"
    return f"({formats}; {move})"


def why(finding: tables.Finding) -> str:
    """The most common reason, and how many others there are."""
    more = f" (and {plural(finding.other_reasons, 'other reason')})" if finding.other_reasons else ""
    return brief(finding.reason) + more


def short(title: str) -> str:
    """A scenario's title up to its first colon: what it is, without what it shows."""
    return title.split(":", 1)[0].strip() or title


def brief(text: str) -> str:
    """A text that may be long, cut at a blank; the whole of it stands in its cell."""
    if len(text) <= BRIEF:
        return text
    return text[:BRIEF].rsplit(" ", 1)[0] + " …"


def some(names: list[str]) -> str:
    """Up to three names, else how many."""
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} runtimes"


def plural(count: int, noun: str) -> str:
    """`1 cell`, `2 cells`."""
    return f"{number(count)} {noun}" + ("" if count == 1 else "s")


def number(count: int) -> str:
    """Thousands apart by a thin, unbreakable space."""
    return f"{count:,}".replace(",", "\u202f")


def moment(started: str) -> str:
    """An ISO time as `24 November 2026, 03:00 UTC`."""
    try:
        time = datetime.datetime.fromisoformat(started)
    except ValueError:
        return started
    if time.tzinfo:
        time = time.astimezone(datetime.UTC)
    return f"{time.day} {time:%B %Y, %H:%M}" + (" UTC" if time.tzinfo else "")


def duration(seconds: float) -> str:
    """Seconds as a person would say them."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def gib(size: int) -> str:
    """A memory size in GiB."""
    return f"{size / (1 << 30):.1f} GiB memory"


def version(text: str) -> str:
    """A version without a last part of zero: `2.15.0` is `2.15`."""
    return text.removesuffix(".0") if text.count(".") >= 2 else text


def runtime_versions(runtime: RuntimeEntry, python: str) -> list[str]:
    """The lines under a runtime's name: Python, TensorFlow and Keras, and how Keras is switched on."""
    versions = runtime["versions"]
    minor = ".".join(versions.get("python", python).split(".")[:2])
    lines = [f"Py {minor}"]
    lines += [f"TF {version(versions['tensorflow'])}"] if versions.get("tensorflow") else []
    # Where tf_keras stands beside Keras 3, the version that counts is that of the one in use.
    legacy = versions.get("tf_keras") or versions.get("tf-keras") if runtime["keras"] == "tf_keras" else None
    keras = legacy or versions.get("keras")
    lines += [f"Keras {version(keras)}"] if keras else []
    how = (
        runtime["keras"]
        + (", TF1 mode" if runtime["v1"] else "")
        + (f", {runtime['backend']}" if runtime["backend"] else "")
    )
    return [*lines, how]

"""Turns sums into sentences: pure functions that the page and the Markdown summary share."""

from __future__ import annotations

import datetime

from harness.report import labels, tables
from harness.results.shape import CellEntry, Document, RunEntry, RuntimeEntry, WorkEntry

PITFALLS = "Pitfalls are mistakes shown on purpose; they are left out of this sum."
BRIEF = 240
MOST_FORMATS = 4
_CONTROLS = {
    "diagonal": "saved and loaded in the same runtime",
    "saver-good": "saved and loaded within the saving runtime, it is good",
    "saver-alike": "within the saving runtime it fails in the same way",
    "saver-other": "within the saving runtime it fails in another way",
    "saver-none": "within the saving runtime there is no such cell",
    "loader-good": "within the loading one it is good",
    "loader-alike": "within the loading one it fails in the same way",
    "loader-other": "within the loading one it fails in another way",
    "loader-none": "within the loading one there is no such cell",
}


def headline(counts: tables.Counts) -> str:
    """The whole run in one sentence, silent differences first."""
    if not counts.asked:
        return "Nothing could be tested in this run."
    changed = counts.of.get("changed", 0)
    silent = "none predicts differently in silence"
    if changed:
        silent = f"{number(changed)} predict differently without any warning"
    return f"Of {plural(counts.asked, 'cell')} tested, {silent}, and {number(counts.good)} are identical."


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
    """When a run was made, how long it took, and on which machine."""
    machine = run["machine"]
    system = f"{machine['system']} {machine['architecture']}, {plural(machine['cpus'], 'CPU')}"
    spent = f"{duration(run['seconds'])}{_all_known(run['work'])}"
    return f"{moment(run['started'])}, {spent} on {system} ({gib(machine['memory_bytes'])})."


def _all_known(work: WorkEntry) -> str:
    """A remark on the time of a run whose results were all known already."""
    ran = work["saves_run"] + work["loads_run"] + work.get("remedies_run", 0) + work.get("culprits_run", 0)
    known = work["saves_known"] + work["loads_known"] + work.get("remedies_known", 0)
    return " with every result known from earlier runs," if known and not ran else ""


def sentence(finding: tables.Finding) -> str:
    """What happens to which scenario, and how often."""
    label = labels.LABEL_OF[finding.verdict]
    remedied = ", with its remedy," if finding.kind == "remedy" else ""
    return f"{short(finding.title)}{remedied} {label.does} in {number(finding.cells)} of {number(finding.asked)} cells"


def where(finding: tables.Finding) -> str:
    """In which formats, and between which runtimes; says so if even the saving runtime is affected."""
    formats = ", ".join(finding.formats[:MOST_FORMATS])
    if len(finding.formats) > MOST_FORMATS:
        formats += f" and {len(finding.formats) - MOST_FORMATS} more"
    savers, loaders = few(finding.savers), few(finding.loaders)
    if finding.verdict == "unsaved":
        return f"({formats}; in {savers})"
    if finding.own == finding.cells:
        return f"({formats}; in the very runtime that saved it ({savers}))"
    move = f"saved in {savers}, loaded in {loaders}"
    if finding.own:
        move += f"; {number(finding.own)} of them in the very runtime that saved it"
    return f"({formats}; {move})"


def why(finding: tables.Finding) -> str:
    """The most common reason, and the number of other ones."""
    more = f" (and {plural(finding.other_reasons, 'other reason')})" if finding.other_reasons else ""
    return brief(finding.reason) + more


def short(title: str) -> str:
    """A scenario's title up to its first colon: the part that says what it is, not what it shows."""
    return title.split(":", 1)[0].strip() or title


def brief(text: str) -> str:
    """Cut a long text at a space; the cell shows all of it."""
    if len(text) <= BRIEF:
        return text
    return text[:BRIEF].rsplit(" ", 1)[0] + " …"


def few(names: list[str]) -> str:
    """Up to three names of runtimes, else their number."""
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} runtimes"


def plural(count: int, noun: str) -> str:
    """`1 cell`, `2 cells`."""
    return f"{number(count)} {noun}" + ("" if count == 1 else "s")


def number(count: int) -> str:
    """A number with its thousands separated by narrow no-break spaces."""
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
    """A time as people write it: `12.3 s`, `8 min 32 s`, `2 h 1 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def gib(size: int) -> str:
    """A memory size in GiB."""
    return f"{size / (1 << 30):.1f} GiB memory"


def version(text: str) -> str:
    """A version without a third part of zero: `2.15.0` becomes `2.15`."""
    return text.removesuffix(".0") if text.count(".") >= 2 else text


def runtime_versions(runtime: RuntimeEntry, python: str) -> list[str]:
    """The lines under a runtime's name: Python, TensorFlow and Keras versions, and how Keras is imported."""
    versions = runtime["versions"]
    minor = ".".join(versions.get("python", python).split(".")[:2])
    lines = [f"Py {minor}"]
    if versions.get("tensorflow"):
        lines.append(f"TF {version(versions['tensorflow'])}")
    keras = versions.get("keras")
    if runtime["keras"] == "tf_keras":  # it may be installed next to Keras 3: show the version of the one in use
        keras = versions.get("tf_keras") or versions.get("tf-keras") or keras
    if keras:
        lines.append(f"Keras {version(keras)}")
    mode = ", TF1 mode" if runtime["v1"] else ""
    backend = f", {runtime['backend']}" if runtime["backend"] else ""
    return [*lines, f"{runtime['keras']}{mode}{backend}"]


def controls(cell: CellEntry) -> str:
    """What the controls of a cell say, as a sentence without its full stop; "" for a cell that has none."""
    said = cell.get("controls") or ()
    return "; ".join(text for word, text in _CONTROLS.items() if word in said)

"""Makes a report ready to file from a failing cell: shrinks the stored model, writes a script, and runs it."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import time
from collections.abc import Callable

from harness.culprit import probe, script
from harness.culprit.check import Checked
from harness.culprit.script import Side, Story
from harness.culprit.shrink import bare, shrink
from harness.culprit.spec import Spec, UnwritableError
from harness.culprit.stored import stored_spec
from harness.model import Verdict
from harness.results.diagnosis.messages import core
from harness.results.shape import CellEntry, cell_id

_FILES = {
    "h5": "an HDF5 file",
    "keras": "a .keras file",
    "savedmodel": "a SavedModel",
    "weights-h5": "HDF5 weights",
    "weights.h5": "a .weights.h5 file",
    "tf-checkpoint": "a TensorFlow checkpoint",
    "json+weights": "JSON and weights",
}
_LINES, _LINE = 25, 300  # of a traceback in a report, and characters of each
_LOG = re.compile(r"[IWEF]\d{4} |WARNING|To enable the following|.*\x1b\[")

Say = Callable[[str], None]
Cell = Callable[[Spec], CellEntry]
Check = Callable[[str], Checked]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """A failing cell, its format, and both of its sides.

    `artifact` is the folder of what was saved; if that holds no configuration, of the same model in another format.
    """

    cell: CellEntry
    artifact: pathlib.Path
    format: str
    saver: Side
    loader: Side


@dataclasses.dataclass(frozen=True, kw_only=True)
class Repro:
    """A script that shows a failure, and the report around it; `checked` if it was run and did fail in the same way.

    Without a script, `why` says why there is none; with one that is not checked, why not.
    """

    script: str = ""
    report: str = ""
    checked: bool = False
    why: str = ""
    probes: int = 0
    seconds: float = 0.0


def reproduce(case: Case, measure: Cell, run: Check, seconds: float, say: Say) -> Repro:
    """Shrink the model of a case for so many seconds, and check what is left. Tells its steps to `say`.

    `measure` saves and loads a spec as the cell was, `run` runs a script in both environments.
    """
    begun = time.monotonic()
    observations = _observations(case.cell)
    try:
        spec = _writable(case, observations)
    except UnwritableError as error:
        return Repro(why=str(error))
    oracle = _Oracle(case.cell, measure)
    start = next(filter(oracle.fails, _starts(spec, case.format)), None)
    if start is None:
        why = f"written as plain Keras it does not fail in the same way ({oracle.instead})"
        return Repro(why=why, probes=oracle.probes)
    size = _counted(len(spec.layers), "layer")
    say(f"{size} of plain Keras fail in the same way; making the model smaller for at most {seconds:.0f} s")
    trained = "optimizer" in observations
    shrunk = shrink(start, oracle.fails, lambda: time.monotonic() - begun < seconds, trained=trained)
    size, ended = _counted(len(shrunk.spec.layers), "layer"), "" if shrunk.finished else ", when the time was over"
    say(f"{size} left after {_counted(oracle.probes, 'probe')}{ended}")
    story = _story(case, shrunk.spec, oracle.failing[shrunk.spec], observations)
    text = script.plain(shrunk.spec, case.format, case.saver, case.loader, story)
    checked = run(text)
    say("the script fails in the same way" if checked.failed_alike else f"the script does not show it: {checked.why}")
    taken = round(time.monotonic() - begun, 1)
    repro = Repro(script=text, checked=checked.failed_alike, why=checked.why, probes=oracle.probes, seconds=taken)
    return dataclasses.replace(repro, report=_report(case, repro, story, checked.output))


class _Oracle:
    """Says whether a spec fails as a cell does, and remembers the cells of those that do."""

    def __init__(self, cell: CellEntry, measure: Cell) -> None:
        self.failing: dict[Spec, CellEntry] = {}
        self.instead = ""  # what the first spec did that does not fail alike
        self.probes = 0
        self._cell = cell
        self._measure = measure

    def fails(self, spec: Spec) -> bool:
        self.probes += 1
        found = self._measure(spec)
        alike = probe.same_failure(self._cell, found)
        if alike:
            self.failing[spec] = found
        else:
            self.instead = self.instead or probe.reason(found)
        return alike


def _writable(case: Case, observations: tuple[str, ...]) -> Spec:
    """The stored model. Raises UnwritableError if no plain script can be written about it."""
    if unseen := [name for name in observations if name not in script.OBSERVED]:
        raise UnwritableError(f"a plain script cannot look at {', '.join(unseen)}")
    if case.format not in script.FORMATS:
        raise UnwritableError(f"plain Keras has no format {case.format!r}")
    return stored_spec(case.artifact)


def _starts(spec: Spec, format: str) -> list[Spec]:
    """What may fail in the same way: weights are loaded into what code builds, which hardly names every argument."""
    return [spec, bare(spec)] if format in script.REBUILT else [spec]


def _observations(cell: CellEntry) -> tuple[str, ...]:
    """What the script has to compare: nothing if loading fails."""
    if cell["verdict"] == Verdict.CHANGED:
        return ("predictions",)
    return probe.observed(cell)


def _story(case: Case, spec: Spec, smallest: CellEntry, observations: tuple[str, ...]) -> Story:
    verdict, looked = case.cell["verdict"], ", ".join(observations)
    expected = {
        Verdict.CHANGED: "the loaded model predicts what the saved one did.",
        Verdict.INCOMPLETE: f"the loaded model has what the saved one had ({looked}).",
    }.get(Verdict(verdict), "the model loads and predicts.")
    return Story(title=_title(case, spec), expected=expected, actual=_actual(smallest), observations=observations)


def _title(case: Case, spec: Spec) -> str:
    """What fails, in one line."""
    saver, loader, file = case.saver.name, case.loader.name, _FILES[case.format]
    model = spec.layers[0].kind if len(spec.layers) == 1 else "a model"
    origin = f"{model} from {file} of {saver if saver != loader else 'its own'}"
    return {
        Verdict.CHANGED: f"{loader} loads {origin}, and it predicts something else",
        Verdict.INCOMPLETE: f"{loader} loads {origin} without all that was saved",
        Verdict.CRASHED: f"{loader} crashes when it loads {origin}",
        Verdict.TIMED_OUT: f"{loader} never finishes loading {origin}",
    }.get(Verdict(case.cell["verdict"]), f"{loader} does not load {origin}")


def _actual(cell: CellEntry) -> str:
    failure = cell["failure"]
    if failure:
        return f"{failure['type']}: {' '.join(core(failure['message']).split())}"
    if cell["signal"]:
        return f"the process dies by {cell['signal']}"
    return " ".join(cell["reason"].split())


def _report(case: Case, repro: Repro, story: Story, output: str) -> str:
    """The report as Markdown, to be pasted into an issue."""
    located = case.cell.get("located")
    ran = "It was run in both environments and failed in this way." if repro.checked else f"Not confirmed: {repro.why}."
    output = output or (case.cell["failure"] or {"traceback": ""})["traceback"]
    place = "`, `".join(cell_id(case.cell))
    return f"""\
# {story.title}

{located["said"] if located else ""}

- saved with {case.saver.versions}
- loaded with {case.loader.versions}

## Steps

1. `python repro.py save` in the first environment.
2. `python repro.py load` in the second one, in the same folder.

```python
{repro.script.rstrip()}
```

## Expected

{story.expected[0].upper()}{story.expected[1:]} The second step exits with 0.

## Actual

{story.actual}

```
{_innermost(output)}
```

{ran} Made by Crossload from its cell `{place}`, with {_counted(repro.probes, "probe")}.
""".replace("\n\n\n\n", "\n\n")


def _innermost(output: str) -> str:
    """The end of an output: where it failed, and what was said; without what TensorFlow logs."""
    lines = [line.rstrip()[:_LINE] for line in output.replace("```", "'''").splitlines()]
    kept = [line for line in lines if line and not _LOG.match(line)]
    marks = [number for number, line in enumerate(kept) if line.startswith(("Traceback (most", "saved:"))]
    return "\n".join(kept[max([len(kept) - _LINES, *marks]) :])


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

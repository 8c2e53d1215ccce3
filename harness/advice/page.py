"""Advice on a move between runtimes as a page: what to do first, then what breaks and what helps, then the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.advice.formats import FormatScore
from harness.advice.move import Advice, ModelKindVerdicts, Problem, RemedySummary
from harness.catalogue.loading import LOADING_METHODS
from harness.results.diagnose import UNKNOWN
from harness.results.shape import RuntimeEntry
from harness.results.siblings import AS_THE_SCENARIO_SAYS
from harness.tools.pages import Block, BulletList, CodeBlock, Grid, Heading, Paragraph

_KEPT = "identical"
_HEADS = {
    "keras": "keras",
    "h5": "h5",
    "savedmodel": "saved\nmodel",
    "weights.h5": "weights\n.h5",
    "weights-h5": "weights\n-h5",
    "tf-checkpoint": "tf-check\npoint",
    "json+weights": "json+\nweights",
}
_SECTIONS = (
    ("silent", "Silently different: loads without an error and predicts differently"),
    ("breaks", "Breaks"),
    ("losses", "Loads and predicts the same, and loses something else"),
)
_FEW = 4  # so many names are listed, the rest counted
_NOT_RUN = (
    "Remedies on the loading side were not run in these results: what other cells prove is verified, the rest is "
    "proposed."
)
_NO_FORMAT = (
    "None: no format does more good than harm on this move. See below what helps on the loading side, or rebuild the "
    "model there and train it again."
)
_FORMATS_LEGEND = (
    "Formats are ordered by duels between them, in the scenarios where both were tested; points are the mean over all "
    "scenarios. Then come the cells by what happened to them. Lossy: predicts the same, something else is lost. "
    "Changed: predicts differently without an error. Fails: is not saved, is refused, or dies. Helped: of those that "
    "are not the same, fixed by a verified remedy on the loading side. Mistakes shown on purpose are left out."
)
_MODELS_LEGEND = (
    "Cells that predict the same, of all that were tested; ~ if some of these lose something else, ! if some of the "
    "others predict differently without an error, and . if nothing was tested."
)
_CODES_INTRO = (
    "You supply path, custom_objects and build_model(). For remedies that are proposed but not tried although another "
    "one is verified, see nox -s causes -- --cause ID."
)


def advice_page(
    advice: Advice, runtimes: Mapping[str, RuntimeEntry], source: str, alternatives: Sequence[str]
) -> list[Block]:
    """The whole page; `alternatives` says what to do if too little of the move was tested to judge it."""
    problems = [problem for name, _ in _SECTIONS for problem in getattr(advice, name)]
    blocks = _introduction(advice, runtimes, source)
    if not advice.enough:
        blocks += [Paragraph("That is too little to name a best format:"), BulletList(tuple(alternatives))]
    blocks += _best(advice)
    if advice.standings:
        title = Heading("Formats, the best first")
        blocks += [title, _formats(advice.standings), Paragraph(_FORMATS_LEGEND)]
    if advice.models:
        title = Heading("Which models survive in which format")
        blocks += [title, _models(advice.models), Paragraph(_MODELS_LEGEND)]
    for name, heading in _SECTIONS:
        blocks += _section(heading, [problem for problem in getattr(advice, name) if problem.moved])
    blocks += _without_move([problem for problem in problems if not problem.moved])
    return blocks + _codes(problems)


def _introduction(advice: Advice, runtimes: Mapping[str, RuntimeEntry], source: str) -> list[Block]:
    cells, scenarios = _number(advice.cells, "cell"), _number(advice.scenarios, "scenario")
    blocks: list[Block] = [
        Heading(f"From {advice.save} to {advice.load}", 1),
        Paragraph(f"{_runtime(runtimes[advice.save])} -> {_runtime(runtimes[advice.load])}."),
        Paragraph(f"Judged by {cells} of {scenarios} in {source}."),
    ]
    return blocks if advice.tried else [*blocks, Paragraph(_NOT_RUN)]


def _best(advice: Advice) -> list[Block]:
    if not advice.enough:
        return []
    if not advice.best:
        return [Heading("Best way"), Paragraph(_NO_FORMAT)]
    blocks: list[Block] = [Heading(f"Best way: {advice.best.format}"), *_format(advice, advice.best)]
    if advice.whole:
        blocks += [Heading(f"Best without the model's code: {advice.whole.format}"), *_format(advice, advice.whole)]
    return blocks


def _format(advice: Advice, score: FormatScore) -> list[Block]:
    """What a format is, how it fared, and the code to save and load in it."""
    method = LOADING_METHODS[score.format]
    kept, lossy = score.verdicts.get(_KEPT, 0), score.verdicts.get("incomplete", 0)
    cells, scenarios = _number(score.cells, "cell"), _number(score.scenarios, "scenario")
    summary = f"{method.title[:1].upper()}{method.title[1:]}. Of {cells} in {scenarios}, {kept} come back the same"
    if lossy:
        summary += f" and {lossy} predict the same but lose something else"
    blocks: list[Block] = [Paragraph(f"{summary}.")]
    if method.needs:
        blocks.append(Paragraph(f"Needed: {method.needs}."))
    save_code = advice.save_codes.get(score.format, "")
    saving = f"# in {advice.save}\n{save_code}\n\n" if save_code else ""
    return [*blocks, CodeBlock(f"{saving}# in {advice.load}\n{method.load}")]


def _formats(standings: Iterable[FormatScore]) -> Grid:
    rows = []
    for score in standings:
        kept, lossy, changed = (score.verdicts.get(name, 0) for name in (_KEPT, "incomplete", "changed"))
        fails = score.cells - kept - lossy - changed
        counts = (kept, lossy, changed, fails, score.remedied, score.scenarios)
        rows.append((score.format, f"{score.points:+.2f}", *map(str, counts)))
    return Grid(("format", "points", "same", "lossy", "changed", "fails", "helped", "scenarios"), tuple(rows))


def _models(models: Iterable[ModelKindVerdicts]) -> Grid:
    models = list(models)
    formats = [name for name in LOADING_METHODS if any(name in model.formats for model in models)]
    return Grid(
        ("models", *(_HEADS[name] for name in formats)),
        tuple((model.title, *(_survived(model.formats.get(name, {})) for name in formats)) for model in models),
    )


def _survived(verdicts: Mapping[str, int]) -> str:
    if not verdicts:
        return "."
    lossy = verdicts.get("incomplete", 0)
    marks = "~" * bool(lossy) + "!" * bool(verdicts.get("changed"))
    return f"{verdicts.get(_KEPT, 0) + lossy}/{sum(verdicts.values())}{marks}"


def _section(title: str, problems: Sequence[Problem]) -> list[Block]:
    if not problems:
        return []
    blocks: list[Block] = [Heading(f"{title} ({_cells(problems)})")]
    for problem in problems:
        blocks += [Heading(f"{_name(problem)} ({_facts(problem)})", 3), BulletList(tuple(_lines(problem)))]
    return blocks


def _lines(problem: Problem) -> Iterable[str]:
    yield f"in {', '.join(problem.formats)}; {', '.join(problem.models)} ({_few(problem.scenarios)})"
    if problem.pitfalls:
        count = "all" if problem.pitfalls == problem.cells else str(problem.pitfalls)
        yield f"{count} of them mistakes that are shown on purpose"
    if problem.at_home:
        yield f"{problem.at_home} of them without a move, too"
    for remedy in problem.helps:
        if remedy.verified:
            yield f"verified in {remedy.verified} of {remedy.tried}: {remedy.title} [{remedy.id}]{_by(remedy)}"
    failed = [remedy.id for remedy in problem.helps if remedy.tried and not remedy.verified]
    untried = [remedy.id for remedy in problem.helps if not remedy.tried]
    if failed:
        yield f"tried, did not help: {', '.join(failed)}"
    if untried:
        yield f"proposed, not tried: {', '.join(untried)}"
    if not problem.helps:
        yield "no remedy is known"


def _without_move(problems: Sequence[Problem]) -> list[Block]:
    if not problems:
        return []
    lines = [f"{_name(problem)} ({_facts(problem)}): {_remedies(problem)}" for problem in problems]
    heading = f"Not because of this move: the same without a move ({_cells(problems)})"
    return [Heading(heading), BulletList(tuple(lines))]


def _remedies(problem: Problem) -> str:
    verified = [f"{remedy.id}{_by(remedy)}" for remedy in problem.helps if remedy.verified]
    return f"verified: {', '.join(verified)}" if verified else "nothing verified"


def _codes(problems: Iterable[Problem]) -> list[Block]:
    """Each verified remedy once, with all its code; then the proposed ones of problems without a verified one."""
    summaries = [summary for problem in problems for summary in problem.helps if _needs_code(problem, summary)]
    by_id: dict[str, list[RemedySummary]] = {}
    for summary in sorted(summaries, key=lambda summary: not summary.verified):
        by_id.setdefault(summary.id, []).append(summary)
    if not by_id:
        return []
    blocks: list[Block] = [Heading("The remedies: code to copy"), Paragraph(_CODES_INTRO)]
    for same in by_id.values():
        blocks += _remedy_code(same)
    return blocks


def _needs_code(problem: Problem, summary: RemedySummary) -> bool:
    if summary.verified:
        return True
    return problem.moved and not summary.tried and not any(other.verified for other in problem.helps)


def _remedy_code(summaries: Sequence[RemedySummary]) -> list[Block]:
    """One remedy, from its summaries for several problems: each different code once, with its formats."""
    remedy = summaries[0]
    state = "verified" if any(summary.verified for summary in summaries) else "proposed, not tried here"
    blocks: list[Block] = [
        Heading(f"{remedy.id} ({remedy.side} side, {state})", 3),
        Paragraph(f"{remedy.title}. Costs: {remedy.costs or 'nothing'}."),
    ]
    if remedy.id == AS_THE_SCENARIO_SAYS:
        blocks.append(Paragraph("What to write is in these scripts, under these parameters:"))
        blocks.append(BulletList(tuple(_scripts(summaries))))
    formats_of: dict[str, dict[str, None]] = {}
    for summary in summaries:
        for code in summary.codes:
            formats_of.setdefault(code.text, {}).update(dict.fromkeys(code.formats))
    for text, formats in formats_of.items():
        label = f"# {', '.join(formats)}\n" if formats and len(formats_of) > 1 else ""
        blocks.append(CodeBlock(label + text))
    return blocks


def _scripts(summaries: Iterable[RemedySummary]) -> list[str]:
    proofs = dict.fromkeys(proof for summary in summaries for proof in summary.by)
    return [f"scenarios/{proof.replace(':', '.py:', 1)}" for proof in proofs]


def _facts(problem: Problem) -> str:
    facts = (problem.verdict, _number(problem.cells, "cell"), problem.cause)
    return ", ".join(fact for fact in facts if fact)


def _name(problem: Problem) -> str:
    return problem.title if problem.cause not in ("", UNKNOWN) else problem.reason or problem.title


def _by(remedy: RemedySummary) -> str:
    return f" by {_few(remedy.by)}" if remedy.by else ""


def _few(names: Sequence[str]) -> str:
    rest = len(names) - _FEW
    return ", ".join(names[:_FEW]) + (f" and {rest} more" if rest > 0 else "")


def _runtime(runtime: RuntimeEntry) -> str:
    versions = runtime["versions"]
    names = {"keras": "Keras", "python": "Python"}
    listed = [f"{name} {versions[key]}" for key, name in names.items() if versions.get(key)]
    return f"{runtime['title']} ({', '.join(listed)})" if listed else runtime["title"]


def _cells(problems: Iterable[Problem]) -> str:
    return _number(sum(problem.cells for problem in problems), "cell")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

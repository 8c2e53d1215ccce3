"""Advice on a move between runtimes as a page: what to do first, then what breaks and what helps, then the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.advice.formats import FormatScore
from harness.advice.move import Advice, ModelKindVerdicts, Problem, RemedySummary
from harness.catalogue.loading import LOADING_METHODS
from harness.results.diagnose import UNKNOWN
from harness.results.remedies import AS_THE_SCENARIO_SAYS
from harness.results.shape import RuntimeEntry
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
_FEW = 4  # scenarios that are named before the rest is counted


def advice_page(
    advice: Advice, runtimes: Mapping[str, RuntimeEntry], source: str, otherwise: Sequence[str]
) -> list[Block]:
    """The whole page; `otherwise` says what to do where the move was not asked enough to be judged."""
    blocks: list[Block] = [
        Heading(f"From {advice.save} to {advice.load}", 1),
        Paragraph(f"{_runtime(runtimes[advice.save])} -> {_runtime(runtimes[advice.load])}."),
        Paragraph(f"Judged by {_number(advice.cells, 'cell')} of {_number(advice.scenarios, 'scenario')} in {source}."),
    ]
    if not advice.tried:
        blocks.append(
            Paragraph(
                "Remedies of the loading side were not run in them: what other cells prove is "
                "verified, the rest is proposed."
            )
        )
    if not advice.enough:
        blocks += [Paragraph("That is too little to name a best format:"), BulletList(tuple(otherwise))]
    blocks += _best(advice)
    if advice.standings:
        blocks += [
            Heading("Formats, the best first"),
            _formats(advice.standings),
            Paragraph(
                "The order is that of the duels between them, in the scenarios that both were asked in; points are the "
                "mean over all. Then cells by what became of them. Lossy: predicts the same, something else is lost. "
                "Changed: predicts differently without an error. Fails: is not saved, is refused, or dies. Helped: of "
                "those that are not the same, made good by a verified remedy on the loading side. Mistakes shown on "
                "purpose are left out."
            ),
        ]
    if advice.models:
        blocks += [
            Heading("Which models survive in which format"),
            _models(advice.models),
            Paragraph(
                "Cells that predict the same, of all that were asked; ~ where some of these lose something else, ! "
                "where some of the others predict differently without an error, and . where nothing was asked."
            ),
        ]
    for name, title in _SECTIONS:
        blocks += _section(title, [one for one in getattr(advice, name) if one.moved])
    blocks += _still([one for name, _ in _SECTIONS for one in getattr(advice, name) if not one.moved])
    return blocks + _codes([one for name, _ in _SECTIONS for one in getattr(advice, name)])


def _best(advice: Advice) -> list[Block]:
    if not advice.enough:
        return []
    if not advice.best:
        return [
            Heading("Best way"),
            Paragraph(
                "None: no format is more use than harm on this move. See below what helps on the loading side, or "
                "rebuild the model there and train it anew."
            ),
        ]
    blocks: list[Block] = [Heading(f"Best way: {advice.best.format}"), *_way(advice, advice.best)]
    if advice.whole:
        blocks += [Heading(f"Best without the model's code: {advice.whole.format}"), *_way(advice, advice.whole)]
    return blocks


def _way(advice: Advice, standing: FormatScore) -> list[Block]:
    way = LOADING_METHODS[standing.format]
    save = advice.save_codes.get(standing.format, "")
    kept = standing.verdicts.get(_KEPT, 0)
    lossy = standing.verdicts.get("incomplete", 0)
    told = (
        f"{way.title[:1].upper()}{way.title[1:]}. Of {_number(standing.cells, 'cell')} in "
        f"{_number(standing.scenarios, 'scenario')}, {kept} come back the same"
    )
    return [
        Paragraph(f"{told}{f' and {lossy} predict the same but lose something else' if lossy else ''}."),
        *([Paragraph(f"Needed: {way.needs}.")] if way.needs else []),
        CodeBlock(
            f"# in {advice.save}\n{save}\n\n# in {advice.load}\n{way.load}"
            if save
            else f"# in {advice.load}\n{way.load}"
        ),
    ]


def _formats(standings: Iterable[FormatScore]) -> Grid:
    rows = []
    for one in standings:
        counts = one.verdicts
        kept, lossy, changed = (counts.get(name, 0) for name in (_KEPT, "incomplete", "changed"))
        rows.append(
            (
                one.format,
                f"{one.points:+.2f}",
                str(kept),
                str(lossy),
                str(changed),
                str(one.cells - kept - lossy - changed),
                str(one.remedied),
                str(one.scenarios),
            )
        )
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


def _section(title: str, troubles: Sequence[Problem]) -> list[Block]:
    if not troubles:
        return []
    blocks: list[Block] = [Heading(f"{title} ({_number(sum(one.cells for one in troubles), 'cell')})")]
    for one in troubles:
        blocks += [Heading(f"{_name(one)} ({_facts(one)})", 3), BulletList(tuple(_lines(one)))]
    return blocks


def _lines(trouble: Problem) -> Iterable[str]:
    yield f"in {', '.join(trouble.formats)}; {', '.join(trouble.models)} ({_some(trouble.scenarios)})"
    if trouble.pitfalls:
        some = "all" if trouble.pitfalls == trouble.cells else str(trouble.pitfalls)
        yield f"{some} of them mistakes that are shown on purpose"
    if trouble.at_home:
        yield f"{trouble.at_home} of them without any move, too"
    yield from (
        f"verified in {one.verified} of {one.tried}: {one.title} [{one.id}]{_by(one)}"
        for one in trouble.helps
        if one.verified
    )
    failed = [one.id for one in trouble.helps if one.tried and not one.verified]
    untried = [one.id for one in trouble.helps if not one.tried]
    if failed:
        yield f"tried, did no good: {', '.join(failed)}"
    if untried:
        yield f"proposed, not tried: {', '.join(untried)}"
    if not trouble.helps:
        yield "no remedy is known"


def _still(troubles: Sequence[Problem]) -> list[Block]:
    if not troubles:
        return []
    cells = _number(sum(one.cells for one in troubles), "cell")
    return [
        Heading(f"Not of this move: the same where nothing moves ({cells})"),
        BulletList(tuple(f"{_name(one)} ({_facts(one)}): {_remedies(one)}" for one in troubles)),
    ]


def _remedies(trouble: Problem) -> str:
    verified = [f"{one.id}{_by(one)}" for one in trouble.helps if one.verified]
    return f"verified: {', '.join(verified)}" if verified else "nothing verified"


def _codes(troubles: Iterable[Problem]) -> list[Block]:
    """Each remedy that is verified once, with all code of it; then what is proposed where nothing is verified."""
    found: dict[str, list[RemedySummary]] = {}
    helps = [
        help
        for one in troubles
        for help in one.helps
        if help.verified or (one.moved and not help.tried and not any(other.verified for other in one.helps))
    ]
    for help in sorted(helps, key=lambda one: not one.verified):
        found.setdefault(help.id, []).append(help)
    blocks: list[Block] = (
        [
            Heading("The remedies: code to copy"),
            Paragraph(
                "What is called path, custom_objects and build_model() in it is your own. What is proposed and not "
                "tried beside a verified remedy is told by nox -s causes -- --cause ID."
            ),
        ]
        if found
        else []
    )
    for id, some in found.items():
        codes: dict[str, dict[str, None]] = {}
        for help in some:
            for code in help.codes:
                codes.setdefault(code.text, {}).update(dict.fromkeys(code.formats))
        state = "verified" if any(help.verified for help in some) else "proposed, not tried here"
        blocks += [
            Heading(f"{id} ({some[0].side} side, {state})", 3),
            Paragraph(f"{some[0].title}. Costs: {some[0].costs or 'nothing'}."),
        ]
        if id == AS_THE_SCENARIO_SAYS:
            blocks += [
                Paragraph("What to write stands in these scripts, under these parameters:"),
                BulletList(tuple(_scripts(some))),
            ]
        blocks += [
            CodeBlock((f"# {', '.join(formats)}\n" if formats and len(codes) > 1 else "") + text)
            for text, formats in codes.items()
        ]
    return blocks


def _scripts(helps: Iterable[RemedySummary]) -> list[str]:
    found = dict.fromkeys(by for help in helps for by in help.by)
    return [f"scenarios/{by.replace(':', '.py:', 1)}" for by in found]


def _facts(trouble: Problem) -> str:
    return ", ".join([trouble.verdict, _number(trouble.cells, "cell"), *([trouble.cause] if trouble.cause else [])])


def _name(trouble: Problem) -> str:
    return trouble.title if trouble.cause not in ("", UNKNOWN) else trouble.reason or trouble.title


def _by(help: RemedySummary) -> str:
    return f" by {_some(help.by)}" if help.by else ""


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _FEW
    return ", ".join(names[:_FEW]) + (f" and {rest} more" if rest > 0 else "")


def _runtime(runtime: RuntimeEntry) -> str:
    versions = runtime["versions"]
    told = [f"{name} {versions[key]}" for key, name in (("keras", "Keras"), ("python", "Python")) if versions.get(key)]
    return f"{runtime['title']}{f' ({chr(44).join(told)})' if told else ''}".replace(",", ", ")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

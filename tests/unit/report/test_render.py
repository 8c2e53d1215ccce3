"""The page without a browser: its content without JavaScript, its policy, and its protection from hostile text."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import json
import subprocess
import sys
import zlib
from typing import Any

import pytest

from harness.advice.move import best_formats
from harness.report import payload, render, tables, words
from tests.unit.report import made


class Reader(html.parser.HTMLParser):
    """Collects elements with their attributes, and texts by the tag they are in."""

    def __init__(self, page: str) -> None:
        """Read a whole page."""
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "input", "rect"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Note text under the innermost element."""
        self.text.setdefault(self._open[-1] if self._open else "", []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of one kind."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def document() -> Any:
    """A made run full of hostile text."""
    return made.results()


@pytest.fixture(scope="module")
def page(document: Any) -> str:
    """Its page."""
    return render.page(document, tables.sums(document))


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    """Its page, parsed."""
    return Reader(page)


def unpacked(page: str, name: str) -> Any:
    """A block of the page as its script sees it."""
    text = page.split(f'id="block-{name}">')[1].split("</script>")[0]
    block: Any = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    return block


def test_without_javascript_the_matrix_is_there(document: Any, reader: Reader) -> None:
    """Every pair of runtimes has a square whose label gives its verdicts in words."""
    labels = [attributes.get("aria-label") or "" for attributes in reader.all("a")]
    for save in document["runtimes"]:
        for load in document["runtimes"]:
            assert 1 == sum(text.startswith(f"Saved in {save['id']}, loaded in {load['id']}: ") for text in labels)


def test_without_javascript_the_findings_are_there(document: Any, reader: Reader) -> None:
    """Every finding is a sentence of the delivered page."""
    findings = tables.sums(document).findings
    assert [words.sentence(finding) for finding in findings] == [
        text for text in reader.text["strong"] if " of " in text and text.endswith("cells")
    ]


def test_without_javascript_what_is_missing_is_there(page: str) -> None:
    """Unavailable environments with instructions to get them, and faults with file and line."""
    assert "uv python install 3.7" in page
    assert "scenarios/broken.py:12" in page


def test_the_matrix_is_a_table(document: Any, reader: Reader) -> None:
    """Headings have scopes, one for each runtime and axis, and the table has a caption."""
    scopes = [attributes.get("scope") for attributes in reader.all("th")]
    assert len(document["runtimes"]) <= scopes.count("row")
    assert len(document["runtimes"]) <= scopes.count("col")
    assert any(text.startswith("Verdicts summed over variants") for text in reader.text["caption"])


def test_the_delivered_sum_leaves_pitfalls_out(page: str, reader: Reader) -> None:
    """Without JavaScript the page shows the sum without pitfalls, and says so."""
    shown = [attributes["data-sums"] for attributes in reader.all("span") if "data-sums" in attributes]
    hidden = [
        attributes["data-sums"]
        for attributes in reader.all("span")
        if "data-sums" in attributes and "hidden" in attributes
    ]
    assert (["", "all", "kind"], ["all", "kind"]) == (shown, hidden)
    assert [("", "true"), ("all", "false")] == [
        (attributes["data-sum"], attributes["aria-pressed"])
        for attributes in reader.all("button")
        if "data-sum" in attributes
    ]
    assert words.PITFALLS in page


def test_without_pitfalls_there_is_no_choice() -> None:
    """A run of plain models has neither the buttons nor the line."""
    results = made.results(runtimes=2, scenarios=1, formats=1)
    page = render.page(results, tables.sums(results))
    assert "data-sum=" not in page
    assert words.PITFALLS not in page


def test_nothing_breaks_out_of_the_page(page: str, reader: Reader) -> None:
    """Hostile names and messages create no element, handler or comment."""
    assert ["", "application/octet-stream", "application/octet-stream", "module"] == sorted(
        attributes.get("type") or "" for attributes in reader.all("script")
    )
    assert "<!--" not in page
    assert "<script>alert" not in page
    assert "\u2028" not in page.split('id="block-core">')[1]
    assert [] == [(tag, name) for tag, attributes in reader.elements for name in attributes if name.startswith("on")]


def test_hostile_text_is_shown_as_it_is(reader: Reader) -> None:
    """Escaping loses nothing: a reader sees the same characters."""
    assert any(made.NASTY.split("\u2028")[0] in text for text in reader.text["p"])


def test_the_policy_forbids_every_fetch(reader: Reader) -> None:
    """Nothing may be loaded; only the inlined style and scripts are allowed, by their hashes."""
    policy = next(
        attributes["content"]
        for attributes in reader.all("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert "'none'" == parts["default-src"]
    assert "data:" == parts["img-src"]
    assert "unsafe" not in policy
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in reader.text["script"]
    ]
    assert all(allowed in hashes for allowed in parts["script-src"].split())
    assert 2 == len(parts["script-src"].split())


def test_no_inline_style_that_the_policy_would_drop(reader: Reader) -> None:
    """The page needs no style attribute."""
    assert [] == [tag for tag, attributes in reader.elements if "style" in attributes]


def test_the_page_fetches_nothing(reader: Reader) -> None:
    """No element refers to anything outside the page."""
    outside = [
        value
        for _, attributes in reader.elements
        for name, value in attributes.items()
        if name in ("src", "href", "action", "srcset") and not (value or "").startswith(("#", "data:image/svg+xml"))
    ]
    assert [] == outside


def test_the_core_block_has_every_cell(document: Any, page: str) -> None:
    """The columns name the same variants, runtimes, verdicts and reasons as the document."""
    core = unpacked(page, "core")
    cells = core["cells"]
    columns = [cells[name] for name in ("variant", "save", "load", "verdict", "reason")]
    unpacked_cells = [
        (
            core["variants"][variant]["id"],
            core["runtimes"][save]["id"],
            core["runtimes"][load]["id"],
            core["labels"][verdict]["verdict"],
            core["strings"][reason],
        )
        for variant, save, load, verdict, reason in zip(*columns, strict=True)
    ]
    expected = [
        (cell["variant"], cell["save"], cell["load"], cell["verdict"], cell["reason"]) for cell in document["cells"]
    ]
    assert expected == unpacked_cells


def test_the_detail_block_has_logs_and_tracebacks(document: Any, page: str) -> None:
    """Every text comes back unchanged, hostile ones included."""
    detail = unpacked(page, "detail")

    def text(place: int) -> str:
        return "" if place < 0 else "\n".join(detail["lines"][line] for line in detail["texts"][place])

    assert [cell["log"] for cell in document["cells"]] == [text(cell[1]) for cell in detail["cells"]]
    expected = [cell["failure"]["traceback"] for cell in document["cells"] if cell["failure"]]
    assert expected == [text(detail["failures"][cell[0]][2]) for cell in detail["cells"] if cell[0] >= 0]


def test_the_blocks_have_causes_and_remedies(document: Any, page: str) -> None:
    """Each cell's cause and first verified remedy, and every trial with its proof."""
    core, detail = unpacked(page, "core"), unpacked(page, "detail")
    cells = core["cells"]

    def named(items: list[Any], place: int) -> str:
        return "" if place < 0 else str(items[place]["id"])

    def unpacked_trial(place: int) -> tuple[Any, ...]:
        remedy, verdict, _, verified, variant, save, load, _ = detail["trials"][place]
        return (
            named(core["remedies"], remedy),
            core["labels"][verdict]["verdict"],
            verified,
            named(core["variants"], variant),
            named(core["runtimes"], save),
            named(core["runtimes"], load),
        )

    causes = [named(core["causes"], place) for place in cells["cause"]]
    assert [cell["cause"] for cell in document["cells"]] == causes
    remedies = [named(core["remedies"], place) for place in cells["remedy"]]
    assert [tables.verified(cell) for cell in document["cells"]] == remedies
    keys = ("remedy", "verdict", "verified", "variant", "save", "load")
    trials = [[tuple(trial[key] for key in keys) for trial in cell["remedies"]] for cell in document["cells"]]
    assert trials == [[unpacked_trial(place) for place in cell[10]] for cell in detail["cells"]]
    codes = {remedy["id"]: remedy["code"] for remedy in document["remedies"]}
    assert codes == {id_: remedy["code"] for id_, remedy in detail["remedies"].items()}


def test_the_blocks_have_what_experiments_located() -> None:
    """The groups with the number of each cell's, and of a cell the sentence and the script."""
    document = made.results()
    cell = document["cells"][0]
    entry = {"kind": "refused", "part": "argument", "class": "GRU", "argument": "time_major", "said": "It is so."}
    cell |= {"cause": "unknown", "located": {**entry, "script": "import keras", "checked": True, "seconds": 1.25}}
    core = payload.core(document, tables.sums(document))
    assert [entry] == core["culprits"]
    assert [0, *[-1] * (len(document["cells"]) - 1)] == core["cells"]["culprit"]
    detail = payload.detail(document)
    said, script, checked, seconds = detail["cells"][0][14]
    lines = [detail["lines"][number] for number in detail["texts"][script]]
    assert ("It is so.", ["import keras"], True, 1.2) == (said, lines, checked, seconds)
    assert detail["cells"][1][14] is None


def test_a_document_without_causes_has_a_page(document: Any) -> None:
    """An older document has no cause in any cell, and its page has no part about causes."""
    bare = made.bare(document)
    page = render.page(bare, tables.sums(bare))
    core = unpacked(page, "core")
    assert ([], {-1}, {-1}) == (core["causes"], set(core["cells"]["cause"]), set(core["cells"]["remedy"]))
    assert "panel-causes" not in page.split("</style>")[1].split("<script")[0]


def test_remedies_that_are_null_or_not_in_the_catalogue(document: Any) -> None:
    """Cells read from columns have null for no remedies; the title of a remedy not in the catalogue is its id."""
    results = made.results(runtimes=2, scenarios=1, formats=1)
    trial = next(cell["remedies"][0] for cell in document["cells"] if cell["remedies"])
    results["cells"][0]["remedies"] = None
    results["cells"][1] |= {"remedies": [trial | {"remedy": "of-my-own", "verified": True, "variant": ""}]}
    core = unpacked(render.page(results, tables.sums(results)), "core")
    assert "of-my-own" == core["remedies"][core["cells"]["remedy"][1]]["title"]


def test_the_best_formats_are_those_of_the_advice() -> None:
    """Moves with enough scenarios have a best format, and the page has the same ones as `nox -s upgrade`."""
    results = made.results(runtimes=3, scenarios=24, nasty=False)
    core = payload.core(results, tables.sums(results))
    ids = [row["id"] for row in results["runtimes"]]
    best = {(ids[save], ids[load]): format_ for save, load, format_ in core["best"]}
    assert best_formats(results) == best
    assert ("tf-2.3", "keras-2.2.4") in best


def test_the_causes_are_there_without_javascript(document: Any, reader: Reader) -> None:
    """Each cause is a link with its title on the delivered page."""
    titles = [why.title for why in tables.sums(document).causes]
    assert all(any(title.split("\u2028")[0] in text for text in reader.text["a"]) for title in titles)


def test_equal_texts_are_kept_once() -> None:
    """A traceback that a thousand cells share is stored once."""
    texts = payload.TextTable()
    places = [texts.place("one\ntwo"), texts.place("two\nthree"), texts.place("one\ntwo"), texts.place("")]
    assert [0, 1, 0, -1] == places
    assert {"lines": ["one", "two", "three"], "texts": [(0, 1), (1, 2)]} == texts.packed()


def test_lone_surrogates_do_not_stop_the_report() -> None:
    """A log that is not valid text still makes a page."""
    results = made.results(runtimes=1, scenarios=1, formats=1)
    results["cells"][0]["log"] = "bad \udc80 byte"
    assert "block-detail" in render.page(results, tables.sums(results))


def test_fragments_are_encoded_as_in_the_script() -> None:
    """Slashes, spaces and quotes in an id do not end its segment."""
    assert "a%2Fb%20%22%3C'%C3%A9" == render._fragment("a/b \"<'é")


def test_the_scripts_are_joined_in_order() -> None:
    """Each module imports only from modules before it, and none are left out."""
    bundle = render.bundle()
    files = sorted(path.name for path in (render.HERE / "static").glob("*.js"))
    assert files == sorted([*render.SCRIPTS, "boot.js"])
    assert "\nimport " not in bundle
    assert "\nexport " not in bundle
    assert "</script" not in bundle.lower()
    for at, name in enumerate(render.SCRIPTS):
        part = bundle.split(f'modules["{name}"] = ')[1].split("\n})();")[0]
        used = {piece.split('"]')[0] for piece in part.split('modules["')[1:]}
        assert used <= set(render.SCRIPTS[:at])


def test_data_never_becomes_markup() -> None:
    """The scripts use nothing that turns text into elements."""
    bundle = render.bundle()
    for sink in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
    ):
        assert sink not in bundle


def test_importing_the_package_is_light() -> None:
    """Neither pandas nor Jinja2 is imported until something is written."""
    code = "import sys, harness.report; print(sorted({'pandas', 'jinja2'} & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=render.HERE.parents[1]
    )
    assert "[]" == ran.stdout.strip()

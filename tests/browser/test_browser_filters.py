"""Filters: they count correctly, are part of the link, and apply to exports as CSV or Markdown. Needs chromium."""

from __future__ import annotations

import csv
import io
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

import harness.report
from tests.browser.driving import Open, fragment, go, pitfalls
from tests.unit.report import made

pytestmark = pytest.mark.slow

Cell = Any
CASES: dict[str, tuple[dict[str, str], Callable[[Cell], bool]]] = {
    "runtime": ({"runtime": "tf-2.3"}, lambda cell: "tf-2.3" in (cell["save"], cell["load"])),
    "save": ({"save": "tf-2.3"}, lambda cell: cell["save"] == "tf-2.3"),
    "load": ({"load": "keras-3"}, lambda cell: cell["load"] == "keras-3"),
    "scenario": ({"scenario": "dense \"<script>'"}, lambda cell: cell["variant"].startswith("dense ")),
    "format": ({"format": "h5"}, lambda cell: cell["variant"].split("/")[1] == "h5"),
    "kind": (
        {"kind": "remedy"},
        lambda cell: cell["variant"].endswith(("sorted", "sparse", "/weights", "registered", "given")),
    ),
    "verdict": ({"verdict": "changed"}, lambda cell: cell["verdict"] == "changed"),
    "verdicts": ({"verdict": "changed,refused"}, lambda cell: cell["verdict"] in ("changed", "refused")),
    "text": ({"q": "MARSHAL unknown"}, lambda cell: "bad marshal data (unknown" in cell["reason"]),
    "cause": ({"cause": "slots-lost"}, lambda cell: cell["cause"] == "slots-lost"),
    "kind of cause": ({"cause": "kind:custom-objects"}, lambda cell: cell["cause"] == "custom-missing"),
    "unknown cause": ({"cause": "unknown"}, lambda cell: cell["cause"] == "unknown"),
    "no such cause": ({"cause": "constructor"}, lambda _: False),
    "verified": ({"remedy": "verified"}, lambda cell: any(trial["verified"] for trial in cell["remedies"])),
    "not helped": (
        {"remedy": "none"},
        lambda cell: cell["cause"] != "" and not any(trial["verified"] for trial in cell["remedies"]),
    ),
    "no such remedy": ({"remedy": "toString"}, lambda _: False),
    "no such neighbours": ({"near": "__proto__"}, lambda _: False),
    "text of a cause": ({"q": "optimizer's slots"}, lambda cell: cell["cause"] == "slots-lost"),
    "since nothing": ({"moved": "worse"}, lambda _: False),
    "together": (
        {"verdict": "refused", "save": "tf-2.3", "q": "mse"},
        lambda cell: (cell["verdict"], cell["save"]) == ("refused", "tf-2.3") and "'mse'" in cell["reason"],
    ),
    "nothing": ({"q": "no such word anywhere"}, lambda _: False),
    "unknown": ({"save": "tf-99"}, lambda _: False),
}


@pytest.mark.parametrize("name", CASES)
def test_a_filter_leaves_the_right_cells(open_page: Open, results: Any, name: str) -> None:
    """A link with a filter shows as many cells as a count over the results."""
    filters, wanted = CASES[name]
    page = open_page(fragment("cells", **filters))
    expected = sum(wanted(cell) for cell in results["cells"])
    heading = page.locator("#view h1").inner_text().replace("\u202f", "")
    assert (f"{expected} cells" if expected != 1 else "1 cell") == heading


def turns(results: Any) -> dict[str, int]:
    """Count the cells that differ from a neighbour, and from all neighbours on both axes, the slow way."""
    order = [runtime["id"] for runtime in results["runtimes"]]
    verdicts = {
        (cell["variant"], cell["save"], cell["load"]): cell["verdict"]
        for cell in results["cells"]
        if cell["verdict"] not in ("unsupported", "unavailable")
    }
    counts = {"turns": 0, "alone": 0}
    for (variant, save, load), verdict in verdicts.items():
        column = [(variant, runtime, load) for runtime in order]
        row = [(variant, save, runtime) for runtime in order]
        axes = []
        for line in (column, row):
            asked = [key for key in line if key in verdicts]
            place = asked.index((variant, save, load))
            neighbours = [*asked[max(place - 1, 0) : place], *asked[place + 1 : place + 2]]
            axes.append([verdicts[key] != verdict for key in neighbours])
        counts["turns"] += any(axes[0]) or any(axes[1])
        counts["alone"] += bool(axes[0] and axes[1]) and all(axes[0]) and all(axes[1])
    return counts


@pytest.mark.parametrize("near", ["turns", "alone"])
def test_where_verdicts_turn(open_page: Open, results: Any, near: str) -> None:
    """Neighbours are the nearest runtimes that could be tried: unavailable rows in between are skipped."""
    page = open_page(fragment("cells", near=near))
    heading = page.locator("#view h1").inner_text().replace("\u202f", "")
    assert f"{turns(results)[near]} cells" == heading
    assert 0 < turns(results)["alone"] < turns(results)["turns"]


def test_a_cause_can_be_chosen(open_page: Open) -> None:
    """The list of causes is grouped by kind; the chosen cause is in the link, and the overview follows it."""
    page = open_page()
    box = page.get_by_role("combobox", name="Cause")
    assert "Lambda layers" in box.locator("optgroup").evaluate_all("all => all.map(group => group.label)")
    go(page, lambda: box.select_option("slots-lost"))
    assert page.url.endswith("#/?cause=slots-lost")
    assert {"incomplete"} == set(
        page.locator("details.findings:visible .mark").evaluate_all(
            "all => all.map(mark => mark.textContent.trim().split(' ').at(-1))"
        )
    )


def test_controls_without_data_are_hidden(open_page: Open, results: Any, tmp_path: pathlib.Path) -> None:
    """Without causes there is no filter by cause or remedy, without an earlier run none by changes."""
    file = harness.report.write(made.bare(results), tmp_path)["index.html"]
    page = open_page(file=file)
    for name in ("Cause", "Remedy", "Since before"):
        assert page.get_by_role("combobox", name=name).is_hidden()
    assert page.get_by_role("combobox", name="Neighbours").is_visible()
    for place in ("#/causes", "#/pair/tf-2.3/keras-3", "#/compare", "#/cells"):
        go(page, lambda place=place: page.evaluate("hash => location.hash = hash", place))  # type: ignore[misc]
        assert "Cause and remedy" not in page.locator("main").inner_text()


def test_choosing_changes_the_link(open_page: Open) -> None:
    """Choices are in the fragment, and going back removes them."""
    page = open_page()
    go(page, lambda: page.get_by_role("combobox", name="Saved in").select_option("tf-2.3"))
    assert page.url.endswith("#/?save=tf-2.3")
    assert 8 == page.locator("#summed tbody td:visible").count()
    go(page, lambda: page.locator("[data-verdict=changed]").click())
    assert page.url.endswith("#/?save=tf-2.3&verdict=changed")
    go(page, page.go_back)
    go(page, page.go_back)
    assert "" == page.get_by_role("combobox", name="Saved in").input_value()
    assert 64 == page.locator("#summed tbody td:visible").count()


def test_typing_leaves_one_entry_in_the_history(open_page: Open) -> None:
    """Each letter narrows the view, but none adds an entry."""
    page = open_page("#/cells")
    before = page.evaluate("history.length")
    go(page, lambda: page.get_by_label("Search").press_sequentially("lstm"))
    page.wait_for_function("() => location.hash === '#/cells?q=lstm'")
    assert before == page.evaluate("history.length")


def test_the_overview_follows_the_filter(open_page: Open, results: Any) -> None:
    """With all variants summed, squares, findings, legend and variants count the same cells."""
    page = open_page("#/?verdict=crashed&load=keras-3&sum=all")
    expected = sum((cell["verdict"], cell["load"]) == ("crashed", "keras-3") for cell in results["cells"])
    squares = page.locator("#summed td.v-crashed b").all_inner_texts()
    assert expected == sum(int(text.split()[1]) for text in squares)
    shown = page.locator("[data-finding]:visible .n").all_inner_texts()
    assert expected == sum(int(text.split()[0]) for text in shown)
    assert str(expected) == page.locator("[data-verdict=crashed] b").inner_text()
    assert "true" == page.locator("[data-verdict=crashed]").get_attribute("aria-current")


def squares(page: Any) -> int:
    """The number of cells in the coloured squares of the summed matrix, if one verdict is selected."""
    return sum(int(text.split()[1]) for text in page.locator("#summed td b").all_inner_texts() if text)


SUMS: dict[str, tuple[str, Callable[[Cell, set[str]], bool], str]] = {
    "default": ("", lambda cell, left_out: cell["variant"] not in left_out, "they are left out of this sum."),
    "all": ("sum=all", lambda cell, left_out: True, "this sum has them in it."),
    "unknown": ("sum=none", lambda cell, left_out: cell["variant"] not in left_out, "they are left out of this sum."),
    "kind": ("kind=pitfall", lambda cell, left_out: cell["variant"] in left_out, "filter by kind decides"),
    "kind wins": ("kind=pitfall&sum=all", lambda cell, left_out: cell["variant"] in left_out, "filter by kind decides"),
    "text": (
        "q=h5",
        lambda cell, left_out: cell["variant"] not in left_out and "h5" in cell["variant"] + cell["cause"],
        "they are left out of this sum.",
    ),
}


@pytest.mark.parametrize("name", SUMS)
def test_the_sum_follows_the_link(open_page: Open, results: Any, name: str) -> None:
    """The link decides whether the sum has no, all or only pitfalls, and the line above the matrix says which."""
    query, wanted, line = SUMS[name]
    page = open_page(f"#/?verdict=refused&{query}")
    left_out = pitfalls(results)
    expected = sum(cell["verdict"] == "refused" and wanted(cell, left_out) for cell in results["cells"])
    assert 0 < expected == squares(page)
    assert line in page.locator(".sums p").inner_text()


def test_the_sum_can_be_chosen_with_the_keyboard(open_page: Open) -> None:
    """The second button sums all variants and keeps the focus; going back leaves pitfalls out again."""
    page = open_page()
    before = page.locator("#summed tbody").inner_text()
    page.get_by_role("button", name="without pitfalls").focus()
    page.keyboard.press("Tab")
    go(page, lambda: page.keyboard.press("Enter"))
    assert page.url.endswith("#/?sum=all")
    assert "all variants" == page.evaluate("document.activeElement.textContent")
    assert "true" == page.get_by_role("button", name="all variants").get_attribute("aria-pressed")
    assert before != page.locator("#summed tbody").inner_text()
    go(page, page.go_back)
    assert before == page.locator("#summed tbody").inner_text()
    assert "false" == page.get_by_role("button", name="all variants").get_attribute("aria-pressed")


def test_choosing_a_sum_clears_the_kind(open_page: Open) -> None:
    """While a kind is selected neither button is pressed; pressing one clears the kind."""
    page = open_page("#/?kind=pitfall&verdict=refused")
    assert 0 == page.locator(".sums [aria-pressed=true]").count()
    go(page, page.get_by_role("button", name="all variants").click)
    assert page.url.endswith("#/?verdict=refused&sum=all")


def test_clearing_filters_keeps_the_sum(open_page: Open) -> None:
    """The choice of a sum hides no cells, so it is not a filter."""
    page = open_page("#/?q=lstm&sum=all")
    go(page, page.get_by_role("link", name="Clear filters").click)
    assert page.url.endswith("#/?sum=all")
    assert page.get_by_role("link", name="Clear filters").is_hidden()
    assert page.locator("#found").inner_text().startswith("all ")


def test_the_pair_sums_as_the_overview(open_page: Open, results: Any) -> None:
    """Formats are summed without pitfalls until you ask for all; the list below has every variant."""
    page = open_page(fragment("pair", "tf-2.3", "keras-3"))
    sums = []
    for step in ("Sum all variants", "Leave them out"):
        formats = page.get_by_role("table", name="Formats: identical of tested")
        shares = formats.locator('td[data-label="Identical"]').all_inner_texts()
        sums.append(sum(int(share.split("/")[1]) for share in shares if "/" in share))
        assert len(results["variants"]) == page.get_by_role("table", name="Cells from").locator("tbody tr").count()
        go(page, page.get_by_role("link", name=step).click)
    cells = [cell for cell in results["cells"] if (cell["save"], cell["load"]) == ("tf-2.3", "keras-3")]
    asked = [cell for cell in cells if cell["verdict"] not in ("unsupported", "unavailable")]
    assert [sum(cell["variant"] not in pitfalls(results) for cell in asked), len(asked)] == sums


def test_rows_out_of_sight_follow(open_page: Open, tmp_path: pathlib.Path) -> None:
    """In a large matrix visible rows are filled first; a moment later all squares are up to date."""
    document = made.results(runtimes=40, scenarios=2, formats=1)
    harness.report.write(document, tmp_path)
    page = open_page("#/?verdict=refused", file=tmp_path / "index.html")
    expected = sum(cell["verdict"] == "refused" for cell in document["cells"])
    page.wait_for_function(
        """expected => expected === [...document.querySelectorAll("#summed td.v-refused b")]
          .reduce((sum, node) => sum + Number(node.textContent.split(" ")[1]), 0)""",
        arg=expected,
    )
    assert 0 == page.locator("#summed td.v-identical").count()


def test_rows_that_come_back_are_whole(open_page: Open, tmp_path: pathlib.Path) -> None:
    """In a large matrix rows below the window come back a moment later, complete, wherever it is scrolled."""
    document = made.results(runtimes=40, scenarios=2, formats=1)
    page = open_page(file=harness.report.write(document, tmp_path)["index.html"])
    page.evaluate("() => scrollTo(0, document.querySelector('#summed').getBoundingClientRect().top)")
    page.evaluate("() => document.querySelector('#summed').parentElement.scrollTo(0, 150)")
    before = page.locator("#summed tbody").inner_text()
    shown = "() => document.querySelectorAll('#summed tbody tr:not([hidden]) td:not([hidden])').length"
    for query, count in [("?load=keras-3", 40), ("", 1600), ("?save=tf-2.3", 40), ("?save=tf-2.3&load=keras-3", 1)]:
        go(page, lambda query=query: page.evaluate("hash => location.hash = hash", f"#/{query}"))  # type: ignore[misc]
        page.wait_for_function(f"expected => ({shown})() === expected", arg=count)
    go(page, lambda: page.evaluate("location.hash = '#/'"))
    page.wait_for_function("before => document.querySelector('#summed tbody').innerText === before", arg=before)


def test_findings_out_of_sight_follow(open_page: Open, tmp_path: pathlib.Path) -> None:
    """In a large report findings and variants below the window are updated a moment after the matrix."""
    document = made.results(runtimes=40, scenarios=14, formats=1, nasty=False)
    page = open_page(file=harness.report.write(document, tmp_path)["index.html"])
    assert "large" in page.locator("#overview").get_attribute("class")
    go(page, lambda: page.evaluate("location.hash = '#/?verdict=crashed'"))
    page.wait_for_function("""() => [...document.querySelectorAll("details.findings:not([hidden]) .mark")]
      .every(mark => mark.classList.contains("v-crashed"))""")
    page.wait_for_function("""() => [...document.querySelectorAll("#variants .mark")]
      .every(mark => mark.classList.contains("v-crashed"))""")


def test_a_link_from_a_filtered_view_keeps_the_filter(open_page: Open) -> None:
    """The next view has the same filter."""
    page = open_page("#/?verdict=refused")
    go(page, page.locator("#summed td.v-refused a").first.click)
    assert "verdict=refused" in page.url
    assert {"\N{MULTIPLICATION SIGN} refused"} == set(
        page.locator("#view section:last-child tbody th").all_inner_texts()
    )


def test_filters_can_be_cleared(open_page: Open) -> None:
    """One link removes all of them and stays on the view."""
    page = open_page("#/cells?q=lstm&verdict=changed")
    go(page, page.get_by_role("link", name="Clear filters").click)
    assert page.url.endswith("#/cells")
    assert page.get_by_role("link", name="Clear filters").is_hidden()


def test_the_view_as_csv(open_page: Open, results: Any, tmp_path: pathlib.Path) -> None:
    """The file has the cells of the filtered view."""
    page = open_page("#/cells?verdict=refused")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "view.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "view.csv").read_bytes().decode())))
    expected = [cell["reason"] for cell in results["cells"] if cell["verdict"] == "refused"]
    assert expected == [row["reason"] for row in rows]


def test_the_view_as_markdown(open_page: Open, tmp_path: pathlib.Path) -> None:
    """The file is a table whose data cannot become markup."""
    page = open_page("#/cells?scenario=vocabulary_set&verdict=crashed")
    with page.expect_download() as download:
        page.get_by_role("button", name="Markdown", exact=True).click()
    download.value.save_as(tmp_path / "view.md")
    text = (tmp_path / "view.md").read_text(encoding="utf-8")
    assert text.startswith("## Cells\n\n| scenario | format |")
    assert "<script" not in text
    assert r"&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize(
    "place",
    [
        "#/",
        "#/pair/tf-2.3/keras-3",
        "#/runtimes",
        "#/variant/conv_batchnorm%2Fh5",
        "#/causes",
        "#/causes/slots-lost",
        "#/compare",
    ],
)
def test_every_view_can_be_copied(open_page: Open, place: str) -> None:
    """Markdown of the view is on the clipboard, and the button says so."""
    page = open_page(place, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Markdown").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("## ")


def test_copying_without_a_clipboard(open_page: Open) -> None:
    """If a file may not use the clipboard API, the page falls back to the old way."""
    page = open_page("#/runtimes/py37-tf1.15")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }")
    page.evaluate(
        "() => document.addEventListener('copy', () => { window.copied = document.activeElement.value; })",
    )
    page.get_by_role("button", name="Copy the hint").click()
    page.wait_for_function("() => window.copied === 'uv python install 3.7\\npyenv install 3.7.17'")

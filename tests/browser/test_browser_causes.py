"""Causes, remedies, advice on a move, and the comparison with an earlier run. Needs chromium."""

from __future__ import annotations

import collections
import json
import pathlib
from typing import Any

import pytest

import harness.report
from harness.advice.move import best_formats
from harness.report import earlier, labels
from tests.browser.driving import Open, fragment, go, pitfalls
from tests.unit.report import made

pytestmark = pytest.mark.slow


def of_cause(results: Any, cause: str) -> list[Any]:
    """The cells of a cause."""
    return [cell for cell in results["cells"] if cell["cause"] == cause]


def link(cell: Any) -> str:
    """The link to a cell."""
    return fragment("cell", cell["variant"], cell["save"], cell["load"])


def test_causes_are_in_their_order(open_page: Open, results: Any) -> None:
    """The six classic kinds first, even those without cells, and unknown causes last, with their messages."""
    page = open_page("#/causes")
    heads = [text.split(" ")[0] for text in page.locator("#view h2").all_inner_texts()]
    assert [title.split(" ")[0] for title in labels.KINDS.values()][:6] == heads[:6]
    assert ["Not", "What"] == heads[-2:]
    messages = page.get_by_role("table", name="Messages that no signature knows")
    shown = sum(int(text) for text in messages.locator("td.num").all_inner_texts())
    assert len(of_cause(results, "unknown")) == shown


@pytest.mark.parametrize("saver", ["", "tf-2.3"])
def test_causes_are_counted_and_filtered(open_page: Open, results: Any, saver: str) -> None:
    """The page counts the cells of each cause, with and without a filter."""
    page = open_page(f"#/causes?save={saver}")
    cells = [cell for cell in results["cells"] if cell["save"] == saver or not saver]
    titles = {cause["id"]: cause["title"] for cause in results["causes"]} | {"unknown": "No signature knows this yet"}
    expected = collections.Counter(titles[cell["cause"]] for cell in cells if cell["cause"])
    rows = page.locator(".list.even tbody tr")
    counts = {row.locator("th").text_content(): int(row.locator("td").first.inner_text()) for row in rows.all()}
    assert expected == counts


def test_a_cause_shows_its_cells_messages_and_remedies(open_page: Open, results: Any) -> None:
    """Only web references are links; it shows how often remedies helped, and the runtimes it affects."""
    page = open_page("#/causes/bytecode")
    cells = of_cause(results, "bytecode")
    assert f"{len(cells)} cells: {len(cells)} refused" in page.locator("#view").inner_text()
    links = page.locator("#view a[href^='http']").evaluate_all("all => all.map(link => link.getAttribute('href'))")
    assert ["https://example.org/why"] == links
    trials = [trial for cell in cells for trial in cell["remedies"] if trial["remedy"] == "register"]
    helped = sum(trial["verified"] for trial in trials)
    card = page.locator(".recipes li", has_text="Register the class before loading")
    assert f"Verified in {helped} of the {len(trials)} cells it was tried on." in card.inner_text()
    matrix = page.locator("#view .matrix")
    assert len(cells) == sum(int(text.split()[1]) for text in matrix.locator("td b").all_inner_texts() if text)
    go(page, matrix.locator("td.v-refused a").first.click)
    assert "cause=bytecode" in page.url


def test_a_cell_shows_its_cause_and_what_was_tried(open_page: Open, results: Any) -> None:
    """Each remedy with its verdict, its proof and its costs, and its code to copy."""
    cell = next(
        cell
        for cell in of_cause(results, "bytecode")
        if {trial["remedy"] for trial in cell["remedies"]} >= {"register", "another-format"}
    )
    page = open_page(link(cell), permissions=["clipboard-read", "clipboard-write"])
    rows = page.get_by_role("table", name="Remedies tried on this cell").locator("tbody tr")
    assert len(cell["remedies"]) == rows.count()
    by_id = {remedy["id"]: remedy for remedy in results["remedies"]}
    for row, trial in zip(rows.all(), cell["remedies"], strict=True):
        assert trial["verdict"] in row.inner_text()
        assert ("✓ verified" if trial["verified"] else "no help") in row.inner_text()
    card = page.locator(".recipes li", has_text="Save in another format")
    format_ = results["variants"][-1]["format"]
    code = by_id["another-format"]["codes"].get(format_, by_id["another-format"]["code"])
    card.get_by_role("button").first.click()
    page.wait_for_function("code => navigator.clipboard.readText().then(text => text === code)", arg=code)
    assert "Costs: saved again" in card.inner_text()
    go(page, page.get_by_role("table", name="Remedies tried").locator("a").first.click)
    assert results["variants"][-1]["id"] in page.locator(".crumbs").inner_text()


def test_a_good_cell_has_no_cause(open_page: Open, results: Any) -> None:
    """An identical cell has neither a cause nor remedies."""
    page = open_page(link(next(cell for cell in results["cells"] if cell["verdict"] == "identical")))
    assert {"Cause", "Remedies"}.isdisjoint(page.locator("#view h2").all_inner_texts())


def test_a_move_says_what_differs_breaks_and_helps(open_page: Open, results: Any) -> None:
    """Silent differences and broken cells, by cause; and the number of cells that a verified remedy fixes."""
    page = open_page(fragment("pair", "tf-2.3", "keras-3"))
    cells = [cell for cell in results["cells"] if (cell["save"], cell["load"]) == ("tf-2.3", "keras-3")]
    for name, verdicts in [
        ("What differs in silence", ("changed",)),
        ("What breaks", ("crashed", "timed-out", "refused", "unsaved")),
    ]:
        counts = page.get_by_role("table", name=f"{name}: cells by verdict and cause").locator("td.num")
        assert sum(cell["verdict"] in verdicts for cell in cells) == sum(map(int, counts.all_inner_texts()))
    asked = [cell for cell in cells if cell["verdict"] not in labels.UNASKED]
    good = sum(cell["verdict"] == "identical" for cell in asked)
    helped = sum(any(trial["verified"] for trial in cell["remedies"]) for cell in asked)
    paragraph = page.locator("#view section", has=page.get_by_role("heading", name="What helps")).locator("p").first
    left = len(asked) - good - helped
    assert (
        f"Of {len(asked)} cells, {good} are identical as they are; verified remedies suffice for {helped} more; "
        f"for {left} cells no remedy is verified."
    ) == paragraph.inner_text()


def test_a_move_says_which_models_survive(open_page: Open, results: Any) -> None:
    """Identical and tested cells, by kind of model and format, add up to all cells but pitfalls."""
    page = open_page(fragment("pair", "tf-2.3", "keras-3"))
    marks = page.get_by_role("table", name="Kinds of models by format").locator(".mark").all_inner_texts()
    shares = [text.split()[-1].split("/") for text in marks]
    asked = [
        cell
        for cell in results["cells"]
        if (cell["save"], cell["load"]) == ("tf-2.3", "keras-3")
        and cell["variant"] not in pitfalls(results)
        and cell["verdict"] not in labels.UNASKED
    ]
    assert (sum(cell["verdict"] == "identical" for cell in asked), len(asked)) == (
        sum(int(identical) for identical, _ in shares),
        sum(int(total) for _, total in shares),
    )


def test_the_best_format_is_first(open_page: Open, tmp_path: pathlib.Path) -> None:
    """With enough cells, the page names the same format as `nox -s upgrade`."""
    document = made.results(runtimes=3, scenarios=24, nasty=False)
    page = open_page(
        fragment("pair", "tf-2.3", "keras-2.2.4"), file=harness.report.write(document, tmp_path)["index.html"]
    )
    best = best_formats(document)["tf-2.3", "keras-2.2.4"]
    formats = page.get_by_role("table", name="Formats: identical of tested")
    assert f"{best} best" == " ".join(formats.locator("tbody th").first.inner_text().split())
    assert page.locator("#view").get_by_text(f"Best for this move: {best}").is_visible()


def test_a_list_of_cells_names_cause_and_remedy(open_page: Open, results: Any) -> None:
    """The first verified remedy is below the cause."""
    page = open_page("#/cells?cause=slots-lost&remedy=verified")
    cells = [cell for cell in of_cause(results, "slots-lost") if any(trial["verified"] for trial in cell["remedies"])]
    whys = page.locator("#view td.why").all_inner_texts()
    assert len(cells) == len(whys)
    assert all("The optimizer's slots do not come back" in text and "✓" in text for text in whys)


def moves(results: Any) -> dict[str, int]:
    """The changes since the made-up earlier run, counted."""
    return earlier.counts(earlier.of(made.earlier(results)), results)


def test_this_run_is_compared_with_an_earlier_one(open_page: Open, results: Any, laid_over: pathlib.Path) -> None:
    """Counts, and the list of cells behind each; a line on the overview links here."""
    page = open_page(file=laid_over)
    counts = moves(results)
    go(page, page.get_by_role("link", name="Compare", exact=True).last.click)
    table = page.get_by_role("table", name="What became of the cells")
    shown = [int(text.replace("\u202f", "")) for text in table.locator("td.num").all_inner_texts()]
    assert [counts[name] for name in earlier.MOVES] == shown
    assert "keras-2.2.4\tnumpy\t1.0\t1.19.5" in page.get_by_role("table", name="Versions that differ").inner_text()
    go(page, table.get_by_role("link").first.click)
    assert page.url.endswith("#/cells?moved=worse")
    assert f"{counts['worse']} cells" == page.locator("#view h1").inner_text()
    assert all("worse" in text for text in page.locator('#view td[data-label="Before"]').all_inner_texts())


def test_the_comparison_follows_the_filters(open_page: Open, results: Any, laid_over: pathlib.Path) -> None:
    """If one saver is selected, only its cells are compared, in transitions and squares too."""
    page = open_page("#/compare?save=tf-2.3", file=laid_over)
    old = earlier.of(made.earlier(results))
    worse = [cell for cell in results["cells"] if cell["save"] == "tf-2.3" and earlier.of_cell(old, cell) == "worse"]
    rows = page.get_by_role("table", name="From which verdict to which").locator("tbody tr", has_text="worse")
    assert len(worse) == sum(int(row.locator("td.num").inner_text()) for row in rows.all())
    squares = page.locator("#view .matrix td.v-worse b").all_inner_texts()
    assert len(worse) == sum(int(text.split()[1]) for text in squares)


def test_cells_that_are_gone_are_listed(open_page: Open, results: Any, tmp_path: pathlib.Path) -> None:
    """A cell that this run left out has no page of its own, so the comparison lists it."""
    shorter = results | {"cells": results["cells"][5:]}
    page = open_page("#/compare", file=harness.report.write(shorter, tmp_path, earlier.of(results))["index.html"])
    expected = sum(cell["verdict"] not in labels.UNASKED for cell in results["cells"][:5])
    gone = page.get_by_role("table", name="Cells that are not part of this run")
    assert expected == gone.locator("tbody tr").count()


def test_an_earlier_run_can_be_opened(open_page: Open, results: Any, tmp_path: pathlib.Path) -> None:
    """A report made without an earlier run accepts a results.json, and shows the same as one made with it."""
    old = made.earlier(results)
    (tmp_path / "earlier.json").write_text(json.dumps(old), encoding="utf-8")
    page = open_page("#/compare")
    assert 0 == page.get_by_role("table").locator("visible=true").count()
    go(page, lambda: page.get_by_label("The results.json of an earlier run").set_input_files(tmp_path / "earlier.json"))
    table = page.get_by_role("table", name="What became of the cells")
    shown = [int(text.replace("\u202f", "")) for text in table.locator("td.num").all_inner_texts()]
    assert [moves(results)[name] for name in earlier.MOVES] == shown
    go(page, lambda: page.get_by_role("combobox", name="Since before").select_option("better"))
    assert page.url.endswith("#/compare?moved=better")


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"schema": 2, "cells": []}', '{"schema": 1}'])
def test_a_file_that_is_not_a_run_is_refused(open_page: Open, tmp_path: pathlib.Path, text: str) -> None:
    """The page says so and does not change."""
    (tmp_path / "wrong.json").write_text(text, encoding="utf-8")
    page = open_page("#/compare")
    page.get_by_label("The results.json of an earlier run").set_input_files(tmp_path / "wrong.json")
    page.get_by_text("That file cannot be laid under this run").wait_for()
    assert page.get_by_role("combobox", name="Since before").is_hidden()


def test_plots_have_their_numbers(open_page: Open, tmp_path: pathlib.Path) -> None:
    """The label of each plot has its shares, and a table has all of them."""
    document = made.results()
    for year, place in enumerate(document["environments"]):
        place["released"] = f"{2017 + year}-06-01"
    page = open_page(file=harness.report.write(document, tmp_path)["index.html"])
    assert 6 == page.locator(".multiple svg[role=img]").count()
    assert "%" in page.locator(".multiple svg").first.get_attribute("aria-label")
    assert page.locator(".figures").first.is_hidden()
    page.get_by_text("The same as a table").first.click()
    assert page.locator(".figures").first.is_visible()

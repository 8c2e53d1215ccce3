"""Every view shows the results, and every link to it works. Needs chromium."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

import harness.report
from tests.browser.driving import Open, fragment, go, pitfalls
from tests.unit.report import made

pytestmark = pytest.mark.slow


def a_cell(results: Any, verdict: str, **wanted: Any) -> Any:
    """The first cell with a verdict, and with the wanted values."""
    cells: list[Any] = results["cells"]
    values = wanted | {"verdict": verdict}
    return next(cell for cell in cells if all(cell[name] == value for name, value in values.items()))


def cell_fragment(cell: Any) -> str:
    """The link to a cell."""
    return fragment("cell", cell["variant"], cell["save"], cell["load"])


def test_the_overview_sums_the_matrix(open_page: Open, results: Any) -> None:
    """A square shows the counts of its pair without pitfalls, and links to the pair."""
    page = open_page()
    kept = [cell for cell in results["cells"] if cell["variant"] not in pitfalls(results)]
    verdicts = [cell["verdict"] for cell in kept if (cell["save"], cell["load"]) == ("tf-2.3", "keras-3")]
    square = page.locator('#summed a[aria-label^="Saved in tf-2.3, loaded in keras-3:"]')
    assert f"{verdicts.count('identical')}/" in square.inner_text()
    assert f"{verdicts.count('identical')} identical" in square.get_attribute("aria-label")
    go(page, square.click)
    assert "From tf-2.3 to keras-3" == page.locator("#view h1").inner_text()


def test_a_finding_leads_to_its_cells(open_page: Open) -> None:
    """The list behind a finding has as many cells as the finding says."""
    page = open_page()
    link = page.locator("[data-cells]").first
    count = link.inner_text().removeprefix("Show ")
    go(page, link.click)
    assert count == page.locator("#view h1").inner_text()
    assert int(count.split()[0]) == page.locator("#view tbody tr").count()


def test_a_variant_is_next_to_its_remedy(open_page: Open, results: Any) -> None:
    """A pitfall is shown with its remedy, its description, its reasons and its source."""
    pitfall = next(
        variant for variant in results["variants"] if variant["scenario"] == "lambda_layer" and not variant["remedy"]
    )
    page = open_page(fragment("variant", pitfall["id"]))
    assert ["pitfall: layer=none", "remedy: layer=registered"] == page.locator(
        "figcaption > :first-child"
    ).all_inner_texts()
    page.get_by_text("Source of the scenario").click()
    source = next(case["source"] for case in results["scenarios"] if case["name"] == "lambda_layer")
    assert source == page.locator("pre.code").text_content()
    assert "bytecode" in page.locator("#view dl.facts").first.inner_text()


def test_a_square_of_a_variant_leads_to_its_cell(open_page: Open, results: Any) -> None:
    """It takes one click from the matrix to the evidence."""
    cell = a_cell(results, "refused", save="tf-2.3")
    page = open_page(fragment("variant", cell["variant"]))
    label = f"Saved in {cell['save']}, loaded in {cell['load']}: refused"
    go(page, page.locator(f'#view a[aria-label^="{label}"]').first.click)
    assert "refused" in page.locator(".verdict").inner_text()


def test_a_variant_shows_only_runtimes_that_were_asked(open_page: Open, tmp_path: pathlib.Path) -> None:
    """Other runtimes have no row and no column, and Tab does not stop at them."""
    results = made.results()
    variant = results["variants"][0]["id"]
    savers, loaders = ([row["id"] for row in results["runtimes"]][at::3] for at in (1, 2))
    results["cells"] = [
        cell
        for cell in results["cells"]
        if cell["variant"] != variant or (cell["save"] in savers and cell["load"] in loaders)
    ]
    page = open_page(fragment("variant", variant), file=harness.report.write(results, tmp_path)["index.html"])
    matrix = page.locator("#view table").first
    assert len(savers) == matrix.locator("tbody tr:visible").count()
    assert len(savers) * len(loaders) == matrix.locator("tbody td:visible").count()
    assert matrix.locator('a[tabindex="0"]').is_visible()


def test_the_pair_ranks_formats(open_page: Open, results: Any) -> None:
    """Formats are ordered by their share of identical cells, and every variant is listed."""
    page = open_page(fragment("pair", "keras-2.2.4", "keras-3"))
    table = page.get_by_role("table", name="Formats: identical of tested")
    counts = [text.split("/") for text in table.locator('td[data-label="Identical"]').all_inner_texts()]
    shares = [int(identical) / int(asked) for identical, asked in counts]
    assert sorted(shares, reverse=True) == shares
    assert 3 == len(shares)
    assert len(results["variants"]) == page.get_by_role("table", name="Cells from").locator("tbody tr").count()


def test_a_refused_cell_shows_its_exception(open_page: Open, results: Any) -> None:
    """Its message, and its traceback, which is folded at first."""
    cell = a_cell(results, "refused")
    page = open_page(cell_fragment(cell))
    assert cell["failure"]["message"] == page.locator("#view section > pre").first.text_content()
    traceback = page.locator("details:has(> summary:text-is('Traceback'))")
    assert traceback.get_attribute("open") is None
    traceback.locator("summary").click()
    assert cell["failure"]["traceback"] == traceback.locator("pre").text_content()


def test_an_unsaved_cell_shows_the_saving_exception(open_page: Open, results: Any) -> None:
    """An exception while saving is shown once, as such."""
    page = open_page(cell_fragment(a_cell(results, "unsaved")))
    titles = [title for title in page.locator("#view h2").all_inner_texts() if title.startswith("Exception")]
    assert ["Exception while saving"] == titles
    assert "cannot save a subclassed model" == page.locator("#view section > pre").first.text_content()


def test_a_changed_cell_shows_how_much(open_page: Open, results: Any) -> None:
    """The table has observation, place and sizes of each difference, and marks those that do not count."""
    cell = a_cell(results, "changed")
    page = open_page(cell_fragment(cell))
    rows = page.locator("#view section:has(> h2:text-is('Differences')) tbody tr").all_inner_texts()
    assert 2 == len(rows)
    first = rows[0].split("\t")
    assert ["predictions", "value", "row 3"] == first[:3]
    assert f"{cell['differences'][0]['absolute']:.4g}" == first[4]
    assert "no, stated only" == rows[1].split("\t")[-1]


def test_a_long_reason_stays_small(open_page: Open, tmp_path: pathlib.Path) -> None:
    """A reason of thousands of characters is cut in every list; its cell has all of it, folded."""
    document = made.results(runtimes=2, scenarios=1, formats=1, nasty=False)
    reason = "optimizer slot 1 differs; " * 400
    document["cells"][0] |= {"verdict": "incomplete", "stage": "compare", "reason": reason}
    harness.report.write(document, tmp_path)
    cell = document["cells"][0]
    places = ["#/", "#/cells", fragment("pair", cell["save"], cell["load"]), fragment("variant", cell["variant"])]
    page = open_page(file=tmp_path / "index.html", viewport={"width": 390, "height": 844})
    for place in places:
        page.evaluate("hash => location.hash = hash", place)
        page.wait_for_timeout(80)
        text = page.locator("main").inner_text()
        assert "optimizer slot 1 differs; optimizer" in text
        assert text.count("optimizer slot") < 60
        assert (
            page.evaluate("Math.max(...[...document.querySelectorAll('a')].map(a => (a.ariaLabel ?? '').length))") < 400
        )
    go(page, lambda: page.evaluate("hash => location.hash = hash", cell_fragment(cell)))
    assert page.locator(".verdict").bounding_box()["height"] < 420
    page.get_by_text("The whole reason").click()
    assert reason == page.locator("details pre").first.text_content()
    assert page.locator("details pre").first.bounding_box()["height"] < 600


def test_a_crashed_cell_shows_its_signal(open_page: Open, results: Any) -> None:
    """Its signal, and its log."""
    cell = a_cell(results, "crashed")
    page = open_page(cell_fragment(cell))
    assert "SIGSEGV" in page.locator("#view dl.facts").first.inner_text()
    page.locator(".side").nth(1).get_by_text("Log", exact=True).click()
    assert cell["log"] == page.locator(".side").nth(1).locator("pre").text_content()


def test_both_sides_show_their_versions(open_page: Open, results: Any) -> None:
    """The saving runtime is on the left, the loading one on the right."""
    cell = a_cell(results, "changed")
    runtimes = {runtime["id"]: runtime for runtime in results["runtimes"]}
    page = open_page(cell_fragment(cell))
    for at, end in enumerate(("save", "load")):
        text = page.locator(".side").nth(at).inner_text()
        assert cell[end] in text
        assert runtimes[cell[end]]["versions"]["tensorflow"] in text


def test_the_command_runs_just_this_cell(open_page: Open, results: Any) -> None:
    """The command names the cell, and quotes names that a shell would split."""
    plain = a_cell(results, "changed", variant="conv_batchnorm/h5")
    page = open_page(cell_fragment(plain))
    expected = f"nox -s matrix -- --variant conv_batchnorm/h5 --save {plain['save']} --load {plain['load']}"
    assert expected == page.locator(".copy pre").first.text_content()
    nasty = next(cell for cell in results["cells"] if "script" in cell["variant"])
    go(page, lambda: page.evaluate("hash => location.hash = hash", cell_fragment(nasty)))
    assert """--variant 'dense "<script>'"'"'/h5' --save""" in page.locator(".copy pre").first.text_content()


def test_an_unavailable_environment_says_how_to_get_it(open_page: Open) -> None:
    """Its page has the reason and the commands."""
    page = open_page(fragment("runtimes", "py37-tf1.15"))
    assert "no Python 3.7 was found" in page.locator(".verdict").inner_text()
    assert "uv python install 3.7\npyenv install 3.7.17" == page.locator(".copy pre").first.text_content()


def test_an_environment_lists_its_packages(open_page: Open) -> None:
    """The list of environments links to a page with its packages and its log."""
    page = open_page(fragment("runtimes"))
    assert 7 == page.locator("#view table").first.locator("tbody tr").count()
    go(page, page.locator("#view table a").first.click)
    assert "package-17" in page.locator("#view").inner_text()
    assert "Resolved 40 packages" in page.locator("#view").inner_text()


@pytest.mark.parametrize(
    "place",
    [
        "#/variant/nothing",
        "#/pair/a/b",
        "#/cell/a/b/c",
        "#/runtimes/none",
        "#/nowhere",
        "#/cell",
        "#/constructor",
        "#/%E0%A4%A",
    ],
)
def test_an_unknown_name_has_a_page(open_page: Open, place: str) -> None:
    """A link from another run leads to a page that says so and links back."""
    page = open_page(place)
    assert page.locator("#view h1").inner_text().startswith("No such ")
    go(page, page.get_by_role("link", name="To the overview").click)
    assert page.locator("#overview").is_visible()


def test_back_and_forward(open_page: Open) -> None:
    """The history goes through the views, and the overview comes back at the same scroll position."""
    page = open_page()
    page.mouse.wheel(0, 700)
    page.wait_for_function("() => history.state && history.state.y > 0")
    left = page.evaluate("scrollY")
    go(page, lambda: page.evaluate("location.hash = '#/pair/tf-2.3/keras-3'"))
    assert 0 == page.evaluate("scrollY")
    go(page, lambda: page.evaluate("location.hash = '#/runtimes'"))
    go(page, page.go_back)
    assert "From tf-2.3 to keras-3" == page.locator("#view h1").inner_text()
    go(page, page.go_back)
    assert page.locator("#overview").is_visible()
    assert left == page.evaluate("scrollY")
    go(page, page.go_forward)
    assert "From tf-2.3 to keras-3" == page.locator("#view h1").inner_text()


def test_jumps_stay_on_the_overview(open_page: Open) -> None:
    """The link at the top shows the unavailable environments, with or without JavaScript, and as a direct link."""
    in_sight = "() => document.getElementById('unavailable').getBoundingClientRect().top < innerHeight"
    page = open_page()
    assert page.evaluate(in_sight) is False
    page.get_by_role("link", name="which, and how to get it").click()
    assert page.evaluate(in_sight) is True
    assert page.url.endswith("#/")
    assert open_page("#unavailable").locator("#overview").is_visible()
    plain = open_page(java_script_enabled=False)
    plain.get_by_role("link", name="which, and how to get it").click()
    assert "Unavailable on this machine" == plain.locator("#unavailable:target h2").inner_text()


def test_an_empty_run_opens(open_page: Open, tmp_path: pathlib.Path) -> None:
    """A report without cells is a page without errors."""
    harness.report.write(made.empty(), tmp_path)
    page = open_page(file=tmp_path / "index.html")
    assert "Nothing could be tested in this run." == page.locator(".headline").inner_text()
    go(page, lambda: page.evaluate("location.hash = '#/cells'"))
    assert "0 cells" == page.locator("#view h1").inner_text()


def test_without_javascript(open_page: Open, results: Any) -> None:
    """The matrix and the findings are visible, and nothing that needs JavaScript is."""
    page = open_page(java_script_enabled=False)
    assert len(results["runtimes"]) ** 2 == page.locator("#summed tbody td:visible").count()
    assert page.locator("[data-finding]:visible").count() > 5
    assert 0 == page.locator(".js:visible").count()

"""Accessibility: keyboard, screen readers, contrast, narrow and wide windows, paper; screenshots. Needs chromium."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

import harness.report
from tests.browser.driving import Open, fragment, go
from tests.unit.report import made

pytestmark = pytest.mark.slow

axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

PLACES = {
    "overview": "#/",
    "filtered": "#/?verdict=changed&save=tf-2.3",
    "variant": "#/variant/lambda_layer%2Fh5%2Fnone",
    "pair": "#/pair/tf-2.3/keras-3",
    "cells": "#/cells?verdict=refused",
    "runtimes": "#/runtimes",
    "environment": "#/runtimes/py37-tf1.15",
    "causes": "#/causes",
    "cause": "#/causes/bytecode",
    "unknown": "#/causes/unknown",
    "compare": "#/compare",
    "missing": "#/variant/none",
}


def places(results: Any) -> dict[str, str]:
    """All views, and a cell of each kind of verdict."""
    all_places = dict(PLACES)
    for verdict in ("changed", "crashed", "refused", "unsaved", "identical"):
        cell = next(cell for cell in results["cells"] if cell["verdict"] == verdict)
        all_places[f"cell-{verdict}"] = fragment("cell", cell["variant"], cell["save"], cell["load"])
    return all_places


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(open_page: Open, results: Any, laid_over: pathlib.Path, scheme: str) -> None:
    """Every view passes the rules of axe-core in both themes, contrast included, with all details open."""
    page = open_page(file=laid_over, color_scheme=scheme)
    violations_of = {}
    for name, place in places(results).items():
        page.evaluate("hash => location.hash = hash", place)
        page.wait_for_function("hash => location.hash === hash", arg=place)
        page.wait_for_timeout(60)
        page.evaluate("document.querySelectorAll('main details').forEach(item => (item.open = true))")
        violations = axe_api.Axe().run(page).response["violations"]
        violations_of[name] = [(item["id"], [node["html"][:160] for node in item["nodes"][:3]]) for item in violations]
    assert {} == {name: violations for name, violations in violations_of.items() if violations}


def test_axe_on_the_narrow_page(open_page: Open) -> None:
    """Lists that are stacked there keep their table semantics."""
    page = open_page("#/pair/tf-2.3/keras-3", viewport={"width": 390, "height": 844})
    assert [] == axe_api.Axe().run(page).response["violations"]
    assert page.get_by_role("table", name="Cells from tf-2.3 to keras-3").get_by_role("row").count() > 10


def test_arrow_keys_walk_the_matrix(open_page: Open) -> None:
    """The matrix is one Tab stop; arrows, Home and End move inside it, and Enter opens a square."""
    page = open_page()
    assert 1 == page.locator("#summed a[tabindex='0']").count()
    page.locator("#summed a[tabindex='0']").focus()
    focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    for key, expected in [
        ("ArrowRight", "Saved in keras-2.2.4, loaded in tf-1.15"),
        ("ArrowDown", "Saved in tf-1.15, loaded in tf-1.15"),
        ("End", "Saved in tf-1.15, loaded in tf-keras-2.21"),
        ("ArrowRight", "Saved in tf-1.15, loaded in tf-keras-2.21"),
        ("Control+End", "Saved in tf-keras-2.21, loaded in tf-keras-2.21"),
        ("Home", "tf-keras-2.21"),
    ]:
        page.keyboard.press(key)
        assert page.evaluate(focused).startswith(expected)
    page.keyboard.press("ArrowRight")
    go(page, lambda: page.keyboard.press("Enter"))
    assert "From tf-keras-2.21 to keras-2.2.4" == page.locator("#view h1").inner_text()


def test_arrow_keys_pass_over_hidden_rows(open_page: Open) -> None:
    """With one row left, the down arrow does nothing and the up arrow goes to the heading."""
    page = open_page("#/?save=tf-2.3")
    page.locator("#summed tbody tr:not([hidden]) td a").first.focus()
    page.keyboard.press("ArrowDown")
    assert "Saved in tf-2.3" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowUp")
    assert "keras-2.2.4" in page.evaluate("document.activeElement.textContent")


def test_the_keyboard_reaches_everything(open_page: Open) -> None:
    """Tab visits navigation, export, theme, legend, search, selects, matrix, findings and variants, visibly."""
    page = open_page()
    reached = set()
    for _ in range(90):
        page.keyboard.press("Tab")
        part, outline = page.evaluate(
            """() => { const node = document.activeElement; const part = node.closest(
              'nav, .tools, .legend, .controls, #summed, .panel-findings, .panel-variants');
              const outline = getComputedStyle(node).outlineStyle;
              return [part ? (part.id || part.className || part.tagName) : node.className, outline]; }"""
        )
        reached.add(part)
        assert "none" != outline
    assert {
        "skip",
        "js",
        "tools js",
        "legend",
        "controls js",
        "summed",
        "panel-findings",
        "panel-variants js",
    } <= reached


def test_a_new_view_takes_the_focus_to_its_heading(open_page: Open) -> None:
    """The new view is announced to screen readers."""
    page = open_page()
    go(page, lambda: page.evaluate("location.hash = '#/runtimes'"))
    assert "H1" == page.evaluate("document.activeElement.tagName")
    assert "Runtimes and their environments" == page.locator("#status").inner_text()
    assert "Runtimes - Crossload" == page.title()


def test_the_skip_link_leads_to_the_content(open_page: Open) -> None:
    """It moves the focus without changing the view."""
    page = open_page("#/runtimes")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "main" == page.evaluate("document.activeElement.id")
    assert page.url.endswith("#/runtimes")


def test_row_and_column_light_up(open_page: Open) -> None:
    """The headings of the square under the pointer are marked, and the line below describes it."""
    page = open_page()
    page.locator('#summed a[aria-label^="Saved in tf-2.3, loaded in keras-3:"]').hover()
    assert ["keras-3", "tf-2.3"] == sorted(page.locator("#summed th.hl b").all_inner_texts())
    assert page.locator("#readout").inner_text().startswith("Saved in tf-2.3, loaded in keras-3:")


def test_headings_stay_while_the_matrix_scrolls(open_page: Open, tmp_path: pathlib.Path) -> None:
    """With forty runtimes, the last square is visible together with its row and column headings."""
    harness.report.write(made.results(runtimes=40, scenarios=2, formats=1), tmp_path)
    page = open_page(file=tmp_path / "index.html", viewport={"width": 1000, "height": 800})
    page.evaluate("() => document.querySelector('.scroll').scrollIntoView()")
    page.evaluate("() => document.querySelector('.scroll').scrollTo(9999, 9999)")
    last = "#summed tbody tr:last-child td:last-child a"
    for heading in (last, "#summed tbody tr:last-child th", "#summed thead th:last-child"):
        box = page.locator(heading).bounding_box()
        assert 0 <= box["x"] < 1000
        assert 0 <= box["y"] < 800


def test_the_theme_can_be_chosen(open_page: Open) -> None:
    """The button cycles through auto, light and dark, whatever the system prefers, and a reload keeps the choice."""
    page = open_page(color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.get_by_role("button", name="Theme: auto").click()
    assert "rgb(255, 255, 255)" == page.evaluate(background)
    page.get_by_role("button", name="Theme: light").click()
    assert dark == page.evaluate(background)
    page.reload()
    assert page.get_by_role("button", name="Theme: dark").is_visible()


@pytest.mark.parametrize("width", [390, 768, 1280, 1920])
def test_nothing_is_wider_than_the_page(open_page: Open, results: Any, laid_over: pathlib.Path, width: int) -> None:
    """In every view, only elements that scroll on their own are wider than the window."""
    page = open_page(file=laid_over, viewport={"width": width, "height": 900})
    wide = {}
    for name, place in places(results).items():
        page.evaluate("hash => location.hash = hash", place)
        page.wait_for_timeout(60)
        wide[name] = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert dict.fromkeys(wide, False) == wide


@pytest.mark.parametrize("width", [390, 1280])
def test_versions_are_never_broken(open_page: Open, width: int) -> None:
    """A runtime's name and versions break only at hyphens and spaces, in rows, columns and smaller matrices."""
    page = open_page(viewport={"width": width, "height": 900})
    broken = """() => [...document.querySelectorAll(".matrix th b, .matrix th span:not(:last-child)")].filter(node => {
      if (node.matches("b")) node.textContent = "keras2.2.4";
      else node.textContent = "Keras 2.2.4-tf";
      const range = document.createRange();
      range.selectNodeContents(node.firstChild);
      return new Set([...range.getClientRects()].map(box => box.top)).size > 1;
    }).length"""
    assert 0 == page.evaluate(broken)
    go(page, lambda: page.evaluate("location.hash = '#/variant/lambda_layer%2Fh5%2Fnone'"))
    assert 0 == page.evaluate(broken)


@pytest.mark.parametrize("theme", ["auto", "dark"])
def test_paper_is_white(open_page: Open, theme: str) -> None:
    """A page printed from a dark screen is dark on white, whether the system or the reader chose the dark theme."""
    page = open_page(color_scheme="dark")
    page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
    colours = """() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.documentElement)
      .getPropertyValue("--identical")]"""
    dark = page.evaluate(colours)
    page.emulate_media(media="print", color_scheme="dark")
    white = page.evaluate(colours)
    assert "rgb(255, 255, 255)" == white[0]
    assert dark[0] != white[0]
    assert dark[1] != white[1]


def test_on_paper(open_page: Open) -> None:
    """In print the matrix is complete and the controls are hidden."""
    page = open_page()
    page.emulate_media(media="print")
    assert page.locator("form.controls").is_hidden()
    assert "visible" == page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1920])
def test_screenshots(
    open_page: Open, results: Any, laid_over: pathlib.Path, tmp_path: pathlib.Path, width: int, scheme: str
) -> None:
    """Pictures of every view, to look at; they are in pytest's temporary folders."""
    page = open_page(file=laid_over, viewport={"width": width, "height": 1080}, color_scheme=scheme)
    for name, place in places(results).items():
        page.evaluate("hash => location.hash = hash", place)
        page.wait_for_timeout(60)
        page.screenshot(path=tmp_path / f"{name}.png")
    assert len(places(results)) == sum(path.stat().st_size > 10_000 for path in tmp_path.glob("*.png"))

"""Hostile text in a real browser: it is shown, never runs, and the page requests nothing. Needs chromium."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

import harness.report
from harness.report import earlier
from tests.browser.driving import Open, fragment, go
from tests.unit.report import made

pytestmark = pytest.mark.slow

EVIL = (
    "<img src=x onerror=\"window.ran='img'\">",
    "</script><script>window.ran='script'</script>",
    "<!--<script>",
    "\u2028window.ran='line'\u2029",
    "'\"`><svg onload=\"window.ran='svg'\">",
    "javascript:window.ran='url'",
    "{{ 7*7 }}{% raw %}",
    "${window.ran='template'}",
)


def poisoned(text: str) -> Any:
    """A small run in which `text` is everything that somebody could write."""
    results = made.results(runtimes=2, scenarios=1, formats=1, nasty=False)
    for case in results["scenarios"]:
        case |= {
            "name": text,
            "title": text,
            "description": text,
            "path": text,
            "source": text,
            "cause": text,
            "remedy": {text: text},
        }
    for variant in results["variants"]:
        variant |= {"id": text + "/h5", "scenario": text, "format": text, "parameters": {text: text}}
    failure = {"type": text, "message": text, "traceback": text, "step": text, "path": text, "line": 1}
    for save in results["saves"]:
        save |= {"variant": text + "/h5", "reason": text, "failure": failure, "log": text, "notes": [text]}
        save |= {
            "artifact": {"digest": text, "bytes": 1, "files": {text: 1}},
            "versions": {text: text},
            "seconds": {text: 1.0},
        }
    trial = {"remedy": text, "verdict": "refused", "reason": text, "variant": text + "/h5", "save": "", "load": ""}
    remedies = [trial | {"verified": True}, trial | {"verified": False, "wall": 1.0, "variant": ""}]
    results["causes"] = [
        {"id": text, "title": text, "explanation": text, "kind": text, "references": [text], "remedies": [text]}
    ]
    results["remedies"] = [
        {"id": text, "title": text, "side": text, "code": text, "costs": text, "codes": {text: text}}
    ]
    difference = {"observation": text, "kind": "text", "detail": text, "where": text, "counts": True}
    difference |= {"absolute": None, "relative": None, "ulp": None, "allowed": None}
    for cell in results["cells"]:
        cell |= {
            "variant": text + "/h5",
            "verdict": "refused",
            "stage": "load",
            "reason": text,
            "failure": failure,
            "log": text,
        }
        cell |= {"differences": [difference], "notes": [text], "step": text, "signal": text, "before": text}
        cell |= {"cause": text, "remedies": remedies}
    for row in results["runtimes"]:
        row |= {"title": text, "versions": {text: text, "python": text}}
    for place in results["environments"]:
        place |= {
            "title": text,
            "reason": text,
            "hint": text,
            "log": text,
            "requirements": [text],
            "status": "unavailable",
        }
        place |= {"packages": {text: text}, "interpreter": text, "lock": text}
    results["faults"] = [{"path": text, "line": 1, "message": text, "scenario": text, "runtimes": [text]}]
    results["run"] |= {"command": text, "steps": {"save": {text: 1.0}, "load": {text: 1.0}}}
    return results


@pytest.mark.parametrize("text", EVIL)
def test_text_stays_text(open_page: Open, tmp_path: pathlib.Path, text: str) -> None:
    """Every view shows the whole text, and no part of it has become an element or run."""
    results = poisoned(text)
    old = earlier.of(
        results
        | {
            "cells": [cell | {"verdict": "identical"} for cell in results["cells"]],
            "run": results["run"] | {"started": text},
            "runtimes": [row | {"versions": {text: "another"}} for row in results["runtimes"]],
        }
    )
    page = open_page(file=harness.report.write(results, tmp_path, old)["index.html"])
    saver, loader = (row["id"] for row in results["runtimes"])
    views = ["#/", "#/cells", fragment("variant", text + "/h5"), fragment("pair", saver, loader), "#/runtimes"]
    views += ["#/causes", fragment("causes", text), "#/compare", fragment("cells", cause=text, q=text)]
    views += [fragment("cell", text + "/h5", saver, loader), fragment("runtimes", results["environments"][0]["id"])]
    for place in views:
        page.evaluate("hash => location.hash = hash", place)
        page.wait_for_timeout(80)
        page.evaluate("document.querySelectorAll('main details').forEach(item => (item.open = true))")
        shown = page.evaluate("document.querySelector('main').textContent")
        assert text in shown
        assert (
            0 == page.locator("main script, main img, main iframe, main object, main [onload], main [onerror]").count()
        )
        assert 0 == page.locator("main a[href^='javascript']").count()
    assert page.evaluate("window.ran") is None


def test_the_policy_holds(browser: Any, report: pathlib.Path) -> None:
    """If something slipped through, it could neither run nor fetch: the browser itself refuses."""
    context = browser.new_context()
    page = context.new_page()
    page.goto((report / "index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    requests: list[str] = []
    page.on("requestfinished", lambda request: requests.append(request.url))
    refused = page.evaluate(
        """async () => {
          const seen = [];
          document.addEventListener("securitypolicyviolation", event => seen.push(event.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          const image = new Image();
          image.src = "http://localhost:9/picture.png";
          await fetch("http://localhost:9/data").catch(() => {});
          await new Promise(done => setTimeout(done, 150));
          return [seen.map(name => name.replace("-elem", "")).sort(), window.ran ?? null];
        }"""
    )
    context.close()
    assert [["connect-src", "img-src", "script-src"], None] == refused
    assert [] == requests


def test_a_hostile_fragment_does_nothing(open_page: Open) -> None:
    """Text from the address is shown as text too."""
    page = open_page("#/variant/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E?q=%3Cscript%3E")
    assert "<img src=x onerror=alert(1)>" == page.locator("#view code").inner_text()
    go(page, lambda: page.evaluate("location.hash = '#/?scenario=__proto__&verdict=constructor&save=toString'"))
    assert page.locator("#no-findings").is_visible()

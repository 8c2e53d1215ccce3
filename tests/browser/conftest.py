"""A real browser for the report: Debian's Chromium driven by Playwright. Complaints of the page are collected."""

from __future__ import annotations

import json
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

import harness.report
from harness.report import earlier
from tests.browser.driving import Open, local, settled
from tests.unit.report import made

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests."""
    if not CHROMIUM:
        pytest.skip("no chromium on PATH: on Debian, apt-get install chromium")
    with playwright_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A made-up report of eight runtimes, full of hostile text."""
    folder = tmp_path_factory.mktemp("report")
    harness.report.write(made.results(), folder)
    return folder


@pytest.fixture(scope="session")
def results(report: pathlib.Path) -> Any:
    """The results behind that report."""
    document: Any = json.loads((report / "results.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="session")
def laid_over(results: Any, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The page of the same run compared with an earlier one."""
    before = earlier.of(made.earlier(results))
    return harness.report.write(results, tmp_path_factory.mktemp("laid_over"), before)["index.html"]


@pytest.fixture
def open_page(browser: Any, report: pathlib.Path) -> Iterator[Open]:
    """Open the report from disk at a fragment; no page may log a complaint or request anything."""
    contexts, complaints = [], []

    def opened(fragment: str = "#/", file: pathlib.Path = report / "index.html", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: None if local(request.url) else complaints.append(request.url))
        page.goto(file.as_uri() + fragment)
        if options.get("java_script_enabled", True):
            settled(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [] == complaints

"""The plots of formats over the years, checked against counts made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from harness.report import plots, render, tables
from tests.unit.report import made

RELEASED = {
    "py36": "2018-03-01",
    "py37": "2019-10-14",
    "py38": "2020-07-27",
    "py310": "2022-11-18",
    "py311": "2023-11-14",
    "py313": "2026-01-02",
}


@pytest.fixture(scope="module")
def document() -> Any:
    """A made run whose environments were released over eight years."""
    results = made.results()
    for place in results["environments"]:
        place["released"] = RELEASED.get(place["id"].split("-")[0], "")
    return results


def _saved(document: Any, environment: str, format_: str) -> list[str]:
    """Verdicts of files that an environment saved, loaded in the same or newer ones; pitfalls left out."""
    released = {row["id"]: RELEASED[row["environment"].split("-")[0]] for row in document["runtimes"]}
    causes = {case["name"] for case in document["scenarios"] if case["cause"]}
    sound = {
        variant["id"]
        for variant in document["variants"]
        if variant["format"] == format_ and (variant["remedy"] or variant["scenario"] not in causes)
    }
    savers = {row["id"] for row in document["runtimes"] if row["environment"].startswith(environment)}
    return [
        cell["verdict"]
        for cell in document["cells"]
        if cell["variant"] in sound
        and cell["save"] in savers
        and released[cell["load"]] >= released[cell["save"]]
        and cell["verdict"] not in ("unsupported", "unavailable")
    ]


def test_a_bar_counts_the_files_of_a_year(document: Any) -> None:
    """All tried cells whose saver is of that year and whose loader is not older."""
    panels = plots.by_year(document, tables.cells(document))
    panel = next(panel for panel in panels if panel.format == "h5")
    bar = panel.at(2020)
    verdicts = _saved(document, "py38", "h5")
    assert bar is not None
    assert (len(verdicts), verdicts.count("identical")) == (bar.counts.asked, bar.counts.good)
    assert round(100 * verdicts.count("identical") / len(verdicts)) == bar.share
    assert panel.at(2019) is None  # that environment was unavailable


def test_the_parts_of_a_bar_fill_it(document: Any) -> None:
    """Good cells are at the foot, and heights are shares."""
    for panel in plots.by_year(document, tables.cells(document)):
        for bar in panel.bars:
            assert sum(height for _, _, height in bar.parts) == pytest.approx(plots.HIGH, abs=0.1)
            assert "identical" == bar.parts[0][0]
            assert bar.parts[0][1] == pytest.approx(plots.HIGH * (1 - bar.counts.good / bar.counts.asked), abs=0.1)
            assert plots.SIDE <= bar.x < bar.x + bar.width <= plots.WIDE


def test_age_counts_whole_years(document: Any) -> None:
    """From March 2018 to November 2022 is four years; the axis reaches from 0 to the oldest file."""
    panels = plots.by_age(document, tables.cells(document))
    assert {"0", "7"} <= {bar.label for bar in panels[0].bars}
    assert (4, 0, 1) == (
        plots._years("2018-03-01", "2022-11-18"),
        plots._years("2018-03-01", "2019-02-28"),
        plots._years("2018-03-01", "2019-03-01"),
    )


def test_without_dates_there_is_no_plot(document: Any) -> None:
    """If releases are unknown, or all in one year, there are no panels, and the page leaves the plots out."""
    unknown = document | {"environments": [place | {"released": ""} for place in document["environments"]]}
    same = document | {"environments": [place | {"released": "2020-01-01"} for place in document["environments"]]}
    for results in (unknown, same):
        assert [] == plots.by_year(results, tables.cells(results))
    assert "Ten years of files" not in render.page(unknown, tables.sums(unknown))


def test_every_number_of_a_plot_is_in_its_table(document: Any) -> None:
    """Share, identical and asked can be read as text."""
    page = render.page(document, tables.sums(document))
    assert "Ten years of files" in page
    for panel in plots.by_year(document, tables.cells(document)):
        for bar in panel.bars:
            assert f"{bar.share}% <small>{bar.counts.good}/{bar.counts.asked}</small>" in page

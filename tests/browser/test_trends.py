"""Charts in real JupyterLab: drawn without a network, and clicked."""

from __future__ import annotations

import pytest

from tests.browser.conftest import execute

SETUP = """from paperkit import Explorer, Library, Triage, chart, papers_per, rising_terms
library = Library.sample("trends")
papers = library.papers()
papers = papers[papers["published"].between("2023-10-01", "2025-01-01")]
counts = papers_per(papers, "quarter", by="topic", until="2024-12")
rising = rising_terms(papers, since="2024-07", text="both", certain=False)
table = Triage(library)
explorer = Explorer(rising, papers, table=table, top=8)
None"""


@pytest.fixture
def strangers(browser, monkeypatch):
    """Collect the addresses of other hosts that pages ask for."""
    asked = []
    new = browser.new_page

    def watched(**options):
        page = new(**options)
        page.on("request", note)
        return page

    def note(request):
        if request.url.startswith("http") and "//127.0.0.1" not in request.url:
            asked.append(request.url)

    monkeypatch.setattr(browser, "new_page", watched)
    return asked


def test_a_chart_is_drawn_by_jupyterlab_without_a_network(notebook, strangers):
    """It is interactive: the legend's names can be clicked, and marks have tooltips."""
    page = notebook([SETUP, "chart(counts, measure='share')"])
    page.wait_for_selector(".vega-embed svg")
    width = "node => node.getBoundingClientRect().width"
    drawn = page.eval_on_selector(".vega-embed svg", width)
    assert drawn > 0.9 * page.eval_on_selector(".vega-embed >> xpath=..", width)
    assert page.problems == []
    assert strangers == []


def test_marks_are_reached_by_keys_and_vega_is_sent_once(notebook):
    """Tab leads to a mark, arrows to the next, Enter picks; each chart is as wide as its cell."""
    page = notebook([SETUP, "explorer", "Explorer(counts, papers)"])
    page.wait_for_function("document.querySelectorAll('.pk-chart svg').length === 2")
    first = page.locator(".pk-chart").first
    box = first.evaluate(
        "node => node.querySelector('svg').getBoundingClientRect().width / node.clientWidth"
    )
    assert 0.98 < box < 1.02
    assert first.locator("[tabindex='0']").count() == 1
    first.locator("[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    first.locator("[role=status]:has-text('papers behind')").wait_for()
    assert execute(page, "print(explorer.picked == rising.index[1])") == "True"
    sent = "from paperkit.widgets.explorer import _vega; print(_vega.cache_info()[:2])"
    assert execute(page, sent) == "(0, 1)"
    assert page.problems == []


def test_a_click_on_a_term_lists_its_papers_in_the_table(notebook, strangers):
    """The papers are a frame in the next cell, too."""
    page = notebook([SETUP, "explorer", "table"])
    page.wait_for_selector(".pk-triage[data-ready]")
    mark = page.locator(".mark-symbol path[aria-label]").first
    mark.wait_for()
    mark.click()
    page.wait_for_selector("[role=status]:has-text('papers behind gaussian')")
    count = int(execute(page, "print(len(explorer.papers))"))
    assert 0 < count < int(execute(page, "print(len(papers))"))
    page.wait_for_selector(f".pk-count:text-is('{count} papers')")
    same = "print(sorted(table.visible.index) == sorted(explorer.papers.index))"
    assert execute(page, same) == "True"
    assert page.problems == []
    assert strangers == []

"""The triage widget over 100,000 papers in a real JupyterLab."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from paperkit.library import Library
from tests.browser.conftest import close_page, execute, new_page

SIZE = 100_000
PAPERS = f"""
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {SIZE - 1})
INSERT INTO papers (num, id, version, title, authors, abstract, categories, published, updated,
    comment, journal_ref, doi, code, added_at)
SELECT i + 1, printf('%04d.%05d', 1501 + i / 9000, i), 1,
    printf('Paper %d on %s', i, iif(i % 1000, 'avatars', 'quasars')), '["Ann Lee"]', '',
    '["cs.CV"]', strftime('%Y-%m-%dT%H:%M:%f+00:00', '2015-01-01', i || ' minutes'),
    strftime('%Y-%m-%dT%H:%M:%f+00:00', '2015-01-01', i || ' minutes'), '', '', '', 0, ''
FROM n
"""
VERSIONS = """
INSERT INTO versions SELECT num, 1, json_object('id', id, 'version', 1, 'title', title, 'authors',
    json(authors), 'abstract', '', 'categories', json(categories), 'published', published,
    'updated', updated, 'comment', '', 'journal_ref', '', 'doi', ''), '' FROM papers
"""
SETUP = """
from paperkit.library import Library
from paperkit.queries import Query
from paperkit.widgets.triage import Triage
library = Library({path!r})
"""
SHOW = "triage = Triage(library, query=Query())\ntriage"
SWEEP = """async () => {
    const grid = document.querySelector(".pk-grid");
    const end = grid.scrollHeight - grid.clientHeight;
    const start = performance.now();
    let blank = 0, since = null, now = start;
    while (now - start < 2000) {
        grid.scrollTop = ((now - start) / 2000) * end;
        now = await new Promise((next) => requestAnimationFrame(next));
        const texts = [...grid.querySelectorAll(".pk-body .pk-row:not([hidden]) .pk-title")];
        if (texts.some((n) => n.textContent)) since = null;
        else since ??= now;
        if (since !== null) blank = Math.max(blank, now - since);
    }
    grid.scrollTop = end / 2;
    return blank;
}"""


@pytest.fixture(scope="module")
def page(lab, browser, tmp_path_factory):
    """Give the table over a library that was filled by SQL: adding papers would take minutes."""
    library = Library(tmp_path_factory.mktemp("many") / "library")
    with closing(sqlite3.connect(library.path / "library.db")) as db:
        db.execute(PAPERS)
        db.execute(VERSIONS)
        db.commit()
    page = new_page(lab, browser, "scale.ipynb", [SETUP.format(path=str(library.path)), SHOW])
    page.set_default_timeout(60_000)
    page.wait_for_selector(".pk-triage[data-ready]")
    page.locator(".pk-grid").focus()
    yield page
    close_page(page)


def active(page, text: str) -> None:
    page.wait_for_selector(f".pk-row.pk-active:has-text('{text}')")


def test_the_ends_are_one_key_away(page):
    """End shows the last of 100,000 papers, Home the first; few rows are in the page."""
    page.wait_for_selector(".pk-count:has-text('100,000 papers')")
    page.keyboard.press("End")
    active(page, "Paper 0 on")
    page.keyboard.press("Home")
    active(page, "Paper 99999 on")
    assert page.locator(".pk-body .pk-row").count() < 60
    assert page.locator(".pk-grid").get_attribute("aria-rowcount") == "100001"


def test_a_sweep_over_all_rows_is_never_blank_and_stops_at_the_right_ones(page):
    """Rows stay in sight while others are fetched; at rest they are those of the place."""
    assert page.evaluate(SWEEP) <= 150
    page.wait_for_selector(".pk-body:not(.pk-behind) .pk-row:has-text('Paper 50000 on')")
    page.locator(".pk-row:has-text('Paper 50000 on')").click()
    active(page, "Paper 50000 on")
    told = "print(triage.library.index.ids([triage.table.listed[49_999]]) == [triage.table.cursor])"
    page.wait_for_selector(".pk-pane h3:has-text('Paper 50000 on')")
    page.wait_for_function("document.querySelector('.pk-body:not(.pk-behind)')")
    # The kernel hears of it a moment later, on another thread than cells run on.
    assert any(execute(page, told) == "True" for _ in range(20))


def test_searching_finds_the_few_among_the_many(page):
    """The count and the rows follow the words."""
    page.keyboard.press("/")
    page.keyboard.type("quasars")
    page.wait_for_selector(".pk-count:has-text('100 papers')")
    page.wait_for_selector(".pk-row:has-text('Paper 99000 on quasars')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".pk-count:has-text('100,000 papers')")
    page.keyboard.press("ArrowDown")


def test_a_selection_of_thousands_is_decided_and_undone_in_one_step(page):
    """All that a search lists are one action; rows out of sight follow too."""
    page.keyboard.press("/")
    page.keyboard.type("9")  # the words that begin with it: 9, 90 … 99999
    page.wait_for_selector(".pk-count:has-text('11,111 papers')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    page.wait_for_selector(".pk-count:has-text('11,111 selected')")
    page.keyboard.press("d")
    page.wait_for_selector(".pk-row[data-decision='skip']")
    assert (
        execute(page, "print(len(library.index.find(Query(decisions=['skip'])).numbers))")
        == "11111"
    )
    page.keyboard.press("End")
    page.wait_for_selector(".pk-row.pk-active[data-decision='skip']:has-text('Paper 9 on')")
    page.keyboard.press("u")
    page.wait_for_selector(".pk-row[data-decision='skip']", state="hidden")
    assert execute(page, "print(len(library.index.find(Query(decisions=['skip'])).numbers))") == "0"

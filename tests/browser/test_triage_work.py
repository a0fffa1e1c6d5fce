"""The triage widget at work in a real JupyterLab: summarizing, two tables, figures, columns."""

from __future__ import annotations

import pytest

from tests.browser.conftest import close_page, execute, new_page
from tests.browser.test_triage_lab import SETUP

SETUP_WORK = """
import io, threading
from PIL import Image
from paperkit.models import Extractive
from paperkit.readings import Figure, Reading

class Gated(Extractive):
    gate = threading.Semaphore(0)
    def answer(self, request):
        self.gate.acquire()
        return super().answer(request)

model = Gated()
figure = Figure("figure", "Figure 1", 1, (0, 0, 1, 1), "<b>Overview</b>", file="a.png")
library.files.save_reading("2401.00303", Reading("T", 1, "1", figures=(figure,)))
folder = library.files.figures_path("2401.00303")
folder.mkdir(parents=True, exist_ok=True)
Image.new("RGB", (60, 40), "teal").save(folder / "a.png")
"""
FIRST = "triage = Triage(library, query=Query(), model=model)\ntriage"
SECOND = "other = Triage(library, query=Query())\nother"


@pytest.fixture(scope="module")
def opened(lab, browser):
    page = new_page(lab, browser, "work.ipynb", [SETUP, SETUP_WORK, FIRST, SECOND], height=1700)
    page.wait_for_function("document.querySelectorAll('.pk-triage[data-ready]').length === 2")
    yield page
    close_page(page)


@pytest.fixture
def table(opened):
    """Give the first of two tables over one library, at its first row."""
    execute(opened, "triage.clear(); triage.query = Query(); triage.show('2401.00303')")
    found = opened.locator(".pk-triage").first
    found.locator(".pk-active:has-text('头像重建')").wait_for()
    found.locator(".pk-grid").focus()
    return found


def test_a_selection_is_summarized_while_the_cells_are_free(table):
    """The button starts, the meter counts, Stop leaves the rest, and its report says so."""
    page = table.page
    for index in range(6):
        page.keyboard.press("x")
        page.keyboard.press("j" if index < 5 else "k")
    table.locator(".pk-count:has-text('6 selected')").wait_for()
    table.locator("button:has-text('Summarize')").click()
    table.locator(".pk-progress:has-text('0 of 6')").wait_for()
    assert execute(page, "print(1 + 1)") == "2"
    execute(page, "model.gate.release()")
    table.locator(".pk-progress:has-text('1 of 6')").wait_for()
    table.locator(".pk-progress button:has-text('Stop')").click()
    execute(page, "model.gate.release(10)")
    table.locator(".pk-live:has-text('1 left')").wait_for()
    table.locator(".pk-progress").wait_for(state="hidden")
    told = "print(len(triage.report), (triage.report['outcome'] == 'left').sum())"
    assert execute(page, told) == "6 1"


def test_two_tables_over_one_library_see_each_others_decisions(table):
    """A key in the first colors the row of the second, and its count."""
    other = table.page.locator(".pk-triage").nth(1)
    other.locator("button:has-text('Filters')").click()
    other.locator(".pk-values label:has-text('keep')").wait_for()
    table.page.keyboard.press("s")
    other.locator(".pk-row[data-decision='keep']:has-text('头像重建')").wait_for()
    other.locator(".pk-values label:has-text('keep') .pk-number:has-text('1')").wait_for()
    table.page.keyboard.press("u")
    other.locator(".pk-row[data-decision='keep']").wait_for(state="hidden")


LOADED = """() => {
    const image = document.querySelector(".pk-gallery img");
    image?.scrollIntoView({ block: "nearest" });
    return image?.naturalWidth === 60;
}"""


def test_figures_are_shown_in_the_pane(table):
    """They are fetched when their section is opened; a caption is text."""
    table.locator("summary:has-text('Figures (1)')").click()
    table.page.wait_for_function(LOADED)
    assert table.locator(".pk-gallery figcaption").inner_text() == "Figure 1: <b>Overview</b>"


def test_a_column_is_resized_with_the_mouse(table):
    """A column after the title begins at its grip and grows to the left; that is remembered."""
    mouse = table.page.mouse
    execute(table.page, "triage.layout_state = {'columns': ['topics'], 'pane': False}")
    table.locator(".pk-heading:has-text('Topics')").wait_for()
    before = table.locator(".pk-heading:has-text('Topics')").bounding_box()
    box = table.locator(".pk-heading:has-text('Topics') .pk-grip").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x - 20, y)
    mouse.move(x - 40, y)
    mouse.up()
    after = table.locator(".pk-heading:has-text('Topics')").bounding_box()
    assert after["width"] - before["width"] == 40
    told = "print(triage.layout_state.get('widths'))"
    assert any(execute(table.page, told) == "{'topics': 150}" for _ in range(20))
    execute(table.page, "triage.layout_state = {}")
    table.locator(".pk-pane").wait_for()


ANSWERED = """
from paperkit.digests import Answer, Digest, Statement
from datetime import UTC, datetime
for n, text in enumerate(["Avatars, of heads.", "avatars", "<b>Hands</b>."]):
    named = Digest(paper_id=f"2401.{n:05}", version=1, outline="digest", language="en")
    said = (Statement(text),)
    given = Answer(question="summary", statements=said, model="m", at=datetime.now(UTC))
    library.drafts.save_answers(named, [given])
"""


def test_answers_are_columns_and_filters(table):
    """A value narrows the list, its chip takes it off; other words are typed; texts stay texts.

    The column stays beside the filters and the pane, and the filter is saved with the search.
    """
    page = table.page
    assert execute(page, ANSWERED) == ""
    columns = "triage.layout_state = {'columns': ['answer:summary'], 'facets': True, 'pane': True}"
    execute(page, columns)
    heading = table.locator(".pk-heading:has-text('Summary')")
    heading.wait_for()
    assert heading.bounding_box()["width"] >= 90
    title = table.locator(".pk-row .pk-title").first
    assert title.bounding_box()["width"] >= 150
    value = table.locator(".pk-answers label:has-text('avatars')")
    value.locator(".pk-number:has-text('2')").wait_for()
    table.locator(".pk-answers label:has-text('<b>hands</b>')").wait_for()
    value.click()
    table.locator(".pk-count:has-text('2 papers')").wait_for()
    table.locator(".pk-row:has-text('Avatars, of heads.')").wait_for()
    table.locator(".pk-values label:has-text('undecided') .pk-number:has-text('2')").wait_for()
    assert execute(page, "print(triage.save('avatars').answers)") == "{'summary': '=avatars'}"
    table.locator(".pk-filter:has-text('Summary: avatars')").click()
    table.locator(".pk-count:has-text('304 papers')").wait_for()
    table.locator("button:has-text('View')").click()
    table.locator(".pk-menu-item:has-text('avatars')").click()
    table.locator(".pk-count:has-text('2 papers')").wait_for()
    table.locator(".pk-filter:has-text('Summary: avatars')").click()
    table.locator(".pk-count:has-text('304 papers')").wait_for()
    words = table.locator(".pk-answers input[type=search]")
    words.fill("heads")
    words.press("Enter")
    table.locator(".pk-count:has-text('1 paper')").wait_for()
    assert execute(page, "print(list(triage.visible.index))") == "['2401.00000']"
    execute(page, "triage.filter_answers(); triage.layout_state = {}")
    table.locator(".pk-count:has-text('304 papers')").wait_for()


def test_chinese_titles_are_found_and_marked(table):
    """A word's beginning is enough, as in other languages."""
    table.locator(".pk-search").fill("头像")
    table.locator(".pk-count:has-text('1 paper')").wait_for()
    assert table.locator(".pk-title mark").first.inner_text() == "头像"


def test_what_is_unseen_is_said_once_it_can_be(table):
    """A quiet line, with its meaning as a title; gone when the decisions are."""
    line = table.locator(".pk-work")
    execute(table.page, "ids = list(triage.visible.index[:20])")
    execute(table.page, "for n, i in enumerate(ids): triage.decide('skip' if n % 5 else 'keep', i)")
    line.filter(has_text="more worth reading").wait_for()
    assert "from 4 kept of 20 read" in line.get_attribute("title")
    execute(table.page, "triage.undo(20)")
    table.locator(".pk-work:not(:has-text('more worth reading'))").wait_for()


LOCK = """import sqlite3
from paperkit.widgets import triage_messages as messages
messages.PATIENCE = 0.05
lock = sqlite3.connect(library.path / "library.db", isolation_level=None)
_ = lock.execute("BEGIN IMMEDIATE")"""
TITLE = "document.querySelector('.pk-body .pk-active .pk-title').innerText"


@pytest.fixture
def locked(table):
    """The first table, over a library that another program is writing to."""
    assert execute(table.page, LOCK) == ""
    yield table
    execute(table.page, "lock.close(); messages.PATIENCE = 2.0; triage.undo(9)")


def test_a_decision_that_cannot_be_saved_is_said_and_saved_later(locked):
    """The cursor comes back, the row isn't colored; once the library is free, both follow."""
    page = locked.page
    page.keyboard.press("s")
    told = locked.locator(".pk-live.pk-wrong:has-text('Not saved')")
    told.filter(has_text="the library is locked by another program").wait_for()
    page.wait_for_function(f"() => {TITLE}.includes('头像重建')")
    assert locked.get_attribute("data-state") == "failed"
    assert locked.locator(".pk-row[data-decision='keep']").count() == 0
    execute(page, "lock.close()")
    locked.locator(".pk-row[data-decision='keep']:has-text('头像重建')").wait_for()
    locked.locator(".pk-live:not(.pk-wrong):has-text('Kept: ')").wait_for()
    assert locked.get_attribute("data-state") == ""
    assert execute(page, "print(list(triage.kept.index))") == "['2401.00303']"


def test_what_waits_to_be_saved_can_be_taken_back(locked):
    """A note and a decision: u takes back the decision alone, the note is saved."""
    page = locked.page
    page.keyboard.press("n")
    page.keyboard.type("see fig 3")
    page.keyboard.press("Enter")
    locked.locator(".pk-live.pk-wrong:has-text('Not saved')").wait_for()
    page.keyboard.press("d")
    page.keyboard.press("u")
    locked.locator(".pk-live:has-text('taken back before it was saved: skip')").wait_for()
    execute(page, "lock.close()")
    locked.locator(".pk-live:has-text('note saved')").wait_for()
    told = "p = library.papers(); print(p.loc['2401.00303', 'note'], p['decision'].notna().sum())"
    assert execute(page, told) == "see fig 3 0"


def test_a_key_held_down_decides_one_paper(table):
    """The keyboard repeats it; only moving follows."""
    page = table.page
    page.keyboard.down("s")
    page.keyboard.down("s")
    page.keyboard.down("s")
    page.keyboard.up("s")
    table.locator(".pk-row[data-decision='keep']").wait_for()
    page.keyboard.press("d")
    table.locator(".pk-row[data-decision='skip']").wait_for()
    assert execute(page, "print(library.papers()['decision'].notna().sum())") == "2"
    execute(page, "triage.undo(2)")


def test_keys_mean_the_same_on_a_layout_with_other_letters(table):
    """The key of the letter s on a Russian keyboard keeps."""
    table.locator(".pk-grid").evaluate(
        "grid => grid.dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'ы', code: 'KeyS', bubbles: true }))"
    )
    table.locator(".pk-row[data-decision='keep']:has-text('头像重建')").wait_for()
    execute(table.page, "triage.undo()")


def test_undo_and_redo_in_a_note_are_the_browsers_own(table):
    """They change the words, and neither the decisions nor the notebook."""
    page = table.page
    page.keyboard.press("n")
    note = table.locator(".pk-asking input")
    note.fill("first")
    page.keyboard.insert_text(" second")
    page.keyboard.press("Control+z")
    assert note.input_value() == "first"
    page.keyboard.press("Control+Shift+z")
    assert note.input_value() == "first second"
    page.keyboard.press("Escape")
    assert page.locator(".pk-triage").count() == 2

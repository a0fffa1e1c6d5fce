"""The triage widget in a real JupyterLab: keys, filters, bulk, undo, hostile text, access."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser.conftest import READY, close_page, execute, new_page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"

SETUP = r"""
import os, tempfile
from datetime import UTC, datetime, timedelta
from paperkit.library import Library
from paperkit.papers import Paper
from paperkit.queries import Query
from paperkit.widgets.triage import Triage

HOSTILE = [
    "<img src=x onerror=alert(1)>: {{7*7}} {% raw %} $x_{i}$ a/b",
    "<script>alert(2)</script> $\\href{javascript:alert(3)}{x}$ avatars",
    "$\\htmlClass{x}{y}$ $\\undefined{$ “><svg onload=alert(4)> costs $5 and then $6",
]
START = datetime(2024, 1, 1, tzinfo=UTC)

def paper(n, title="", version=1):
    return Paper(
        id=f"2401.{n:05}", version=version, title=title or f"Paper {n} on neural avatars",
        authors=("Ann Lee", "<b>Bo</b>", "Cy Day"), published=START + timedelta(days=n),
        abstract=f"We study $\\alpha_{{{n}}} + \\frac{{1}}{{2}}$ <b>bold</b> \\(x^2\\). "
        "See https://github.com/a/b and javascript:alert(5).",
        updated=START + timedelta(days=n + version - 1), categories=("cs.CV", "<i>x</i>"),
        comment="Accepted at CVPR 2024", doi='10.1/"><img src=x onerror=alert(6)>',
    )

library = Library(tempfile.mkdtemp())
library.add([paper(n) for n in range(300)], topic="avatars")
library.add([paper(300 + n, title=t) for n, t in enumerate(HOSTILE)], topic="<u>hostile</u>")
library.add([paper(303, title="头像重建：高斯泼溅")], topic="头像")
library.add([paper(299, title="Paper 299 on neural hands", version=2)])
evil = "<img src=x onerror=alert(7)>"
library.decide("2401.00300", None, tags=[evil], note="<script>alert(8)</script>")
library.score(library.papers().assign(score=0.5, why="<b>alike</b>").head(5))
"""
SHOW = "triage = Triage(library, query=Query())\ntriage"
BASE = "base = library.index.changes()[0]"


@pytest.fixture(scope="module")
def opened(lab, browser):
    page = new_page(lab, browser, "triage.ipynb", [SETUP, SHOW])
    page.wait_for_selector(".pk-triage[data-ready]")
    execute(page, BASE)
    yield page
    close_page(page)


@pytest.fixture
def page(opened):
    """Give the widget as at first: everything listed, nothing decided, the first row active."""
    execute(
        opened,
        "while library.index.changes(base)[1] and library.index.changes(base)[0] != base:\n"
        "    if not library.undo(): break\n"
        "    if not any(library.papers()['decision']): break\n"
        "triage.layout_state = {}\ntriage.query = Query()\ntriage.refresh()\ntriage.clear()\n"
        "triage.show('2401.00303')",
    )
    opened.problems.clear()
    opened.set_viewport_size({"width": 1400, "height": 1000})
    opened.locator(".pk-grid").focus()
    opened.keyboard.press("Escape")
    opened.wait_for_selector(
        ".pk-row:is([data-decision=keep],[data-decision=skip])", state="detached"
    )
    opened.wait_for_selector(".pk-row.pk-active:has-text('头像重建')")
    yield opened
    assert opened.problems == []


def active(page) -> str:
    return page.locator(".pk-body .pk-row.pk-active .pk-title").inner_text()


def row(page, text: str):
    return page.locator(f".pk-body .pk-row:has-text('{text}')").first


def cells(page) -> int:
    return page.evaluate("window.jupyterapp.shell.currentWidget.content.model.cells.length")


def test_j_and_k_and_the_arrows_move(page):
    """The active row follows; it is the grid's active descendant."""
    for key in ("j", "j", "ArrowDown", "k", "ArrowUp"):
        page.keyboard.press(key)
    page.wait_for_selector(".pk-row.pk-active:has-text('costs')")
    named = page.locator(".pk-grid").get_attribute("aria-activedescendant")
    assert page.locator(f"#{named}").get_attribute("aria-rowindex") == "3"


@pytest.mark.parametrize(("key", "decision"), [("s", "keep"), ("d", "skip"), ("l", "later")])
def test_a_key_decides_and_moves_on(page, key, decision):
    """The library has the decision when the row changes color."""
    page.keyboard.press(key)
    page.wait_for_selector(f".pk-row[data-decision='{decision}']:has-text('头像重建')")
    decided = f"print(list(library.papers(decision='{decision}').index))"
    assert execute(page, decided) == "['2401.00303']"
    page.wait_for_selector(".pk-row.pk-active:has-text('costs')")


def test_keys_faster_than_the_kernel_decide_one_paper_each(page):
    for key in "sdl":  # in one task of the page: no answer can come between them
        page.evaluate(
            "(keys) => [...keys].forEach((key) => document.querySelector('.pk-grid')"
            ".dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })))",
            key * 4,
        )
    page.wait_for_selector(".pk-row[aria-rowindex='13'][data-decision='later']")
    said = execute(page, "print(list(triage.visible['decision'][:13].fillna('')))")
    assert said == str(["keep"] * 4 + ["skip"] * 4 + ["later"] * 4 + [""])


DECIDED = """n => document.querySelectorAll(
    '.pk-row[data-decision]:not([data-decision=""]):not([hidden])').length === n"""


def test_u_undoes_any_number(page):
    """Each press takes back one decision."""
    for key in ("s", "d", "s"):
        before = active(page)
        page.keyboard.press(key)
        page.wait_for_function(
            "t => document.querySelector('.pk-body .pk-active .pk-title').innerText !== t",
            arg=before,
        )
    page.wait_for_function(DECIDED, arg=3)
    assert execute(page, "print(library.papers()['decision'].notna().sum())") == "3"
    for left in (2, 1, 0):
        page.keyboard.press("u")
        page.wait_for_function(DECIDED, arg=left)
    assert execute(page, "print(library.papers()['decision'].notna().sum())") == "0"


def test_buttons_do_what_keys_do(page):
    """Keep and Undo by mouse."""
    page.click(".pk-foot button:has-text('Keep')")
    page.wait_for_selector(".pk-row[data-decision='keep']")
    page.click(".pk-foot button:has-text('Undo')")
    page.wait_for_selector(".pk-row[data-decision='keep']", state="hidden")


def test_typing_in_the_search_field_filters_and_marks(page):
    """Words are prefixes; the count and the rows follow; the marked words are the query's."""
    page.keyboard.press("/")
    page.keyboard.type("neural hand")
    page.wait_for_selector(".pk-count:has-text('1 paper')")
    page.wait_for_selector(".pk-triage[data-shown='neural hand']")
    assert row(page, "hands").locator(".pk-title mark").all_inner_texts() == ["neural", "hand"]
    assert execute(page, "print(triage.query.text, len(triage.visible))") == "neural hand 1"


def test_keys_typed_into_the_search_field_decide_nothing(page):
    """s, d, l, u, x are letters there."""
    page.keyboard.press("/")
    page.keyboard.type("sdlux")
    page.wait_for_selector(".pk-count:has-text('0 papers')")
    assert execute(page, "print(library.papers()['decision'].notna().sum())") == "0"
    page.wait_for_selector(".pk-nothing:has-text('No papers match')")


def test_a_key_pressed_before_its_row_arrived_counts(page):
    """What is far away is not there yet; the key concerns it all the same."""
    page.evaluate(
        "() => ['End', 's', 'Home', 'End', 'k', 'x'].forEach("
        "(key) => document.querySelector('.pk-grid')"
        ".dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })))"
    )
    page.wait_for_selector(".pk-row[aria-rowindex='305'][data-decision='keep']")
    page.wait_for_selector(".pk-row[aria-rowindex='304'][aria-selected='true']")
    said = execute(page, "print(list(triage.kept.index), list(triage.selection.index))")
    assert said == "['2401.00000'] ['2401.00001']"


def test_the_filters_counts_follow_the_words(page):
    """Opened by a key, with the focus in them; each letter counts anew."""
    page.keyboard.press("f")
    page.wait_for_selector(".pk-side :focus")
    counts = ".pk-side label:has-text('avatars') .pk-number"
    page.wait_for_selector(f"{counts}:text-is('300')")
    page.locator(".pk-search").press_sequentially("hands")
    page.wait_for_selector(f"{counts}:text-is('1')")


def test_facets_filter_and_count(page):
    """A checked value narrows the list, shows as a chip, and the chip takes it off again."""
    page.keyboard.press("f")
    page.locator(".pk-side label:has-text('头像')").click()
    page.wait_for_selector(".pk-count:has-text('1 paper')")
    assert execute(page, "print(triage.query.topics)") == "('头像',)"
    page.click(".pk-filter")
    page.wait_for_selector(".pk-count:has-text('304 papers')")


def test_a_month_of_the_histogram_narrows_the_dates(page):
    """One click is one month."""
    page.keyboard.press("f")
    page.locator(".pk-column[aria-label^='2024-02']").click()
    page.wait_for_selector(".pk-count:has-text('29 papers')")
    assert execute(page, "print(triage.query.since, triage.query.until)") == (
        "2024-02-01 2024-02-29"
    )


def test_x_and_shift_select_a_range(page):
    """The selection is in Python at once, as a frame."""
    page.keyboard.press("x")
    page.wait_for_selector(".pk-count:has-text('1 selected')")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.wait_for_selector(".pk-count:has-text('4 selected')")
    row(page, "Paper 296 ").click(modifiers=["Shift"])
    page.wait_for_selector(".pk-count:has-text('8 selected')")
    assert execute(page, "print(len(triage.selection), triage.selection.index[0])") == (
        "8 2401.00303"
    )
    page.keyboard.press("Escape")
    page.wait_for_selector(".pk-count:has-text('selected')", state="hidden")


def test_a_selection_of_any_size_is_decided_and_undone_in_one_step(page):
    """Three hundred papers are one action."""
    page.keyboard.press("a")
    page.wait_for_selector(".pk-count:has-text('304 selected')")
    page.keyboard.press("d")
    page.wait_for_selector(".pk-row[data-decision='skip']")
    assert execute(page, "print(len(library.papers(decision='skip')))") == "304"
    page.keyboard.press("u")
    page.wait_for_selector(".pk-row[data-decision='skip']", state="hidden")
    assert execute(page, "print(len(library.papers(decision='skip')))") == "0"


def test_t_and_n_tag_and_note(page):
    """Tags are separated by commas; a note replaces the one before."""
    page.keyboard.press("t")
    page.keyboard.type("fast, 网络")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pk-facts:has-text('#网络')")
    page.keyboard.press("n")
    page.keyboard.type("see fig 2")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pk-pane .pk-line:has-text('see fig 2')")
    told = execute(page, "r = library.papers().loc['2401.00303']; print(r.tags, r.note)")
    assert told == "('fast', '网络') see fig 2"
    execute(page, "library.undo(2)")


def test_plain_keys_never_reach_the_notebook(page):
    """x, a, b, dd, z would cut, add and delete cells; here they don't."""
    before = cells(page)
    for key in ("x", "x", "b", "z", "d", "d", "y", "m", "1", "Escape", "Shift+M"):
        page.keyboard.press(key)
    page.wait_for_selector(".pk-row[data-decision='skip']")
    assert cells(page) == before
    assert page.locator(".pk-triage").count() == 1


def test_plain_keys_are_kept_from_those_who_listen_first(page):
    """Notebook 7 hears keys before the table does; it passes over what suppresses shortcuts."""
    page.evaluate(
        "() => { window.kept = []; document.addEventListener('keydown', (event) =>"
        " window.kept.push([event.key, event.target.hasAttribute('data-lm-suppress-shortcuts')]),"
        " { capture: true }); }"
    )
    for key in ("j", "Control+Alt+F9", "k"):
        page.keyboard.press(key)
    kept = page.evaluate("window.kept.filter(([key]) => !['Control', 'Alt'].includes(key))")
    assert kept == [["j", True], ["F9", False], ["k", True]]


def test_jupyterlabs_keys_work_outside_the_widget(page):
    """With the cell selected, b adds a cell below."""
    before = cells(page)
    page.evaluate(
        "() => { const n = window.jupyterapp.shell.currentWidget.content;"
        " n.activeCellIndex = 0; n.mode = 'command'; n.activate(); n.node.focus(); }"
    )
    page.locator(".jp-Notebook .jp-InputPrompt").first.click()
    page.keyboard.press("b")
    page.wait_for_function(
        "n => window.jupyterapp.shell.currentWidget.content.model.cells.length === n",
        arg=before + 1,
    )
    page.evaluate("window.jupyterapp.commands.execute('notebook:undo-cell-action')")


def test_control_s_inside_the_widget_saves_the_notebook(page, lab):
    """Combinations stay JupyterLab's; the saved notebook is light and readable without a kernel."""
    page.keyboard.press("Control+s")
    page.wait_for_function(
        "() => !window.jupyterapp.shell.currentWidget.context.model.dirty", timeout=10_000
    )
    text = (lab.folder / "triage.ipynb").read_text()
    assert len(text) < 60_000
    outputs = [o for c in json.loads(text)["cells"] for o in c.get("outputs", [])]
    kinds = {kind for o in outputs for kind in o.get("data", {})}
    assert {"text/html", "text/markdown", "application/vnd.jupyter.widget-view+json"} <= kinds


def test_hostile_text_stays_text(page):
    """Nothing of a title, author, tag, topic, note or link runs or becomes an element."""
    page.keyboard.press("f")
    for index in (303, 302, 301, 300):
        execute(page, f"triage.show('2401.{index:05}')")
        page.wait_for_selector(f".pk-facts:has-text('2401.{index:05}')")
    page.wait_for_selector(".pk-pane h3:has-text('<img src=x onerror=alert(1)>')")
    page.wait_for_selector(".pk-formula math")
    found = page.evaluate(
        "() => [...document.querySelectorAll('.pk-triage *')].filter((n) =>"
        " ['IMG', 'SCRIPT', 'IFRAME', 'B', 'I', 'U'].includes(n.tagName)"
        " || n.tagName === 'svg' || [...n.attributes].some((a) => a.name.startsWith('on'))"
        ").map((n) => n.outerHTML.slice(0, 80))"
    )
    links = page.evaluate("() => [...document.querySelectorAll('.pk-triage a')].map((a) => a.href)")
    rels = page.evaluate("() => [...document.querySelectorAll('.pk-triage a')].map((a) => a.rel)")
    assert found == []
    assert [x for x in links if not x.startswith(("http://", "https://"))] == []
    assert set(rels) == {"noopener noreferrer"}


def test_formulas_are_set_and_what_cannot_be_stays_text(page):
    """MathML for formulas, the source for faulty ones, money untouched."""
    execute(page, "triage.show('2401.00302')")
    page.wait_for_selector(".pk-facts:has-text('2401.00302')")
    page.wait_for_selector(".pk-pane .pk-abstract math mfrac")
    title = page.locator(".pk-pane h3")
    title.filter(has_text="$5 and then $6").wait_for()
    assert title.locator("[class='x']").count() == 0
    assert title.locator(".pk-unset").all_inner_texts() == ["$\\undefined{$"]


def test_the_pane_shows_what_changed_between_versions(page):
    """Words gone and new are marked in the title."""
    execute(page, "triage.show('2401.00299')")
    page.wait_for_selector(".pk-diff del:has-text('avatars')")
    assert page.locator(".pk-diff ins").first.inner_text() == "hands"
    assert "2401.00299v2" in page.locator(".pk-facts").inner_text()


def test_the_pane_ends_on_the_paper_asked_for_last(page):
    """A row that changes meanwhile draws the pane anew, but not with the paper shown before."""
    page.wait_for_selector(".pk-facts:has-text('2401.00303')")
    execute(
        page,
        "triage.show('2401.00299')\n"
        "library.decide('2401.00299', 'keep'); triage.show('2401.00150'); triage.catch_up()\n"
        "triage.show('2401.00299'); library.decide('2401.00299', None)\n"
        "triage.show('2401.00150'); triage.catch_up()",
    )
    page.wait_for_selector(".pk-facts:has-text('2401.00150')")
    answers = page.locator(".pk-triage").get_attribute("data-answers")
    page.keyboard.press("x")  # a question and its answer: those before have been answered
    page.wait_for_selector(f".pk-triage:not([data-answers='{answers}'])")
    page.wait_for_selector(".pk-count:has-text('1 selected')")
    assert "2401.00150" in page.locator(".pk-facts").inner_text()


def test_a_cell_sets_the_query_and_the_table_follows(page):
    """The value a person reads is the value a cell sets."""
    execute(page, "triage.query = {'text': 'hands'}")
    page.wait_for_selector(".pk-count:has-text('1 paper')")
    assert page.locator(".pk-search").input_value() == "hands"


def test_sorting_by_a_heading_is_told_to_screen_readers(page):
    """A click sorts, another turns the order; with Shift it is the second key."""
    page.click(".pk-heading:has-text('Title') .pk-sort")
    page.wait_for_selector(".pk-heading[aria-sort='ascending']:has-text('Title')")
    page.click(".pk-heading:has-text('Date') .pk-sort", modifiers=["Shift"])
    page.wait_for_selector(".pk-heading[aria-sort='descending']:has-text('Date')")
    assert execute(page, "print(triage.query.sort)") == "('title', '-published')"


def test_columns_can_be_added(page):
    """The choice is remembered with the widget's state; Escape closes the menu."""
    page.keyboard.press("v")
    page.locator(".pk-menu label:has-text('Version')").click()
    page.wait_for_selector(".pk-heading:has-text('Version')")
    page.wait_for_selector(".pk-body .pk-version:has-text('v1')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".pk-menu", state="hidden")
    page.wait_for_selector(".pk-grid:focus")
    assert execute(page, "print(triage.layout_state['columns'])") == "['version']"


HEADS = """() => [...document.querySelectorAll(".pk-heading, .pk-more")].map((n) => {
    const [box, row] = [n, n.closest(".pk-header")].map((e) => e.getBoundingClientRect());
    const label = n.querySelector(".pk-label") ?? n;
    const whole = label.scrollWidth <= label.clientWidth;
    const told = Boolean((n.querySelector("[title]") ?? n).title) && label.clientWidth >= 24;
    return { said: label.textContent, readable: whole || told,
        inside: box.top >= row.top && box.bottom <= row.bottom + 1 && box.right <= row.right + 1 };
})"""
ADDED = ["published", "score", "topics", "answer:summary", "answer:prior_work"]


def test_heads_are_never_out_of_sight(page):
    """A short one stands whole, a long one has its words on hover; what is left out is led to."""
    for width, pane in [(w, p) for w in (760, 1000, 1400) for p in (True, False)]:
        for columns in ([], ADDED):
            execute(page, f"triage.layout_state = {{'columns': {columns}, 'pane': {pane}}}")
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(400)  # the list follows the panel's size in two frames
            heads = page.evaluate(HEADS)
            assert [h for h in heads if not h["inside"] or not h["readable"]] == [], (width, pane)
            assert page.locator("[aria-sort=descending]").inner_text().startswith("Date")


def test_a_cell_opens_the_pane_and_the_filters(page):
    """With the paper under the cursor, and with counts."""
    execute(page, "triage.layout_state = {'pane': False, 'facets': False}")
    page.wait_for_selector(".pk-pane", state="hidden")
    execute(page, "triage.layout_state = {'pane': True, 'facets': True}")
    page.wait_for_selector(".pk-pane .pk-abstract")
    page.wait_for_selector(".pk-values:has-text('avatars')")


def test_the_foot_tells_progress_at_any_width(page):
    """Where buttons and words do not fit side by side, the words stand below."""
    for width in (560, 760, 1000, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(400)
        foot = page.locator(".pk-foot").bounding_box()
        for told in (".pk-work", ".pk-decided", ".pk-foot button:has-text('Undo')"):
            box = page.locator(told).bounding_box()
            assert box["x"] + box["width"] <= foot["x"] + foot["width"] + 1, (width, told)
            assert box["y"] + box["height"] <= foot["y"] + foot["height"] + 1, (width, told)


def test_a_click_outside_closes_the_menu_and_the_help(page):
    """Neither has to be looked for again to be closed."""
    for opens, box in (
        (".pk-head button:has-text('View')", ".pk-menu"),
        ("[title^='Keys']", ".pk-help"),
    ):
        page.click(opens)
        page.wait_for_selector(box)
        page.click(".pk-work")
        page.wait_for_selector(box, state="hidden")


def test_a_note_right_after_a_decision_is_about_the_paper_decided(page):
    """Its title stands before the line; the next paper keeps no word of it."""
    page.keyboard.press("s")
    page.keyboard.press("n")
    page.wait_for_selector(".pk-asking:has-text('Note on “头像重建')")
    page.keyboard.type("read first")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pk-live:has-text('note saved')")
    noted = "p = library.papers(); print(list(p.index[p['note'] == 'read first']))"
    assert execute(page, noted) == "['2401.00303']"
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("t")
    page.wait_for_selector(".pk-asking:has-text('Tag “$')")
    page.keyboard.press("Escape")


def test_the_pane_is_never_of_another_paper_than_the_active_one(page):
    """As soon as the cursor moves, the old paper is gone; an empty list empties the pane."""
    page.wait_for_selector(".pk-facts:has-text('2401.00303')")
    title = page.evaluate(
        "() => { document.querySelector('.pk-grid').dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'End', bubbles: true })); return document.querySelector('.pk-pane').innerText; }"
    )
    assert "头像" not in title
    page.locator(".pk-search").fill("nothing has these words")
    page.wait_for_selector(".pk-nothing:has-text('No papers match')")
    page.wait_for_selector(".pk-pane:has-text('Choose a paper to read it')")
    page.click("button:has-text('Clear filters')")
    page.wait_for_selector(".pk-count:has-text('304 papers')")


def test_g_leads_to_the_next_undecided_paper(page):
    """Decided ones are passed over."""
    execute(page, "triage.decide('skip', list(triage.visible.index[1:4]))")
    page.wait_for_selector(".pk-row[aria-rowindex='5'][data-decision='skip']")
    page.keyboard.press("g")
    page.wait_for_selector(".pk-row.pk-active[aria-rowindex='6']")
    execute(page, "library.undo()")


def test_space_scrolls_the_pane(page):
    """And Shift+Space scrolls it back; the row is neither selected nor left."""
    page.wait_for_selector(".pk-abstract")
    page.evaluate("document.querySelector('.pk-abstract').style.height = '3000px'")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.pk-pane').scrollTop > 100")
    page.keyboard.press("Shift+Space")
    page.wait_for_function("document.querySelector('.pk-pane').scrollTop === 0")
    assert execute(page, "print(len(triage.selection))") == "0"


def test_y_copies_in_the_form_asked_for(page):
    """A Markdown list whose signs mean nothing."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("y")
    page.click(".pk-asking button:has-text('Markdown')")
    page.wait_for_selector(".pk-live:has-text('copied as Markdown')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("- [头像重建：高斯泼溅](https://arxiv.org/abs/2401.00303), Ann Lee")
    assert "\\<b\\>Bo" in copied


def test_decisions_are_ranked_and_the_order_follows_when_asked(page):
    """The rows stay where they are until r; then the scores lead."""
    execute(page, "triage.query = Query(sort=['-score'])")
    page.wait_for_selector(".pk-heading[aria-sort='descending']:has-text('Score')")
    page.keyboard.press("s")
    page.wait_for_selector(".pk-banner:has-text('1 new decision')")
    assert page.locator(".pk-row[aria-rowindex='2']").get_attribute("data-decision") == "keep"
    page.keyboard.press("r")
    page.wait_for_selector(".pk-banner", state="hidden")
    page.wait_for_selector(".pk-row.pk-active[data-decision='']")
    assert execute(page, "print(triage.visible['score'].is_monotonic_decreasing)") == "True"


def test_scrolling_reaches_the_last_paper(page):
    """Only rows in sight are in the page, wherever one looks."""
    page.keyboard.press("End")
    page.wait_for_selector(".pk-row.pk-active:has-text('Paper 0 on')")
    assert page.locator(".pk-body .pk-row").count() < 60
    assert page.locator(".pk-grid").get_attribute("aria-rowcount") == "305"


def test_a_decision_of_another_process_appears(page):
    """Another kernel's decision is seen within some seconds."""
    code = (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import sys; from paperkit.library import Library;"
        ' Library(sys.argv[1]).decide("2401.00303", "later")\', str(library.path)], check=True)'
    )
    execute(page, code)
    page.wait_for_selector(".pk-row[data-decision='later']:has-text('头像重建')")


def test_no_serious_violation_of_accessibility(page):
    """axe-core finds nothing serious or critical, with filters, pane and menu open."""
    page.keyboard.press("f")
    page.keyboard.press("x")
    page.click(".pk-head button:has-text('View')")
    page.wait_for_selector(".pk-menu-row")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run('.pk-triage')).violations")
    serious = [
        (v["id"], [n["html"][:90] + n["failureSummary"][:160] for n in v["nodes"]][:3])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_colors_follow_the_theme_with_enough_contrast(page, theme):
    """Every text of the widget can be read in both themes."""
    page.evaluate(
        "t => window.jupyterapp.commands.execute('apputils:change-theme', { theme: t })", theme
    )
    page.wait_for_selector(f"body[data-jp-theme-name='{theme}']", state="attached")
    page.keyboard.press("s")
    page.wait_for_selector(".pk-row[data-decision='keep']")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async () => (await axe.run('.pk-triage', { runOnly: ['color-contrast'] })).violations"
    )
    assert [n["html"][:90] + n["failureSummary"] for v in found for n in v["nodes"]] == []


def test_nothing_scrolls_sideways_in_a_narrow_panel(notebook):
    """At 480 px the least important columns go; the title stays."""
    page = notebook([SETUP, SHOW], width=560, height=900)
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    page.wait_for_selector(".pk-triage[data-ready]")
    sizes = page.evaluate(
        "() => ['.pk-triage', '.pk-main', '.pk-grid', '.pk-head'].map((s) => {"
        " const n = document.querySelector(s); return n.scrollWidth - n.clientWidth; })"
    )
    assert max(sizes) <= 0
    assert page.locator(".pk-heading:has-text('Title')").count() == 1


def test_the_state_comes_back_after_a_kernel_restart(notebook):
    """The cell is run again: the same query, the same paper."""
    setup = SETUP.replace("tempfile.mkdtemp()", "os.path.abspath('again')")
    page = notebook([setup, "triage = Triage(library)\ntriage"])
    page.wait_for_selector(".pk-triage[data-ready]")
    execute(page, "triage.query = Query(text='neural')\ntriage.show('2401.00150')")
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    page.wait_for_function(READY, timeout=60_000)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_selector(".pk-row.pk-active:has-text('Paper 150 on')", timeout=40_000)
    assert page.locator(".pk-search").input_value() == "neural"


NOTEBOOK = "window.jupyterapp.shell.currentWidget.content"


def test_a_table_run_by_hand_takes_the_keys(notebook):
    """Shift+Enter on its cell, then j s d d x: papers are decided, no cell is deleted."""
    page = notebook([SETUP, SHOW, "1", "2"], run=False)
    page.evaluate(
        f"() => {{ const n = {NOTEBOOK}; n.activeCellIndex = 0; n.mode = 'command';"
        " n.activate(); n.node.focus(); }"
    )
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(f"() => {NOTEBOOK}.widgets[0].model.executionCount !== null")
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(".pk-triage:focus-within .pk-row.pk-active")
    for key in "jsddx":
        page.keyboard.press(key)
    page.wait_for_selector(".pk-row[aria-rowindex='5'][data-decision='skip']")
    assert cells(page) == 4


def test_a_table_that_was_not_run_by_hand_says_how_to_take_the_keys(notebook):
    """All cells were run at once: the focus stays, the table says what to do."""
    page = notebook([SETUP, SHOW, "1", "2"])
    page.wait_for_selector(".pk-triage[data-ready]")
    assert page.locator(".pk-triage:focus-within").count() == 0
    assert page.locator(".pk-hint").is_visible()
    page.click(".pk-foot .pk-hint")
    page.wait_for_selector(".pk-grid:focus")
    page.wait_for_selector(".pk-hint", state="hidden")


def test_a_restarted_kernel_greys_the_table(notebook):
    """One sentence says what to do; no key moves, decides or deletes anything."""
    page = notebook([SETUP, SHOW])
    page.wait_for_selector(".pk-triage[data-ready]")
    page.locator(".pk-grid").focus()
    before = active(page)
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    page.wait_for_selector(".pk-banner:has-text('Run this cell again')", timeout=60_000)
    page.locator(".pk-grid").focus()
    for key in "jsddx":
        page.keyboard.press(key)
    assert active(page) == before
    assert page.locator(".pk-live").inner_text() == ""
    assert cells(page) == 2


def test_a_saved_notebook_without_its_kernel_shows_the_table(notebook):
    """The papers as they were listed stand there, not that a model was not found."""
    page = notebook([SETUP, SHOW])
    page.wait_for_selector(".pk-triage[data-ready]")
    saved = page.locator(".paperkit-saved table")
    assert not saved.is_visible()
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.reload()
    page.wait_for_function(READY, timeout=60_000)
    saved.filter(has_text="run the cell to work with it").wait_for()
    assert not page.get_by_text("model not found").is_visible()

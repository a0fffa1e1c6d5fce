"""The review in a real JupyterLab: typed, clicked and looked at as a person does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paperkit.library import Library
from tests.review_samples import (
    BLANK,
    CHINESE,
    FIRST,
    HOSTILE,
    HOSTILE_TITLE,
    SENTENCES,
    answer,
    cite,
    paper,
    review_library,
)

expect = pytest.importorskip("playwright.sync_api").expect
Page = Any
Notebook = Callable[..., Page]
Python = Callable[[Page, str], str]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SHOTS = os.environ.get("PAPERKIT_SHOTS", "")
IDS = [FIRST, HOSTILE, CHINESE, BLANK]


@pytest.fixture
def shelf(tmp_path: Path) -> Library:
    """Return the sample library of the review's tests."""
    return review_library(tmp_path / "library")


def cells(library: Library, *more: str) -> list[str]:
    """Return the code of a notebook that reviews `library`."""
    start = (
        "from paperkit.library import Library\nfrom paperkit.review import Review\n"
        f"library = Library({str(library.path)!r})\nreview = Review({IDS!r}, library)\nreview"
    )
    return [start, *more]


def field(page: Page, name: str) -> Page:
    """Return the text field of that name."""
    return page.get_by_role("textbox", name=name, exact=True)


def saved(page: Page) -> None:
    """Wait until everything typed is in the library."""
    expect(page.locator(".rv-saved").first).to_have_text("All saved")


def keys(page: Page, *names: str) -> None:
    """Press keys outside the text fields."""
    page.locator(".rv-form").first.focus()
    for name in names:
        page.keyboard.press(name)


def shot(page: Page, name: str) -> None:
    """Keep a picture for looking at, where PAPERKIT_SHOTS names a folder."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/review-{name}.png")


def paper_button(page: Page, text: str) -> Page:
    """Return a paper of the list."""
    return page.locator(".rv-paper", has_text=text)


def texts(library: Library, question: str, id: str = FIRST) -> tuple[str, ...]:
    """Return what the library holds as an answer."""
    digest = library.digest(id)
    assert digest is not None
    return digest[question].texts


def test_typing_is_saved_and_checked_in_place(notebook: Notebook, shelf: Library) -> None:
    """What is typed is in the library without a save button, and its findings stand beside it."""
    page = notebook(cells(shelf))
    item = field(page, "Key Takeaways, 1 of 3")
    item.press("End")
    item.press_sequentially(" It gains 77 percent.", delay=5)
    problem = page.locator(".rv-field", has=item).locator(".rv-problem")
    expect(problem.filter(has_text="77")).to_be_visible()
    saved(page)
    shot(page, "typed")
    assert texts(shelf, "takeaways")[0] == (
        "AvatarNet turns one photo into a head avatar. It gains 77 percent."
    )
    assert page.locator("mark.rv-block", has_text="77").count() == 1
    expect(paper_button(page, "head avatars")).to_contain_text("2 block")


def test_items_are_added_moved_and_deleted_by_keys(notebook: Notebook, shelf: Library) -> None:
    """Enter adds below, Alt and an arrow move, Backspace in an empty item deletes it."""
    page = notebook(cells(shelf))
    field(page, "Key Takeaways, 1 of 3").click()
    page.keyboard.press("Enter")
    page.keyboard.type("One photo is enough.")
    page.keyboard.press("Alt+ArrowUp")
    expect(field(page, "Key Takeaways, 1 of 4")).to_have_value("One photo is enough.")
    saved(page)
    first = texts(shelf, "takeaways")
    assert first[:2] == ("One photo is enough.", "AvatarNet turns one photo into a head avatar.")
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(field(page, "Key Takeaways, 1 of 3")).to_be_focused()
    saved(page)
    assert texts(shelf, "takeaways") == first[1:]
    edited = shelf.digest(FIRST)
    assert edited is not None
    assert edited["takeaways"].statements[1].evidence == cite(1)


def test_difference_history_and_restore(notebook: Notebook, shelf: Library) -> None:
    """The draft is shown against the edit, and an older version comes back by a click."""
    page = notebook(cells(shelf))
    summary = field(page, "Summary")
    summary.fill(SENTENCES[0].replace("head avatar", "talking avatar"))
    saved(page)
    page.get_by_role("button", name="Draft against edit: Summary").click()
    box = page.get_by_role("group", name="Draft against edit")
    assert box.locator("del").all_inner_texts() == ["head"]
    assert box.locator("ins").all_inner_texts() == ["talking"]
    page.get_by_role("button", name="History: Summary").click()
    shot(page, "history")
    page.locator(".rv-history").get_by_role("button", name="Restore").click()
    expect(summary).to_have_value(SENTENCES[0])
    assert texts(shelf, "summary") == (SENTENCES[0],)
    assert [a.origin for a in shelf.drafts(FIRST, "summary")] == ["model", "person", "person"]


def test_new_draft_is_shown_beside_the_edit(
    notebook: Notebook, python: Python, shelf: Library
) -> None:
    """A draft that comes after an edit leaves it alone; all three are shown, and may be taken."""
    page = notebook(cells(shelf))
    field(page, "Summary").fill("My own words about AvatarNet.")
    saved(page)
    digest = shelf.digest(FIRST)
    assert digest is not None
    fresh = answer("summary", ("AvatarNet makes a head avatar of one photo.", cite(0)))
    shelf.save_answers(digest, [fresh])
    python(page, "review.refresh()")
    box = page.locator(".rv-newer")
    expect(box).to_contain_text("New draft by model-1")
    expect(field(page, "Summary")).to_have_value("My own words about AvatarNet.")
    assert box.get_by_role("group").count() == 2
    shot(page, "three-way")
    box.get_by_role("button", name="Take the new draft").click()
    saved(page)
    assert texts(shelf, "summary") == fresh.texts


def test_approval_by_key_and_with_a_reason(notebook: Notebook, shelf: Library) -> None:
    """The key a signs a clean write-up; a blocked one asks for a reason, which is recorded."""
    page = notebook(cells(shelf))
    keys(page, "a")
    reason = page.get_by_role("textbox", name="Reason")
    expect(reason).to_be_focused()
    shot(page, "override")
    reason.fill("999 is in the appendix")
    reason.press("Enter")
    expect(page.locator(".rv-signed")).to_contain_text("999 is in the appendix")
    paper_button(page, "onerror").click()
    expect(page.locator(".rv-paper-title")).to_contain_text("onerror")
    keys(page, "a")
    expect(page.locator(".rv-signed")).to_contain_text("Approved by")
    keys(page, "u")
    expect(page.locator(".rv-signed")).to_have_text("draft")
    first, second = shelf.digest(FIRST), shelf.digest(HOSTILE)
    assert first is not None
    assert first.approval is not None
    assert first.approval.reason == "999 is in the appendix"
    assert second is not None
    assert second.approval is None


def test_evidence_is_marked_in_the_abstract(notebook: Notebook, shelf: Library) -> None:
    """A statement's passage is marked in the abstract beside it; without a PDF a page says so."""
    page = notebook(cells(shelf))
    field(page, "Key Takeaways, 3 of 3").click()
    assert page.locator(".rv-abstract mark").all_inner_texts() == [SENTENCES[2]]
    page.locator(".rv-chip", has_text="3 Method").click()
    expect(page.locator(".rv-page")).to_contain_text("no PDF")
    expect(page.locator(".rv-source blockquote")).to_have_text("The encoder is trained once.")


def test_evidence_shows_the_page_of_the_pdf(notebook: Notebook, shelf: Library) -> None:
    """A click on a passage shows its page as a picture, scrolled to the passage."""
    import pymupdf

    pdf = pymupdf.open()
    pdf.new_page().insert_text((72, 120), "The encoder is trained once.")
    shelf.save_pdf(FIRST, pdf.tobytes())
    page = notebook(cells(shelf))
    page.locator(".rv-chip", has_text="3 Method").click()
    image = page.locator(".rv-page img")
    expect(image).to_be_visible()
    page.wait_for_function("document.querySelector('.rv-page img').naturalWidth > 300")
    shot(page, "page")


def test_preview_is_the_exporters_page(notebook: Notebook, shelf: Library) -> None:
    """The preview shows the exporter's card with formulas set, follows an edit, runs nothing."""
    page = notebook(cells(shelf))
    paper_button(page, "onerror").click()
    keys(page, "v")
    frame = page.frame_locator(".rv-frame")
    expect(frame.locator("h2")).to_contain_text("<img src=x onerror=alert(1)>: {{7*7}}")
    expect(frame.locator("h2 math")).to_have_count(1)
    field(page, "Summary").fill("AvatarNet fits $x_{1}$ to one photo.")
    expect(frame.locator("p", has_text="to one photo").locator("math")).to_have_count(1)
    shot(page, "preview")
    assert frame.locator("img").count() == 0
    assert page.problems == []


def test_hostile_texts_stay_texts(notebook: Notebook, shelf: Library) -> None:
    """A title, a draft and a wish that look like markup are shown letter by letter."""
    digest = shelf.digest(HOSTILE)
    assert digest is not None
    evil = "<script>alert(2)</script><b>bold</b> [x](javascript:alert(3))"
    shelf.save_answers(digest, [answer("summary", (evil, cite(0)))])
    page = notebook(cells(shelf))
    paper_button(page, "onerror").click()
    expect(field(page, "Summary")).to_have_value(evil)
    expect(page.locator(".rv-paper-title math")).to_have_count(1)
    field(page, "Summary").fill(f"{evil} more")
    saved(page)
    page.get_by_role("button", name="Draft against edit: Summary").click()
    title = page.locator(".rv-paper-title").evaluate("node => node.textContent")
    assert title.startswith(HOSTILE_TITLE.split("$")[0])
    assert page.locator(".rv-review script, .rv-review b >> text=bold").count() == 0
    assert page.locator(".rv-review img").count() == 0
    assert page.problems == []


def test_two_reviews_warn_instead_of_overwriting(
    notebook: Notebook, python: Python, shelf: Library
) -> None:
    """An edit made elsewhere is not overwritten: both are shown, and a person chooses."""
    page = notebook(cells(shelf))
    mine = field(page, "Summary")
    mine.press("End")
    page.keyboard.type(" First.")
    saved(page)
    other = f"other = Review({IDS!r}, library); other.edit('summary', 'Theirs of AvatarNet.')"
    assert python(page, other) == ""
    page.keyboard.type(" Mine.")  # without leaving the field, whose return would show theirs
    box = page.locator(".rv-conflict")
    expect(box).to_contain_text("Theirs of AvatarNet.")
    expect(mine).to_have_value(f"{SENTENCES[0]} First. Mine.")
    shot(page, "conflict")
    assert texts(shelf, "summary") == ("Theirs of AvatarNet.",)
    box.get_by_role("button", name="Keep mine").click()
    saved(page)
    expect(box).to_have_count(0)
    assert texts(shelf, "summary") == (f"{SENTENCES[0]} First. Mine.",)


def test_text_survives_a_dead_kernel(notebook: Notebook, shelf: Library) -> None:
    """What was saved is in the library; what could not be is offered again by a new review."""
    page = notebook(cells(shelf))
    summary = field(page, "Summary")
    summary.fill("Saved words about AvatarNet.")
    saved(page)
    kernel = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    page.evaluate(f"{kernel}.requestExecute({{ code: 'import os; os._exit(1)' }}) && null")
    page.locator(".jp-Dialog").get_by_role("button").last.click()  # JupyterLab's own warning
    summary.fill("Unsaved words about AvatarNet.")
    expect(page.locator(".rv-saved")).to_have_text("Not saved", timeout=30_000)
    shot(page, "dead-kernel")
    assert texts(shelf, "summary") == ("Saved words about AvatarNet.",)
    page.wait_for_function(f"{kernel}?.status === 'idle'", timeout=60_000)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.get_by_role("button", name="Take it back").click(timeout=60_000)
    saved(page)
    assert texts(shelf, "summary") == ("Unsaved words about AvatarNet.",)


def test_input_methods_are_left_alone(notebook: Notebook, shelf: Library) -> None:
    """During a composition nothing is saved and no key acts; its result is saved."""
    page = notebook(cells(shelf))
    paper_button(page, "Chinese").click()
    summary = field(page, "总结")
    expect(summary).to_have_value("AvatarNet 用一张照片生成头部化身。")
    summary.press("End")
    client = page.context.new_cdp_session(page)
    client.send("Input.imeSetComposition", {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
    page.wait_for_timeout(900)
    assert texts(shelf, "summary", CHINESE) == ("AvatarNet 用一张照片生成头部化身。",)
    client.send("Input.insertText", {"text": "你"})
    expect(page.locator("[data-question=summary] .rv-origin")).to_have_text("edited")
    saved(page)
    assert texts(shelf, "summary", CHINESE) == ("AvatarNet 用一张照片生成头部化身。你",)


def test_keys_walk_through_the_batch(notebook: Notebook, python: Python, shelf: Library) -> None:
    """The keys j, k, n and p go through the papers, and JupyterLab's own keys stay out of it."""
    page = notebook(cells(shelf))
    count = "print(review.current)"
    keys(page, "j")
    expect(page.locator(".rv-paper-title")).to_contain_text("onerror")
    keys(page, "j", "k")
    expect(page.locator(".rv-paper-title")).to_contain_text("onerror")
    keys(page, "n")
    expect(page.locator(".rv-paper-title")).to_contain_text("Chinese")
    keys(page, "p", "p")
    expect(page.locator(".rv-paper-title")).to_contain_text("one photo")
    keys(page, "b", "x", "d", "d", "e")
    expect(field(page, "Summary")).to_be_focused()
    assert python(page, count) == FIRST
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == 1


def test_asking_again_with_a_wish(notebook: Notebook, python: Python, shelf: Library) -> None:
    """A new draft is asked for with a wish in words, for one answer."""
    page = notebook(cells(shelf))
    fake = """
import json
from paperkit.prompts import Reply
class Echo:
    name = "echo-1"
    def answer(self, request):
        rows = [{"text": f"AvatarNet, asked {request.wish}.", "evidence": [1]}]
        return Reply(text=json.dumps({q.key: rows for q in request.questions}), model=self.name)
review.model = Echo()
"""
    assert python(page, fake) == ""
    page.get_by_role("button", name="Ask again: Summary").click()
    page.get_by_role("textbox", name="Wish").fill("shorter")
    page.keyboard.press("Enter")
    expect(field(page, "Summary")).to_have_value("AvatarNet, asked shorter.")
    assert [a.wish for a in shelf.drafts(FIRST, "summary")] == ["", "shorter"]


def test_new_version_shows_lost_evidence(notebook: Notebook, shelf: Library) -> None:
    """A new arXiv version names the sentences that lost their passage, and takes over the rest."""
    shelf.approve(FIRST, reason="seen")
    changed = " ".join([SENTENCES[0], SENTENCES[1].replace("4.2 s", "9.9 s"), SENTENCES[2]])
    shelf.add([paper(FIRST, 2, abstract=changed)])
    page = notebook(cells(shelf))
    lost = page.locator('.rv-problem[data-code="lost-evidence"]')
    expect(lost.first).to_contain_text("9.9 s")
    shot(page, "new-version")
    page.get_by_role("button", name="Take it over to v2").click()
    expect(page.locator(".rv-version")).to_have_count(0)
    digest = shelf.digest(FIRST)
    assert digest is not None
    assert (digest.version, digest.approved) == (2, False)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_accessible_in_both_themes(notebook: Notebook, shelf: Library, theme: str) -> None:
    """An axe run finds nothing wrong in either theme, with findings, history and keys in sight."""
    page = notebook(cells(shelf))
    page.evaluate(
        "t => window.jupyterapp.commands.execute('apputils:change-theme', { theme: t })", theme
    )
    page.wait_for_timeout(1500)
    field(page, "Summary").fill("AvatarNet gains 77 percent, $x$.")
    saved(page)
    page.get_by_role("button", name="Draft against edit: Summary").click()
    page.get_by_role("button", name="History: Summary").click()
    keys(page, "?")
    shot(page, theme.split()[1].lower())
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run('.rv-review', { iframes: false })")
    told = [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found["violations"]]
    assert told == []


def test_first_paper_is_there_quickly(notebook: Notebook, shelf: Library) -> None:
    """The answer to a keystroke's pause is there within a second."""
    page = notebook(cells(shelf))
    measured = page.evaluate("""async () => {
        const area = document.querySelector(".rv-area");
        area.focus();
        document.execCommand("insertText", false, " 77");
        const start = performance.now();
        while (!document.querySelector("mark.rv-block")) {
            if (performance.now() - start > 5000) break;
            await new Promise((done) => setTimeout(done, 10));
        }
        return performance.now() - start;
    }""")
    assert measured < 2000, json.dumps(measured)

"""The whole way in the widgets: from candidates to the draft of a post, without another cell.

Pictures of each step are left under ``build/tour``, to be looked at.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import execute

SHOTS = Path(__file__).parents[2] / "build" / "tour"
SETUP = """
import os
os.environ["PAPERKIT_NAME"] = "Ana"
from paperkit import Library, Query, Triage
from paperkit.models import Extractive
library = Library.sample("tour")
listed = Query(topics=("Trapped ions",), sort=("-published",))
triage = Triage(library, query=listed, model=Extractive())
triage"""


@pytest.fixture
def picture():
    """Give ``picture(page, name)``, which keeps what the page shows."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    taken = []

    def take(page, name: str) -> None:
        taken.append(name)
        page.screenshot(path=SHOTS / f"{len(taken):02}-{name}.png")

    return take


def test_the_way_from_candidates_to_a_draft_leaves_no_widget(notebook, picture):
    """Decide, summarize, review, approve, compose: each step leads to the next."""
    page = notebook([SETUP])
    page.set_default_timeout(60_000)
    table = page.locator(".pk-triage")
    page.wait_for_selector(".pk-triage[data-ready]")
    table.scroll_into_view_if_needed()
    page.locator(".pk-grid").focus()
    page.wait_for_selector(".pk-abstract")
    picture(page, "candidates")
    total = int(execute(page, "print(len(triage.visible))"))
    assert total > 2
    for key in ["s", "s", *"d" * (total - 2)]:
        page.keyboard.press(key)
    banner = table.locator(".pk-banner:visible")
    banner.filter(has_text=f"All {total} decided, 2 kept.").wait_for()
    picture(page, "all-decided")
    banner.locator("button:has-text('Summarize 2 papers')").click()
    table.locator(".pk-live:has-text('2 answered')").wait_for()
    banner.locator("button:has-text('Review 2 papers')").wait_for()
    picture(page, "summarized")
    banner.locator("button:has-text('Review 2 papers')").click()
    review = table.locator(".rv-review")
    review.locator(".rv-area").first.wait_for()
    picture(page, "review")
    for approved in (1, 2):
        review.locator(".rv-form").focus()
        page.keyboard.press("a")
        reason = review.locator(".rv-override input")
        signed = review.locator(f".rv-total:has-text('{approved} of 2 approved')")
        reason.or_(signed).first.wait_for()
        if reason.is_visible():
            picture(page, "what-blocks")
            reason.fill("Looked at: the words are the paper's own.")
            page.keyboard.press("Enter")
        signed.wait_for()
        picture(page, f"approved-{approved}")
    review.locator("button:has-text('Compose the post')").click()
    review.locator(".rv-notice:has-text('.post.ipynb')").wait_for()
    picture(page, "composed")
    written = execute(page, "import glob; print(glob.glob('*.post.ipynb'))")
    assert written == "['Trapped-ions.post.ipynb']"
    review.locator("xpath=ancestor::*[contains(@class, 'pk-review')]//button").first.click()
    page.wait_for_function("document.activeElement.matches('.pk-grid')")
    banner.filter(has_text="The draft of the post is Trapped-ions.post.ipynb").wait_for()
    assert banner.locator("button").count() == 0
    picture(page, "back-to-the-papers")
    assert page.problems == []

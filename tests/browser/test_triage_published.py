"""What a blog has published, in the triage table of real JupyterLab."""

from __future__ import annotations

SETUP = """import pandas as pd
from paperkit import Library, Triage
from tests import posts_samples as samples
library = Library("posted")
library.add([samples.paper(n, title=f"Paper {n}") for n in (1, 2, 3)])
posted = pd.DataFrame({"version": 1, "topic": "x", "date": "2024-11-12"}, ["2411.00002"])
library.publish(posted)
None"""


def test_published_papers_come_up_when_the_filter_is_taken_off(notebook):
    """The filter stands above the list by its name; behind it the paper says when it was."""
    page = notebook([SETUP, "Triage(library)"])
    page.wait_for_selector(".pk-triage[data-ready]")
    page.wait_for_selector(".pk-row:has-text('Paper 3')")
    assert page.locator(".pk-row:has-text('Paper 2')").count() == 0
    page.get_by_role("button", name="Remove filter not in a post yet").click()
    page.locator(".pk-row:has-text('Paper 2')").click()
    page.get_by_text("published 2024-11-12").first.wait_for()
    assert page.locator(".pk-body .pk-row").count() == 3
    assert page.problems == []

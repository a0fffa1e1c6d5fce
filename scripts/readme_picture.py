"""Make docs/triage.png, the README's picture: the real widget in a real JupyterLab.

Run `python scripts/readme_picture.py`; it needs chromium and no network.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM, execute, open_notebook, start_lab, write_notebook  # noqa: E402

TARGET = ROOT / "docs" / "triage.png"
CELLS = [
    "from paperkit import Library, Triage, rank\n\nlibrary = Library.sample()",
    "triage = Triage(library)\ntriage",
]
STORY = """
from paperkit import rank
papers = library.papers()
about = papers[papers["title"].str.contains("avatar|head", case=False)].index
other = papers[papers["title"].str.contains("ion|document", case=False)].index
library.decide(about[:14:2], "keep", tags=["avatar"])
library.decide(other[:9], "skip")
library.decide(about[3], "later", note="compare with last month's")
library.score(rank(library.papers(), library.papers()))
triage.query = {"text": "avatar", "sort": ["-score"]}
triage.show(triage.visible.index[2])
"""
"""A person at work: some papers kept, some skipped, the rest ranked by that."""


def arrange(page: Page) -> None:
    """Bring the widget into the picture as a person would have it."""
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    page.wait_for_selector(".pk-triage[data-ready]")
    print(execute(page, STORY))
    page.locator(".pk-grid").focus()
    page.wait_for_selector(".pk-row.pk-active")
    page.wait_for_selector(".pk-abstract")
    page.evaluate("document.querySelector('.pk-triage').style.height = '668px'")
    page.evaluate("document.querySelector('.pk-triage').scrollIntoView({ block: 'end' })")
    page.wait_for_timeout(1500)  # formulas and the theme's transitions have settled


def main() -> None:
    """Start JupyterLab, run the notebook, take the picture."""
    folder = Path(tempfile.mkdtemp(prefix="picture-"))
    lab, process = start_lab(folder)
    try:
        write_notebook(lab.folder, "triage.ipynb", CELLS)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1400, "height": 860})
            page.set_default_timeout(60_000)
            open_notebook(page, lab, "triage.ipynb")
            arrange(page)
            TARGET.parent.mkdir(exist_ok=True)
            page.screenshot(path=TARGET)
            browser.close()
    finally:
        process.terminate()
        process.wait(timeout=20)
    print(TARGET.relative_to(ROOT))


if __name__ == "__main__":
    main()

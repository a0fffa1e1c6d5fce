"""Make the README's pictures: the real widgets in a real JupyterLab, and a post built by MyST.

Run `python scripts/pictures.py [triage review post]`; it needs chromium, node and no network.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from paperkit import Library, Post, compose, export, summarize  # noqa: E402
from scripts.build_docs import run_myst  # noqa: E402
from tests.browser.conftest import (  # noqa: E402
    CHROMIUM,
    Lab,
    execute,
    open_notebook,
    start_lab,
    write_notebook,
)

FOLDER = ROOT / "docs"
SIZE = {"width": 1400, "height": 860}
STORY = """
from paperkit import rank
papers = library.papers()
about = papers[papers["title"].str.contains("avatar|head", case=False)].index
other = papers[papers["title"].str.contains("ion|document", case=False)].index
library.decide(about[:14:2], "keep", tags=["avatar"])
library.decide(other[:9], "skip")
library.score(rank(library.papers(), library.papers()))
triage.query = {"text": "avatar", "sort": ["-score"]}
seen = triage.visible.index
library.decide(seen[4], "later", note="compare with last month's")
library.decide(seen[6], "skip")
triage.show(seen[5])
"""
"""A person at work: some papers kept, some skipped, the rest ranked by that."""

READ = """
from paperkit import Library, Review, read, summarize

library = Library.sample()
papers = ["1911.02782", "2601.01576"]
read(papers, library, download=False)
summarize(papers, library)
"""


def open_lab(browser: Browser, lab: Lab, name: str, cells: list[str]) -> Page:
    """Open a notebook in JupyterLab with the widget of its last cell in view."""
    write_notebook(lab.folder, name, cells)
    page = browser.new_page(viewport=SIZE)
    page.set_default_timeout(300_000)
    open_notebook(page, lab, name)
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    return page


def triage(browser: Browser, lab: Lab) -> Page:
    """The table: candidates ranked by what was kept, one of them open."""
    cells = ["from paperkit import Library, Triage\n\nlibrary = Library.sample()"]
    page = open_lab(browser, lab, "triage.ipynb", [*cells, "triage = Triage(library)\ntriage"])
    page.wait_for_selector(".pk-triage[data-ready]")
    print(execute(page, STORY))
    page.locator(".pk-grid").focus()
    page.wait_for_selector(".pk-row.pk-active")
    page.wait_for_selector(".pk-abstract")
    page.evaluate("document.querySelector('.pk-triage').style.height = '668px'")
    page.evaluate("document.querySelector('.pk-triage').scrollIntoView({ block: 'end' })")
    return page


def review(browser: Browser, lab: Lab) -> Page:
    """The editor: statements beside the page they rest on."""
    page = open_lab(browser, lab, "review.ipynb", [READ, "Review(papers, library)"])
    page.wait_for_selector(".rv-field")
    page.evaluate("document.querySelector('.rv-review').scrollIntoView({ block: 'start' })")
    page.locator(".rv-field:has(.rv-edge:has-text('p. ')) .rv-area").first.click()
    page.wait_for_selector("button:has-text('Whole page')")
    page.evaluate("document.querySelector('.rv-form').scrollTop = 0")
    return page


def post(browser: Browser, folder: Path) -> Page:
    """A post on a site: two approved papers, exported and built."""
    library = Library.sample(folder / "library")
    papers = ["1911.02782", "2601.01576"]
    summarize(papers, library)
    for paper in papers:
        library.approve(paper, by="Ana Ruiz")
    given = Post(topic="Reading by machine", date="2026-06-30", papers=papers, author="Ana Ruiz")
    compose(given, library, path=folder / "reading.post.ipynb")
    site = folder / "site"
    text, *_ = export(folder / "reading.post.ipynb", site, flavor="myst", create=True)
    shutil.copytree(FOLDER / "theme", site / "theme")
    (site / "index.md").write_text("# A reading blog\n")
    (site / "myst.yml").write_text(
        "version: 1\nproject:\n  title: A reading blog\n  toc:\n    - file: index.md\n"
        f"    - file: {text.relative_to(site).as_posix()}\nsite:\n  template: ./theme\n"
    )
    run_myst(site)
    (built,) = (p for p in (site / "_build" / "html").glob("*/index.html"))
    page = browser.new_page(viewport=SIZE)
    page.goto(built.as_uri())
    return page


def main(wanted: list[str]) -> None:
    """Take each picture wanted once formulas, fonts and the theme's transitions have settled."""
    folder = Path(tempfile.mkdtemp(prefix="picture-"))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        if "post" in wanted:
            keep(post(browser, folder), "post")
        if widgets := [make for make in (triage, review) if make.__name__ in wanted]:
            lab, process = start_lab(folder)
            try:
                for make in widgets:
                    keep(make(browser, lab), make.__name__)
            finally:
                process.kill()
        browser.close()


def keep(page: Page, name: str) -> None:
    """Write what a page shows into the folder of the pages."""
    page.wait_for_timeout(2500)
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"docs/{name}.png")


if __name__ == "__main__":
    main(sys.argv[1:] or ["triage", "review", "post"])

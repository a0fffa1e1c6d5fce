"""A composed notebook as nbconvert's own page of HTML: what a paper's text holds is only text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter

from paperkit.posts import Post, compose
from tests import posts_samples as samples
from tests.blog import engines
from tests.blog.test_engines import HOSTILE_TEXTS

TOPIC = f"{samples.HOSTILE} {samples.TAG}"


def page_of(folder: Path) -> tuple[Path, list[str]]:
    """Return the page of a post whose papers are hostile in every field, and their titles."""
    library = samples.small(folder / "library", figures=0)
    ids = []
    for n, text in enumerate(HOSTILE_TEXTS):
        texts = {key: [text] for key in samples.TEXTS}
        made = samples.paper(100 + n, title=text, abstract=text, comment=text, authors=[text])
        samples.put(library, made, figures=1, texts=texts, page=3)
        ids.append(made.id)
    post = Post(
        topic=TOPIC,
        title=TOPIC,
        author=TOPIC,
        date="2024-11-12",
        papers=ids,
        language="zh",
        figures="include",
    )
    file = folder / "post.ipynb"
    compose(post, library, path=file)
    page = folder / "post.html"
    page.write_text(HTMLExporter().from_filename(str(file))[0], encoding="utf-8")
    return page, ids


def test_nothing_of_a_paper_runs_in_nbconverts_page(tmp_path: Path) -> None:
    """No dialog, no element that could run, no address but http's; every paper is there."""
    file, ids = page_of(tmp_path)
    alarms: list[str] = []

    def said(dialog: Any) -> None:
        alarms.append(dialog.message)
        dialog.dismiss()

    with engines.browser() as opened:
        page = opened.new_page()
        page.set_default_timeout(engines.PATIENCE)
        page.on("dialog", said)
        page.route("http*://**/*", lambda route: route.fulfill(status=200, body=""))
        page.goto(file.as_uri(), wait_until="load")
        found = page.evaluate(LOOK)
    assert alarms == []
    assert found["running"] == []
    assert {a.partition(":")[0] for a in found["addresses"]} <= {"http", "https"}
    assert {i for i in ids if f"https://arxiv.org/abs/{i}v1" in found["addresses"]} == set(ids)
    assert found["cards"] == len(ids)


LOOK = """async () => {
  const cells = [...document.querySelectorAll('.jp-Cell')];
  const inside = selector => cells.flatMap(c => [...c.querySelectorAll(selector)]);
  for (const e of inside('a, img, details')) { if (e.matches('details')) e.open = true; }
  const runs = e => e.matches('script, iframe, object, embed, form, style, svg, link, base')
    || [...e.attributes].some(a => /^on/i.test(a.name));
  return {
    running: inside('.jp-RenderedMarkdown *, .jp-RawCell *').filter(runs).map(e => e.outerHTML),
    addresses: inside('.jp-RenderedMarkdown a[href]').map(a => a.getAttribute('href'))
      .filter(a => !a.startsWith('#')),
    cards: inside('.jp-RenderedMarkdown h2').length,
  };
}"""

"""A letter in a real browser: whole without the network, readable by day, by night and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from paperkit.posts import Post, export
from tests import posts_samples as samples
from tests.blog import engines

OWN = (
    "My <b>own</b> words, <script>alert(1)</script> <img src=https://t.example/p.gif "
    "onerror=alert(1)> ![seen](https://t.example/q.png) <svg onload=alert(1)>"
)


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a letter of hostile papers, with a table and quotes."""
    folder = tmp_path_factory.mktemp("letter")
    library = samples.small(folder / "library", page=3)
    hostile = (samples.HOSTILE, *samples.SCRIPTS)
    for n, text in enumerate(hostile):
        texts = {key: [text] for key in samples.TEXTS}
        made = samples.paper(100 + n, title=text, abstract=text, authors=[text, "李雷"])
        samples.put(library, made, texts=texts, figures=1, page=3)
    post = Post(
        topic=samples.HOSTILE,
        author=samples.HOSTILE,
        date="2024-11-12",
        papers=["2411.00001", *(f"2411.{100 + n:05d}" for n in range(len(hostile)))],
        language="zh",
        figures="include",
        table=("summary",),
        prose=OWN,
    )
    return export(post, folder / "out", flavor="mail", library=library)[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Give one browser for the module."""
    with engines.browser() as opened:
        yield opened


@pytest.mark.parametrize(("scheme", "width"), [("light", 1000), ("dark", 1000), ("dark", 320)])
def test_a_letter_opens_without_a_request(
    letter: Path, browser: Any, scheme: str, width: int
) -> None:
    """Nothing runs, every picture is there, nothing sticks out, words stand out from the page."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(engines.PATIENCE)
    asked, alarms = [], []
    page.on("request", lambda r: asked.append(r.url) if not r.url.startswith("data:") else None)
    page.on("dialog", lambda d: (alarms.append(d.message), d.dismiss()))
    page.on("console", lambda m: m.type == "error" and alarms.append(m.text))
    page.goto(letter.as_uri())
    found = page.evaluate(LOOK)
    page.close()
    assert (asked, alarms) == ([letter.as_uri()], [])
    assert found["pictures"] == [[64, 48]] * (2 + 1 + len(samples.SCRIPTS))
    assert found["wide"] <= width
    assert found["title"] == samples.HOSTILE
    assert found["contrast"] >= 4.5


LOOK = """async () => {
  document.querySelectorAll('details').forEach(d => d.open = true);
  await Promise.all([...document.images].map(i => i.decode()));
  const light = color => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map(
      c => c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = light(getComputedStyle(document.body).backgroundColor);
  const words = ['p', 'a', '.byline', 'blockquote p', 'td', 'summary'].map(
    s => light(getComputedStyle(document.querySelector(s)).color));
  return {
    pictures: [...document.images].map(i => [i.naturalWidth, i.naturalHeight]),
    wide: document.documentElement.scrollWidth,
    title: document.title,
    contrast: Math.min(...words.map(
      w => (Math.max(w, page) + 0.05) / (Math.min(w, page) + 0.05))),
  };
}"""
"""What a reader's browser shows of a letter."""

"""Posts built by the real engines: what a reader's browser gets is what arXiv wrote."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from paperkit.library import Library
from paperkit.papers import Paper, clean_paper
from paperkit.posts import Post, export
from paperkit.posts.escapes import Formula, pieces
from tests import posts_samples as samples
from tests.blog import engines

ENGINES = ("hexo7", "hexo8", "hugo", "jekyll", "quarto", "myst")
HOSTILE_TEXTS = (
    samples.HOSTILE,
    "{{ x }} {{{x}}} {% foo %} {# bar #} {{< figure >}} {{% x %}} ${y",
    "<script>alert(1)</script> <b>bold</b> &lt; &amp; <!-- more --> </details>",
    "*a* _b_ **c** `d` ~~e~~ ==f== ++g++ ^h^ |i|j| [k](javascript:alert(1)) ![l](x) :smile:",
    "1. one 2) two # three - four > five --- *** ___ [toc] [^1] {#id} {:.x} @who",
    "We pay $5 and then $6, or $7-$8; $E=mc^2$ and $a_{i} + b_{j}$, $\\{x_*\\}$, $a<b>c$",
    "Display $$\\sum_{i=1}^{n} x_i^{*} \\\\ y$$ and \\(p_{1}\\) and \\[q_{2}\\] and $x'$, $x--y$",
    "$\\href{javascript:alert(1)}{x}$ and $\\def\\x{1}$ and $\\unclosed{$ and $ spaced out words $",
    "A \\begin{align*} x_1 &= y \\end{align*}, "
    "\\begin{theor} $t$ \\end{theor} \\\\ \\$5 \\ref{a} \\alpha",
    "“重点”后：**“重点”**后，见 https://example.org/v1，然后 my_var_name 中文、标点。",
    "⚠️🔴💗 emoji, שלום עולם and مرحبا, O'Neil's \"quotes\" -- dashes --- and dots...",
)


def hostile_papers() -> list[Paper]:
    """Return papers whose every field fights the engines."""
    made = [
        samples.paper(100 + n, title=t, abstract=f"{t} Then {t}", comment=t, authors=[t, "李雷"])
        for n, t in enumerate(HOSTILE_TEXTS)
    ]
    crowd = [f"Author{n} N. O'Many-{n}" for n in range(3000)]
    return [*made, samples.paper(198, authors=crowd), samples.paper(199, abstract="")]


def real_papers() -> list[Paper]:
    """Return 220 real papers, the most of them chosen for the trouble in their text."""
    with gzip.open(Path(__file__).parent / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [clean_paper({**r, "id": r["arxiv_id"]}) for r in rows]


@dataclass(frozen=True)
class Built:
    """One engine's site, its papers by post, and a browser."""

    engine: str
    public: Path
    posts: dict[str, list[Paper]]
    browser: Any

    def read(self, slug: str) -> Any:
        """Return a post's page without MathJax: its text is the text as written."""
        page = self.browser.new_page(java_script_enabled=False)
        page.route("**/*", lambda route: engines.serve(route, self.public, None))
        file = engines.post_page(self.public, slug)
        page.goto(f"{engines.HOST}/{file.relative_to(self.public).as_posix()}")
        return page

    def typeset(self, slug: str) -> Any:
        """Return a post's page with scripts and MathJax, figures loaded."""
        version = "hexo8" if self.engine == "hexo8" else "hexo7"
        packages = engines.node_packages(version) / "node_modules"
        file = engines.post_page(self.public, slug)
        return engines.open_page(self.browser, self.public, file, packages)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return a library of hostile and real papers, all approved."""
    made = Library(tmp_path_factory.mktemp("library"))
    for n, one in enumerate(hostile_papers()):
        text = HOSTILE_TEXTS[n % len(HOSTILE_TEXTS)]
        texts = {key: [text] for key in samples.TEXTS}
        samples.put(made, one, figures=60 if n == 0 else 1, texts=texts)
    for one in real_papers():
        samples.put(made, one, figures=0, texts={"summary": [one.title]})
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Give one browser for the module."""
    with engines.browser() as opened:
        yield opened


@pytest.fixture(scope="module", params=ENGINES)
def built(
    request: pytest.FixtureRequest,
    library: Library,
    browser: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Built:
    """Return the site of each engine in turn, with a hostile post and two of real papers."""
    real = real_papers()
    posts = {"hostile": hostile_papers(), "real-1": real[:110], "real-2": real[110:]}
    site = tmp_path_factory.mktemp(request.param)
    flavor = "hexo" if request.param.startswith("hexo") else request.param
    for topic, papers in posts.items():
        post = Post(
            topic=topic,
            date="2024-11-12 10:05:27",
            papers=[p.id for p in papers],
            language="zh",
            figures="include",
            prose="My own $a_{i} * b_{j}$, `{{ x }}` and {{ x }}.",
        )
        export(post, site, flavor=flavor, library=library)
    build = engines.hexo if flavor == "hexo" else None
    public = build(request.param, site) if build else getattr(engines, flavor)(site)
    return Built(request.param, public, posts, browser)


def text_of(page: Any) -> str:
    """Return the article's text on one line; pandoc's fences of formulas become dollars."""
    return unfenced(page.locator("#article-container").text_content())


def unfenced(text: str) -> str:
    """Return text on one line with pandoc's fences of formulas as dollars."""
    found = " ".join(text.split())
    for ours, theirs in (("$", "\\("), ("$", "\\)"), ("$$", "\\["), ("$$", "\\]")):
        found = found.replace(theirs, ours)
    return found


def flat(text: str) -> str:
    """Return text as a reader compares it: white space collapsed, formulas fenced by dollars."""
    parts = []
    for piece in pieces(" ".join(text.split())):
        if isinstance(piece, Formula):
            fence = "$$" if piece.display else "$"
            parts.append(f"{fence}{piece.tex}{fence}")
        else:
            parts.append(piece)
    return " ".join("".join(parts).split())


@pytest.mark.parametrize("slug", ["hostile", "real-1", "real-2"])
def test_every_title_author_and_abstract_reads_as_arxiv_wrote_it(built: Built, slug: str) -> None:
    """The page's text holds title, authors, abstract and comment of every paper, verbatim."""
    page = built.read(slug)
    text = text_of(page)
    headings = [unfenced(h) for h in page.locator("#article-container h2").all_text_contents()]
    wanted = built.posts[slug]
    lost = []
    for paper in wanted:
        stated = [", ".join(paper.authors), paper.abstract, paper.comment]
        lost += [(paper.id, flat(s)) for s in stated if flat(s) not in text]
    assert lost == []
    assert [h.removesuffix("#").strip() for h in headings] == [flat(p.title) for p in wanted]


@pytest.mark.parametrize("slug", ["hostile", "real-1"])
def test_mathjax_finds_every_formula_and_no_other(built: Built, slug: str) -> None:
    """MathJax reads the very formulas of titles and abstracts, in order, and no dollar amount."""
    page = built.typeset(slug)
    found = page.evaluate(
        "[...MathJax.startup.document.math].filter(m => m.start.node && "
        "(m.typesetRoot || m.start.node).parentNode?.closest?.('#article-container'))"
        ".map(m => m.math)"
    )
    expected = []
    for paper in built.posts[slug]:
        for text in (paper.title, ", ".join(paper.authors), paper.abstract, paper.comment):
            expected += [p.tex for p in pieces(" ".join(text.split())) if isinstance(p, Formula)]
    tidy = [" ".join(t.split()) for t in found]
    assert [t for t in expected if t not in tidy] == []
    assert set(tidy) - set(expected) <= own_formulas()
    assert page.alarms == []


def own_formulas() -> set[str]:
    """Return the formulas of the prose, the figures' captions and the digests."""
    texts = ["$a_{i} * b_{j}$", *(t for said in samples.TEXTS.values() for t in said)]
    texts += [*HOSTILE_TEXTS, *(f"$\\beta_{{{n}}}$" for n in range(1, 61))]
    return {p.tex for t in texts for p in pieces(t) if isinstance(p, Formula)}


def test_nothing_from_outside_runs_or_becomes_an_element(built: Built) -> None:
    """No script, handler, image or style of a hostile title is in the page or in the lists."""
    page = built.typeset("hostile")
    assert page.alarms == []
    assert page.locator("#article-container script").count() == 0
    assert page.locator("#article-container [onerror]").count() == 0
    assert page.locator("#article-container a[href^='javascript']").count() == 0
    for file in built.public.rglob("*.html"):
        assert "<img src=x" not in file.read_text(encoding="utf-8"), file


def test_every_figure_loads_with_its_caption_as_alternative_text(built: Built) -> None:
    """All figures of the post are there, in size, with label and caption as they were read."""
    page = built.typeset("hostile")
    images = page.evaluate(
        "[...document.querySelectorAll('#article-container img')]"
        ".map(i => [i.naturalWidth, i.naturalHeight, i.dataset.figAlt || i.alt])"
    )
    figures = 60 + len(hostile_papers()) - 1
    assert len(images) == figures
    assert images[0] == [64, 48, samples.caption(1).replace("`", "'" if is_hugo(built) else "`")]
    assert all(size == [64, 48] for *size, _ in images)


def is_hugo(built: Built) -> bool:
    """Return whether a shortcode carried the text: its raw strings hold no backtick."""
    return built.engine == "hugo"


def test_prose_keeps_its_formulas_and_its_braces(built: Built) -> None:
    """A person's own words come out as written, template braces in text and code included."""
    shown = text_of(built.read("real-1")).replace("\u200b", "")
    assert "My own $a_{i} * b_{j}$, {{ x }} and {{ x }}." in shown

"""Posts built by the real engines: what a reader's browser gets is what arXiv wrote."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from paperkit.library import Library
from paperkit.papers import Paper, clean_paper
from paperkit.posts import Post, export
from paperkit.posts.escapes import Formula, pieces
from paperkit.posts.flavors import JOINER
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
    *samples.SCRIPTS,
    "(1) A Static Analyser for C#",
    "(i) See https://a.example/wiki/Foo_(bar), ftp://b.example/x_y.tex, www.c.example/x_y for #",
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


TITLES = {
    "hostile": f"hostile: {samples.HOSTILE} </script> \\'+alert(2)+' \\xi *a* & \"b\" “重点”后 \\",
    "Why-Should-I": '"Why Should I Trust You?" revisited',
    "real-1": "real-1",
    "real-2": "real-2",
}
APPROVED = f"审核者在检查存有异议时予以批准，理由：{samples.REASON}"
OWN = (
    "| price | norm |\n|---|---|\n| \\$1600 | $\\|x\\|$ |\n\nIt costs \\$5, then \\$6 and US$7.\n\n"
    "    cp $SRC/a_b $DST/c_d\n\nMy own $a_{i} * b_{j}$, `{{ x }}` and {{ x }}."
)


@dataclass(frozen=True)
class Built:
    """One engine's site, its papers by post, and a browser; each page is opened once."""

    engine: str
    public: Path
    posts: dict[str, list[Paper]]
    browser: Any
    looks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read(self, slug: str) -> tuple[str, list[list[str]]]:
        """Return a post's title and per heading its text and what follows, without scripts."""
        page = self.browser.new_page(java_script_enabled=False)
        page.set_default_timeout(engines.PATIENCE)
        page.route("**/*", lambda route: engines.serve(route, self.public, None))
        file = engines.post_page(self.public, slug)
        page.goto(f"{engines.HOST}/{file.relative_to(self.public).as_posix()}")
        title, sections = page.evaluate(SECTIONS)
        page.close()
        return title, sections

    def look(self, slug: str) -> dict[str, Any]:
        """Return what a post's page shows with scripts and MathJax, and what went wrong on it."""
        if slug not in self.looks:
            version = "hexo8" if self.engine == "hexo8" else "hexo7"
            packages = engines.node_packages(version) / "node_modules"
            file = engines.post_page(self.public, slug)
            page = engines.open_page(self.browser, self.public, file, packages)
            self.looks[slug] = page.evaluate(engines.LOOK) | {"alarms": page.alarms}
            page.close()
        return self.looks[slug]


SECTIONS = """() => {
  const article = document.querySelector('#article-container');
  const heads = [...article.querySelectorAll('h2')];
  const after = (head, next) => {
    const range = document.createRange();
    range.selectNodeContents(article);
    if (head) range.setStartAfter(head);
    if (next) range.setEndBefore(next);
    return range.toString();
  };
  return [
    document.querySelector('h1').textContent,
    [['', after(null, heads[0])], ...heads.map((h, n) => [h.textContent, after(h, heads[n + 1])])],
  ];
}"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return a library of hostile and real papers, all approved."""
    made = Library(tmp_path_factory.mktemp("library"))
    for n, one in enumerate(hostile_papers()):
        text = HOSTILE_TEXTS[n % len(HOSTILE_TEXTS)]
        texts = {key: [text] for key in samples.TEXTS}
        samples.put(made, one, figures=60 if n == 0 else 1, texts=texts, page=3)
    for one in real_papers():
        samples.put(made, one, figures=0, texts={"summary": [one.title]}, page=3)
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
    """Return the site of each engine in turn, with a hostile post and three of real papers."""
    real = real_papers()
    posts = {
        "hostile": hostile_papers(),
        "Why-Should-I": real[:1],
        "real-1": real[:110],
        "real-2": real[110:],
    }
    site = tmp_path_factory.mktemp(request.param)
    flavor = "hexo" if request.param.startswith("hexo") else request.param
    for topic, papers in posts.items():
        post = Post(
            topic=topic,
            title=TITLES[topic],
            date="2024-11-12 10:05:27",
            papers=[p.id for p in papers],
            language="zh",
            figures="include",
            prose=OWN,
            table=("summary",) if topic == "hostile" else (),
            evidence="quotes" if topic == "real-2" else "links",
        )
        export(post, site, flavor=flavor, library=library)
    build = engines.hexo if flavor == "hexo" else None
    public = build(request.param, site) if build else getattr(engines, flavor)(site)
    return Built(request.param, public, posts, browser)


def shown(text: str) -> str:
    """Return a page's text on one line, without what has no width; formulas stand in dollars."""
    found = " ".join(re.sub(f"[{JOINER}\u200b]", "", text).split())
    return close(dollars(found))


def dollars(text: str) -> str:
    r"""Return text with dollars for TeX's other fences; pandoc and MyST show those of formulas."""
    return re.sub(r"\\[()]", "$", re.sub(r"\\[\[\]]", "$$", text))


def meant(text: str, engine: str) -> str:
    """Return text as a reader compares it: white space collapsed, formulas fenced by dollars."""
    parts = []
    for piece in set_pieces(text, engine):
        if isinstance(piece, Formula):
            fence = "$$" if piece.display else "$"
            parts.append(f"{fence}{piece.tex}{fence}")
        else:
            parts.append(piece)
    return close(dollars(" ".join("".join(parts).split())))


def set_pieces(text: str, engine: str) -> Iterator[str | Formula]:
    """Yield a text's formulas as an engine's MathJax gets them, and what is between them."""
    style = "native" if engine in ("quarto", "myst") else "entities"
    for piece in pieces(" ".join(text.split()), style):
        is_changed = engine == "myst" and isinstance(piece, Formula)
        yield by_myst(piece) if is_changed else piece


def by_myst(piece: Formula) -> str | Formula:
    """Return a formula as MyST sets it: a number or a sign is text, an equation* a display."""
    tex = piece.tex.replace("\\begin{equation*}", "").replace("\\end{equation*}", "").strip()
    number = None if piece.display else NUMBER.fullmatch(tex)
    if number:
        return "".join(filter(None, number.groups()))
    if tex == "\\pm":
        return "±"
    return Formula(tex, display=piece.display or tex != piece.tex)


NUMBER = re.compile(r"([+-]?[\d.]+)(?:[\^_](?:\{([+-]?[\d.]+)\}|([+-]?[\d.]+)))?")


def close(text: str) -> str:
    """Return text without the white space at the fences of display formulas, which stand alone."""
    return re.sub(r" ?\$\$ ?", lambda fence: fence[0].strip(), text)


def formulas(texts: Iterable[str], engine: str) -> Counter[str]:
    """Return how often each formula is set in the texts."""
    found = (piece for text in texts for piece in set_pieces(text, engine))
    return Counter(piece.tex for piece in found if isinstance(piece, Formula))


@pytest.mark.parametrize("slug", TITLES)
def test_every_title_author_and_abstract_reads_as_arxiv_wrote_it(built: Built, slug: str) -> None:
    """Under each title: why it was approved, authors, abstract, links and comment, verbatim.

    Whatever the post's own title holds, its page shows it as it was meant.
    """
    title, sections = built.read(slug)
    assert shown(title) == meant(TITLES[slug], built.engine)
    papers = built.posts[slug]
    titles = [meant(p.title, built.engine) for p in papers]
    assert [shown(head) for head, _ in sections[1:]] == titles
    wanted = []
    for paper in papers:
        authors = f"作者：{', '.join(paper.authors)}"
        parts = (APPROVED, authors, paper.abstract, "PDF arXiv", paper.comment, "总结")
        wanted.append(close(" ".join(meant(p, built.engine) for p in parts if p)))
    found = [shown(text) for _, text in sections[1:]]
    assert [f[: len(w)] for f, w in zip(found, wanted, strict=True)] == wanted


@pytest.mark.parametrize("slug", TITLES)
def test_mathjax_sets_every_formula_and_no_other(built: Built, slug: str) -> None:
    """MathJax sets the very formulas of the papers and the prose, each as often as it stands."""
    look = built.look(slug)
    wanted = formulas(texts_shown(built, slug), built.engine)
    found = Counter(" ".join(tex.split()) for tex in look["formulas"])
    assert found == wanted
    assert (look["containers"], look["errors"]) == (wanted.total(), [])


def texts_shown(built: Built, slug: str) -> Iterator[str]:
    """Yield every text of a post's article, each as often as it is shown."""
    is_native = built.engine in ("quarto", "myst")
    yield "$a_{i} * b_{j}$ $\\Vert x\\Vert$" if is_native else "$a_{i} * b_{j}$ $\\|x\\|$"
    is_quarto = built.engine == "quarto"
    if is_quarto:
        yield TITLES[slug]
    for n, paper in enumerate(built.posts[slug]):
        authors = ", ".join(paper.authors)
        yield from (paper.title, authors, paper.abstract, paper.comment)
        if slug != "hostile":
            yield paper.title  # as its summary
            if slug == "real-2":
                yield paper.title  # as its quote
            continue
        text = HOSTILE_TEXTS[n % len(HOSTILE_TEXTS)]
        yield from (text for _ in samples.TEXTS)
        yield from (paper.title, text)  # in the table
        if is_quarto:
            yield from map(samples.caption, range(1, 61 if n == 0 else 2))


@pytest.mark.parametrize("slug", TITLES)
def test_nothing_from_outside_runs_and_nothing_is_missing(built: Built, slug: str) -> None:
    """No script runs or fails, no link is a script, no file of the site is asked for in vain."""
    look = built.look(slug)
    assert (look["alarms"], look["scripts"]) == ([], 0)
    pages = sum(a.endswith("#page=3") for a in look["addresses"])
    if slug == "hostile":  # a statement per question, and the table's
        assert pages == len(built.posts[slug]) * (len(samples.TEXTS) - 1 + 1)
    odd = [a for a in look["addresses"] if not re.match(r"(?:https?|ftp)://|#|/", a)]
    assert odd == []


def test_no_page_of_the_site_holds_an_element_of_a_title(built: Built) -> None:
    """Lists, neighbors and archives show titles and descriptions as text."""
    for file in built.public.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<(?:img src=x|b>bold|script>alert)", text), file


def test_every_figure_loads_with_its_caption_as_alternative_text(built: Built) -> None:
    """All figures of the post are there, in size, with label and caption as they were read."""
    is_myst = built.engine == "myst"
    is_lazy = built.engine not in ("hugo", "myst")  # Debian's Hugo doesn't pass it on
    mark = "'" if built.engine == "hugo" else "`"  # a shortcode's raw text holds no backtick
    numbers = [*range(1, 61), *[1] * (len(hostile_papers()) - 1)]
    assert built.look("hostile")["images"] == [
        {
            "size": [64, 48],
            "stated": ["64", None if is_myst else "48"],
            "alt": samples.caption(n).replace("`", mark),
            "lazy": is_lazy,
        }
        for n in numbers
    ]


def test_prose_keeps_its_formulas_and_its_braces(built: Built) -> None:
    """A person's own words come out as written, template braces in text and code included."""
    _, sections = built.read("real-1")
    opening = shown(sections[0][1])
    assert opening.endswith("My own $a_{i} * b_{j}$, {{ x }} and {{ x }}.")
    assert "It costs $5, then $6 and US$7." in opening
    assert "cp $SRC/a_b $DST/c_d" in opening
    assert re.search(r"\$1600\s*\$\\(?:\||Vert ?)x\\(?:\||Vert)\$", opening)

"""The texts that others test their readers with, as the fields of papers, in three engines.

CommonMark's examples, the list of naughty strings and YAML's suite come from npm; what GitHub's
Markdown, formulas and sanitizers are tried with is written here.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from paperkit.digests import Digest
from paperkit.outlines import DIGEST
from paperkit.papers import Paper
from paperkit.posts import Post, flavors
from paperkit.posts.cards import Source, Style, card
from paperkit.posts.escapes import Formula
from paperkit.posts.figures import captioned
from paperkit.posts.labels import label
from paperkit.readings import Figure, Reading
from tests import posts_samples as samples
from tests.blog import engines
from tests.blog.test_engines import Built, formulas, meant, set_pieces, shown

ENGINES = ("hugo", "jekyll", "quarto")
GITHUB = (
    "- [ ] to do - [x] done",
    "| a | b | |---|---| | c | d |",
    "~one~ ~~two~~ ~~~three~~~",
    "www.commonmark.org/help. http://a.example/(b) ftp://a.example a@b.example xmpp:a@b.example/c",
    "[^1] and [^note]: a footnote",
    "> [!WARNING] > Mind this.",
    "@someone #12 GH-12 owner/repo#12 a5c3785ed8d6a35868bc169f07e40e889087fd2e",
    ":+1: :shipit: :smile:",
    "<title> <textarea> <style> <xmp> <iframe> <noembed> <noframes> <script> <plaintext>",
    "<!-- a --> <?php x ?> <![CDATA[ y ]]> <!DOCTYPE html>",
    "$`a`$ and ```math x ``` and $$`b`$$",
)
FORMULAS = (
    "$\\frac{a}{b}+\\sqrt[3]{x}$ $\\left(\\begin{matrix}a&b\\\\c&d\\end{matrix}\\right)$",
    "$x^{2^{n}}_{i_j}$ $\\overbrace{a+b}^{n}$ $\\underset{x}{\\operatorname{argmin}}$",
    "$\\text{if } x>0$ $\\mathbb{R}^{n\\times m}$ $\\hat{\\theta}\\sim\\mathcal{N}(0,1)$",
    "$$\\int_0^\\infty e^{-x^2}\\,dx=\\frac{\\sqrt{\\pi}}{2}$$ $a'b''$ $f\\colon A\\to B$",
    "$\\color{red}{x}$ $\\boxed{y}$ $\\not=$ $\\lvert x\\rvert$ $|x|$ $\\|x\\|$ $x*y*z$",
    "$p-$adic $p$-adic $0.95$ $→$ $\\%$ $\\#$ $\\&$ $\\_$ $a~b$ $a\\;b\\!c\\quad d$",
    "$\\begin{cases}1&x>0\\\\0&\\text{else}\\end{cases}$ $\\sum\\limits_{i=1}^n$ $\\ce{H2O}$",
    "$a<b$ $a>b$ $a\\le b$ $x<y>z$ $\\langle x,y\\rangle$ \\(x\\) \\[y\\] $\\mathrm{O}(n\\log n)$",
    "$ a $ $a $ $ a$ $\\$ \\$ $\\$5$ $1$2$ ${}$ ${a}$ $}{$ $\\}$",
    "$\\sin\\!\\left(\\frac{\\pi}{2}\\right)$ $\\vec{v}\\cdot\\dot{x}$ $\\aleph_0$",
)
SANITIZERS = (
    "<img src=x onerror=alert(1)//>",
    "<svg><g/onload=alert(2)//<p>",
    "<p>abc<iframe//src=jAva&Tab;script:alert(3)>def</p>",
    '<math><mi//xlink:href="data:x,<script>alert(4)</script>">',
    "<TABLE><tr><td>HELLO</tr></TABL> <UL><li><A HREF=//google.com>click</UL>",
    '<a href="\u0001java\u0003script:alert(1)">@<a>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 '
    'onerror=alert(1)&gt;">',
    "<form><input name=attributes><input name=nodeName><img src=x onerror=alert(1)>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "<template><script>alert(1)</script></template> <xss onpointerenter=alert(1)>",
    "<a href=javascript&colon;alert&lpar;1&rpar;>x</a> [y](javascript&#58;alert(1))",
    '[a](<javascript:alert(1)>) ![b](x "onerror=alert(1)") <javascript:alert(1)> [c]: data:x',
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} <%= alert(1) %> #{alert(1)}",
    "<div style=\"background:url(javascript:alert(1))\" onmouseover='alert(1)'>a</div>",
    "\"><script>alert(1)</script> '-alert(1)-' </title><script>alert(1)</script> --><svg/onload=x>",
)


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """Return every text on one line, as arXiv's fields are, each once."""
    packages = engines.node_packages("suites")
    script = packages / "texts.cjs"
    shutil.copy(engines.HERE / "suites" / "texts.cjs", script)
    done = subprocess.run(
        [engines.need("node"), str(script)], capture_output=True, text=True, check=True
    )
    suites = json.loads(done.stdout)
    assert {name: len(found) > 300 for name, found in suites.items()} == dict.fromkeys(
        ("naughty", "commonmark", "yaml"), True
    )
    every = [t for found in suites.values() for t in found] + [*GITHUB, *FORMULAS, *SANITIZERS]
    lines = (samples.paper(1, title=f"x{t}").title[1:].strip() for t in every)
    return list(dict.fromkeys(line for line in lines if line and len(line) < 1500))


def sources(texts: Sequence[str]) -> list[Source]:
    """Return a paper per text, with the text in each of its fields."""
    return [_source(n, text) for n, text in enumerate(texts)]


def _source(number: int, text: str) -> Source:
    stated = {"title": text, "abstract": f"{text} Then {text}", "comment": text, "authors": [text]}
    paper = samples.paper(number, **stated)
    text = paper.title  # as arXiv's TeX was read
    figure = Figure("figure", "Figure 1", 1, (0, 0, 9, 9), text, "figure-1.png", 9, 9)
    answers = samples.answers({"summary": [text], "takeaways": [text, f"Then {text}"]})
    digest = Digest(
        paper_id=paper.id, version=1, outline="digest", language="zh", answers=tuple(answers)
    )
    reading = Reading(paper.title, 9, "test-1", figures=(figure,))
    return Source(
        paper=paper, digest=digest, reading=reading, licence="", folder=Path("-"), newest=1
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Give one browser for the module."""
    with engines.browser() as opened:
        yield opened


@pytest.fixture(scope="module", params=ENGINES)
def built(
    request: pytest.FixtureRequest,
    texts: list[str],
    browser: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Built:
    """Return the site of each engine in turn: one post whose papers are the suites' texts."""
    site = tmp_path_factory.mktemp(request.param)
    name = "hexo" if request.param.startswith("hexo") else request.param
    flavor = flavors.FLAVORS[name]
    post = Post(topic="suites", date="2024-11-12", language="zh")
    style = Style(
        flavor=flavor, language="zh", outline=DIGEST, figures="link", evidence="none", missing=False
    )
    made = sources(texts)
    front = flavors.written(flavors.front_of(post, flavor.front, first_title="x", cover=""))
    place = {"category": "Paper", "section": "paper", "day": post.day, "slug": "suites"}
    file = site / flavor.text.format(**place)
    file.parent.mkdir(parents=True)
    file.write_text("\n".join([front, *(card(s, style) for s in made)]), encoding="utf-8")
    build = engines.hexo if name == "hexo" else None
    public = build(request.param, site) if build else getattr(engines, name)(site)
    return Built(request.param, public, {"suites": [s.paper for s in made]}, browser)


def fields(paper: Paper, engine: str) -> tuple[str, ...]:
    """Return a paper's texts in the order of its section; Quarto's fold has its name apart."""
    text = paper.title
    told = (f"作者：{', '.join(paper.authors)}", paper.abstract, "PDF arXiv", paper.comment)
    caption = captioned("Figure 1", text).removeprefix("Figure 1").removeprefix(": ")
    fold = "" if engine == "quarto" else label("figures", "zh")
    tail = (fold, label("linked", "zh"), "Figure 1", caption)
    return (*told, "总结", text, "要点", text, f"Then {text}", *tail)


def test_every_text_reads_as_it_was_written(built: Built) -> None:
    """As title, author, abstract, comment, statement and caption: nothing lost, nothing changed."""
    papers = built.posts["suites"]
    _, sections = built.read("suites")
    assert len(sections) == len(papers) + 1
    wrong = []
    for paper, (head, text) in zip(papers, sections[1:], strict=True):
        title, body = shown(meant(paper.title, built.engine)), _meant(paper, built.engine)
        if shown(head) != title:
            wrong.append((shown(head), title))
        if shown(text) != body:
            wrong.append((shown(text), body))
    assert wrong == []


def _meant(paper: Paper, engine: str) -> str:
    return shown(" ".join(part for text in fields(paper, engine) if (part := meant(text, engine))))


def test_every_formula_of_the_suites_is_set(built: Built) -> None:
    """Those and no others, each as often as it stands; nothing runs, nothing leads to a script."""
    look = built.look("suites")
    papers = built.posts["suites"]
    told = [t for p in papers for t in (p.title, *fields(p, built.engine))]
    wanted, found = formulas(told, built.engine), look["formulas"]
    counted = {tex: sum(" ".join(f.split()) == tex for f in found) for tex in wanted}
    assert counted == dict(wanted)
    assert len(found) == wanted.total()
    assert (look["alarms"], look["scripts"]) == ([], 0)
    odd = [a for a in look["addresses"] if not re.match(r"(?:https?|ftp)://|#|/", a)]
    assert odd == []


def test_front_matter_reads_back(texts: list[str]) -> None:
    """As title, author, tag and description, by YAML's own rules."""
    for text in texts:
        stated = {"title": text, "author": text, "tags": [text], "description": f"On {text}"}
        assert yaml.safe_load(flavors.written(stated).strip().strip("-")) == stated


def test_no_text_of_the_suites_is_cut_by_looking_for_formulas(texts: list[str]) -> None:
    """What is between the formulas and the formulas' own words are all of it."""
    for text in texts:
        parts = list(set_pieces(text, "hexo8"))
        words = sum(len(re.findall(r"\w", p)) for p in parts if not isinstance(p, Formula))
        inner = sum(len(re.findall(r"\w", p.tex)) for p in parts if isinstance(p, Formula))
        assert words + inner <= len(re.findall(r"\w", text))

"""Cards: affiliation, keywords, who wrote it, figures and charts as a reader meets them."""

from __future__ import annotations

import base64
import html
import re
import shutil
from dataclasses import replace
from datetime import datetime
from email.message import Message
from html.parser import HTMLParser
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from paperkit.library import Library
from paperkit.posts import Post, compose, export, preview
from paperkit.posts.affiliations import affiliation
from paperkit.posts.cards import source_of
from paperkit.posts.figures import captioned
from paperkit.posts.rendering import banner, tool
from paperkit.trends import chart, papers_per
from tests import posts_samples as samples

IDS = ("2411.00001", "2411.00002")
POST = Post(
    topic="Avatars", date=datetime(2024, 11, 12), papers=IDS, language="zh", figures="include"
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return the library that each test gets a copy of."""
    return samples.small(tmp_path_factory.mktemp("model"))


@pytest.fixture
def shelf(model: Library, tmp_path: Path) -> Library:
    """Return a library with two approved papers."""
    shutil.copytree(model.path, tmp_path / "shelf")
    return Library(tmp_path / "shelf")


# What stands below the title of real papers, and whom arXiv names first.
BLOCKS = {
    "marks": (
        "Mark Neumann† Kyle Lo†∗ Lucy Lu Wang†∗ Daniel S. Weld†‡ †Allen Institute for Artificial "
        "Intelligence ‡Paul G. Allen School of Computer Science & Engineering, University of "
        "Washington {kylel, lucyw}@allenai.org",
        ("Kyle Lo", "Lucy Lu Wang", "Mark Neumann", "Dan S. Weld"),
        "Allen Institute for Artificial Intelligence",
    ),
    "suits of cards": (
        "Erin Bransom♢ Kalpesh Krishna♠∗ Mohit Iyyer♠ ♠University of Massachusetts Amherst, "
        "♢Allen Institute for AI\n{kalpesh,miyyer}@cs.umass.edu {erinb}@allenai.org",
        ("Kalpesh Krishna", "Erin Bransom"),
        "University of Massachusetts Amherst",
    ),
    "digits": (
        "S.-T. Wang1,2, C. Shen1,3 & L.-M. Duan1,2\n1Department of Physics, University of "
        "Michigan, USA, 2Center for Quantum Information, PR China, 3Yale University, USA.",
        ("S. -T. Wang", "C. Shen"),
        "Department of Physics, University of Michigan, USA",
    ),
    "another order": (
        "Replication / Physics\nTheo Boraud1,4, ID and Anthony Strock2,3, ID 1INRIA Bordeaux, "
        "France – 2LaBRI, Université de Bordeaux, France – 4University of Warwick, UK",
        ("Anthony Strock", "Theo Boraud"),
        "LaBRI, Université de Bordeaux, France",
    ),
    "no marks": (
        "Y. Pischalnikov, S. Aderhold FNAL, Batavia, IL 60510, USA C. Contreras, Michigan State "
        "University, MI, USA",
        ("Y. Pischalnikov", "S. Aderhold", "C. Contreras"),
        "FNAL, Batavia, IL, USA",
    ),
    "a street and another author": (
        "Ana Ruiz a@x.org Princeton University, 35 Olden St., Princeton, NJ 08540 Li Lei l@y.org "
        "University of Y, 5000 Forbes Ave., Pittsburgh, PA 15213",
        ("Ana Ruiz", "Li Lei"),
        "Princeton University, Princeton, NJ",
    ),
    "a postal code": (
        "Ana Ruiz and Li Lei\nUniversity of Cambridge, Cambridge CB2 1PZ, UK",
        ("Ana Ruiz", "Li Lei"),
        "University of Cambridge, Cambridge, UK",
    ),
    "the typesetter": (
        "Draft version July 14, 2017 Typeset using LaTeX default style\nAna Ruiz",
        ("Ana Ruiz",),
        "",
    ),
    "raised numbers": (
        "Ana Ruiz² Li Lei¹,² ¹University of X, 12 Main Road ²University of Y, 2009 Porto",
        ("Ana Ruiz", "Li Lei"),
        "University of Y, Porto",
    ),
    "names side by side": (
        "Ana Ruiz Li Lei University of X University of X Institute Y Institute Y",
        ("Ana Ruiz", "Li Lei"),
        "University of X",
    ),
    "nobody knows whose": (
        "Ana Ruiz Li Lei†\n†University of X ‡University of Y",
        ("Ana Ruiz", "Li Lei"),
        "",
    ),
    "remarks": (
        "Ana Ruiz1* Li Lei2 1Meta Reality Labs 2Uni of X {a,b} @ meta . com * Equal contribution",
        ("Ana Ruiz", "Li Lei"),
        "Meta Reality Labs",
    ),
    "Chinese": ("李雷 1 王芳 2\n1 清华大学 2 北京大学", ("Lei Li",), "清华大学"),
    "a spaced address": ("Ana Ruiz, University of X, ana . ruiz @ x . org", ("Ana Ruiz",), None),
    "letters": (
        "Ana Ruizb, Li Leia,∗\naUniversity of Y, 35100 Izmir, Turkey bUniversity of X, Oslo",
        ("Ana Ruiz", "Li Lei"),
        "University of X, Oslo",
    ),
    "letters of nobody known": ("A. R.b aUniversity of Y bUniversity of X", ("Ana Ruiz",), ""),
    "another's place alone reads like one": (
        "Ana Ruiz¹ and Li Lei² ¹ Northern Logic Group, Box 337, 751 05 Uppsala, Sweden "
        "² University of Y, Lebanon",
        ("Ana Ruiz", "Li Lei"),
        "Northern Logic Group, Uppsala, Sweden",
    ),
    "a note behind a place": (
        "Ana Ruiz¹, Li Lei² ¹Institute X, via Bianchi 46, I-23807 Merate, Italy Compiled using a "
        "style file v3.0 ²Department Y, Fukuoka 812-8581, Japan 28 November 2026",
        ("Li Lei", "Ana Ruiz"),
        "Department Y, Fukuoka, Japan",
    ),
    "places side by side": (
        "Ana Ruiz Li Lei\nArchive of Letters, University of X Another Historical College",
        ("Ana Ruiz", "Li Lei"),
        "",
    ),
    "another stands first": (
        "Li Lei Ana Ruiz University of Y University of Y Institute X",
        ("Ana Ruiz", "Li Lei"),
        "",
    ),
    "one place for all side by side": (
        "Ana Ruiz Li Lei Department of Chemistry, University of X, San Diego",
        ("Ana Ruiz", "Li Lei"),
        "Department of Chemistry, University of X, San Diego",
    ),
    "a laboratory's head": (
        "EUROPEAN INSTITUTE FOR RESEARCH (EIR)\nThe Collaborations of X and Y",
        ("X Collaboration",),
        "",
    ),
    "house numbers": (
        "Ana Ruiz\nInstitute X, Am Kai 14, 00-139 Warsaw, Poland",
        ("Ana Ruiz",),
        "Institute X, Warsaw, Poland",
    ),
    "a college for a street": (
        "Ana Ruiz\nUniversity of X, 50 College Bounds, Aberdeen AB24 3DS, UK (Dated: 5 May 2026)",
        ("Ana Ruiz",),
        "University of X, Aberdeen, UK",
    ),
    "Chinese semicolons": (
        "Jing Zhao¹，Ming Sun²\n¹海洋学院；²东海研究所",
        ("Jing Zhao",),
        "海洋学院",
    ),
    "names alone": ("Ana Ruiz, Li Lei\nana@x.org", ("Ana Ruiz", "Li Lei"), ""),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_the_affiliation_is_the_first_authors_alone(name: str) -> None:
    """No names, no marks, no addresses; nothing where nothing is clear."""
    block, authors, expected = BLOCKS[name]
    found = affiliation(block, authors)
    assert "@" not in found
    assert found == ("University of X" if expected is None else expected)


@given(st.text(alphabet="ab@ .,{}1†\n(Uniersty", max_size=80))
def test_no_e_mail_address_comes_out_of_any_block(block: str) -> None:
    """Whatever stands there."""
    assert "@" not in affiliation(block + " University of a@b.cd", ["A B"])


def test_keywords_are_the_names_of_the_categories(shelf: Library) -> None:
    """As arXiv's taxonomy has them, each once; a code it doesn't have stays."""
    shelf.add([samples.paper(9, categories=["cs.LG", "stat.ML", "cs.CV", "xx.YY"])])
    samples.put(shelf, samples.paper(9, categories=["cs.LG", "stat.ML", "cs.CV", "xx.YY"]))
    lines = preview("2411.00009", shelf).splitlines()
    assert lines[lines.index("### 关键词") + 2] == (
        "Machine Learning, Computer Vision and Pattern Recognition, xx.YY"
    )


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "**Authors:** Ana Ruiz, Jörg Weiß, 李雷"),
        ("zh", "**作者**：Ana Ruiz, Jörg Weiß, 李雷"),
    ],
)
def test_the_authors_line_has_its_languages_colon(shelf: Library, language: str, line: str) -> None:
    """Half-width in English, full-width in Chinese, and bold in CommonMark."""
    assert line in preview(IDS[0], shelf, language=language).splitlines()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "written by a program that picks the papers' own sentences, and approved in a"),
        ("zh", "以下总结内容由 自动摘录论文原句的程序 生成，并由 Tester 通过脚本批准"),
    ],
)
def test_extracted_sentences_are_called_that(shelf: Library, language: str, words: str) -> None:
    """No reader of a blog knows what "extractive" is."""
    samples.put(shelf, samples.paper(3), texts={}, signed=False)
    digest = replace(shelf.digest(IDS[0], language="zh"), paper_id="2411.00003")  # type: ignore[type-var]
    shelf.drafts.save_answers(
        replace(digest, answers=(), language=language),
        samples.answers(samples.TEXTS, model="extractive"),
    )
    shelf.approve("2411.00003", language=language, reason="a test")
    post = replace(POST, papers=("2411.00003",), language=language)
    said = banner(post, [source_of("2411.00003", shelf, post.outline, language)])[0]
    assert words in said
    assert "extractive" not in said


@pytest.mark.parametrize(
    ("urls", "written"),
    [
        ([], "paperkit"),
        (["Homepage, https://paperkit.example/"], "[paperkit](https://paperkit.example/)"),
        (["homepage, javascript:alert(1)"], "paperkit"),
    ],
)
def test_the_banner_links_the_tools_home_where_it_has_one(
    monkeypatch: pytest.MonkeyPatch, urls: list[str], written: str
) -> None:
    """The package's metadata says where that is."""
    stated = Message()
    for url in urls:
        stated["Project-URL"] = url
    monkeypatch.setattr(metadata, "metadata", lambda _: stated)
    assert tool() == written


# In a notebook


class Tags(HTMLParser):
    """Collects the start tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))


def test_a_preview_is_text_and_is_shown_as_a_page(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Markdown and HTML in one bundle; the figures are found, formulas keep their letters."""
    monkeypatch.chdir(tmp_path)
    shelf.files.set_licence(IDS[0], "CC BY 4.0")
    text = preview(IDS[0], shelf)
    bundle = text._repr_mimebundle_()
    page = Tags()
    page.feed(bundle["text/html"])
    images = [tag for name, tag in page.tags if name == "img"]
    assert list(bundle) == ["text/html", "text/markdown", "text/plain"]
    assert bundle["text/markdown"] == text
    assert "<h2>Light-Head: Avatars from $n_{1}$ Views</h2>" in bundle["text/html"]
    assert [Path(i["src"] or "").is_file() for i in images] == [True, True]


def test_hostile_words_stay_words_in_the_page(shelf: Library) -> None:
    """No tag and no handler comes out of a title, an abstract or a caption."""
    samples.put(shelf, samples.paper(4, title=samples.HOSTILE, abstract=samples.HOSTILE))
    page = Tags()
    page.feed(preview("2411.00004", shelf)._repr_mimebundle_()["text/html"])
    names = {name for name, _ in page.tags}
    assert names <= {
        "h2",
        "h3",
        "p",
        "blockquote",
        "strong",
        "a",
        "ul",
        "li",
        "details",
        "summary",
        "span",
    }
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]


def test_the_figures_of_a_composed_card_are_found(shelf: Library, tmp_path: Path) -> None:
    """They are shown from the library's folder, seen from the notebook."""
    (tmp_path / "posts").mkdir()
    nb = compose(POST, shelf, path=tmp_path / "posts" / "post.ipynb")
    links = re.findall(r'<img src="([^"]+)"', nb.cells[2].source)
    assert [(tmp_path / "posts" / link).is_file() for link in links] == [True, True]


# Figures and charts in a post


def test_another_image_is_another_file(shelf: Library, tmp_path: Path) -> None:
    """The name follows the bytes: no reader's browser keeps showing the old one."""
    before = export(POST, tmp_path / "a", library=shelf, flavor="hexo")[1:]
    (shelf.files.figures_path(IDS[0]) / "figure-1.png").write_bytes(samples.png(shade=77))
    after = export(POST, tmp_path / "b", library=shelf, flavor="hexo")[1:]
    assert before[0].read_bytes() != after[0].read_bytes()
    assert [a.name == b.name for a, b in zip(before, after, strict=True)] == [False] + [True] * 3
    pattern = r"2411-00001v1-figure-1-[0-9a-f]{10}\.png"
    assert re.fullmatch(pattern, before[0].name)
    assert re.fullmatch(pattern, after[0].name)


def test_the_cover_is_the_first_teaser_that_may_be_shown(shelf: Library, tmp_path: Path) -> None:
    """The first paper's here is its second figure; without a licence it is the next paper's."""

    def cover(post: Post, folder: str) -> str:
        text = export(post, tmp_path / folder, library=shelf, flavor="hexo")[0].read_text("utf-8")
        return str(yaml.safe_load(text.split("---\n")[1])["cover"])

    assert "/2411-00001v1-figure-2-" in cover(POST, "a")
    shelf.files.set_licence(IDS[1], "CC BY 4.0")
    licensed = replace(POST, figures="licensed")
    assert "/2411-00002v1-figure-2-" in cover(licensed, "b")
    assert cover(replace(POST, figures="link"), "c") == "None"
    assert cover(replace(POST, cover="/mine.png"), "d") == "/mine.png"


@pytest.mark.parametrize("flavor", ["hexo", "jekyll", "hugo", "blog-markdown"])
def test_an_image_says_its_size_and_waits(shelf: Library, tmp_path: Path, flavor: str) -> None:
    """Width and height keep the page from jumping, lazy loading keeps it light."""
    text = export(POST, tmp_path, flavor=flavor, library=shelf)[0].read_text("utf-8")
    lines = [x for x in text.splitlines() if "-figure-" in x and "src=" in x]
    wanted = ('width="64"', 'height="48"', 'loading="lazy"')
    assert [all(w in line for w in wanted) for line in lines] == [True] * 4


@pytest.mark.parametrize("flavor", samples.MARKDOWN)
def test_a_real_chart_comes_along_as_an_image_with_its_words(
    shelf: Library, tmp_path: Path, flavor: str
) -> None:
    """What `chart` leaves in a notebook is a file of the post; its alt text says what it shows."""
    picture = chart(papers_per(shelf.papers(), "month"), title="Papers per month")
    data, stated = picture._repr_mimebundle_()
    data["image/png"] = base64.b64encode(data["image/png"]).decode()  # as ipykernel sends it
    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    cell = nbformat.v4.new_code_cell("chart(papers_per(library.papers(), 'month'))  # SECRET")
    cell.outputs = [nbformat.v4.new_output("execute_result", data, metadata=stated)]
    nb.cells.insert(3, cell)
    nbformat.write(nb, path)
    text, *files = export(path, tmp_path / "site", flavor=flavor)
    (image,) = [p for p in files if p.name.startswith("chart-")]
    (line,) = [x for x in text.read_text("utf-8").splitlines() if image.name in x]
    assert image.read_bytes().startswith(b"\x89PNG")
    assert line.startswith("![Papers per month")
    assert "SECRET" not in text.read_text("utf-8")


def test_a_reason_given_at_approval_stands_in_the_post(shelf: Library) -> None:
    """Who overrode a check says so to the reader; the reason is text like any other."""
    shelf.approve("2411.00001", language="zh", reason="checked by hand <b>{{x}}</b>")
    text = preview("2411.00001", shelf, language="zh")._repr_mimebundle_()["text/markdown"]
    told = next(line for line in text.splitlines() if line.startswith("> "))
    assert html.unescape(told) == (
        "> 审核者在检查存有异议时予以批准，理由：checked by hand <b>{{x}}</b>"
    )
    assert "<b>" not in told


@pytest.mark.parametrize(
    ("caption", "shown"),
    [
        ("Figure 1: -5 dB noise", "Figure 1: -5 dB noise"),
        ("Figure 1 - Overview", "Figure 1: Overview"),
        ("-1.00 V to 1 V", "Figure 1: -1.00 V to 1 V"),
        ("Figure 1. .NET runtime", "Figure 1: .NET runtime"),
        ("Figure 12 is another", "Figure 1: Figure 12 is another"),
        ("", "Figure 1"),
    ],
)
def test_a_caption_keeps_its_first_sign(caption: str, shown: str) -> None:
    """Only the label and what parts it from the words goes."""
    assert captioned("Figure 1", caption) == shown


def test_a_collaborations_authors_are_looked_for_only_where_they_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three thousand names make a handful of patterns; the place is found as ever."""
    names = ["Ada Lovelace", *(f"A. B. Nobody{n}" for n in range(3000))]
    block = "Ada Lovelace¹ and Kurt Gödel²\n¹ University of London, United Kingdom\n² CERN"
    compiled, escape = [], re.escape
    monkeypatch.setattr(re, "escape", lambda text: compiled.append(text) or escape(text))
    assert affiliation(block, names) == "University of London, United Kingdom"
    assert len(compiled) < 20

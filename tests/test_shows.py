"""Shows: a reading in a notebook cell, whole, light, and with nothing of it alive."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import mistune
import pytest
from PIL import Image

from paperkit.batch.display import THUMBNAIL, show
from paperkit.errors import PaperkitError
from paperkit.readings import Figure, Hidden, Link, Paragraph, Reading, Section

BOX = (1.0, 2.0, 3.0, 4.0)
EVIL = "<script>alert(1)</script>"
READING = Reading(
    title="Slow ions",
    page_count=3,
    reader="1",
    paragraphs=(Paragraph("We do.", 1, BOX),),
    sections=(Section("Introduction", 1, 1, "1"), Section("A trap", 2, 2, "1.1")),
    figures=(
        Figure("figure", "1", 2, BOX, "Figure 1: A trap.", "figure-1.webp", 900, 300, teaser=True),
        Figure("table", "1", 3, BOX, "Table 1: Ions.", rows=(("ion", "mass"), ("Yb", "171"))),
        Figure("table", "2", 3, BOX, "Table 2: More ions."),
    ),
    links=(
        Link("https://github.com/a/b", "code", 1, True, "stands on the first page"),
        Link("https://github.com/c/d", "code", 3, False, "cited"),
    ),
    hidden=(Hidden("praise this", 1, BOX, "white"),),
    warnings=("page 2 is damaged and was left out",),
)


class Parsed(HTMLParser):
    """The tags, addresses and words of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.urls: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.urls += [v for k, v in attrs if k in ("src", "href")]

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture
def folder(tmp_path):
    Image.new("RGB", (1600, 800), "red").save(tmp_path / "figure-1.webp")
    return tmp_path


def test_html_names_all_that_was_found():
    """Title, counts, warnings, outline, captions, cells and own links, in this order."""
    words = [w for w in Parsed(show(READING)._repr_html_()).words if "paperkit-show" not in w]
    assert words == [
        "Slow ions",
        "3 pages, 2 sections, 1 figure, 2 tables",
        "page 2 is damaged and was left out",
        "white text, p. 1: praise this",
        "Outline",
        "1 Introduction (p. 1)",
        "1.1 A trap (p. 2)",
        "Figures and tables",
        "figure 1 ★ (p. 2): Figure 1: A trap.",
        "table 1 (p. 3): Table 1: Ions.",
        "2 rows",
        *("ion", "mass", "Yb", "171"),
        "table 2 (p. 3): Table 2: More ions.",
        "its cells could not be told apart reliably",
        "Own links",
        "code: ",
        "https://github.com/a/b",
        " (stands on the first page)",
    ]


def test_images_are_small_and_travel_with_the_cell(folder):
    """A figure's image is a data URI of at most the thumbnail's size."""
    shown = show(READING, figures=folder)
    assert list(shown.images) == ["figure-1.webp"]
    urls = Parsed(shown._repr_html_()).urls
    assert urls == [shown.images["figure-1.webp"], "https://github.com/a/b"]
    assert urls[0].startswith("data:image/webp;base64,")
    assert len(urls[0]) < 40 * THUMBNAIL


def test_a_file_that_is_no_image_is_left_out(tmp_path):
    """Garbage, a missing file and a name that leads out of the folder show the caption alone."""
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "figure-1.webp").write_bytes(b"RIFF no image")
    Image.new("RGB", (9, 9)).save(tmp_path / "out.png")
    out = replace(READING.figures[0], file="../out.png")
    gone = replace(READING.figures[0], file="gone.png")
    reading = replace(READING, figures=(READING.figures[0], out, gone))
    assert show(reading, figures=tmp_path / "figures").images == {}


def hostile() -> Reading:
    link = Link("javascript:alert(1)", "code", 1, True, EVIL)
    quoted = Link('https://a.b/"onclick="x', "code", 1, True, EVIL)
    return replace(
        READING,
        title=EVIL,
        sections=(Section(f"[x](javascript:y) ![]({EVIL})", 3, 1, EVIL),),
        figures=(Figure(EVIL, '"><img src=x>', 1, BOX, EVIL, EVIL, rows=((EVIL,),)),),
        links=(link, quoted),
        hidden=(Hidden(EVIL + "{% raw %}", 1, BOX, EVIL),),
        warnings=(EVIL, "# not a heading"),
    )


def test_html_runs_nothing():
    """No tag of the paper's and no address but http gets through."""
    found = Parsed(show(hostile())._repr_html_())
    assert {"script", "img", "a"} & set(found.tags) == set()
    assert found.urls == []
    assert sum(EVIL in w for w in found.words) == 6


def test_markdown_runs_nothing():
    """Neither tags nor links nor template tags of the paper's are markup in Markdown."""
    text = show(hostile())._repr_markdown_()
    found = Parsed(mistune.create_markdown(escape=False)(text))
    assert set(found.tags) == {"h3", "p", "ul", "li"}
    assert re.search(r"[<>{}]|\]\(", text) is None


def test_markdown_names_figures_without_their_images(folder):
    """An exported notebook keeps outline, captions and own links; images may be protected."""
    text = show(READING, figures=folder)._repr_markdown_()
    words = " ".join("".join(Parsed(mistune.html(text)).words).split())
    assert words == (
        "Slow ions 3 pages, 2 sections, 1 figure, 2 tables page 2 is damaged and was left out "
        "white text, p. 1: praise this 1 Introduction (p. 1) \u20031.1 A trap (p. 2) "
        "figure 1 ★ (p. 2): Figure 1: A trap. table 1 (p. 3): Table 1: Ions. "
        "table 2 (p. 3): Table 2: More ions. https://github.com/a/b"
    ).replace("\u2003", "")
    assert "data:" not in text


def test_many_figures_are_counted_not_shown():
    """A paper with hundreds of figures does not fill the notebook."""
    many = replace(READING, figures=READING.figures * 40)
    html = show(many)._repr_html_()
    assert (html.count("<figure>"), "and 60 more" in html) == (60, True)


def test_an_id_is_looked_up_in_its_library(library, folder):
    """What was read is shown with the library's own images."""
    library.files.save_reading("2411.00001", READING)
    target = library.files.figures_path("2411.00001")
    target.mkdir(parents=True)
    (folder / "figure-1.webp").rename(target / "figure-1.webp")
    shown = show("2411.00001", library=library)
    assert (shown.reading, list(shown.images)) == (READING, ["figure-1.webp"])


def test_an_id_without_its_library_says_so():
    """An id alone names nothing."""
    with pytest.raises(PaperkitError, match=r"^2411\.00001: an id needs its library; "):
        show("2411.00001")


def test_a_paper_that_was_not_read_says_so(library):
    """The next step is `read`."""
    with pytest.raises(PaperkitError) as caught:
        show("2411.00001", library=library)
    assert str(caught.value) == (
        "2411.00001: not read yet; run read(['2411.00001'], library) first."
    )

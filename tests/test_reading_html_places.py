"""Where the text of a page stands in the PDF, and what `read` makes of both."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from paperkit import reading, sources
from paperkit.batch import fetch_figures, read
from paperkit.errors import ReadError, SourceError
from paperkit.library import Library
from paperkit.reading.matching import differs, placed
from paperkit.readings import (
    HTML_READER_VERSION,
    NOWHERE,
    READER_VERSION,
    Figure,
    Hidden,
    Paragraph,
    Reading,
    Section,
)

FIRST = "The first sentence speaks about splats that were sampled at ninety frames."
SECOND = "The second sentence goes on about ions that were cooled in a planar trap."
THIRD = "A third sentence belongs to results and reports what the trap finally reached."
FILL = " ".join(
    f"Filling words number{n} stand between other{n} words of text{n} here." for n in range(30)
)
LEFT, RIGHT = (50.0, 60.0, 290.0, 90.0), (310.0, 60.0, 560.0, 90.0)
NEXT = (50.0, 60.0, 290.0, 80.0)


def of_html(*paragraphs: Paragraph, **fields: object) -> Reading:
    """Return a reading of HTML."""
    base = Reading(title="Fast avatars", page_count=0, reader=HTML_READER_VERSION, source="html")
    return Reading(**{**vars(base), "paragraphs": paragraphs, "matches": True, **fields})


def of_pdf(*paragraphs: Paragraph, **fields: object) -> Reading:
    """Return a reading of a PDF."""
    base = Reading(title="Fast avatars", page_count=2, reader=READER_VERSION)
    return Reading(**{**vars(base), "paragraphs": paragraphs, **fields})


PAGE = of_html(
    Paragraph(f"{FIRST} {SECOND}", section="Introduction", anchor="S1.p1"),
    Paragraph("$E=mc^{2}$", section="Introduction", anchor="S1.p2"),
    Paragraph(f"{THIRD} {FILL}", section="Results", anchor="S2.p1"),
    sections=(Section("Introduction", 1, anchor="S1"), Section("Results", 1, anchor="S2")),
    figures=(
        Figure("table", "1", 0, NOWHERE, "Table 1: Ours.", rows=(("a", "1"),), anchor="S2.T1"),
        Figure("figure", "9", 0, NOWHERE, "Figure 9: Lost.", anchor="S2.F9"),
    ),
)
PDF = of_pdf(
    Paragraph(FIRST, 1, LEFT, "Introduction"),
    Paragraph(SECOND, 1, RIGHT, "Introduction"),
    Paragraph(f"{THIRD} {FILL}", 2, NEXT, "Results"),
    sections=(Section("Introduction", 1, 1), Section("Results", 1, 2)),
    figures=(
        Figure("table", "I", 2, RIGHT, "TABLE I", file="table-i.png", width=9, height=5),
        Figure("figure", "1", 1, LEFT, "Figure 1: Kept."),
    ),
)


def test_each_sentence_has_its_page_and_box() -> None:
    """A paragraph that goes on in another column is two with one id; a formula has no box."""
    found = [(p.anchor, p.page, p.bbox) for p in placed(PAGE, PDF).paragraphs]
    assert found == [
        ("S1.p1", 1, LEFT),
        ("S1.p1", 1, RIGHT),
        ("S1.p2", 1, NOWHERE),
        ("S2.p1", 2, NEXT),
    ]


def test_figures_have_the_pdfs_image_and_the_pages_rows() -> None:
    """A Roman number is the same as an Arabic one; what only the PDF has is kept."""
    found = placed(PAGE, PDF).figures
    assert [(f.kind, f.label, f.page, f.file, f.rows, f.anchor) for f in found] == [
        ("table", "1", 2, "table-i.png", (("a", "1"),), "S2.T1"),
        ("figure", "9", 0, None, None, "S2.F9"),
        ("figure", "1", 1, None, None, ""),
    ]
    assert [(s.anchor, s.page) for s in placed(PAGE, PDF).sections] == [("S1", 1), ("S2", 2)]


def test_what_the_pdf_hides_is_taken_out() -> None:
    """A page of HTML may show what is white in print."""
    hidden = (Hidden(SECOND, 1, RIGHT, "white"),)
    found = placed(PAGE, of_pdf(*PDF.paragraphs, hidden=hidden))
    assert SECOND not in found.text
    assert FIRST in found.text
    assert found.hidden == hidden


def test_a_page_of_another_text_differs() -> None:
    """So does one that has only a part of what the PDF says."""
    assert differs(PAGE, PDF) == ""
    other = of_pdf(Paragraph(" ".join(f"Strange{n} and foreign{n} word{n}." for n in range(99)), 1))
    assert "of the page's text stands in the PDF" in differs(PAGE, other)
    more = " ".join(f"Lengthy{n} other{n} parts{n} follow." for n in range(400))
    assert "of the PDF's text" in differs(PAGE, of_pdf(*PDF.paragraphs, Paragraph(more, 2)))


# ---- read

ID = "2411.00001"
Set = Callable[..., list[str]]


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Return what sets what arXiv gives and what the files say; it returns what was asked for."""
    asked: list[str] = []

    def set_up(html: object = PAGE, pdf: object = PDF) -> list[str]:
        def fetched(name: str, given: object) -> Callable[..., bytes]:
            def fetch(paper: object) -> bytes:
                asked.append(name)
                if isinstance(given, SourceError):
                    raise given
                return b"%PDF" if name == "pdf" else b"<html>"

            return fetch

        def said(given: object) -> Callable[..., Reading]:
            def read_one(path: Path, *_: object, **__: object) -> Reading:
                assert path.is_file()
                if isinstance(given, ReadError):
                    raise given
                assert isinstance(given, Reading)
                return given

            return read_one

        monkeypatch.setattr(sources, "fetch_html", fetched("html", html))
        monkeypatch.setattr(sources, "fetch_pdf", fetched("pdf", pdf))
        monkeypatch.setattr(reading, "read_html", said(html))
        monkeypatch.setattr(reading, "read_pdf", said(pdf))
        return asked

    return set_up


def told(library: Library, **options: object) -> tuple[str, str, str]:
    """Return outcome, source and reason (or error) of one paper read."""
    row = read([ID], library, **options).loc[ID]
    return row["outcome"], row["source"], row["error"] or row["reason"]


def test_html_is_read_first_and_once(doors: Set, library: Library) -> None:
    """Text from HTML, pages from the PDF; read again nothing is fetched."""
    asked = doors()
    assert told(library) == ("read", "html", "")
    assert told(library) == ("known", "html", "")
    assert asked == ["html", "pdf"]
    held = library.reading(ID)
    assert held is not None
    assert (held.source, held.page_count, held.paragraphs[0].page) == ("html", 2, 1)
    assert library.files.html_path(ID).read_bytes() == b"<html>"


def test_a_pdf_at_hand_is_read_without_asking(doors: Set, library: Library) -> None:
    """What lies in the library costs no request; `source="html"` asks."""
    asked = doors()
    library.files.save_pdf(ID, b"%PDF")
    assert told(library) == ("read", "pdf", "")
    assert asked == []
    assert told(library, source="html") == ("read", "html", "")
    assert asked == ["html"]
    assert told(library) == ("known", "html", "")


def test_html_at_hand_is_read_offline(doors: Set, library: Library) -> None:
    """Without a PDF it has no pages, and says so."""
    asked = doors()
    library.files.save_html(ID, b"<html>")
    assert told(library, download=False) == ("read", "html", "")
    assert asked == []
    held = library.reading(ID)
    assert held is not None
    assert held.page_count == 0
    assert held.warnings[0].startswith("no pages, boxes and images of figures: ")


@pytest.mark.parametrize(
    "why", [SourceError("404"), ReadError("a stub"), of_html(matches=False, why="another")]
)
def test_a_page_that_is_no_use_gives_way_to_the_pdf(
    doors: Set, library: Library, why: object
) -> None:
    """The report says why, and the page isn't kept."""
    doors(html=why)
    outcome, source, reason = told(library)
    assert (outcome, source) == ("read", "pdf")
    assert str(getattr(why, "why", why)) in reason
    assert not library.files.html_path(ID).exists()
    assert told(library, source="html")[0] == "failed"


def test_a_page_that_differs_from_the_pdf_gives_way(doors: Set, library: Library) -> None:
    """Half a conversion looks like a paper."""
    more = " ".join(f"Lengthy{n} other{n} parts{n} follow." for n in range(400))
    doors(pdf=of_pdf(*PDF.paragraphs, Paragraph(more, 2)))
    outcome, source, reason = told(library)
    assert (outcome, source) == ("read", "pdf")
    assert "of the PDF's text" in reason


def test_a_long_pause_is_kept_for_the_pdf_too(doors: Set, library: Library) -> None:
    """ArXiv asked to be left alone."""
    asked = doors(html=sources.Paused("arXiv: it asks for a pause of 60 minutes."))
    assert told(library)[::2] == ("failed", "arXiv: it asks for a pause of 60 minutes.")
    assert asked == ["html"]


def test_html_alone_is_read_where_there_is_no_pdf(doors: Set, library: Library) -> None:
    """Some papers have none."""
    doors(pdf=SourceError("no PDF"))
    assert told(library) == ("read", "html", "")


def test_a_licence_that_the_page_states_is_kept(doors: Set, library: Library) -> None:
    """One that is known already stays."""
    doors(html=of_html(*PAGE.paragraphs, licence="CC BY 4.0"))
    told(library)
    assert library.files.licence(ID) == "CC BY 4.0"


def test_an_unknown_source_is_named(library: Library) -> None:
    """With the ones there are."""
    with pytest.raises(Exception, match="use auto, html or pdf"):
        read([ID], library, source="tex")  # type: ignore[arg-type]


def test_the_page_goes_with_its_paper(doors: Set, library: Library, tmp_path: Path) -> None:
    """Into a backup, and out with the paper."""
    library.files.save_html(ID, b"<html>")
    library.backup(tmp_path / "backup")
    assert (tmp_path / "backup" / "html" / f"{ID}v1.html").is_file()
    library.remove([ID])
    assert not list((library.path / "html").iterdir())


# ---- images

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><script>alert(1)</script>'
    '<image href="file:///etc/passwd" width="9" height="9"/>'
    '<rect width="60" height="30" fill="red"/></svg>'
)
BASE = f"https://arxiv.org/html/{ID}v1"


def drawn(library: Library, *images: str, data: bytes = SVG.encode()) -> list[bytes]:
    """Return the images on disk of a paper whose one figure has these addresses."""
    library.files.save_html(ID, f'<html><div id="pic">{SVG}</div></html>'.encode())
    figure = Figure("figure", "1", 0, NOWHERE, "Figure 1: Red.", images=images)
    library.files.save_reading(ID, of_html(*PAGE.paragraphs, figures=(figure,)))
    paths = fetch_figures(ID, library)["path"]
    return [Path(p).read_bytes() for p in paths]


@pytest.mark.parametrize("image", [f"{BASE}/x1.svg", "#pic"])
def test_a_drawing_is_shown_as_a_picture(
    library: Library, monkeypatch: pytest.MonkeyPatch, image: str
) -> None:
    """SVG never leaves as SVG, whether it lies beside the page or in it; it is fetched once."""
    asked: list[str] = []
    client = sources.ArxivClient(interval=0, crawl=0)

    def get(url: str, judged: object, *, gap: float) -> bytes:
        asked.append(url)
        return SVG.encode()

    monkeypatch.setattr(client, "get", get)
    monkeypatch.setattr(sources.client, "default", lambda: client)
    [data] = drawn(library, image)
    assert data[:4] in (b"\x89PNG", b"RIFF")
    assert fetch_figures(ID, library)["width"].gt(0).all()
    assert asked == ([] if image == "#pic" else [image])


def png(shade: str, width: int, height: int) -> bytes:
    """Return an image of one color."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), shade).save(out, "png")
    return out.getvalue()


def test_all_parts_of_a_figure_are_one_picture(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In rows from left to right, in the page's order, whatever their sizes."""
    parts = {"x1.png": "red", "x2.png": "lime", "x3.svg": "", "x4.png": "blue"}
    made = {
        f"{BASE}/{name}": png(shade, 40 * at, 40) if shade else SVG.encode()
        for at, (name, shade) in enumerate(parts.items(), 1)
    }
    monkeypatch.setattr(sources, "fetch_image", lambda _, address: made[address])
    [data] = drawn(library, *made)
    with Image.open(io.BytesIO(data)) as image:
        seen = image.convert("RGB")
    wide, high = seen.size
    places = [(1, 1), (3, 1), (1, 3), (3, 3)]
    found = [seen.getpixel((wide * x // 4, high * y // 4)) for x, y in places]
    assert [[c > 127 for c in color] for color in found] == [
        [True, False, False], [False, True, False], [True, False, False], [False, False, True]
    ]  # fmt: skip


def test_drawings_within_the_page_are_one_picture_too(library: Library) -> None:
    """Each is found by its id."""
    [one] = drawn(library, "#pic")
    [two] = drawn(library, "#pic", "#pic")
    sizes = [Image.open(io.BytesIO(data)).size for data in (one, two)]
    assert sizes[0][0] / sizes[0][1] == pytest.approx(2, rel=0.05)
    assert sizes[1][0] / sizes[1][1] == pytest.approx(4, rel=0.05)


def test_an_image_elsewhere_is_not_fetched(library: Library) -> None:
    """Whatever a stored reading says."""
    with pytest.raises(SourceError, match="is not an image of its HTML"):
        drawn(library, "https://evil.example/x.png")


def test_what_is_no_image_is_told(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that says 404 with status 200, say."""
    monkeypatch.setattr(sources, "fetch_image", lambda *_: b"<html>No such file</html>")
    with pytest.raises(ReadError, match="figure 1: no image"):
        drawn(library, f"{BASE}/x1.png")

"""Pages as plain values, upright or turned: decides nothing about a paper."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from paperkit.errors import ReadError
from paperkit.readings import Box, Limits

if TYPE_CHECKING:
    import numpy as np


class Span(NamedTuple):
    """A run of characters in one font; ``painted`` is False for text that draws nothing."""

    text: str
    box: Box
    size: float
    font: str
    bold: bool
    italic: bool
    color: int
    alpha: int
    painted: bool


def _length(span: Span) -> int:
    return len(span.text)


@dataclass(frozen=True, slots=True)
class Line:
    """Characters on one baseline. ``size``, ``font``, ``bold``, ``italic``: of most of them.

    ``base`` is the bottom of the longest span: tall brackets and roots don't shift it.
    ``turn`` says how far (degrees clockwise: 0, 90, 180, 270) the page must be turned to read it.
    """

    text: str
    box: Box
    size: float
    font: str
    bold: bool
    italic: bool
    upright: bool
    spans: tuple[Span, ...]
    turn: int = 0
    base: float = field(init=False)

    def __post_init__(self) -> None:
        """Look for the longest span once."""
        object.__setattr__(self, "base", max(self.spans, key=_length).box[3])

    @property
    def width(self) -> float:
        """Return the width in points."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        """Return the height in points."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class Shape:
    """A drawn path or an image: its box, and whether it is an image or a plain rectangle."""

    box: Box
    image: bool
    rectangle: bool


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link annotation: where it stands and where it leads."""

    box: Box
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page: size in points, lines in the file's order, shapes, links.

    ``cut`` are lines that the file writes outside the page or a clip, so that nobody sees them.
    ``turn`` says how far (degrees clockwise) this view of the page is turned from the one shown.
    ``unknown`` is the share (0 to 1) of characters whose font doesn't say which letters they are.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    shapes: tuple[Shape, ...]
    links: tuple[PageLink, ...]
    cut: tuple[Line, ...] = ()
    turn: int = 0
    unknown: float = 0.0


@dataclass(frozen=True, slots=True)
class Word:
    """What stands between two spaces, and where on the page as it is shown."""

    text: str
    box: Box


def words_of(document: Any, number: int) -> list[Word]:
    """Return the words of a page (from 1); spaces part them, whatever their width."""
    page = document[number - 1]
    found = page.get_text("words", flags=TEXT_FLAGS, sort=False)
    turned = bool(page.rotation)
    return [Word(_clean(w[4]), _as_shown(w[:4], page) if turned else w[:4]) for w in found]


def open_pdf(path: Path, limits: Limits) -> Any:
    """Return the open document, or raise `ReadError` when it can't or may not be read."""
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    pymupdf.TOOLS.store_shrink(100)
    _check_size(path, limits)
    try:
        document = pymupdf.open(path, filetype="pdf")
        locked = document.needs_pass and not document.authenticate("")
        count = document.page_count
    except (RuntimeError, ValueError) as error:
        raise ReadError(
            f"{path.name}: not a readable PDF (damaged or cut off); download it again"
        ) from error
    if locked:
        raise ReadError(f"{path.name}: encrypted with a password; store a copy without one")
    if count == 0:
        raise ReadError(f"{path.name}: has no pages; download it again")
    return document


def _check_size(path: Path, limits: Limits) -> None:
    if not path.is_file():
        raise ReadError(f"{path.name}: no such file; download it first")
    size = path.stat().st_size
    if size > limits.bytes:
        raise ReadError(
            f"{path.name}: {size} bytes are over the limit of {limits.bytes}; "
            "pass Limits(bytes=...) to allow it"
        )
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise ReadError(f"{path.name}: not a PDF (no %PDF header); download it again")


def pages(document: Any, limits: Limits) -> Iterator[tuple[Page, Any]]:
    """Yield the pages up to the limit, each with what it draws, without annotations.

    A page that can't be parsed comes out empty and draws nothing (None).
    """
    for index in range(min(document.page_count, limits.pages)):
        try:
            page = document[index]
            drawn = page.get_displaylist(annots=0)
            yield _page(page, drawn), drawn
        except (RuntimeError, ValueError):
            yield Page(index + 1, 0.0, 0.0, (), (), ()), None


def _page(page: Any, drawn: Any) -> Page:
    import pymupdf

    lines, shapes = _content(page, drawn)
    every = page.get_text("text", flags=TEXT_FLAGS & ~_CODES, clip=pymupdf.INFINITE_RECT())
    written = "".join(every.split())
    cut = list(_cut(page, lines, len(written)))
    if page.rotation:  # PyMuPDF gives links and pixels as shown, all else as before turning
        lines, cut = [_rotated(n, page) for n in lines], [_rotated(n, page) for n in cut]
        shapes = [replace(s, box=_as_shown(s.box, page)) for s in shapes]
    rect = page.rect
    return Page(
        number=page.number + 1,
        width=rect.width,
        height=rect.height,
        lines=tuple(lines),
        shapes=tuple(shapes),
        links=tuple(_links(page)),
        cut=tuple(cut),
        unknown=written.count("\ufffd") / max(1, len(written)),
    )


def _content(page: Any, drawn: Any) -> tuple[list[Line], list[Shape]]:
    """Return a page's lines, each once, and its shapes and images, before any turning."""
    import pymupdf

    flags = TEXT_FLAGS | pymupdf.TEXT_CLIP | pymupdf.TEXT_COLLECT_VECTORS
    lines: list[Line] = []
    shapes: list[Shape] = []
    for block in _textpage(page, drawn, flags).extractDICT()["blocks"]:
        if block["type"] == 0:
            lines.extend(line for row in block["lines"] if (line := _line(row)) is not None)
        elif len(shapes) < MOST_SHAPES:
            shapes.append(Shape(tuple(block["bbox"]), False, bool(block.get("isrect"))))
    images = _textpage(page, drawn, pymupdf.TEXT_PRESERVE_IMAGES).extractIMGINFO()
    return _once(lines), [*shapes, *(Shape(tuple(i["bbox"]), True, True) for i in images)]


def _once(lines: list[Line]) -> list[Line]:
    """Return the lines without those printed again over themselves, as shadows and bold print are.

    The last one stays: it lies on top.
    """
    kept: list[Line] = []
    last: dict[str, list[int]] = {}
    for line in lines:
        text = "".join(line.text.split())
        again = next((i for i in last.get(text, ()) if _same_place(kept[i], line)), None)
        if again is None:
            last.setdefault(text, []).append(len(kept))
            kept.append(line)
        else:
            kept[again] = line
    return kept


def _same_place(a: Line, b: Line) -> bool:
    near = 0.2 * b.size
    return abs(a.size - b.size) < 0.6 and all(
        abs(p - q) < near for p, q in zip(a.box, b.box, strict=True)
    )


def _as_shown(box: Box, page: Any) -> Box:
    import pymupdf

    return tuple(pymupdf.Rect(box) * page.rotation_matrix)


def _rotated(line: Line, page: Any) -> Line:
    """Return a line of a page with a rotation where it is shown."""
    turn = (line.turn - page.rotation) % 360
    spans = tuple(s._replace(box=_as_shown(s.box, page)) for s in line.spans)
    box = _as_shown(line.box, page)
    return replace(line, box=box, spans=spans, turn=turn, upright=turn == 0)


def _cut(page: Any, lines: list[Line], written: int) -> Iterator[Line]:
    """Yield what the file writes outside the page or a clip, where it writes anything there.

    ``written`` is how many characters the file writes for the page.
    """
    import pymupdf

    everywhere = pymupdf.INFINITE_RECT()
    seen = sum(len("".join(line.text.split())) for line in lines)
    if written <= seen + 3:
        return
    known = {(s.text, round(s.box[0]), round(s.box[1])) for line in lines for s in line.spans}
    for block in page.get_text("dict", flags=TEXT_FLAGS, clip=everywhere)["blocks"]:
        for row in block.get("lines", ()):
            first = next((s for s in row["spans"] if _clean(s["text"]).strip()), None)
            if first is None:
                continue
            key = (_clean(first["text"]), round(first["bbox"][0]), round(first["bbox"][1]))
            if key not in known and (line := _line(row)) is not None:
                yield line


_CODES = 128
"""PyMuPDF's TEXT_CID_FOR_UNKNOWN_UNICODE: without it unknown characters come as U+FFFD."""
TEXT_FLAGS = 2 | _CODES
"""With TEXT_PRESERVE_WHITESPACE; ligatures come apart.

Not with TEXT_COLLECT_STYLES: it takes the rules of tables for underlines.
"""
MOST_SHAPES = 20_000
"""A page with more paths is a scatter plot; the first ones say where it is."""


def _textpage(page: Any, drawn: Any, flags: int) -> Any:
    """Return what is written: from what the page draws, as that is taken apart but once.

    A turned page, or one with annotations, which are written too, is taken apart anew.
    """
    import pymupdf

    if page.rotation or page.first_annot or page.first_widget:
        return page.get_textpage(flags=flags)
    return pymupdf.TextPage(drawn.get_textpage(flags))


def _links(page: Any) -> Iterator[PageLink]:
    link = page.first_link
    while link:
        if link.uri and not link.uri.startswith("#"):
            yield PageLink(tuple(link.rect), str(link.uri))
        link = link.next


def joined_spans(line: Line) -> Line:
    """Return a line whose neighboring spans that look alike are one; often each word is one."""
    spans: list[Span] = []
    for _, alike in groupby(line.spans, _look):
        first, *others = alike
        if others:
            box = (*first.box[:2], others[-1].box[2], first.box[3])
            text = "".join((first.text, *(s.text for s in others)))
            first = first._replace(text=text, box=box)
        spans.append(first)
    return line if len(spans) == len(line.spans) else replace(line, spans=tuple(spans))


def _look(span: Span) -> tuple[object, ...]:
    return (span.font, span.size, span.box[3], span.bold, span.italic, span.color, span.painted)


def _line(row: dict[str, Any]) -> Line | None:
    spans = tuple(_span(s) for s in row["spans"] if s["text"])
    text = "".join(s.text for s in spans)
    if not text.strip():
        return None
    if not text.isascii() and _ACCENTS.search(text):  # the letter may be in another font
        text = _composed(text)
    weights: dict[tuple[str, float, bool, bool], int] = {}
    for span in spans:
        key = (span.font, span.size, span.bold, span.italic)
        weights[key] = weights.get(key, 0) + len(span.text.strip())
    font, size, bold, italic = max(weights, key=lambda k: weights[k])
    across, down = row["dir"]
    upright = across > 0.9
    turn = (90 if down < 0 else 270) if abs(down) > 0.9 else 0 if upright else 180
    return Line(text, _box(spans), size, font, bold, italic, upright, spans, turn)


def _box(spans: tuple[Span, ...]) -> Box:
    x0, y0, x1, y1 = zip(*(s.box for s in spans if s.text.strip()), strict=True)
    return (min(x0), min(y0), max(x1), max(y1))


_BOLD = re.compile(r"bold|medi(?!a)|cmb|sfbx|black|heavy|semib|demi|ecbx|-bd|[.-]bi?$")
_ITALIC = re.compile(r"ital|cmti|obli|slant|ecti|[.-]b?i$")


def _span(row: dict[str, Any]) -> Span:
    font, bold, italic = _font(row["font"], row["flags"])
    painted = row.get("char_flags", 16) & 48 != 0
    size = round(row["size"], 1)
    return Span(
        text=_clean(row["text"]),
        box=tuple(row["bbox"]),
        size=size,
        font=font,
        bold=bold,
        italic=italic,
        color=row["color"],
        alpha=row.get("alpha", 255),
        painted=painted,
    )


@lru_cache(1000)
def _font(name: str, flags: int) -> tuple[str, bool, bool]:
    """Return a font's own name, whether it is bold, and whether it is italic."""
    font = name.rsplit("+", 1)[-1]
    lower = font.lower()
    # Many LaTeX fonts say bold and italic in the name alone.
    bold = bool(flags & 16) or _BOLD.search(lower) is not None
    return font, bold, bool(flags & 2) or _ITALIC.search(lower) is not None


def _clean(text: str) -> str:
    """Return the text without control characters and lone surrogates, with plain spaces.

    A soft hyphen is invisible but where a word is broken: at the end of a line it is one.
    """
    if text.isascii() and text.isprintable():
        return text
    if text.endswith("\xad"):
        text = text[:-1] + "-"
    if _ACCENTS.search(text):
        text = _composed(text)
    return "".join(" " if c.isspace() else c for c in text if c.isspace() or c.isprintable())


_ABOVE = dict(
    zip("¨´ˇ˘¯˙˝˚ˆ˜", "\u0308\u0301\u030c\u0306\u0304\u0307\u030b\u030a\u0302\u0303", strict=True)
)
_BELOW = {"¸": "\u0327", "˛": "\u0328"}
_ACCENTS = re.compile("[¨´ˇ˘¯˙˝˚ˆ˜¸˛]")
_BEFORE_LETTER = re.compile(r"([¨´ˇ˘¯˙˝˚ˆ˜])((?<=[^\W\d_].) (?=[a-zı]))?([^\W\d_])")
_AFTER_LETTER = re.compile(r"([^\W\d_])([¸˛])")


def _composed(text: str) -> str:
    """Return the text with accents that TeX sets beside their letters put onto them."""

    def above(match: re.Match[str]) -> str:
        letter = {"ı": "i", "ȷ": "j"}.get(match[3], match[3])
        return unicodedata.normalize("NFC", letter + _ABOVE[match[1]])

    def below(match: re.Match[str]) -> str:
        return unicodedata.normalize("NFC", match[1] + _BELOW[match[2]])

    return _AFTER_LETTER.sub(below, _BEFORE_LETTER.sub(above, text))


def outline(document: Any) -> list[tuple[int, str, int]]:
    """Return the file's own outline as (level, title, page from 1)."""
    try:
        return [(int(row[0]), str(row[1]), int(row[2])) for row in document.get_toc(simple=True)]
    except (RuntimeError, ValueError):
        return []


def stated_title(document: Any) -> str:
    """Return the title of the file's metadata, often empty or wrong."""
    return _clean(str((document.metadata or {}).get("title") or ""))


# ---- views of a page that are turned upright


def turned(page: Page, turn: int, lines: Sequence[Line]) -> Page:
    """Return the page as it looks when turned, with these of its lines alone."""
    width, height = page.height, page.width
    return replace(
        page,
        width=width,
        height=height,
        lines=tuple(turned_line(n, page, turn) for n in lines),
        shapes=tuple(replace(s, box=turned_box(s.box, page, turn)) for s in page.shapes),
        links=(),
        cut=(),
        turn=turn,
    )


def turned_line(line: Line, page: Page, turn: int) -> Line:
    """Return a line of the page as it stands when that is turned."""
    left = (line.turn - turn) % 360
    return replace(
        line,
        box=turned_box(line.box, page, turn),
        spans=tuple(s._replace(box=turned_box(s.box, page, turn)) for s in line.spans),
        turn=left,
        upright=left == 0,
    )


def turned_box(box: Box, page: Page, turn: int) -> Box:
    """Return where a box of the page stands when that is turned clockwise."""
    x0, y0, x1, y1 = box
    if turn == 90:
        return (page.height - y1, x0, page.height - y0, x1)
    if turn == 270:
        return (y0, page.width - x1, y1, page.width - x0)
    return box


def shown(box: Box, page: Page) -> Box:
    """Return where a box of a turned view stands on the page as it is shown."""
    return turned_box(box, page, (360 - page.turn) % 360)


def turned_ink(ink: np.ndarray, turn: int) -> np.ndarray:
    """Return a grid of the page turned clockwise."""
    import numpy as np

    return np.rot90(ink, -(turn // 90)) if turn else ink

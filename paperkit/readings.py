"""Readings: what a paper's PDF or HTML says, as plain values that survive JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from paperkit.errors import PaperkitError
from paperkit.reprs import card, counted, line, short

if TYPE_CHECKING:
    import pandas as pd

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in PDF points from the top left of the page as displayed."""

NOWHERE: Box = (0.0, 0.0, 0.0, 0.0)
"""The box of what has no place on a page: only the HTML was read. Its page is 0."""

_ANCHOR = re.compile(r"[A-Za-z0-9._-]{1,120}")


def is_anchor(text: str) -> bool:
    """Return whether a text is an id that may end an address, and nothing more."""
    return _ANCHOR.fullmatch(text) is not None


Span = tuple[int, int, int, int]
"""A cell over several rows or columns: its row and column (from 0), how many rows and columns."""

Role = Literal["front", "body", "appendix", "references"]
Source = Literal["pdf", "html"]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph in reading order: its text, page (from 1), box, section title and role.

    ``turns`` are the later pages of a text that goes on there, each with its first character.
    ``anchor`` is its id in arXiv's HTML (S4.p2), "" where the PDF was read; read from HTML alone
    it has page 0. ``note`` says that it is a footnote.
    """

    text: str
    page: int = 0
    bbox: Box = NOWHERE
    section: str = ""
    role: Role = "body"
    anchor: str = ""
    note: bool = False
    turns: tuple[tuple[int, int], ...] = ()

    def page_of(self, start: int, end: int) -> int:
        """Return the page that holds the most of the text's characters from `start` to `end`."""
        begins = [(self.page, 0), *((page, at) for page, at in self.turns)]
        ends = [*(at for _, at in self.turns), len(self.text)]
        held = [min(end, b) - max(start, a) for (_, a), b in zip(begins, ends, strict=True)]
        return begins[held.index(max(held))][0]


@dataclass(frozen=True)
class Section:
    """One heading: title without its number, number as printed, level (1 = top), page."""

    title: str
    level: int
    page: int = 0
    number: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Figure:
    """One numbered figure, table, algorithm or listing.

    ``bbox`` leaves the caption out; ``file`` is the cropped image's name within the folder the
    reading was written to (None when no image was made); ``rows`` are a table's cells where they
    could be told apart reliably, else None; the first ``head`` rows are column heads (0: the print
    doesn't say), text over several columns stands in the first of them. ``lines`` are the printed
    lines of a table, algorithm or listing without rows, white gaps as two spaces; ``places`` are
    page and box of each row, or line (empty where it isn't known). ``teaser`` marks the one that
    suits a cover best. From arXiv's HTML come ``spans``, the cells that reach over several rows or
    columns, ``anchor``, its id there, and ``images``, the addresses of its parts.
    """

    kind: str
    label: str
    page: int
    bbox: Box
    caption: str
    file: str | None = None
    width: int = 0
    height: int = 0
    rows: tuple[tuple[str, ...], ...] | None = None
    teaser: bool = False
    head: int = 0
    lines: tuple[str, ...] | None = None
    spans: tuple[Span, ...] = ()
    anchor: str = ""
    images: tuple[str, ...] = ()
    places: tuple[tuple[int, Box], ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a table as a frame of text: a row per row, columns named by their heads.

        Heads of several lines are joined; a column without one is named by its number (from 1).
        A table whose cells couldn't be told apart is a frame of its printed lines.

        Raises:
            PaperkitError: this is no table.
        """
        import pandas as pd

        if self.rows is None and self.lines is None:
            raise PaperkitError(
                f"{self.kind} {self.label}: not a table; ask one of kind 'table' for its frame."
            )
        if self.rows is None:
            return pd.DataFrame({"line": list(self.lines or ())}, dtype="str")
        body = [list(row) for row in self.rows[self.head :]]
        return pd.DataFrame(body, columns=_column_names(self.rows, self.head), dtype="str")


def _column_names(rows: Sequence[Sequence[str]], head: int) -> list[str]:
    """Return a name for each column: its heads from the top, one over several named in each."""
    levels = [list(row) for row in rows[:head]]
    for level in levels[:-1]:
        for at in range(1, len(level)):
            level[at] = level[at] or (level[at - 1] if levels[-1][at] else "")
    names: list[str] = []
    for at in range(len(rows[0])):
        name = " ".join(level[at] for level in levels if level[at]) or str(at + 1)
        names.append(name if name not in names else f"{name} ({at + 1})")
    return names


@dataclass(frozen=True)
class Link:
    """One address found in the PDF: ``kind`` is code, project, data, video, paper or other.

    ``own`` says that it is taken for the paper's own and not a citation; ``reason`` says why.
    """

    url: str
    kind: str
    page: int
    own: bool
    reason: str


@dataclass(frozen=True)
class Reference:
    """One entry of the references: its text, the ids stated in it ("" without), its anchor."""

    text: str
    arxiv_id: str = ""
    doi: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Hidden:
    """Text that a reader of the page does not see, or that reads like an instruction to a model.

    ``reason``: white, tiny, transparent, covered, off-page, invisible, or instruction.
    """

    text: str
    page: int
    bbox: Box
    reason: str


@dataclass(frozen=True)
class PageImage:
    """A page or a part of it as PNG: which box of the page it shows, and where marks stand on it.

    Boxes are PDF points from the top left of the page.
    """

    png: bytes
    box: Box
    marks: tuple[Box, ...] = ()

    @property
    def marked(self) -> Box | None:
        """Return the box around all marks as shares (0 to 1) of the picture; None without."""
        if not self.marks:
            return None
        x0, y0, x1, y1 = self.box
        lefts, tops, rights, bottoms = zip(*self.marks, strict=True)
        width, height = x1 - x0, y1 - y0
        return (
            _share(min(lefts) - x0, width),
            _share(min(tops) - y0, height),
            _share(max(rights) - x0, width),
            _share(max(bottoms) - y0, height),
        )


def _share(part: float, whole: float) -> float:
    return min(1.0, max(0.0, part / whole))


@dataclass(frozen=True)
class Reading:
    """What one paper says. Pages count from 1; boxes are PDF points from the top left.

    ``source`` is what was read: the PDF, or arXiv's HTML, which has ids (``anchor``) instead of
    pages; its passages have pages too where the PDF was at hand. ``references`` and ``licence``
    come from HTML alone.

    ``warnings`` are sentences about what is missing (a scanned page, a page over a limit).
    ``reader`` is the version of the reader that made it; a newer reader reads again.
    ``stamp`` is the identifier that arXiv printed into the margin, as printed (2411.05184v2).
    ``matches`` says whether the PDF is the paper it was read for, and ``why``: None where nothing
    could be compared. ``readable`` is False where the text is a cipher: no model may get it.
    ``margins`` are running heads and feet and what stands sideways at the edge, each once.
    """

    title: str
    page_count: int
    reader: str
    paragraphs: tuple[Paragraph, ...] = ()
    sections: tuple[Section, ...] = ()
    figures: tuple[Figure, ...] = ()
    links: tuple[Link, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    warnings: tuple[str, ...] = ()
    affiliation: str = ""
    page_sizes: tuple[tuple[float, float], ...] = field(default=())
    stamp: str = ""
    matches: bool | None = None
    why: str = ""
    readable: bool = True
    source: Source = "pdf"
    references: tuple[Reference, ...] = ()
    licence: str = ""
    margins: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return a line with the title and how much was found."""
        return line("Reading", short(self.title), *self._found)

    def _repr_html_(self) -> str:
        heads = [f"{s.number} {s.title}{_on_page(s)}".strip() for s in self.sections]
        rows = {"Warning:": "; ".join(self.warnings)}
        return card(self.title, self._found, rows=rows, items=heads)

    @property
    def _found(self) -> list[str]:
        tables = sum(f.kind == "table" for f in self.figures)
        return [
            counted(self.page_count, "page"),
            counted(len(self.sections), "section"),
            counted(len(self.figures) - tables, "figure"),
            counted(tables, "table"),
            counted(len(self.warnings), "warning"),
        ]

    @property
    def text(self) -> str:
        """Return the whole text in reading order, paragraphs separated by an empty line."""
        return "\n\n".join(p.text for p in self.paragraphs)

    @property
    def footnotes(self) -> tuple[Paragraph, ...]:
        """Return the footnotes, where they were told apart (HTML)."""
        return tuple(p for p in self.paragraphs if p.note)

    @property
    def body(self) -> tuple[Paragraph, ...]:
        """Return the paragraphs a model gets: no references, no hidden text, no cipher."""
        kept = self.paragraphs if self.readable else ()
        return tuple(p for p in kept if p.role != "references")

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able data: the fields, ``text`` and ``urls``."""
        return {**asdict(self), "text": self.text, "urls": [link.url for link in self.links]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the reading that `to_dict` wrote."""
        return cls(
            title=data["title"],
            page_count=data["page_count"],
            reader=data["reader"],
            paragraphs=tuple(Paragraph(**_turned(_boxed(p))) for p in data["paragraphs"]),
            sections=tuple(Section(**s) for s in data["sections"]),
            figures=tuple(Figure(**_tabled(_boxed(f))) for f in data["figures"]),
            links=tuple(Link(**link) for link in data["links"]),
            hidden=tuple(Hidden(**_boxed(h)) for h in data["hidden"]),
            warnings=tuple(data["warnings"]),
            affiliation=data["affiliation"],
            page_sizes=tuple((w, h) for w, h in data["page_sizes"]),
            margins=tuple(data.get("margins", ())),
            references=tuple(Reference(**r) for r in data.get("references", ())),
            **{k: data[k] for k in _LATER if k in data},
        )


_LATER = ("stamp", "matches", "why", "readable", "source", "licence")
"""Fields that readings of earlier versions don't have."""


def _on_page(section: Section) -> str:
    return f" (p. {section.page})" if section.page else ""


def _boxed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "bbox": tuple(row["bbox"])}


def _turned(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "turns": tuple((page, at) for page, at in row.get("turns", ()))}


def _tabled(row: Mapping[str, Any]) -> dict[str, Any]:
    rows, lines = row["rows"], row.get("lines")
    return {
        **row,
        "rows": None if rows is None else tuple(tuple(r) for r in rows),
        "lines": None if lines is None else tuple(lines),
        "spans": tuple(tuple(span) for span in row.get("spans", ())),
        "images": tuple(row.get("images", ())),
        "places": tuple((page, tuple(box)) for page, box in row.get("places", ())),
    }


# ---- Limits: how much time, memory and input one PDF may cost

READER_VERSION = "6"
"""Moves when the reader reads differently; a library then reads its PDFs again."""

HTML_READER_VERSION = "html 2"
"""The same for arXiv's HTML."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one PDF may cost: seconds of wall clock, megabytes of memory, pages, bytes of file.

    Over ``pages`` the first ones are read and the reading says so; over anything else the PDF
    is refused with a `ReadError`.
    """

    seconds: float = 120.0
    megabytes: int = 2048
    pages: int = 300
    bytes: int = 200_000_000

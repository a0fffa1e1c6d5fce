"""The flow of a page of arXiv's HTML: headings, paragraphs with their ids, figures, links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import ClassVar

from paperkit.errors import PaperkitError
from paperkit.papers import ID_IN_TEXT, parse_id
from paperkit.reading.hidden import instructions
from paperkit.reading.html_figures import figures_of, is_float, tables_in_text
from paperkit.reading.html_formulas import RAISED
from paperkit.reading.html_tables import is_table, table_of
from paperkit.reading.html_text import (
    NEVER,
    Beside,
    Element,
    children,
    classes,
    hidden_by,
    id_of,
    is_element,
    text_of,
    text_of_hidden,
    tidy,
)
from paperkit.reading.links import stated_links
from paperkit.readings import (
    NOWHERE,
    Figure,
    Hidden,
    Paragraph,
    Reading,
    Reference,
    Role,
    Section,
)

_RANKS = {
    "ltx_part": 0, "ltx_chapter": 1, "ltx_section": 2, "ltx_subsection": 3, "ltx_subsubsection": 4,
    "ltx_paragraph": 5, "ltx_subparagraph": 6,
}  # fmt: skip
_TOP = frozenset(("ltx_appendix", "ltx_bibliography", "ltx_index", "ltx_glossary"))
_HEADED = frozenset(("ltx_abstract", "ltx_acknowledgements"))
_RUN_IN = frozenset(("ltx_theorem", "ltx_proof"))
_OWN = frozenset(
    "ltx_para ltx_itemize ltx_enumerate ltx_description ltx_listing ltx_quote ltx_verse "
    "ltx_theorem ltx_proof ltx_acknowledgements ltx_minipage ltx_logical-block".split()
)
_LEFT_OUT = frozenset(
    "ltx_dates ltx_keywords ltx_classification ltx_TOC ltx_page_navbar ltx_rdf ltx_nodisplay "
    "ltx_ERROR ltx_pagination ltx_role_newpage ltx_title ltx_tag".split()
)
_MOST_AFFILIATION = 1500


class Flow:
    """What a page says, gathered in reading order; `base` is the page's address, "" if unknown."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._title = ""
        self._lines: list[str] = []
        self._institutes: list[str] = []
        self._paragraphs: list[Paragraph] = []
        self._sections: list[tuple[int, Section]] = []
        self._figures: list[Figure] = []
        self._links: list[tuple[str, str, Paragraph]] = []
        self._hidden: list[Hidden] = []
        self._section, self._lead = "", ""
        self._role: Role = "body"

    def read(self, element: Element) -> None:
        """Take in what stands below an element, block by block."""
        for child in children(element):
            named = classes(child)
            left_out = child.tag in NEVER or named & _LEFT_OUT
            if reason := hidden_by(child, named):
                self._hide(text_of_hidden(child), reason)
            elif not left_out or "ltx_title_document" in named:
                self._block(child, named)

    def _block(self, child: Element, named: frozenset[str]) -> None:
        for name, take in self._takers.items():
            if name in named:
                take(self, child)
                return
        if named & _RANKS.keys() or named & _TOP or named & _HEADED:
            self._headed(child, named)
        elif is_float(named):
            self._float(child)
        elif named & _RUN_IN:
            self._run_in(child)
        elif "ltx_item" in named:
            self._item(child)
        elif "ltx_para" in named or "ltx_p" in named or "ltx_quote" in named:
            self._paragraph(child)
        elif not self._is_only_text(child):
            self.read(child)
        else:
            self._paragraph(child)

    def _is_only_text(self, element: Element) -> bool:
        """Return whether an element holds text itself, as acknowledgements do."""
        own = [element.text or "", *((c.tail or "") for c in element)]
        return any(t.strip() for t in own)

    # ---- front

    def _document_title(self, element: Element) -> None:
        beside = Beside()
        self._title = text_of(element, beside)[:400]
        self._add(self._title, element, beside, "front")

    def _authors(self, element: Element) -> None:
        """Keep the block of authors as lines, raised numbers as such."""
        beside = Beside()
        block = text_of(element, beside, mode="authors")
        block = re.sub(r"(?m)^(?:Affiliation|Email|E-mail|Institution|Address):\s*", "", block)
        self._lines = [line for line in block.split("\n") if line]
        self._add(" ".join(block.split()), element, beside, "front")

    def _institute(self, element: Element) -> None:
        """Keep an institute that stands as a note; its number is that of the authors' marks."""
        mark = next((text_of(e) for e in element.iter() if "ltx_note_mark" in classes(e)), "")
        text = tidy(_without_tags(_content(element), Beside()))
        self._institutes.append(f"{mark.translate(RAISED)}{text}")

    def _alone(self, element: Element) -> None:
        """Keep a footnote that stands by itself."""
        self._note(element, Paragraph("", section=self._section, role=self._role))

    # ---- sections

    def _headed(self, element: Element, named: frozenset[str]) -> None:
        """Take in a section with its heading; what follows it belongs to the one around it."""
        before = self._section, self._role
        title = _title_of(element)
        if title is not None:
            self._open(element, title, named)
        elif named & _HEADED:
            self._section = _name_of(named)
        if "ltx_bibliography" in named:
            self._entries(element)
        elif named & _HEADED and self._is_only_text(element):
            self._paragraph(element)
        else:
            self.read(element)
        self._section, self._role = before

    def _open(self, element: Element, title: Element, named: frozenset[str]) -> None:
        beside = Beside()
        number = _number(title)
        words = text_of(title, beside).strip()
        tag = next((e for e in title.iter("span") if "ltx_tag" in classes(e)), None)
        if tag is not None:
            words = words.removeprefix(text_of(tag).strip()).strip()
        words = words.rstrip(".:") if named & _HEADED or _rank(named) > 4 else words
        section = Section(words[:300], 1, 0, number, id_of(element))
        self._sections.append((_rank(named), section))
        self._section = section.title
        self._role = _role(named, self._role)
        self._noted(beside)

    def _entries(self, element: Element) -> None:
        for item in element.iter("li"):
            if "ltx_bibitem" in classes(item):
                beside = Beside()
                self._add(_entry_text(item, beside), item, beside)

    # ---- blocks

    def _paragraph(self, element: Element) -> None:
        """Take in a paragraph; lists, figures and listings in it stand by themselves."""
        self._text_with_blocks(element, id_of(element))

    def _text_with_blocks(self, element: Element, anchor: str) -> None:
        parts, beside = [element.text or ""], Beside()
        for child in element:
            named = classes(child) if is_element(child) else frozenset[str]()
            if is_element(child) and self._stands_alone(child, named):
                self._add(tidy(" ".join(parts)), anchor, beside)
                parts, beside = [], Beside()
                self.read_one(child, named)
            elif is_element(child) and not named & _LEFT_OUT and "ltx_tag" not in named:
                parts.append(_inline(child, parts, beside))
            parts.append(child.tail or "")
        self._add(tidy("".join(parts)), anchor, beside)

    def _stands_alone(self, child: Element, named: frozenset[str]) -> bool:
        if named & _OWN or is_float(named):
            return True
        held = child.tag in ("div", "section", "p", "span", "figure")
        return held and any(is_float(classes(e)) or "ltx_para" in classes(e) for e in _inner(child))

    def read_one(self, child: Element, named: frozenset[str]) -> None:
        """Take in one block."""
        if reason := hidden_by(child, named):
            self._hide(text_of_hidden(child), reason)
        else:
            self._block(child, named)

    def _run_in(self, element: Element) -> None:
        """Take in a theorem or a proof: its heading opens its first paragraph."""
        title = _title_of(element)
        self._lead = "" if title is None else text_of(title)
        self.read(element)
        self._lead = ""

    def _item(self, element: Element) -> None:
        """Take in an item of a list; a label of words opens its text, a bullet does not."""
        tag = next((e for e in children(element) if "ltx_tag" in classes(e)), None)
        label = "" if tag is None else text_of(tag)
        self._lead = label if re.search(r"[^\W\d_]{3}", label) else self._lead
        self.read(element)

    def _float(self, element: Element) -> None:
        beside = Beside()
        self._figures += figures_of(element, self._base, beside)
        self._noted(beside)

    def _listing(self, element: Element) -> None:
        lines = tuple(t for e in element.iter() if "ltx_listingline" in classes(e)
                      for t in [text_of(e)] if t)  # fmt: skip
        if lines:
            anchor = id_of(element)
            self._figures.append(Figure("listing", "", 0, NOWHERE, "", lines=lines, anchor=anchor))

    def _tabular(self, element: Element) -> None:
        """Take in a table in the text; a layout that only looks like one is text."""
        beside = Beside()
        table = table_of(element, beside)
        if is_table(table):
            self._figures += tables_in_text([element], self._anchor_of(element), beside)
            self._noted(beside)
        else:
            for line in table.lines:
                self._add(line, self._anchor_of(element), Beside())

    def _anchor_of(self, element: Element) -> str:
        near = next((e for e in (element, *element.iterancestors()) if id_of(e)), element)
        return id_of(near)

    _takers: ClassVar[dict[str, Callable[[Flow, Element], None]]] = {
        "ltx_title_document": _document_title,
        "ltx_authors": _authors,
        "ltx_listing": _listing,
        "ltx_tabular": _tabular,
        "ltx_role_institutetext": _institute,
        "ltx_note": _alone,
    }

    # ---- what is kept

    def _add(self, text: str, of: Element | str, beside: Beside, role: Role | None = None) -> None:
        anchor = of if isinstance(of, str) else id_of(of)
        if self._lead and text:
            text, self._lead = f"{self._lead} {text}", ""
        paragraph = Paragraph(text, section=self._section, role=role or self._role, anchor=anchor)
        if text:
            self._paragraphs.append(paragraph)
        self._noted(beside, paragraph)

    def _noted(self, beside: Beside, paragraph: Paragraph | None = None) -> None:
        """Keep what was met beside a text: links, footnotes, hidden text, tables within it."""
        home = paragraph or Paragraph("", section=self._section, role=self._role)
        own = f"{self._base}#"
        self._links += [(u, words, home) for u, words in beside.links if not u.startswith(own)]
        for text, reason in beside.hidden:
            self._hide(text, reason)
        for element in beside.tables:
            self._tabular(element)
        for note in beside.notes:
            self._note(note, home)

    def _note(self, element: Element, home: Paragraph) -> None:
        """Keep a footnote behind the paragraph that it stands in; its mark is left out."""
        beside = Beside()
        text = tidy(_without_tags(_content(element), beside))
        anchor = id_of(element) or home.anchor
        note = Paragraph(text, section=home.section, role=home.role, anchor=anchor, note=True)
        if text:
            self._paragraphs.append(note)
        self._noted(beside, note)

    def _hide(self, text: str, reason: str) -> None:
        if len(text) > 2:
            self._hidden.append(Hidden(text, 0, NOWHERE, reason))

    def reading(self) -> Reading:
        """Return what was gathered."""
        top = min((rank for rank, _ in self._sections), default=2)
        sections = (replace(s, level=1 + max(0, rank - top)) for rank, s in self._sections)
        told = instructions(self._paragraphs)
        first = next((f for f in self._figures if f.kind == "figure" and f.images), None)
        return Reading(
            title=self._title,
            page_count=0,
            reader="",
            paragraphs=tuple(self._paragraphs),
            sections=tuple(sections),
            figures=tuple(replace(f, teaser=True) if f is first else f for f in self._figures),
            links=tuple(stated_links(self._links)),
            hidden=(*self._hidden, *told),
            affiliation="\n".join((*self._lines, *self._institutes))[:_MOST_AFFILIATION],
            source="html",
        )


# ---- parts of elements


def _inner(element: Element) -> Iterator[Element]:
    return (e for e in element.iter() if is_element(e) and e is not element)


def _inline(child: Element, parts: list[str], beside: Beside) -> str:
    """Return what an element in a paragraph says, in the light of what stands before it."""
    from paperkit.reading.html_text import written_child

    return written_child(child, parts, beside)


def _content(note: Element) -> Element:
    return next((e for e in note.iter() if "ltx_note_content" in classes(e)), note)


def _without_tags(element: Element, beside: Beside) -> str:
    parts = [element.text or ""]
    for child in element:
        marks = {"ltx_note_mark", "ltx_tag", "ltx_note_type"}
        if is_element(child) and not classes(child) & marks:
            parts.append(_inline(child, parts, beside))
        parts.append(child.tail or "")
    return "".join(parts)


def _title_of(element: Element) -> Element | None:
    return next((e for e in children(element) if "ltx_title" in classes(e)), None)


def _name_of(named: frozenset[str]) -> str:
    return "Abstract" if "ltx_abstract" in named else "Acknowledgements"


def _number(title: Element) -> str:
    """Return a heading's number as printed: 2.1, IV, A."""
    tag = next((e for e in title.iter("span") if "ltx_tag" in classes(e)), None)
    text = "" if tag is None else text_of(tag)
    text = re.sub(r"(?i)^(?:appendix|chapter|part|section|annex|附录|第)\s*", "", text)
    return text.strip(" .:—–-§")


def _rank(named: frozenset[str]) -> int:
    return next((_RANKS[n] for n in named if n in _RANKS), 2)


def _role(named: frozenset[str], before: str) -> Role:
    if "ltx_appendix" in named:
        return "appendix"
    if "ltx_bibliography" in named:
        return "references"
    return "appendix" if before == "appendix" else "body"


# ---- references

_ARXIV = re.compile(
    r"(?i)arxiv(?:\.org/(?:abs|pdf|html)/|\s*(?:e-?prints?|preprint)?\s*[:,]?\s*(?:abs/)?)"
    rf"({ID_IN_TEXT})"
)
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>{}|\\^`]+")


def references(article: Element) -> Iterator[Reference]:
    """Yield the entries of the references, each with the arXiv id and DOI that it states."""
    for item in article.iter("li"):
        if "ltx_bibitem" in classes(item):
            beside = Beside()
            text = _entry_text(item, beside)
            told = " ".join((text, *(url for url, _ in beside.links)))
            yield Reference(text, _arxiv_id(told), _doi(told), id_of(item))


def _entry_text(item: Element, beside: Beside) -> str:
    """Return an entry of the references without its label and the list of who cites it."""
    blocks = [e for e in item.iter("span") if "ltx_bibblock" in classes(e)]
    kept = [e for e in blocks if "ltx_bib_cited" not in classes(e)] or [item]
    return " ".join(filter(None, (text_of(e, beside) for e in kept)))


def _arxiv_id(text: str) -> str:
    for found in _ARXIV.finditer(text):
        try:
            return parse_id(found[1]).id
        except PaperkitError:
            continue
    return ""


def _doi(text: str) -> str:
    found = _DOI.search(text)
    doi = "" if found is None else found[0].rstrip(".,;:'")
    while doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = doi[:-1].rstrip(".,;:")
    return doi

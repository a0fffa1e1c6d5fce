"""Text of arXiv's HTML: what an element says on one line, as the paper's PDF would say it.

Footnotes, hidden text and tables within a text are not part of it; they are noted beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from paperkit.reading.html_formulas import RAISED, Mode, cleaned, raised, written
from paperkit.readings import is_anchor
from paperkit.text import CJK

Element = Any
"""An element of lxml's tree."""


@dataclass
class Beside:
    """What was met in a text and is not part of it.

    ``links`` are addresses with the words they stand on; ``hidden`` are texts with the reason.
    """

    notes: list[Element] = field(default_factory=list)
    tables: list[Element] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)


def classes(element: Element) -> frozenset[str]:
    """Return an element's classes."""
    return frozenset((element.get("class") or "").split())


def id_of(element: Element) -> str:
    """Return an element's id, "" for one that could be more than the end of an address."""
    found = element.get("id") or ""
    return found if is_anchor(found) else ""


def is_element(element: Element) -> bool:
    """Return whether it is an element, no comment and no instruction."""
    return isinstance(element.tag, str)


def children(element: Element) -> Iterator[Element]:
    """Yield the elements right below another."""
    return (child for child in element if is_element(child))


NEVER = frozenset(("script", "style", "svg", "nav", "button", "object", "head", "template", "img"))
_NO_TEXT = frozenset(
    "ltx_ERROR ltx_nodisplay ltx_rdf ltx_tag_equation ltx_listing_data ltx_pagination "
    "ltx_note_mark ltx_figure ltx_table ltx_float ltx_eqn_eqno ltx_bibliography "
    "ltx_indexphrase".split()
)
_FLOWING = frozenset(("div", "p", "li", "td", "th", "tr", "table", "tbody", "br", "ul", "ol", "dl"))
_BLOCKS = frozenset("ltx_p ltx_inline-block ltx_tr ltx_td ltx_listingline ltx_parbox".split())
_OF_AUTHORS = frozenset("ltx_creator ltx_personname ltx_contact ltx_author_before".split())
_SPACES = re.compile(r"[^\S\n]*\n\s*|\s+")
_JOINED = re.compile(rf"(?<=[{CJK}，。、；：（）《》])\n(?=[{CJK}，。、；：（）《》])")
_LIGATURES = {ord(c): unicodedata.normalize("NFKC", c) for c in "ﬀﬁﬂﬃﬄﬅﬆ"}


def text_of(
    element: Element, beside: Beside | None = None, *, mode: Mode = "text", tail: bool = False
) -> str:
    """Return what an element says, on one line; in the block of authors as lines.

    What is not part of the text is added to `beside`; ``tail`` adds what follows the element.
    """
    parts: list[str] = []
    _write(element, parts, beside or Beside(), mode)
    if tail:
        parts.append(element.tail or "")
    return tidy("".join(parts), lines=mode == "authors")


def tidy(text: str, *, lines: bool = False) -> str:
    """Return text with single spaces, without invisible characters and ligatures.

    The end of a line is a space, between Chinese characters it is nothing.
    """
    text = text.translate(_LIGATURES).replace("\r", "\n")
    if not text.isascii():
        text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _UNSEEN)
    if lines:
        text = re.sub(r"\s*\v\s*(?=[⁰¹²³⁴⁵⁶⁷⁸⁹]+\s*(?:\v|$))", "", text)
        return "\n".join(" ".join(line.split()) for line in text.split("\v") if line.strip())
    text = _SPACES.sub(lambda m: "\n" if "\n" in m[0] else " ", text.replace("\v", " "))
    text = _SPREAD.sub(" ± ", _JOINED.sub("", text).replace("\n", " "))
    return re.sub(r" +(?=[,.;:!?)\]](?:\s|$))|(?<=[(\[]) +", "", text).strip()


_SPREAD = re.compile(r"(?<=[\d%])\s*±\s*(?=\d)")
_UNSEEN = frozenset(("Cf", "Co", "Cs", "Cn"))


def _write(element: Element, parts: list[str], beside: Beside, mode: Mode) -> None:
    if element.text:
        parts.append(element.text)
    for child in element:
        if is_element(child):
            _write_child(child, parts, beside, mode)
        if child.tail:
            parts.append(child.tail)


def written_child(child: Element, before: list[str], beside: Beside) -> str:
    """Return what an element within a text says; `before` are the parts of the text so far."""
    parts = [_end_of(before)]
    _write_child(child, parts, beside, "text")
    return "".join(parts[1:])


def _write_child(child: Element, parts: list[str], beside: Beside, mode: Mode) -> None:
    tag, named = child.tag, classes(child)
    if tag == "math" or "ltx_Math" in named:
        parts.append(written(tex_of(child), _end_of(parts), mode))
    elif tag == "svg" and mode == "cell":  # a head that a line cuts in two
        words = (text_of(e, beside, mode=mode) for e in _lettered(child))
        parts.append(f" {' '.join(words)} ")
    elif tag in NEVER or named & _NO_TEXT:
        return
    elif mode == "authors" and "ltx_author_notes" in named and (mark := _mark(child)):
        parts.append(mark)
    elif "ltx_note" in named:
        beside.notes.append(child)
    elif "ltx_tabular" in named and mode == "text":
        beside.tables.append(child)
        parts.append(" ")
    elif reason := hidden_by(child, named):
        if said := text_of_hidden(child):
            beside.hidden.append((said, reason))
    elif "ltx_equation" in named or "ltx_eqn_row" in named:
        parts.append(f" {_equation(child)} ")
    elif tag == "sup" or "ltx_sup" in named:
        inner = text_of(child, beside, mode="cell")
        parts.append("" if _is_cited(child) else raised(inner, _end_of(parts), mode))
    else:
        _write_flow(child, parts, beside, mode)


def _lettered(drawing: Element) -> Iterator[Element]:
    """Yield the outermost elements of a drawing that hold text."""
    for child in children(drawing):
        if child.tag in ("foreignobject", "text"):
            yield child
        else:
            yield from _lettered(child)


def _mark(element: Element) -> str:
    """Return the number behind an author's name, raised; some pages have it twice (11 for 1)."""
    text = text_of(element)
    if not re.fullmatch(r"\d[\d,]*", text):
        return ""
    half = text[: len(text) // 2]
    return (half if 2 * half == text else text).translate(RAISED)


def _write_flow(child: Element, parts: list[str], beside: Beside, mode: Mode) -> None:
    """Write an element that is part of the text; what stands on lines of its own is set apart."""
    named = classes(child)
    apart = child.tag in _FLOWING or bool(named & _BLOCKS)
    apart = apart or (mode == "authors" and bool(named & _OF_AUTHORS))
    gap = "\v" if mode == "authors" else " "
    parts.append(gap if apart else "")
    start = len(parts)
    _write(child, parts, beside, mode)
    parts.append(gap if apart else "")
    address = (child.get("href") or "").strip()
    if child.tag == "a" and re.match(r"https?://[^\s/]", address, re.I):
        beside.links.append((address, tidy("".join(parts[start:]))))


def _is_cited(element: Element) -> bool:
    """Return whether raised text is the mark of a reference: all of it links to one."""
    links = list(element.iter("a"))
    return bool(links) and all("#bib" in (a.get("href") or "") for a in links)


def _end_of(parts: list[str]) -> str:
    return "".join(parts[-6:])[-40:]


# ---- formulas


def tex_of(math: Element) -> str:
    """Return a formula's TeX: its annotation, else the alternative text."""
    for found in math.iter("annotation"):
        if found.get("encoding") == "application/x-tex" and found.text:
            return str(found.text)
    return str(math.get("alttext") or "")


def _equation(element: Element) -> str:
    """Return a row of displayed formulas as one formula, the words between them as text."""
    rows = [e for e in element.iter("tr") if "ltx_eqn_row" in classes(e)] or [element]
    done = []
    for row in rows:
        tex = " ".join(t for m in row.iter("math") if (t := cleaned(tex_of(m))))
        said = [text_of(e) for e in row.iter("p", "span") if classes(e) & {"ltx_intertext"}]
        done += [*said, f"${tex}$" if tex else ""]
    return " ".join(filter(None, done))


# ---- what no reader sees


def hidden_by(element: Element, named: frozenset[str]) -> str:
    """Return why a reader doesn't see an element; "" where one does."""
    if "ltx_phantom" in named or element.get("hidden") is not None:
        return "invisible"
    style = (element.get("style") or "").lower().replace(" ", "")
    if not style:
        return ""
    if re.search(r"display:none|visibility:hidden|(?<![a-z-])opacity:0*\.?0*(?:;|$)", style):
        return "transparent" if "opacity" in style else "invisible"
    if (size := _SIZE.search(style)) and float(size[1]) < _SMALLEST[size[2]]:
        return "tiny"
    color = _COLOR.search(style)
    return "white" if color and _is_white(color[1]) and not _is_on_color(element) else ""


_SIZE = re.compile(r"font-size:(\d+(?:\.\d+)?)(%|pt|px|em)")
_SMALLEST = {"%": 30, "pt": 3, "px": 4, "em": 0.3}
_COLOR = re.compile(r"(?:^|;)(?:color|--ltx-fg-color):([^;]+)")
_BACKGROUND = re.compile(r"(?:background(?:-color)?|--ltx-bg-color):([^;]+)")


def _is_white(color: str) -> bool:
    if found := re.fullmatch(r"#([0-9a-f]{3}|[0-9a-f]{6})", color):
        digits = found[1] if len(found[1]) == 6 else "".join(2 * c for c in found[1])
        return all(int(digits[i : i + 2], 16) >= 0xF0 for i in (0, 2, 4))
    if found := re.match(r"rgba?\((\d+),(\d+),(\d+)", color):
        return all(int(part) >= 0xF0 for part in found.groups())
    return color in ("white", "transparent", "snow", "ivory", "ghostwhite", "whitesmoke")


def _is_on_color(element: Element) -> bool:
    """Return whether it stands on a ground that is not white."""
    for above in (element, *element.iterancestors()):
        style = (above.get("style") or "").lower().replace(" ", "")
        if found := _BACKGROUND.search(style):
            return not _is_white(found[1])
    return False


def text_of_hidden(element: Element) -> str:
    """Return all words in an element that no reader sees, at most 2,000 characters."""
    return tidy(" ".join(element.itertext()))[:2000]

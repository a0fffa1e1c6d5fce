"""Figures, tables, algorithms and listings in arXiv's HTML: captions, labels, rows, images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from paperkit.reading.html_tables import Table, is_table, stacked, table_of, tables_below
from paperkit.reading.html_text import Beside, Element, children, classes, id_of, text_of
from paperkit.readings import NOWHERE, Figure

FLOATS = frozenset(("ltx_figure", "ltx_table", "ltx_float"))
_KINDS = (
    ("algorithm", re.compile(r"(?i)algorithm|procedure|pseudo-?code|算法")),
    ("listing", re.compile(r"(?i)listing|lstlisting|code\b|代码")),
    ("table", re.compile(r"(?i)ltx_(?:tag_)?table\b|^tab(?:le|elle|leau|\.)|^表")),
    ("figure", re.compile(r"(?i)ltx_(?:tag_)?figure\b|^fig|^abb|^图")),
)
_LABEL = re.compile(
    r"(?:^|[\s.图表])((?:[A-Z]{1,3}[.-]?)?\d+(?:[.-]\d+)*[a-z]?|[IVXLC]+|[A-Z])[:.\s|]*$"
)
_PART = re.compile(r"^\s*\(?([a-z]{1,2}|[ivx]+|\d)\)")


def is_float(named: frozenset[str]) -> bool:
    """Return whether an element of these classes floats: a figure, table, algorithm, listing."""
    return bool(named & FLOATS)


def figures_of(element: Element, base: str, beside: Beside) -> Iterator[Figure]:
    """Yield what a float holds: what its captions name, and floats within it that have labels."""
    captions = list(_captions(element))
    labelled = list({label: c for c in reversed(captions) if (label := _label(c))}.values())[::-1]
    inner = list(_floats(element))
    if not labelled and inner and (not captions or any(map(_has_label, inner))):
        for part in inner:
            yield from figures_of(part, base, beside)
        return
    used: Sequence[Element | None] = labelled or captions[:1] or [None]
    images = list(_images(element, base))
    is_layout = images and _kind(element, used[0]) == "figure"
    tables = [] if is_layout else [table_of(t, beside) for t in tables_below(element)]
    tables = [t for t in tables if t.rows or t.lines]
    images = [] if tables else images
    for number, caption in enumerate(used):
        named = _named(element, caption, beside)
        mine = tables[number : number + 1] if len(used) > 1 else tables
        parts = images[number : number + 1] if len(used) == len(images) > 1 else images
        yield from _filled(replace(named, images=tuple(parts)), element, mine)


def _named(element: Element, caption: Element | None, beside: Beside) -> Figure:
    text = "" if caption is None else text_of(caption, beside)
    kind, label = _kind(element, caption), _label(caption)
    return Figure(kind, label, 0, NOWHERE, text, anchor=id_of(element))


def _filled(figure: Figure, element: Element, tables: Sequence[Table]) -> Iterator[Figure]:
    """Yield a figure with its rows or lines; further tables follow it without a caption."""
    if figure.kind in ("algorithm", "listing") or not tables:
        lines = () if figure.kind == "figure" else tuple(_lines(element))
        yield replace(figure, lines=lines or None)
        return
    for number, table in enumerate(stacked(tables)):
        found = _tabled(table)
        yield replace(
            figure,
            caption=figure.caption if number == 0 else "",
            rows=found.rows,
            head=found.head,
            lines=found.lines,
            spans=found.spans,
        )


def tables_in_text(elements: Sequence[Element], anchor: str, beside: Beside) -> Iterator[Figure]:
    """Yield tables that stand in the text, without label and caption."""
    for element in elements:
        table = table_of(element, beside)
        if is_table(table):
            yield replace(_tabled(table), anchor=id_of(element) or anchor)


def _tabled(table: Table) -> Figure:
    lines = None if table.rows else table.lines
    found = Figure("table", "", 0, NOWHERE, "", rows=table.rows or None, head=table.head)
    return replace(found, lines=lines, spans=table.spans if table.rows else ())


def _floats(element: Element) -> Iterator[Element]:
    """Yield the outermost floats below an element."""
    for child in children(element):
        if is_float(classes(child)):
            yield child
        else:
            yield from _floats(child)


def _captions(element: Element) -> Iterator[Element]:
    """Yield a float's own captions, not those of its parts."""
    for child in children(element):
        if child.tag == "figcaption" or "ltx_caption" in classes(child):
            yield child
        elif not is_float(classes(child)):
            yield from _captions(child)


def _has_label(element: Element) -> bool:
    return any(map(_label, _captions(element))) or any(map(_has_label, _floats(element)))


def _tag(caption: Element | None) -> Element | None:
    found = () if caption is None else caption.iter("span")
    return next((e for e in found if "ltx_tag" in classes(e)), None)


def _label(caption: Element | None) -> str:
    """Return the number of a caption ("3", "A.1", "IV"), "" where it has none or is a part's."""
    tag = _tag(caption)
    text = "" if tag is None else text_of(tag).strip()
    if not text or _PART.match(text):
        return ""
    found = _LABEL.search(text)
    return found[1] if found else ""


def _kind(element: Element, caption: Element | None) -> str:
    """Return what it is: by its caption's first word and class, else by its own class."""
    tag = _tag(caption)
    words = "" if tag is None else text_of(tag)
    told = (words, "" if tag is None else tag.get("class") or "", element.get("class") or "")
    for text in told:
        for kind, pattern in _KINDS:
            if pattern.search(text):
                return kind
    return "figure"


def _lines(element: Element) -> Iterator[str]:
    """Yield the lines of an algorithm or a listing."""
    lines = [e for e in element.iter() if "ltx_listingline" in classes(e)]
    lines = lines or [e for e in element.iter("p") if "ltx_p" in classes(e)]
    for line in lines:
        inside = any(e.tag == "figcaption" for e in line.iterancestors())
        if not inside and (text := text_of(line)):
            yield text


def _images(element: Element, base: str) -> Iterator[str]:
    """Yield the addresses of a float's images; a drawing within the page by its own id."""
    for found in element.iter("img", "object", "embed", "svg"):
        if found.tag == "svg":
            holder = next((e for e in found.iterancestors() if id_of(e)), element)
            yield f"#{id_of(found) or id_of(holder)}"
            continue
        stated = found.get("src") or found.get("data") or ""
        if address := address_of(stated, base):
            yield address


def address_of(stated: str, base: str) -> str:
    """Return where an image of the page `base` lies, "" where that is not below the page.

    Pages name their images from the page's folder (x1.png) or from the one above it.
    """
    name = base.rstrip("/").rpartition("/")[2]
    parts = urlsplit(stated.strip())
    if not base or parts.scheme == "data" or not parts.path or "\\" in stated:
        return ""
    above = base.rstrip("/") if parts.path.startswith(f"{name}/") else f"{base.rstrip('/')}/"
    address = urljoin(above, parts._replace(query="", fragment="").geturl())
    inside = address.startswith(f"{base.rstrip('/')}/") and ".." not in urlsplit(address).path
    return address if inside else ""

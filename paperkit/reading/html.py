"""HTML: from a page of arXiv's (made by LaTeXML) to a `Reading`; alone here knows lxml.

In it sections, paragraphs with ids, rows of tables and the TeX of formulas are given, not guessed.
Nothing is fetched while a page is parsed, and nothing of it comes out as HTML.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from paperkit.errors import PaperkitError, ReadError
from paperkit.papers import ID_IN_TEXT, parse_id
from paperkit.reading.html_flow import Flow, references
from paperkit.reading.html_text import Element, classes, text_of
from paperkit.readings import HTML_READER_VERSION, Limits, Reading

MOST = 20_000_000
"""Bytes: no page may have more."""

_STAMP = re.compile(rf"arXiv\s*:\s*({ID_IN_TEXT}(?:v\d+)?)", re.I)
_IN_ADDRESS = re.compile(rf"/html/({ID_IN_TEXT}(?:v\d+)?)", re.I)
_FATAL = re.compile(r"Conversion to HTML had a Fatal error", re.I)


def read_here(path: Path, *, limits: Limits) -> Reading:
    """Return what a page says, read in this process: only for processes that may die.

    Raises:
        ReadError: it is no paper's page, is cut, too large or nested too deeply, or arXiv's
            conversion stopped within it.
    """
    tree = _parsed(path, limits)
    article = _article(tree, path.name)
    stamp = _stamp(tree, article)
    flow = Flow(f"https://arxiv.org/html/{stamp}" if stamp else "")
    flow.read(article)
    reading = flow.reading()
    return replace(
        reading,
        reader=HTML_READER_VERSION,
        title=reading.title or _page_title(tree),
        stamp=stamp,
        licence=_licence(tree, article),
        references=tuple(references(article)),
        warnings=(*_errors(article), *reading.warnings),
    )


def _parsed(path: Path, limits: Limits) -> Element:
    from lxml import etree

    size = path.stat().st_size
    most = min(MOST, limits.bytes)
    if size > most:
        raise ReadError(f"{path.name}: has {size:,} bytes, {most:,} are allowed; read the PDF.")
    data = path.read_bytes()
    if b"</html" not in data[-4096:].lower():
        raise ReadError(f"{path.name}: the page is cut off; fetch it again.")
    text = data.decode("utf-8", errors="replace").replace("\0", "")
    parser = etree.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8", recover=True)
    try:
        tree = etree.fromstring(text.encode(), parser)
    except etree.LxmlError as error:
        raise ReadError(f"{path.name}: no HTML ({str(error)[:100]}); read the PDF.") from error
    if tree is None or any(e.type_name in _OVER for e in parser.error_log):
        raise ReadError(f"{path.name}: is nested too deeply, or is not a page; read the PDF.")
    return tree


_OVER = frozenset(("ERR_RESOURCE_LIMIT", "ERR_NO_MEMORY", "ERR_NAME_TOO_LONG"))
"""What libxml2 says of a page over its limits, behind which it reads no further."""


def drawing(path: Path, anchor: str, limits: Limits) -> bytes:
    """Return the drawing (SVG) of that id, or the first one below it, as a file of its own.

    Raises:
        ReadError: there is none.
    """
    from lxml import etree

    for element in _parsed(path, limits).iter():
        if isinstance(element.tag, str) and element.get("id") == anchor:
            for svg in element.iter("svg"):
                svg.set("xmlns", "http://www.w3.org/2000/svg")
                svg.tail = None
                return bytes(etree.tostring(svg, encoding="utf-8"))
    raise ReadError(f"{path.name}: no drawing {anchor!r}; look at the page.")


def _article(tree: Element, name: str) -> Element:
    """Return the element that holds the paper.

    Raises:
        ReadError: there is none, or the conversion stopped within it.
    """
    found = [e for e in tree.iter("article") if "ltx_document" in classes(e)]
    if len(found) != 1:
        said = text_of(tree)[:100]
        raise ReadError(f"{name}: not a page of a paper (“{said}”); read the PDF.")
    outside = " ".join(t for e in tree.iter("div", "p") for t in [e.text or ""] if _FATAL.search(t))
    fatal = [e for e in tree.iter() if _names_fatal(e)]
    if outside or fatal:
        raise ReadError(f"{name}: arXiv's conversion stopped within the paper; read the PDF.")
    return found[0]


def _names_fatal(element: Element) -> bool:
    return isinstance(element.tag, str) and "severity-fatal" in (element.get("class") or "")


def _outside(tree: Element, article: Element, id: str) -> Element | None:
    """Return the element of arXiv's own frame of that id, never one within the paper."""
    for element in tree.iter():
        if isinstance(element.tag, str) and element.get("id") == id:
            return None if article in element.iterancestors() else element
    return None


def _stamp(tree: Element, article: Element) -> str:
    """Return the identifier that arXiv states beside the paper, with its version."""
    mark = _outside(tree, article, "watermark-tr")
    told = [] if mark is None else [_STAMP.search(text_of(mark))]
    told += [_IN_ADDRESS.search(e.get("href") or "") for e in tree.iter("base")]
    links = (e for e in tree.iter("link") if e.get("rel") == "canonical")
    told += [_IN_ADDRESS.search(e.get("href") or "") for e in links]
    for found in filter(None, told):
        try:
            parse_id(found[1])
        except PaperkitError:
            continue
        return found[1]
    return ""


def _licence(tree: Element, article: Element) -> str:
    """Return the licence that arXiv states: a name, else its address."""
    mark = _outside(tree, article, "license-tr")
    if mark is None:
        return ""
    name = re.sub(r"(?i)^\s*licen[sc]e\s*:?\s*", "", text_of(mark))
    return (name or mark.get("href") or "")[:200]


def _page_title(tree: Element) -> str:
    return next((text_of(e)[:400] for e in tree.iter("title")), "")


def _errors(article: Element) -> list[str]:
    """Return a warning that says what arXiv's conversion could not make out, and how often."""
    found = [e for e in article.iter() if isinstance(e.tag, str) and "ltx_ERROR" in classes(e)]
    if not found:
        return []
    names = list(dict.fromkeys(" ".join("".join(e.itertext()).split())[:40] for e in found))
    shown = ", ".join(n for n in names[:5] if n)
    places = "1 place" if len(found) == 1 else f"{len(found)} places"
    return [f"arXiv's conversion could not make out {places} ({shown}); compare with the PDF"]

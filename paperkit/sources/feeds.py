"""Feeds: arXiv's daily announcements as RSS or Atom, with announce type and licence.

https://info.arxiv.org/help/rss.html. An announcement tells when a paper was announced, not when
it was submitted: ``published`` is the day of a new paper's announcement, and of a replaced one
the first of the month in its id. `search` of the ids gives arXiv's own dates.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from paperkit.days import why_none
from paperkit.errors import SourceError
from paperkit.files import write_atomic
from paperkit.papers import clean_paper
from paperkit.sources.bibtex_ris import month_of
from paperkit.sources.client import ArxivClient, default
from paperkit.sources.transport import Answer

if TYPE_CHECKING:
    import pandas as pd

_FEEDS = "https://rss.arxiv.org/rss/"
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LEAD = re.compile(r"^\s*arXiv:\S+\s+Announce Type:\s*(?P<type>[\w-]+)\s*(?:Abstract:)?\s*", re.I)


class _HasCache(Protocol):
    @property
    def cache_path(self) -> Path: ...


class _HasFiles(Protocol):
    @property
    def files(self) -> _HasCache: ...


def announcements(
    categories: str | Iterable[str],
    *,
    library: _HasFiles | None = None,
    client: ArxivClient | None = None,
    endpoint: str = _FEEDS,
) -> pd.DataFrame:
    """Return the papers frame of what arXiv announced today in some categories.

    >>> announcements(["cs.CV", "cs.GR"])

    Beyond a papers frame's columns it has announce_type (new, cross, replace, replace-cross),
    announced (a day) and licence. It is empty on weekends and holidays; ``attrs["why"]`` says so.
    With a `library` the feed is kept there for the day.

    Raises:
        SourceError: arXiv gives no whole feed.
    """
    names = [categories] if isinstance(categories, str) else list(categories)
    if not names or not all(re.fullmatch(r"[A-Za-z-]+(\.[A-Za-z*-]+)?", n) for n in names):
        raise SourceError(f"announcements: {names!r} are no categories; give some like cs.CV.")
    used = client or default()
    today = used.now().astimezone(ZoneInfo("America/New_York")).date()
    kept = None
    if library is not None:
        kept = library.files.cache_path / "rss" / f"{today:%Y%m%d}-{'+'.join(names)}.xml"
    if kept is not None and kept.is_file():
        return _frame(kept.read_bytes())
    content = used.get(endpoint + "+".join(names), judged)
    frame = _frame(content)
    if kept is not None and len(frame):  # an empty feed may still fill today
        write_atomic(kept, content)
    frame.attrs["why"] = "" if len(frame) else why_none(today)
    return frame


def _frame(content: bytes) -> pd.DataFrame:
    from paperkit.sources.files import Batch, fields

    batch = Batch()
    for record in entries(content, "announcements"):
        raw = fields(record)
        batch.add(clean_paper(raw), raw)
    return batch.frame()


def judged(url: str, status: int, content: bytes) -> Answer:
    """Return whether an answer is a whole feed."""
    if status in (400, 403, 404):
        raise SourceError(f"arXiv: HTTP {status} for {url}; check the categories.")
    if status != 200:
        return Answer(f"HTTP {status}")
    try:
        _items(content)
    except (ET.ParseError, SourceError):
        return Answer("a page that is no whole feed")
    return Answer(content=content)


def entries(content: bytes, name: str) -> Iterator[dict[str, Any]]:
    """Yield a record per paper of a feed: arXiv's RSS or Atom, or a saved answer of its API.

    Raises:
        SourceError: it is no feed.
    """
    try:
        items = _items(content)
    except ET.ParseError as error:
        raise SourceError(f"{name}: is no whole feed ({error}); get it again.") from error
    for item in items:
        yield _of_rss(item) if item.tag == "item" else _of_atom(item)


def _items(content: bytes) -> list[ET.Element]:
    feed = ET.fromstring(content)  # noqa: S314 expat limits entity expansion
    if feed.tag == "rss":
        return feed.findall("channel/item")
    if feed.tag == f"{_ATOM}feed":
        return feed.findall(f"{_ATOM}entry")
    raise SourceError(f"{feed.tag[:40]}: neither RSS nor Atom; give one of arXiv's feeds.")


def _of_rss(item: ET.Element) -> dict[str, Any]:
    text = item.findtext("description") or ""
    identity = (item.findtext("guid") or item.findtext("link") or "").rpartition("oai:arXiv.org:")[
        2
    ]
    return _announced(item, identity, text, _day(item.findtext("pubDate"))) | {
        "title": item.findtext("title"),
        "categories": [c.text or "" for c in item.findall("category")],
    }


def _day(text: str | None) -> str:
    try:
        return f"{parsedate_to_datetime(text or ''):%Y-%m-%d}"
    except (TypeError, ValueError):
        return ""


def _of_atom(item: ET.Element) -> dict[str, Any]:
    published = item.findtext(f"{_ATOM}published") or item.findtext(f"{_ATOM}updated") or ""
    identity = (item.findtext(f"{_ATOM}id") or "").removeprefix("oai:arXiv.org:")
    terms = [c.get("term") or "" for c in item.findall(f"{_ATOM}category")]
    told = {"title": item.findtext(f"{_ATOM}title"), "categories": terms}
    text = item.findtext(f"{_ATOM}summary") or ""
    names = [a.findtext(f"{_ATOM}name") or "" for a in item.findall(f"{_ATOM}author")]
    if item.find(f"{_ARXIV}announce_type") is not None:
        found = _announced(item, identity, text, published[:10]) | told
        return found if found["authors"] else found | {"authors": names}
    primary = item.find(f"{_ARXIV}primary_category")
    first = [primary.get("term") or ""] if primary is not None else []
    return told | {
        "id": identity,
        "authors": names,
        "abstract": text,
        "categories": [*first, *terms],
        "published": published,
        "updated": item.findtext(f"{_ATOM}updated"),
        "comment": item.findtext(f"{_ARXIV}comment"),
        "journal_ref": item.findtext(f"{_ARXIV}journal_ref"),
        "doi": item.findtext(f"{_ARXIV}doi"),
    }


def _announced(item: ET.Element, identity: str, text: str, day: str) -> dict[str, Any]:
    lead = _LEAD.match(text)
    kind = item.findtext(f"{_ARXIV}announce_type") or (lead["type"] if lead else "")
    creators = ", ".join(c.text or "" for c in item.findall(f"{_DC}creator"))
    return {
        "id": identity,
        "authors": [n for n in re.split(r",\s+", " ".join(creators.split())) if n],
        "abstract": text[lead.end() :] if lead else text,
        "published": day if kind == "new" else month_of(identity, ""),
        "updated": day,
        "journal_ref": item.findtext(f"{_ARXIV}journal_reference"),
        "doi": item.findtext(f"{_ARXIV}DOI"),
        "licence": item.findtext(f"{_DC}rights"),
        "announce_type": kind,
        "announced": day,
    }

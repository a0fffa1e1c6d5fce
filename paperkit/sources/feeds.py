"""Feeds: arXiv's daily announcements as RSS or Atom, and its records as OAI-PMH gives them.

https://info.arxiv.org/help/rss.html, https://info.arxiv.org/help/oa/index.html. An announcement
tells when a paper was announced, not when it was submitted: ``published`` is the day of a new
paper's announcement, and of a replaced one the first of the month in its id. `search` of the ids
gives arXiv's own dates.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from paperkit.days import why_none
from paperkit.errors import SourceError, explained
from paperkit.files import write_atomic
from paperkit.papers import split_names
from paperkit.sources.bibtex_ris import Entry, month_of
from paperkit.sources.client import ArxivClient, default
from paperkit.sources.transport import Answer, busy, is_busy, short

if TYPE_CHECKING:
    import pandas as pd

_FEEDS = "https://rss.arxiv.org/rss/"
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LEAD = re.compile(r"^\s*arXiv:\S+\s+Announce Type:\s*(?P<type>[\w-]+)\s*(?:Abstract:)?\s*", re.I)


class _HasCache(Protocol):
    @property
    def cache_path(self) -> Path: ...


class _HasFiles(Protocol):
    @property
    def files(self) -> _HasCache: ...


@explained
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
    With a `library` the feed is kept there for the day. Where arXiv still shows the feed of an
    earlier day, ``attrs["why"]`` says that, and it is asked for again next time.

    Raises:
        SourceError: arXiv gives no whole feed.
    """
    names = [categories] if isinstance(categories, str) else list(categories)
    if not names or not all(re.fullmatch(r"[A-Za-z-]+(\.[A-Za-z*-]+)?", n) for n in names):
        raise SourceError(f"announcements: {names!r} are not categories; give some, like cs.CV.")
    used = client or default()
    today = used.now().astimezone(ZoneInfo("America/New_York")).date()
    kept = None
    if library is not None:
        kept = library.files.cache_path / "rss" / f"{today:%Y%m%d}-{'+'.join(names)}.xml"
    if kept is not None and kept.is_file() and _feed_day(held := kept.read_bytes()) == today:
        content = held
    else:
        content = used.get(endpoint + "+".join(names), judged)
    frame, day = _frame(content), _feed_day(content)
    if kept is not None and len(frame) and day == today:  # any other may still fill today
        write_atomic(kept, content, durable=False)
    late = f"arXiv's feed is still that of {day:%Y-%m-%d}; ask again later" if day else ""
    frame.attrs["why"] = (late if day != today else "") if len(frame) else why_none(today)
    return frame


def _feed_day(content: bytes) -> date | None:
    """Return the day, in New York, that a feed says it is of; None where it doesn't say."""
    try:
        feed = ET.fromstring(content)  # noqa: S314 expat limits entity expansion
    except ET.ParseError:
        return None
    names = ("channel/pubDate", "channel/lastBuildDate", f"{_ATOM}updated", "channel/item/pubDate")
    for text in filter(None, map(feed.findtext, (*names, f"{_ATOM}entry/{_ATOM}published"))):
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            try:
                moment = read(text.strip())
            except (TypeError, ValueError):
                continue
            zone = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return zone.astimezone(ZoneInfo("America/New_York")).date()
    return None


def _frame(content: bytes) -> pd.DataFrame:
    from paperkit.sources.files import Batch, Filter

    batch = Batch()
    for place, record in enumerate(entries(content, "announcements"), 1):
        batch.read(Entry(str(record.get("id") or ""), place, record), Filter())
    frame = batch.frame()
    frame.attrs["source"] = ""  # arXiv's word, but without comment and days of submission
    return frame


def judged(url: str, status: int, content: bytes) -> Answer:
    """Return whether an answer is a whole feed."""
    if is_busy(status, content):
        return Answer(busy(status, content))
    if status in (400, 403, 404):
        raise SourceError(f"arXiv: HTTP {status} for {short(url)}; check the categories or the id.")
    if status != 200:
        return Answer(f"HTTP {status}")
    try:
        _items(content)
    except (ET.ParseError, SourceError):
        return Answer("a page that is not a complete feed")
    return Answer(content=content)


def entries(content: bytes, name: str) -> Iterator[dict[str, Any]]:
    """Yield a record per paper of a feed: arXiv's RSS or Atom, or a saved answer of its API.

    Raises:
        SourceError: it is no feed.
    """
    try:
        items = _items(content)
    except ET.ParseError as error:
        raise SourceError(f"{name}: is not a complete feed ({error}); get it again.") from error
    for item in items:
        if item.tag == f"{_OAI}record":
            yield of_oai(item)
        else:
            yield _of_rss(item) if item.tag == "item" else _of_atom(item)


def _items(content: bytes) -> list[ET.Element]:
    feed = ET.fromstring(content)  # noqa: S314 expat limits entity expansion
    if feed.tag == "rss":
        return feed.findall("channel/item")
    if feed.tag == f"{_ATOM}feed":
        return feed.findall(f"{_ATOM}entry")
    if feed.tag == f"{_OAI}OAI-PMH":
        return list(feed.iter(f"{_OAI}record"))
    raise SourceError(
        f"{feed.tag[:40]}: neither RSS nor Atom nor OAI-PMH; give one of arXiv's feeds."
    )


def of_oai(item: ET.Element) -> dict[str, Any]:
    """Return an OAI-PMH record (arXivRaw, arXiv or oai_dc) as a record of a paper."""
    told: dict[str, list[str]] = {}
    metadata = item.find(f"{_OAI}metadata")
    for element in metadata.iter() if metadata is not None else ():
        name = element.tag.rpartition("}")[2]
        told.setdefault(name, []).append((element.text or "").strip())
    identity = (item.findtext(f"{_OAI}header/{_OAI}identifier") or "").rpartition(":")[2]
    if not told.get("title"):
        return {"id": identity}  # deleted
    found = _oai_fields(identity, told)
    if people := [_oai_name(a) for a in item.iter() if a.tag.endswith("}author")]:
        found["authors"] = people
    if versions := [_oai_version(v) for v in item.iter() if v.tag.endswith("}version")]:
        found["versions"] = versions
    return found


def _oai_fields(identity: str, told: dict[str, list[str]]) -> dict[str, Any]:
    first = {name: values[0] for name, values in told.items()}
    return {
        "id": first.get("id") or identity,
        "title": first["title"],
        "abstract": first.get("abstract") or first.get("description"),
        "authors": first.get("authors") or told.get("creator"),
        "categories": first.get("categories"),
        "comment": first.get("comments"),
        "journal_ref": first.get("journal-ref"),
        "doi": first.get("doi"),
        "licence": first.get("license") or first.get("rights"),
        "published": first.get("created") or first.get("date") or month_of(identity, ""),
        "updated": first.get("updated"),
    }


def _oai_name(author: ET.Element) -> str:
    parts = {child.tag.rpartition("}")[2]: child.text or "" for child in author}
    return " ".join(parts[n] for n in ("forenames", "keyname", "suffix") if parts.get(n))


def _oai_version(version: ET.Element) -> dict[str, str]:
    date = next((c.text or "" for c in version if c.tag.endswith("}date")), "")
    return {"version": version.get("version") or "", "created": date}


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
        "authors": split_names(creators),
        "abstract": text[lead.end() :] if lead else text,
        "published": day if kind == "new" else month_of(identity, ""),
        "updated": day,
        "journal_ref": item.findtext(f"{_ARXIV}journal_reference"),
        "doi": item.findtext(f"{_ARXIV}DOI"),
        "licence": item.findtext(f"{_DC}rights"),
        "announce_type": kind,
        "announced": day,
    }

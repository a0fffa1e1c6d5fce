"""Answers of arXiv's API: whether a page is whole, what it promises, which entries are unusable."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

from paperkit.errors import PaperkitError, SourceError
from paperkit.papers import clean_text, parse_id

_ATOM = "{http://www.w3.org/2005/Atom}"
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@dataclass(frozen=True)
class Answer:
    """One page as it was judged.

    ``problem`` says why it can't be used, empty when it can; ``total`` is how many papers arXiv
    has for the query, ``entries`` how many of this page can be used; ``lost`` names those that
    can't, with the reason, their place on the page and their day of submission if it is known.
    """

    problem: str = ""
    total: int = 0
    entries: int = 0
    lost: tuple[tuple[str, str, int, date | None], ...] = ()
    content: bytes = field(default=b"", repr=False)


def judge(url: str, status: int, content: bytes) -> Answer:
    """Return what an answer of the API is worth.

    Raises:
        SourceError: arXiv refuses the request itself, so that asking again is vain.
    """
    if status in (400, 403, 404):
        said = _error_text(content) or "no reason given"
        step = (
            "arXiv blocks you for now; ask again tomorrow, and less often"
            if status == 403
            else "check the query"
        )
        raise SourceError(
            f"arXiv: refused the request with HTTP {status} ({said}) for {url}; {step}."
        )
    if status != 200:
        return Answer(f"HTTP {status}")
    try:
        feed = ET.fromstring(content)  # noqa: S314 expat limits entity expansion
    except ET.ParseError:
        return Answer("a page that is no whole feed")
    if feed.tag != f"{_ATOM}feed":
        return Answer("a page that is no Atom feed")
    if said := _error_text(content):
        raise SourceError(f"arXiv: {said} (for {url}); check the query.")
    return _counted(url, feed, content)


def _error_text(content: bytes) -> str:
    try:
        feed = ET.fromstring(content)  # noqa: S314 expat limits entity expansion
    except ET.ParseError:
        return ""
    for entry in feed.iter(f"{_ATOM}entry"):
        if "/api/errors" in (entry.findtext(f"{_ATOM}id") or ""):
            return " ".join((entry.findtext(f"{_ATOM}summary") or "error").split())[:300]
    return ""


def _number(feed: ET.Element, name: str) -> int | None:
    text = (feed.findtext(f"{_OPENSEARCH}{name}") or "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def _counted(url: str, feed: ET.Element, content: bytes) -> Answer:
    asked = {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}
    total, start = _number(feed, "totalResults"), int(asked.get("start", 0))
    if total is None:
        return Answer("a feed without a total")
    told = _number(feed, "startIndex")
    if told is not None and told != start:
        return Answer(f"a page that starts at {told} instead of {start}")
    promised = max(0, min(int(asked.get("max_results", 10)), total - start))
    entries = feed.findall(f"{_ATOM}entry")
    if len(entries) != promised:
        return Answer(f"{len(entries)} of {promised} promised papers")
    lost = tuple(_lost(entries))
    if lost:
        for _, _, place, _ in lost:
            feed.remove(entries[place])
        content = ET.tostring(feed)
    return Answer("", total, len(entries) - len(lost), lost, content)


def _lost(entries: list[ET.Element]) -> Iterator[tuple[str, str, int, date | None]]:
    """Yield (name, reason, place, day) of the entries that no paper can be made of."""
    for place, entry in enumerate(entries):
        if reason := _entry_problem(entry):
            text = entry.findtext(f"{_ATOM}id") or entry.findtext(f"{_ATOM}title") or ""
            day = _date(entry.findtext(f"{_ATOM}published"))
            yield _name(text) or f"entry {place + 1}", reason, place, day


def _name(text: str) -> str:
    try:
        return parse_id(text).id
    except PaperkitError:
        return clean_text(text)[:80]


def _entry_problem(entry: ET.Element) -> str:
    try:
        parse_id(entry.findtext(f"{_ATOM}id") or "")
    except PaperkitError:
        return "no arXiv id"
    if not clean_text(entry.findtext(f"{_ATOM}title")):
        return "no title"
    names = [a.findtext(f"{_ATOM}name") for a in entry.iter(f"{_ATOM}author")]
    if not any(map(clean_text, names)):
        return "no authors"
    for name in ("published", "updated"):
        if not _date(entry.findtext(f"{_ATOM}{name}")):
            return f"no {name} date"
    return ""


def _date(text: str | None) -> date | None:
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()

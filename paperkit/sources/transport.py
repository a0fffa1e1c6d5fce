"""The transport to arXiv: one request at a time, at its pace, and no answer that isn't whole."""

from __future__ import annotations

import hashlib
import html
import ipaddress
import json
import logging
import os
import re
import socket
import tempfile
import threading
import time
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urljoin, urlsplit
from zoneinfo import ZoneInfo

from filelock import FileLock
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from paperkit.errors import PaperkitError, SourceError
from paperkit.files import write_atomic
from paperkit.papers import clean_text, parse_id

with warnings.catch_warnings():
    # urllib3 says on import that PySocks is missing; without such a proxy nobody misses it.
    warnings.filterwarnings("ignore", message="SOCKS support")
    import arxiv as arxiv
    import requests as requests
    from requests.adapters import HTTPAdapter

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


def is_busy(status: int, content: bytes) -> bool:
    """Return whether an answer only asks for patience: all doors then share one pause.

    arXiv throttles with 429, 503 and, since September 2026, 406. A 403 that says something is a
    throttle too; a bare one is a block.
    """
    return status in (406, 429, 503) or (status == 403 and bool(_words(content)))


def busy(status: int, content: bytes) -> str:
    """Return what a busy arXiv says, in its own words where it has some."""
    said = _words(content)
    return f"HTTP {status} ({said})" if said else f"HTTP {status}"


def _words(content: bytes) -> str:
    """Return what a page says to a person, at most 120 characters."""
    text = content[:4000].decode("utf-8", errors="replace")
    text = re.sub(r"<(script|style|title)\b.*?</\1>|<[^>]*>?", " ", text, flags=re.S | re.I)
    return clean_text(html.unescape(text))[:120]


def short(url: str) -> str:
    """Return an address as it is told to a person: on one line, its end cut."""
    bare = url.partition("://")[2] or url
    return bare if len(bare) <= 80 else f"{bare[:79]}…"


def judge(url: str, status: int, content: bytes) -> Answer:
    """Return what an answer of the API is worth.

    Raises:
        SourceError: arXiv refuses the request itself, so that asking again is vain.
    """
    if is_busy(status, content):
        return Answer(busy(status, content))
    if status in (400, 403, 404):
        said = _error_text(content) or "no reason given"
        step = (
            "arXiv blocks you for now; ask again tomorrow, and less often"
            if status == 403
            else "check the query"
        )
        raise SourceError(
            f"arXiv: refused the request with HTTP {status} ({said}) for {short(url)}; {step}."
        )
    if status != 200:
        return Answer(f"HTTP {status}")
    try:
        feed = ET.fromstring(content)  # noqa: S314 expat limits entity expansion
    except ET.ParseError:
        return Answer("a page that is not a complete feed")
    if feed.tag != f"{_ATOM}feed":
        return Answer("a page that is not an Atom feed")
    if said := _error_text(content):
        raise SourceError(f"arXiv: {said} (for {short(url)}); check the query.")
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


INTERVAL = 3.0
"""Seconds between two requests of a user (https://info.arxiv.org/help/api/tou.html)."""


class Paused(SourceError):
    """arXiv asks for a longer pause than anyone waits; it holds for all that is asked of it."""


LONGEST = 900.0
"""Seconds: of a longer pause that arXiv asks for the person is told, instead of waiting."""

MOST = 100_000_000
"""Bytes: no answer may have more."""

_BUSY = 12  # where arXiv says it is busy, the pauses are this much longer: minutes
_SLOWEST = 5  # an answer may take that many read timeouts altogether
_PIECE = 1 << 16
_T = TypeVar("_T")
_log = logging.getLogger("paperkit.sources")


def lock_file() -> Path:
    """Return the file by which all notebooks of a user keep one pace."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "paperkit"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:  # a home that can't be written to
        cache = Path(tempfile.gettempdir())
    return cache / f"arxiv-{user}.lock"


def agent() -> str:
    """Return how paperkit introduces itself; PAPERKIT_CONTACT may add whom to write to."""
    try:
        number = version("paperkit")
    except PackageNotFoundError:
        number = "unreleased"
    contact = os.environ.get("PAPERKIT_CONTACT", "")
    return f"paperkit/{number} (notebooks of one person{contact and '; ' + contact})"


class Pace:
    """One request at a time and per `interval` seconds, over all processes of a user."""

    def __init__(self, interval: float = INTERVAL, *, lock: Path | None = None) -> None:
        self.interval = interval
        self._file = lock or (lock_file() if interval else None)
        self._lock: Any = FileLock(self._file) if self._file else threading.RLock()
        self._next = 0.0

    def run(self, request: Callable[[], _T], gap: float = 0.0) -> _T:
        """Return `request()`, run when it is our turn; nobody asks for `gap` seconds after it.

        After one that brought no answer only the usual interval is waited.
        """
        with self._lock:
            wait(self._due() - time.time())
            pause = self.interval
            try:
                answer = request()
                pause = max(pause, gap)
                return answer
            finally:
                self._write(max(self._read(), time.time() + pause))

    def hold(self, seconds: float) -> None:
        """Let nobody of this user ask for some seconds."""
        with self._lock:
            self._write(max(self._read(), time.time() + seconds))

    def _due(self) -> float:
        # A clock that was set back must not make us wait for ever.
        return min(self._read(), time.time() + LONGEST)

    def _read(self) -> float:
        if self._file is None:
            return self._next
        try:
            return float(json.loads(self._file.with_suffix(".next").read_text()))
        except (OSError, ValueError, TypeError):
            return 0.0

    def _write(self, moment: float) -> None:
        self._next = moment
        if self._file is not None:
            write_atomic(
                self._file.with_suffix(".next"), json.dumps(moment).encode(), durable=False
            )


def wait(seconds: float) -> None:
    """Wait; an interrupt of the kernel ends it at once."""
    if seconds > 10:
        _log.warning("arXiv: waiting %.0f s; interrupt the kernel to stop.", seconds)
    if seconds > 0:
        threading.Event().wait(seconds)


class Transport(HTTPAdapter):
    """The transport under the `arxiv` package's session: paced, with timeouts, retried, checked.

    A page is passed on only when it is a whole Atom feed with the entries it promises; anything
    else is asked for again, with growing pauses or the one arXiv names, and ends in a
    `SourceError`. Entries that no paper can be made of are asked for once more, then taken out
    and named in ``told``, the judgment of the last page. Whole pages are kept in `cache` for the
    day; `fresh` asks again for what is kept.
    """

    def __init__(
        self,
        pace: Pace,
        *,
        retries: int = 4,
        timeout: tuple[float, float] = (10.0, 60.0),
        backoff: float = 5.0,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__()
        self.pace, self.retries, self.timeout, self.backoff = pace, retries, timeout, backoff
        self.now = now or (lambda: datetime.now(UTC))
        self.cache: Path | None = None
        self.fresh = False
        self.told = Answer()

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Return the answer to `request`: kept from earlier today, or fetched and whole."""
        url = str(request.url)
        kept = self._kept(url)
        if kept is not None and kept.is_file() and not self.fresh:
            self.told = judge(url, 200, kept.read_bytes())
            if not self.told.problem:
                return _response(request, self.told.content)
        request.headers["User-Agent"] = agent()
        self.told = self.patiently(lambda: self._whole(request, options), url, judge)
        if kept is not None and not self.told.lost:
            write_atomic(kept, self.told.content, durable=False)
        return _response(request, self.told.content)

    def _kept(self, url: str) -> Path | None:
        if self.cache is None:
            return None
        # arXiv's results change at midnight in New York, not in Greenwich.
        day = self.now().astimezone(ZoneInfo("America/New_York"))
        return self.cache / f"{day:%Y%m%d}-{_digest(url)}.xml"

    def patiently(
        self,
        fetch: Callable[[], requests.Response],
        url: str,
        judged: Callable[[str, int, bytes], Answer],
        gap: float = 0.0,
    ) -> Answer:
        """Return what `fetch` brings once `judged` finds no problem with it.

        Nobody of this user asks for `gap` seconds after each try.

        Raises:
            SourceError: it never did, or arXiv refuses, or asks for a longer pause than `LONGEST`.
        """
        for attempt in range(self.retries + 1):
            pause = self.backoff * 2**attempt
            try:
                response = self.pace.run(fetch, gap)
                answer = judged(url, response.status_code, response.content)
                if not answer.problem and (not answer.lost or attempt >= min(1, self.retries)):
                    return answer
                problem = answer.problem or "an unusable entry"
                pause = self._pause(response, pause)
            except (requests.RequestException, HTTPError) as error:
                _refuse_unconnected(url, error)
                problem = type(error).__name__
            if attempt < self.retries:
                _log.info("arXiv: %s; asking again in %.0f s.", problem, pause)
                wait(pause)
        raise SourceError(
            f"arXiv: {problem}, after {self.retries + 1} tries of {short(url)}; try again in some "
            "minutes."
        )

    def _pause(self, response: requests.Response, default: float) -> float:
        """Return the seconds to wait before the next try; everyone of this user waits them."""
        if not is_busy(response.status_code, response.content):
            return default
        asked = retry_after(response.headers.get("Retry-After", ""))
        pause = min(default * _BUSY, LONGEST) if asked is None else asked
        if pause > LONGEST:
            raise Paused(
                f"arXiv: HTTP {response.status_code}, it asks for a pause of {pause / 60:.0f} "
                "minutes; run the cell again after that."
            )
        self.pace.hold(pause)
        return pause

    def _whole(
        self, request: requests.PreparedRequest, options: dict[str, Any]
    ) -> requests.Response:
        response = super().send(request, **{**options, "stream": True, "timeout": self.timeout})
        return read_all(response, _SLOWEST * self.timeout[1])


def refuse_inward(response: requests.Response, **_: Any) -> None:
    """Follow no redirect from a host outside to one of this machine or its network, or to no host.

    Raises:
        SourceError: it does.
    """
    if not response.is_redirect:
        return
    here = urlsplit(response.url).hostname
    stated, there = response.headers["location"], None
    with suppress(ValueError):
        parts = urlsplit(urljoin(response.url, stated))
        there = parts.hostname if parts.scheme in ("http", "https") else None
    if not there:
        raise SourceError(
            f"{here}: redirects to {stated[:80]!r}, which is not a web address; try later."
        )
    if there != here and not _is_public(there):
        raise SourceError(
            f"{here}: redirects to {there}, an address in this network; nothing was fetched. "
            "Check the network."
        )


def _is_public(host: str) -> bool:
    """Return whether a host is on the internet; one without an address is left to the request."""
    try:
        found = socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return True
    return all(ipaddress.ip_address(str(row[4][0]).split("%")[0]).is_global for row in found)


_UNREACHED = (
    (NameResolutionError, "its name is not found"),
    (ConnectTimeoutError, "no answer"),
    (NewConnectionError, "refused or unreachable"),
    (ProxyError, "the proxy does not answer"),
    (SSLError, "its certificate is not trusted"),
)


def _not_connected(error: BaseException | None) -> str:
    """Return why there is no connection at all, empty where one was there: then it may come back.

    Nothing was asked yet, so that waiting for arXiv's sake is vain, and the person can act.
    """
    while error is not None:
        for kind, why in _UNREACHED:
            if isinstance(error, kind):
                return why
        inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
        error = inner if isinstance(inner, BaseException) else None
    return ""


def _refuse_unconnected(url: str, error: BaseException) -> None:
    if isinstance(error, requests.TooManyRedirects):
        last = short(getattr(error.response, "url", "") or url)
        raise SourceError(f"arXiv: {short(url)} keeps redirecting, last to {last}; try later.")
    if why := _not_connected(error):
        asked = getattr(error, "request", None)  # behind a redirect another than was asked first
        host = urlsplit(getattr(asked, "url", None) or url).netloc
        raise SourceError(
            f"arXiv: no connection to {host} ({why}); check the network, VPN or "
            "proxy and run it again."
        ) from None


def read_all(response: requests.Response, seconds: float) -> requests.Response:
    """Read an answer to its end while it is our turn; a trickle or a flood is given up.

    Raises:
        requests.ReadTimeout: it takes longer than `seconds`, or has more than `MOST` bytes.
    """
    end, pieces, size = time.monotonic() + seconds, [], 0
    read = getattr(response.raw, "read1", response.raw.read)
    with response:
        while piece := read(_PIECE, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if time.monotonic() > end or size > MOST:
                raise requests.ReadTimeout("the answer does not end")
    response._content = b"".join(pieces)
    return response


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:24]


def _response(request: requests.PreparedRequest, content: bytes) -> requests.Response:
    response = requests.Response()
    response.status_code = 200
    response._content = content
    response.url = str(request.url)
    response.request = request
    return response


def retry_after(text: str) -> float | None:
    """Return the seconds a ``Retry-After`` asks to wait, given as a number or as a date.

    https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3; None where there is none.
    """
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text.strip()).timestamp() - time.time())
    except (TypeError, ValueError):
        return None

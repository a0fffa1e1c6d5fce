"""The gate to arXiv: one request at a time, at arXiv's pace, and no page that isn't whole."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import requests
from filelock import FileLock
from requests.adapters import HTTPAdapter

from paperkit.errors import SourceError

INTERVAL = 3.0
"""Seconds between two requests of a user (https://info.arxiv.org/help/api/tou.html)."""

_T = TypeVar("_T")
_ATOM = "{http://www.w3.org/2005/Atom}"
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_LOCK = Path(tempfile.gettempdir()) / "paperkit-arxiv.lock"


class Pace:
    """One request at a time and per `interval` seconds, over all processes of a user."""

    def __init__(self, interval: float = INTERVAL, *, lock: Path = _LOCK) -> None:
        self.interval = interval
        self._lock = FileLock(lock)
        self._last = lock.with_suffix(".last")

    def run(self, request: Callable[[], _T]) -> _T:
        """Return `request()`, run when it is our turn."""
        with self._lock:
            wait(self._due() - time.time())
            try:
                return request()
            finally:
                self._last.write_text(json.dumps(time.time()))

    def _due(self) -> float:
        try:
            last = float(json.loads(self._last.read_text()))
        except (OSError, ValueError, TypeError):
            return 0.0
        # A clock that was set back must not make us wait for ever.
        return min(last, time.time()) + self.interval


def wait(seconds: float) -> None:
    """Wait; an interrupt of the kernel ends it at once."""
    if seconds > 0:
        threading.Event().wait(seconds)


class Gate(HTTPAdapter):
    """The transport under the `arxiv` package's session: paced, with timeouts, retried, checked.

    A page is passed on only when it is a whole Atom feed with the entries it promises; anything
    else is asked for again, with growing pauses or the one arXiv names, and ends in a
    `SourceError`. Whole pages are kept in `cache` for the day.
    """

    def __init__(
        self,
        pace: Pace,
        *,
        retries: int = 4,
        timeout: tuple[float, float] = (10.0, 60.0),
        backoff: float = 5.0,
    ) -> None:
        super().__init__()
        self.pace, self.retries, self.timeout, self.backoff = pace, retries, timeout, backoff
        self.cache: Path | None = None

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Return the answer to `request`: kept from earlier today, or fetched and whole."""
        url = str(request.url)
        kept = self._kept(url)
        if kept is not None and kept.is_file():
            return _response(request, kept.read_bytes())
        response = self._fetch(request, {**options, "timeout": self.timeout})
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_suffix(".part")
            part.write_bytes(response.content)
            part.replace(kept)
        return response

    def _kept(self, url: str) -> Path | None:
        if self.cache is None:
            return None
        return self.cache / f"{time.strftime('%Y%m%d', time.gmtime())}-{_digest(url)}.xml"

    def _fetch(
        self, request: requests.PreparedRequest, options: dict[str, Any]
    ) -> requests.Response:
        url = str(request.url)
        for attempt in range(self.retries + 1):
            pause = self.backoff * 2**attempt
            try:
                response = self.pace.run(lambda: self._whole(request, options))
                problem = page_problem(url, response)
                if not problem:
                    return response
                pause = _retry_after(response, pause)
            except requests.RequestException as error:
                problem = f"{type(error).__name__}"
            if attempt < self.retries:
                wait(pause)
        raise SourceError(
            f"arXiv: {problem}, after {self.retries + 1} tries of {url}; try again in some minutes."
        )

    def _whole(
        self, request: requests.PreparedRequest, options: dict[str, Any]
    ) -> requests.Response:
        response = super().send(request, **{**options, "stream": False})
        response.content  # noqa: B018 read to the end while it is our turn
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


def _retry_after(response: requests.Response, default: float) -> float:
    """Return the seconds arXiv asks to wait (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return min(float(text), 600.0)
    try:
        return min(max(0.0, parsedate_to_datetime(text).timestamp() - time.time()), 600.0)
    except (TypeError, ValueError):
        return default


def page_problem(url: str, response: requests.Response) -> str:
    """Return why an answer of the API can't be used, or nothing when it is whole.

    Raises:
        SourceError: arXiv refuses the request itself, so that asking again is vain.
    """
    status = response.status_code
    if status in (400, 403, 404):
        said = _error_text(response.content)
        raise SourceError(
            f"arXiv: refused the request with HTTP {status} ({said or 'no reason given'}) for "
            f"{url}; check the query."
        )
    if status != 200:
        return f"HTTP {status}"
    try:
        feed = ET.fromstring(response.content)  # noqa: S314 expat limits entity expansion
    except ET.ParseError:
        return "a page that is no whole feed"
    if feed.tag != f"{_ATOM}feed":
        return "a page that is no Atom feed"
    if said := _error_text(response.content):
        raise SourceError(f"arXiv: {said} (for {url}); check the query.")
    return _count_problem(url, feed)


def _error_text(content: bytes) -> str:
    try:
        feed = ET.fromstring(content)  # noqa: S314 expat limits entity expansion
    except ET.ParseError:
        return ""
    for entry in feed.iter(f"{_ATOM}entry"):
        if "/api/errors" in (entry.findtext(f"{_ATOM}id") or ""):
            return " ".join((entry.findtext(f"{_ATOM}summary") or "error").split())
    return ""


def _count_problem(url: str, feed: ET.Element) -> str:
    asked = {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}
    total = int(feed.findtext(f"{_OPENSEARCH}totalResults") or -1)
    if total < 0:
        return "a feed without a total"
    start = int(asked.get("start", 0))
    promised = max(0, min(int(asked.get("max_results", 10)), total - start))
    entries = len(feed.findall(f"{_ATOM}entry"))
    return f"{entries} of {promised} promised papers" if entries < promised else ""

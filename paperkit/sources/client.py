"""Clients: the only module that calls the `arxiv` package, and turns its results into papers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from paperkit.errors import PaperkitError, SourceError
from paperkit.papers import Paper, clean_paper, clean_text
from paperkit.sources.transport import (
    Answer,
    Pace,
    Paused,
    Transport,
    agent,
    arxiv,
    busy,
    is_busy,
    read_all,
    refuse_inward,
    requests,
    short,
)

if TYPE_CHECKING:
    from arxiv import Result


_API = "https://export.arxiv.org/api/query"
_OAI = "https://oaipmh.arxiv.org/oai"
_SITE = "https://arxiv.org"
_MOST_HTML = 20_000_000  # bytes; no page of a paper may have more
_PAGE = 100


Between = tuple[date | None, date | None]


@dataclass(frozen=True)
class Page:
    """One page of results: arXiv's total, the papers, and the entries that are none.

    ``lost`` holds name, reason, and the days (first, last) between which such an entry must lie,
    None where the page doesn't tell.
    """

    total: int
    papers: tuple[Paper, ...]
    lost: tuple[tuple[str, str, Between], ...] = ()

    @property
    def entries(self) -> int:
        """Return how many entries the page had."""
        return len(self.papers) + len(self.lost)


class ArxivClient:
    """The way to arXiv: where the API is, and how patiently it is asked.

    One for the process is enough; the pace holds over all of them. ``oai`` is where single
    records come from: by default arXiv's own beside arXiv's API, and none beside another.
    ``site`` is where PDFs and HTML are. ``interval``, ``crawl`` and ``backoff`` are seconds
    (``crawl`` after a page of HTML, https://arxiv.org/robots.txt), ``timeout`` those to connect
    and to read; ``now`` is the clock.
    """

    def __init__(
        self,
        endpoint: str = _API,
        *,
        oai: str | None = None,
        site: str = _SITE,
        interval: float = 3.0,
        crawl: float = 15.0,
        retries: int = 4,
        timeout: tuple[float, float] = (10.0, 60.0),
        backoff: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.endpoint = endpoint
        self.oai = oai or (_OAI if endpoint == _API else None)
        self.site, self.crawl = site, crawl
        self.now = now
        pace = Pace(interval)
        self.transport = Transport(pace, retries=retries, timeout=timeout, backoff=backoff, now=now)
        self.page_size = _PAGE
        self._lock = threading.RLock()
        self._client = arxiv.Client(delay_seconds=0, num_retries=0)
        self._client.query_url_format = endpoint + "?{}"
        self._session = self._client._session  # the package offers no other way in
        self._session.mount("http://", self.transport)
        self._session.mount("https://", self.transport)

    def page(
        self,
        query: str = "",
        ids: tuple[str, ...] = (),
        *,
        start: int = 0,
        count: int = _PAGE,
        cache: Path | None = None,
        fresh: bool = False,
    ) -> Page:
        """Return one page of a query's results, newest submission first, or of some ids.

        `cache` is the folder where pages of today are kept; `fresh` asks again nevertheless.

        Raises:
            SourceError: arXiv refuses, or gives no whole page.
        """
        order = arxiv.SortCriterion.SubmittedDate if query else arxiv.SortCriterion.Relevance
        search = arxiv.Search(query, list(ids), max_results=None, sort_by=order)
        with self._lock:
            self.transport.cache, self.transport.fresh = cache, fresh
            self._client.page_size = count
            return self._page(search, start)

    def _page(self, search: arxiv.Search, start: int) -> Page:
        try:
            # One page only: the package would count on from what it could use of this one.
            results = self._client.results(search, offset=start)
            first = next(results, None)
            told = self.transport.told
            found = [] if first is None else [first, *islice(results, told.entries - 1)]
        except arxiv.ArxivError as error:
            raise SourceError(f"arXiv: {error}; try again in a few minutes.") from error
        if self.transport.told is not told or len(found) != told.entries:
            raise SourceError(
                "arXiv: a page differs between two tries; try again in a few minutes."
            )
        return _judged(told, found)

    def get(
        self, url: str, judged: Callable[[str, int, bytes], Answer], *, gap: float = 0.0
    ) -> bytes:
        """Return what stands at an address, asked for at arXiv's pace until `judged` is content.

        After it nobody of this user asks for `gap` seconds.
        """
        timeout = self.transport.timeout

        def fetch() -> requests.Response:
            headers = {"User-Agent": agent()}
            hooks = {"response": refuse_inward}
            response = requests.get(url, timeout=timeout, headers=headers, stream=True, hooks=hooks)
            return read_all(response, 10 * timeout[1])

        return self.transport.patiently(fetch, url, judged, gap).content

    def record(self, id: str) -> tuple[Paper, str]:
        """Return a paper and its licence as OAI-PMH gives them, by another door than `page`.

        https://info.arxiv.org/help/oa/index.html (arXivRaw: dates of all versions, licence).

        Raises:
            SourceError: there is no such door here, arXiv has no such paper, or it can't answer.
        """
        from paperkit.sources import feeds, files

        if self.oai is None:
            raise SourceError(f"{id}: no OAI address for {self.endpoint}; give the client one.")
        asked = {"verb": "GetRecord", "identifier": f"oai:arXiv.org:{id}"}
        url = f"{self.oai}?{urlencode({**asked, 'metadataPrefix': 'arXivRaw'}, safe=':/')}"

        def judged(url: str, status: int, content: bytes) -> Answer:
            if b'code="idDoesNotExist"' in content:
                raise SourceError(f"{id}: arXiv has no such paper; check the id.")
            return feeds.judged(url, status, content)

        try:
            raw = files.fields(next(feeds.entries(self.get(url, judged), id)))
            return clean_paper(raw), clean_text(str(raw.get("licence") or ""))
        except (PaperkitError, StopIteration, ValueError, KeyError) as error:
            if isinstance(error, SourceError):
                raise
            raise SourceError(f"{id}: arXiv's OAI record can't be read ({error}).") from error


_default: ArxivClient | None = None


def default() -> ArxivClient:
    """Return the one client of this process, as arXiv asks."""
    global _default
    if _default is None:
        _default = ArxivClient()
    return _default


def _judged(told: Answer, results: list[Result]) -> Page:
    papers: list[Paper | None] = []
    reasons: list[tuple[int, str, str, date | None]] = []
    for result in results:
        try:
            papers.append(_paper(result))
        except PaperkitError as error:
            day = result.published.date()
            reasons.append((len(papers), result.get_short_id(), str(error), day))
            papers.append(None)
    for name, reason, place, day in told.lost:
        papers.insert(place, None)
        reasons = [(p + (p >= place), n, r, d) for p, n, r, d in reasons]
        reasons.append((place, name, reason, day))
    lost = tuple((n, r, (d, d) if d else _between(papers, p)) for p, n, r, d in reasons)
    return Page(told.total, tuple(p for p in papers if p is not None), lost)


def _between(papers: list[Paper | None], place: int) -> Between:
    """Return the days of the neighbors of an entry; results are newest submission first."""
    before = [p.published.date() for p in papers[:place] if p is not None]
    after = [p.published.date() for p in papers[place + 1 :] if p is not None]
    return (after[0] if after else None), (before[-1] if before else None)


def _paper(result: Result) -> Paper:
    return clean_paper(
        {
            "id": result.get_short_id(),
            "title": result.title,
            "authors": [a.name for a in result.authors],
            "abstract": result.summary,
            "categories": [c for c in (result.primary_category, *result.categories) if c],
            "published": result.published,
            "updated": result.updated,
            "comment": result.comment,
            "journal_ref": result.journal_ref,
            "doi": result.doi,
        }
    )


def fetch_pdf(paper: Paper, *, client: ArxivClient | None = None, url: str | None = None) -> bytes:
    """Return the PDF of a paper's version, fetched at arXiv's pace.

    Raises:
        SourceError: there is none, or what came is no PDF.
    """
    label = f"{paper.id}v{paper.version}"

    def judged(_: str, status: int, content: bytes) -> Answer:
        if is_busy(status, content) or status in (500, 502, 504):
            return Answer(busy(status, content))
        if status != 200 or b"%PDF-" not in content[:1024]:
            raise SourceError(
                f"{label}: arXiv sent no PDF (HTTP {status}); "
                "see its abstract page, some papers have none."
            )
        return Answer(content=content)

    try:
        used = client or default()
        return used.get(url or _at(used, paper.pdf_url), judged)
    except SourceError as error:
        if str(error).startswith(label):
            raise
        raise SourceError(
            f"{label}: no PDF from arXiv ({error}) Or put the file into the library's pdf folder."
        ) from error


def _at(client: ArxivClient, url: str) -> str:
    """Return an address of arXiv's site where this client has the site."""
    return url.replace(_SITE, client.site.rstrip("/"), 1) if url.startswith(_SITE) else url


def fetch_image(paper: Paper, url: str, *, client: ArxivClient | None = None) -> bytes:
    """Return an image of a paper's HTML as it came, at arXiv's pace.

    Raises:
        SourceError: the address does not lie below the paper's HTML, or there is no such image.
    """
    label = f"{paper.id}v{paper.version}"
    if not url.startswith(f"{paper.html_url}/"):
        raise SourceError(
            f"{label}: {short(url)} is not an image of its HTML; read the paper again."
        )

    def judged(_: str, status: int, content: bytes) -> Answer:
        if is_busy(status, content) or status in (500, 502, 504):
            return Answer(busy(status, content))
        if status != 200 or len(content) > _MOST_HTML:
            raise SourceError(f"{label}: no image at {short(url)} (HTTP {status}); see the PDF.")
        return Answer(content=content)

    used = client or default()
    return used.get(_at(used, url), judged, gap=used.crawl)


def fetch_html(paper: Paper, *, client: ArxivClient | None = None, url: str | None = None) -> bytes:
    """Return the HTML that arXiv made of a paper's version, as it came, at arXiv's pace.

    After it nobody of this user asks arXiv for 15 s, as its robots.txt wants.

    Raises:
        SourceError: there is none, what came is no page, or it has more than 20 MB.
        Paused: arXiv wants to be left alone for more than a quarter of an hour.
    """
    label = f"{paper.id}v{paper.version}"

    def judged(_: str, status: int, content: bytes) -> Answer:
        if is_busy(status, content) or status in (500, 502, 504):
            return Answer(busy(status, content))
        if status != 200 or b"<html" not in content[:4096].lower():
            raise SourceError(f"{label}: arXiv has no HTML of it (HTTP {status}); read the PDF.")
        if len(content) > _MOST_HTML:
            raise SourceError(f"{label}: the HTML has {len(content):,} bytes; read the PDF.")
        whole = b"</html" in content[-4096:].lower()
        return Answer(content=content) if whole else Answer("a page that is cut")

    used = client or default()
    try:
        return used.get(url or _at(used, paper.html_url), judged, gap=used.crawl)
    except SourceError as error:
        if str(error).startswith(label) or isinstance(error, Paused):
            raise
        raise SourceError(f"{label}: no HTML from arXiv ({error}) Or read the PDF.") from error

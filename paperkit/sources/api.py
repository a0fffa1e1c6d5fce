"""Searching arXiv and fetching its PDFs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import arxiv
import pandas as pd
import requests

from paperkit.errors import PaperkitError, SourceError
from paperkit.papers import Paper, clean_paper, parse_id, to_frame
from paperkit.sources.gate import Gate, Pace
from paperkit.topics import Topic, date_window, terms

if TYPE_CHECKING:
    from arxiv import Result

_API = "https://export.arxiv.org/api/query"
_PAGE = 100
_BATCH = 100  # ids per request, as arXiv's manual advises
_WINDOW = 30_000  # results arXiv serves for one query
_PDF_BYTES = 100_000_000
_AGENT = "paperkit (https://pypi.org/project/paperkit/; notebook use by one person)"


class _HasCache(Protocol):
    @property
    def cache_path(self) -> Path: ...


class ArxivClient:
    """The way to arXiv: where the API is, and how patiently it is asked.

    One for the process is enough; the pace holds over all of them. ``interval`` and ``backoff``
    are seconds.
    """

    def __init__(
        self,
        endpoint: str = _API,
        *,
        interval: float = 3.0,
        retries: int = 4,
        timeout: tuple[float, float] = (10.0, 60.0),
        backoff: float = 5.0,
    ) -> None:
        self.endpoint = endpoint
        self.gate = Gate(Pace(interval), retries=retries, timeout=timeout, backoff=backoff)
        self.page_size = _PAGE
        self._client = arxiv.Client(delay_seconds=0, num_retries=0)
        self._client.query_url_format = endpoint + "?{}"
        self._session = self._client._session  # the package offers no other way in
        self._session.mount("http://", self.gate)
        self._session.mount("https://", self.gate)

    def results(self, search: arxiv.Search) -> Iterator[Result]:
        """Yield arXiv's results, page by page; what is no result raises a `SourceError`."""
        self._client.page_size = min(self.page_size, search.max_results or self.page_size)
        try:
            yield from self._client.results(search)
        except arxiv.ArxivError as error:
            raise SourceError(f"arXiv: {error}; try again in some minutes.") from error


_default: ArxivClient | None = None


def _client() -> ArxivClient:
    global _default  # one client for the process, as arXiv asks
    if _default is None:
        _default = ArxivClient()
    return _default


def search(
    topic_or_query: Topic | str | Iterable[str],
    *,
    library: _HasCache | None = None,
    since: date | datetime | str | None = None,
    until: date | datetime | str | None = None,
    limit: int = 100,
    client: ArxivClient | None = None,
) -> pd.DataFrame:
    """Return the papers frame of what arXiv has for a topic, a query or some ids, newest first.

    >>> search("ti:avatar AND cat:cs.CV", since="2024-11-01", limit=50)
    >>> search(["2411.05184", "math/0309136"])

    Dates are those of v1 (UTC, inclusive); a topic without `since` goes back its max_age_days.
    At most `limit` papers; ``attrs["total"]`` says how many arXiv has. With a `library`, arXiv's
    answers are kept there and not asked for twice on one day. A paper is its id: of several
    versions the newest counts.

    Raises:
        PaperkitError: the query is empty or a date is none.
        SourceError: arXiv can't answer, or lacks an id; ``papers`` holds what had arrived.
    """
    if not 0 < limit <= _WINDOW:
        raise PaperkitError(f"limit {limit}: arXiv serves 1 to {_WINDOW:,}; split it by dates.")
    used = client or _client()
    used.gate.cache = library.cache_path / "arxiv" if library is not None else None
    if (ids := _ids(topic_or_query)) is not None:
        return _by_id(ids, used)
    window = (_moment(since, "since", time.min), _moment(until, "until", time.max))
    query = _query(topic_or_query, *window)
    wanted = arxiv.Search(query, max_results=limit, sort_by=arxiv.SortCriterion.SubmittedDate)
    return _collect([wanted], used)


def _ids(wanted: Topic | str | Iterable[str]) -> list[str] | None:
    if isinstance(wanted, Topic):
        return None
    if not isinstance(wanted, str):
        found = [parse_id(w) for w in wanted]
    else:
        try:
            found = [parse_id(wanted)]
        except PaperkitError:
            return None
    if not found:
        raise PaperkitError("search: no ids given; name at least one paper.")
    return [f.id if f.version is None else f"{f.id}v{f.version}" for f in found]


def _query(
    wanted: Topic | str | Iterable[str], since: datetime | None, until: datetime | None
) -> str:
    if isinstance(wanted, Topic):
        oldest = datetime.now(UTC).replace(hour=0, minute=0) - timedelta(days=wanted.max_age_days)
        return wanted.query(since=since or oldest, until=until)
    return terms(str(wanted)) + date_window(since, until)


def _moment(value: date | datetime | str | None, name: str, end: time) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC) if value else None
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError as error:
            raise PaperkitError(f"{name} {value!r}: not a date; write 2024-11-30.") from error
    return datetime.combine(value, end, UTC)


def _by_id(ids: list[str], client: ArxivClient) -> pd.DataFrame:
    batches = [ids[i : i + _BATCH] for i in range(0, len(ids), _BATCH)]
    frame = _collect([arxiv.Search(id_list=b, max_results=len(b)) for b in batches], client)
    missing = [i for i in ids if parse_id(i).id not in frame.index]
    if missing:
        raise SourceError(f"{missing[0]}: arXiv has no such paper; check the id.", papers=frame)
    return frame


def _collect(searches: list[arxiv.Search], client: ArxivClient) -> pd.DataFrame:
    found: dict[str, Paper] = {}
    try:
        for wanted in searches:
            for result in client.results(wanted):
                paper = _paper(result)
                if paper.id not in found or paper.version > found[paper.id].version:
                    found[paper.id] = paper
    except SourceError as error:
        error.papers = to_frame(found.values())
        raise
    return to_frame(found.values())


def _paper(result: Result) -> Paper:
    try:
        return clean_paper(
            {
                "id": result.get_short_id(),
                "title": result.title,
                "authors": [a.name for a in result.authors],
                "abstract": result.summary,
                "categories": [result.primary_category, *result.categories],
                "published": result.published,
                "updated": result.updated,
                "comment": result.comment,
                "journal_ref": result.journal_ref,
                "doi": result.doi,
            }
        )
    except PaperkitError as error:
        raise SourceError(f"arXiv: an entry can't be used: {error}") from error


def fetch_pdf(paper: Paper, *, client: ArxivClient | None = None, url: str | None = None) -> bytes:
    """Return the PDF of a paper's version, fetched at arXiv's pace.

    Raises:
        SourceError: there is none, or what came is no PDF.
    """
    used, address = client or _client(), url or paper.pdf_url
    label = f"{paper.id}v{paper.version}"
    try:
        response = used.gate.pace.run(
            lambda: requests.get(address, timeout=used.gate.timeout, headers={"User-Agent": _AGENT})
        )
    except requests.RequestException as error:
        raise SourceError(
            f"{label}: no PDF from arXiv ({type(error).__name__}); check the connection, or put "
            "the file into the library's pdf folder."
        ) from error
    return _pdf(label, response)


def _pdf(label: str, response: Any) -> bytes:
    content: bytes = response.content
    if response.status_code != 200 or b"%PDF-" not in content[:1024]:
        raise SourceError(
            f"{label}: arXiv sent no PDF (HTTP {response.status_code}); "
            "see its abstract page, some papers have none."
        )
    if len(content) > _PDF_BYTES:
        raise SourceError(f"{label}: the PDF has {len(content):,} bytes; above {_PDF_BYTES:,}.")
    return content

"""A small arXiv on loopback: it searches its papers as the API does, and misbehaves by script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from paperkit.papers import Paper
from paperkit.sources import ArxivClient
from tests.conftest import make_paper
from tests.servers import Answer, Asked, Server, serve

NOW = datetime(2024, 11, 28, 12, tzinfo=UTC)
Fault = Callable[["Question", bytes], Answer | None]


@dataclass(frozen=True)
class Question:
    """One request: how manyth it is (from 0), its query, its page."""

    number: int
    query: str
    start: int
    count: int
    ids: tuple[str, ...] = ()


def papers(count: int, *, first: str = "2024-11-01", per_day: int = 2) -> list[Paper]:
    """Return papers of some days, `per_day` a day, newest first; ids follow from the day."""
    begin = datetime.fromisoformat(first).replace(tzinfo=UTC)
    made = []
    for n in range(count):
        when = begin + timedelta(days=n // per_day, hours=1 + n % per_day)
        made.append(
            make_paper(
                f"{when:%y%m}.{when.day:02}{n + 1:03}", published=when, title=f"Paper {n + 1}"
            )
        )
    return made[::-1]


def entry(paper: Paper, **changed: str) -> str:
    """Return a paper as an Atom entry; `changed` replaces whole elements by other text."""
    parts = {
        "id": f"<id>http://arxiv.org/abs/{paper.id}v{paper.version}</id>",
        "link": f'<link href="http://arxiv.org/abs/{paper.id}v{paper.version}" rel="alternate"/>',
        "title": f"<title>{escape(paper.title)}</title>",
        "updated": f"<updated>{paper.updated:%Y-%m-%dT%H:%M:%SZ}</updated>",
        "published": f"<published>{paper.published:%Y-%m-%dT%H:%M:%SZ}</published>",
        "summary": f"<summary>{escape(paper.abstract)}</summary>",
        "authors": "".join(f"<author><name>{escape(a)}</name></author>" for a in paper.authors),
        "primary": "".join(f'<arxiv:primary_category term="{c}"/>' for c in paper.categories[:1]),
        "categories": "".join(f'<category term="{c}"/>' for c in paper.categories),
        "comment": f"<arxiv:comment>{escape(paper.comment)}</arxiv:comment>",
    }
    return f"<entry>{''.join((parts | changed).values())}</entry>"


def feed(entries: Sequence[str], total: int, start: int = 0) -> bytes:
    """Return a page as arXiv writes it."""
    head = (
        "<?xml version='1.0' encoding='UTF-8'?>"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title>'
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>"
    )
    return (head + "".join(entries) + "</feed>").encode()


@dataclass
class Archive:
    """The papers there are (newest first), changed entries by id, and what goes wrong when."""

    papers: list[Paper]
    changed: dict[str, dict[str, str]] = field(default_factory=dict)
    fault: Fault = lambda question, page: None
    now: datetime = NOW
    asked: list[Question] = field(default_factory=list)

    def page(self, question: Question) -> bytes:
        """Return the page that answers a question."""
        found = self.papers
        if question.ids:
            found = [p for p in found if p.id in question.ids]
        if window := re.search(r"submittedDate:\[(\d+) TO (\d+)\]", question.query):
            found = [p for p in found if window[1] <= f"{p.published:%Y%m%d%H%M}" <= window[2]]
        part = found[question.start : question.start + question.count]
        entries = [entry(p, **self.changed.get(p.id, {})) for p in part]
        return feed(entries, len(found), question.start)

    def answer(self, asked: Asked) -> Answer:
        """Return the page, or what goes wrong instead."""
        query = {k: v[0] for k, v in parse_qs(urlsplit(asked.path).query).items()}
        ids = tuple(i for i in query.get("id_list", "").split(",") if i)
        question = Question(
            len(self.asked),
            query.get("search_query", ""),
            int(query["start"]),
            int(query["max_results"]),
            ids,
        )
        self.asked.append(question)
        page = self.page(question)
        return self.fault(question, page) or Answer(page)


@contextmanager
def served(archive: Archive, *, page_size: int = 10) -> Iterator[tuple[ArxivClient, Server]]:
    """Run the archive and give a client for it that never waits."""
    with serve(archive.answer) as server:
        client = ArxivClient(
            server.url + "/api/query",
            interval=0,
            backoff=0,
            retries=2,
            timeout=(2, 0.5),
            now=lambda: archive.now,
        )
        client.page_size = page_size
        yield client, server

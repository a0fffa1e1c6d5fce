"""One server on loopback that plays arXiv's pages: papers' HTML and PDFs, each by script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from paperkit.sources import ArxivClient, client, transport
from tests.html_samples import FOLDER, page_path
from tests.servers import Answer, Asked, serve


@dataclass
class Arxiv:
    """What arXiv says when a page or a PDF is asked for: in turn, the last for ever."""

    html: list[Answer]
    pdf: list[Answer]
    asked: list[str] = field(default_factory=list)

    def answer(self, request: Asked) -> Answer:
        """Return the next answer of the kind asked for."""
        self.asked.append(request.path)
        kind = request.path.split("/")[1]
        script = {"html": self.html, "pdf": self.pdf}.get(kind, [Answer(b"elsewhere")])
        return script.pop(0) if len(script) > 1 else script[0]

    def count(self, kind: str) -> int:
        """Return how often that kind was asked for."""
        return sum(path.startswith(f"/{kind}/") for path in self.asked)


def html_of(told: dict[str, Any]) -> Answer:
    """Return arXiv's answer with the paper's page."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return Answer(page_path(told).read_bytes(), headers=headers)


def pdf_of(told: dict[str, Any]) -> Answer:
    """Return arXiv's answer with the paper's PDF."""
    return Answer((FOLDER / f"{told['id']}.pdf").read_bytes())


@contextmanager
def playing(
    arxiv: Arxiv, monkeypatch: pytest.MonkeyPatch, *, crawl: float = 0
) -> Iterator[list[float]]:
    """Run the server in arXiv's place; yield the seconds that would have been waited."""
    waits: list[float] = []
    monkeypatch.setattr(transport, "wait", lambda s: waits.append(s) if s > 0 else None)
    with serve(arxiv.answer) as server:
        loopback = ArxivClient(
            f"{server.url}/api/query",
            site=server.url,
            interval=0,
            crawl=crawl,
            backoff=0.01,
            retries=2,
            timeout=(2, 0.3),
        )
        monkeypatch.setattr(client, "_default", loopback)
        yield waits

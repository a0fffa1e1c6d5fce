"""arXiv's doors: one pause for all of them, a second door for records, and no door at all."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from paperkit.batch.updates import refresh
from paperkit.errors import SourceError
from paperkit.library import Library
from paperkit.papers import Paper
from paperkit.sources import ArxivClient, fetch_pdf, search, transport
from paperkit.sources.transport import Pace
from tests.arxiv_samples import Archive, entry, feed, papers
from tests.conftest import make_paper
from tests.servers import Answer, Asked, Server, serve

BUSY = {
    "406": Answer(b"", 406),
    "429": Answer(b"Rate exceeded.", 429),
    "503": Answer(b"", 503),
    "403 with words": Answer(b"<html><body>Too many requests, slow down</body></html>", 403),
}
OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><GetRecord><record><header>
<identifier>oai:arXiv.org:{p.id}</identifier></header><metadata>
<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{p.id}</id>
<version version="v1"><date>Fri, 01 Nov 2024 10:00:00 GMT</date></version>
<version version="v2"><date>Sat, 02 Nov 2024 10:00:00 GMT</date></version>
<title>{p.title}</title><authors>Ada Lovelace, Grace Hopper</authors>
<categories>cs.CV cs.GR</categories><license>http://creativecommons.org/licenses/by/4.0/</license>
<abstract>{p.abstract}</abstract></arXivRaw></metadata></record></GetRecord></OAI-PMH>"""
NONE = b"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<error code="idDoesNotExist">Nothing matches the identifier</error></OAI-PMH>"""


@contextmanager
def arxiv(
    answer: Callable[[Asked], Answer], *, oai: bool = False, retries: int = 3
) -> Iterator[tuple[ArxivClient, Server]]:
    """Run a server and give a client for it that never waits."""
    with serve(answer) as server:
        client = ArxivClient(
            server.url + "/api/query",
            oai=server.url + "/oai" if oai else None,
            interval=0,
            backoff=0,
            retries=retries,
            timeout=(2, 2),
        )
        yield client, server


@pytest.mark.parametrize("name", BUSY)
def test_ten_pdfs_of_ten_arrive(name: str) -> None:
    """After one to three answers that only ask for patience."""
    asked: dict[str, int] = {}

    def answer(request: Asked) -> Answer:
        count = asked[request.path] = asked.get(request.path, 0) + 1
        number = int(request.path[-1])
        return BUSY[name] if count <= 1 + number % 3 else Answer(b"%%PDF-1.7 %d" % number)

    with arxiv(answer) as (client, server):
        came = [
            fetch_pdf(make_paper(), client=client, url=f"{server.url}/pdf/{n}") for n in range(10)
        ]
    assert came == [b"%%PDF-1.7 %d" % n for n in range(10)]
    assert sorted(asked.values()) == [2, 2, 2, 2, 3, 3, 3, 4, 4, 4]


@pytest.mark.parametrize("name", BUSY)
def test_a_search_waits_out_the_same(name: str) -> None:
    """The page after it is taken; when it lasts, arXiv's own words are in the error."""
    found = papers(2)
    answers = [BUSY[name], BUSY[name], Answer(feed([entry(p) for p in found], 2))]
    with arxiv(lambda _: answers.pop(0)) as (client, _):
        assert len(search("avatar", client=client)) == 2
    said = {"429": r"HTTP 429 \(Rate exceeded\.\)", "403 with words": r"403 \(Too many requests"}
    with (
        arxiv(lambda _: BUSY[name]) as (client, server),
        pytest.raises(SourceError, match=said.get(name, f"HTTP {name}, after 4 tries")),
    ):
        search("avatar", client=client)
    assert len(server.asked) == 4


def test_a_pause_of_a_search_holds_for_the_pdfs_of_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the other way round: they share a file."""
    waits: list[float] = []
    monkeypatch.setattr(transport, "wait", waits.append)
    answers = [Answer(b"", 406, {"Retry-After": "50"}), Answer(b"%PDF-1.7")]
    with arxiv(lambda _: answers.pop(0)) as (client, server):
        client.transport.pace = Pace(0.0, lock=tmp_path / "lock")
        fetch_pdf(make_paper(), client=client, url=server.url)
    other = ArxivClient("http://127.0.0.1:9/api/query", interval=0)
    other.transport.pace = Pace(0.0, lock=tmp_path / "lock")
    waits.clear()
    other.transport.pace.run(lambda: None)
    assert waits == [pytest.approx(50, abs=3)]


def test_no_connection_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One try, no waiting, a short line that says what to look at."""
    waits: list[float] = []
    monkeypatch.setattr(transport, "wait", lambda s: waits.append(s) if s > 0 else None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    client = ArxivClient(f"http://127.0.0.1:{port}/api/query", interval=0)
    start = time.monotonic()
    said = rf"^arXiv: no connection to 127\.0\.0\.1:{port} \(.*\); check the network"
    with pytest.raises(SourceError, match=said) as caught:
        search('"neural radiance field" AND ' + "avatar " * 50, client=client)
    assert time.monotonic() - start < 5
    assert waits == []
    assert len(str(caught.value)) < 150
    with pytest.raises(SourceError, match="no connection to"):
        fetch_pdf(make_paper(), client=client, url=f"http://127.0.0.1:{port}/x.pdf")


def test_a_name_that_is_not_found_is_said_at_once() -> None:
    """As without a network."""
    client = ArxivClient("http://arxiv.invalid/api/query", interval=0)
    with pytest.raises(SourceError, match=r"no connection to arxiv\.invalid"):
        search("avatar", client=client)


def second_door(known: dict[str, Paper]) -> Callable[[Asked], Answer]:
    """Return answers of an arXiv whose API is shut and whose OAI has these papers."""

    def answer(request: Asked) -> Answer:
        url = urlsplit(request.path)
        if url.path != "/oai":
            return Answer(b"", 503)
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        assert query["verb"] == "GetRecord"
        assert query["metadataPrefix"] == "arXivRaw"
        paper = known.get(query["identifier"].removeprefix("oai:arXiv.org:"))
        return Answer(OAI.format(p=paper).encode() if paper else NONE)

    return answer


def test_papers_by_id_come_through_the_second_door() -> None:
    """With the dates of all versions; a version it doesn't show, or no paper, is no success."""
    known = {p.id: p for p in (make_paper("2411.00001"), make_paper("math/0309136"))}
    with arxiv(second_door(known), oai=True, retries=0) as (client, _):
        frame = search(["2411.00001", "math/0309136v2"], client=client)
        assert frame["version"].to_dict() == {"2411.00001": 2, "math/0309136": 2}
        assert frame.loc["2411.00001", "authors"] == ("Ada Lovelace", "Grace Hopper")
        days = frame.loc["2411.00001", ["published", "updated"]]
        assert [f"{d:%d}" for d in days] == ["01", "02"]
        for wanted in ("2411.00001v1", "2411.99999"):
            with pytest.raises(SourceError, match="503"):
                search([wanted], client=client)
    with (
        arxiv(second_door(known), oai=True) as (client, _),
        pytest.raises(SourceError, match=r"^2411\.99999: arXiv has no such paper"),
    ):
        client.record("2411.99999")


def test_refresh_brings_the_licences_that_are_not_known(library: Library) -> None:
    """One request each, once; what arXiv doesn't say stays unknown."""
    known = {i: library.paper(i) for i in ("2411.00001", "2411.00002")}
    archive = Archive(list(known.values()))
    oai = second_door(known)

    def answer(request: Asked) -> Answer:
        return oai(request) if request.path.startswith("/oai") else archive.answer(request)

    library.files.set_licence("2411.00002", "CC0")
    with arxiv(answer, oai=True) as (client, server):
        for _ in range(2):
            report = refresh(list(known), library, client=client)
            assert report["outcome"].tolist() == ["known", "known"]
    assert library.files.licence("2411.00001") == "http://creativecommons.org/licenses/by/4.0/"
    assert library.files.licence("2411.00002") == "CC0"
    assert sum(a.path.startswith("/oai") for a in server.asked) == 1


def test_licences_that_could_not_be_asked_for_are_counted(library: Library) -> None:
    """The papers are refreshed all the same."""
    found = library.paper("2411.00001")
    archive = Archive([found])

    def answer(request: Asked) -> Answer:
        shut = request.path.startswith("/oai")
        return Answer(b"", 500) if shut else archive.answer(request)

    with (
        arxiv(answer, oai=True, retries=0) as (client, _),
        pytest.warns(UserWarning, match="licences of 1 of 1 not known: arXiv: HTTP 500"),
    ):
        assert list(refresh(["2411.00001"], library, client=client).index) == ["2411.00001"]

"""Sources against a server on loopback that gives arXiv's own recorded answers."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from paperkit.errors import PaperkitError, SourceError
from paperkit.frames import from_frame, to_frame
from paperkit.library import Library
from paperkit.papers import Paper
from paperkit.sources import ArxivClient, fetch_pdf, load, search
from paperkit.sources.transport import Pace
from paperkit.topics import Topic
from tests.arxiv_samples import Archive, papers, served
from tests.conftest import DATA, make_paper
from tests.servers import Answer, Asked, Server, serve

FEEDS = DATA / "arxiv_api"


def recorded(asked: Asked) -> Answer:
    """Return what arXiv answered to this request when it was recorded."""
    query = {k: v[0] for k, v in parse_qs(urlsplit(asked.path).query).items()}
    if ids := query.get("id_list"):
        name = next(FEEDS.glob(f"arxivpy2026_id_{ids.replace('/', '_')}*.xml"))
    else:
        start, most = query["start"], query["max_results"]
        name = FEEDS / f"arxivpy2026_q_testing_s{start}_m{most}.xml"
    return Answer(name.read_bytes(), headers={"Content-Type": "application/atom+xml"})


@contextmanager
def arxiv(answer: Callable[[Asked], Answer] = recorded) -> Iterator[tuple[ArxivClient, Server]]:
    """Run a server and give a client for it that doesn't wait."""
    with serve(answer) as server:
        yield ArxivClient(server.url + "/api/query", interval=0, backoff=0, timeout=(2, 2)), server


def test_a_search_gives_a_papers_frame() -> None:
    """ArXiv's fields come whole: authors in order, categories with the primary first, UTC."""
    with arxiv() as (client, server):
        frame = search("testing", limit=10, client=client)
    papers = from_frame(frame)
    assert len(papers) == 10
    assert papers[0].id == "2202.12139"
    assert papers[0].title == (
        "Testing Deep Learning Models: A First Comparative Study of Multiple Testing Techniques"
    )
    assert papers[0].published.isoformat() == "2022-02-24T15:05:19+00:00"
    assert papers[0].categories[0] == "cs.SE"
    assert "\n" not in papers[0].abstract
    assert len(server.asked) == 1


def test_what_is_asked_is_what_was_meant() -> None:
    """A topic becomes one query with its date window, newest first."""
    topic = Topic(name="t", queries=("testing",), categories=("cs.SE",))

    def answer(_: Asked) -> Answer:
        return Answer((FEEDS / "arxivpy2026_id_0000.0000_s0_m100.xml").read_bytes())

    with arxiv(answer) as (client, server):
        assert search(topic, since="2024-11-01", until="2024-11-30", client=client).empty
    asked = parse_qs(urlsplit(server.asked[0].path).query)
    assert asked["search_query"] == [
        "all:testing AND cat:cs.SE AND submittedDate:[202411010000 TO 202411302359]"
    ]
    assert (asked["sortBy"], asked["sortOrder"]) == (["submittedDate"], ["descending"])


def test_pages_are_joined() -> None:
    """More papers than a page holds are asked for page by page."""
    with arxiv() as (client, server):
        client.page_size = 10
        frame = search("testing", limit=30, client=client)
    assert len(frame) == frame.index.nunique() == 30
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("wanted", "id", "version"),
    [
        ("1605.08386", "1605.08386", 1),
        ("https://arxiv.org/abs/2104.12255v1", "2104.12255", 1),
        (["quant-ph/0201082v1"], "quant-ph/0201082", 1),
    ],
)
def test_papers_are_found_by_id(wanted: str | list[str], id: str, version: int) -> None:
    """An id, an address or a list of them is no query."""
    with arxiv() as (client, _):
        frame = search(wanted, client=client)
    assert frame["version"].to_dict() == {id: version}


def test_ids_in_any_spelling_are_asked_for_by_id() -> None:
    """A stamp, a DOI, several at once, a frame: no search for words."""
    found = papers(3)
    ids = [p.id for p in found]
    with served(Archive(found)) as (client, server):
        for meant in (
            f"arXiv:{ids[0]} [cs.CV]",
            f"https://doi.org/10.48550/arXiv.{ids[0]}",
            f"{ids[0]}, https://arxiv.org/abs/{ids[1]}",
            to_frame(found[:2]),
            found[0],
        ):
            frame = search(meant, client=client)
            assert set(frame.index) <= set(ids[:2])
            assert ids[0] in frame.index
    assert all("id_list=" in a.path and "search_query=all" not in a.path for a in server.asked)


def test_an_id_arxiv_lacks_is_named() -> None:
    """Nothing found for an id is an error, not an empty frame."""
    with arxiv() as (client, _), pytest.raises(SourceError, match=r"^0808.05394: arXiv has no"):
        search(["0808.05394"], client=client)


def test_an_error_feed_is_an_error() -> None:
    """ArXiv reports errors as an entry titled Error with HTTP 200."""

    def answer(_: Asked) -> Answer:
        return Answer((FEEDS / "arxivpy2026_id_abc_s0_m100.xml").read_bytes())

    with arxiv(answer) as (client, server), pytest.raises(SourceError, match="incorrect id format"):
        search("testing", client=client)
    assert len(server.asked) == 1


PAGE = (FEEDS / "arxivpy2026_q_testing_s0_m10.xml").read_bytes()


@pytest.mark.parametrize(
    "bad",
    [
        Answer(b"<html>Rate exceeded.</html>"),
        Answer(b""),
        Answer(PAGE[: PAGE.index(b"<summary>") + 40]),
        Answer(PAGE, cut=5000),
        Answer(b"", 503),
        Answer(b"", 429, {"Retry-After": "0"}),
        Answer((PAGE[: PAGE.index(b"<entry>")]) + b"</feed>"),
    ],
    ids=["html", "empty", "cut text", "cut connection", "503", "429", "no entries"],
)
def test_a_page_that_is_not_whole_is_asked_for_again(bad: Answer) -> None:
    """One bad page, then a good one: the result is complete."""
    answers = iter([bad, Answer(PAGE)])
    with arxiv(lambda _: next(answers)) as (client, server):
        frame = search("testing", limit=10, client=client)
    assert len(frame) == 10
    assert len(server.asked) == 2


def test_a_lasting_fault_keeps_what_had_arrived() -> None:
    """The error says what is wrong and carries the pages before it."""

    def answer(asked: Asked) -> Answer:
        return recorded(asked) if "start=0" in asked.path else Answer(b"", 503)

    with arxiv(answer) as (client, server), pytest.raises(SourceError) as caught:
        client.page_size = 10
        search("testing", limit=30, client=client)
    assert "HTTP 503, after 5 tries" in str(caught.value)
    assert len(caught.value.papers) == 10
    assert len(server.asked) == 6


def test_a_refusal_is_final() -> None:
    """403 means blocked; asking again would make it worse."""
    with (
        arxiv(lambda _: Answer(b"", 403)) as (client, server),
        pytest.raises(SourceError, match="refused the request with HTTP 403"),
    ):
        search("testing", client=client)
    assert len(server.asked) == 1


def test_answers_are_kept_for_the_day(library: Library) -> None:
    """The same query again costs no request, and the raw page lies in the library."""
    with arxiv() as (client, server):
        first = search("testing", limit=10, client=client, library=library)
        second = search("testing", limit=10, client=client, library=library)
    pd.testing.assert_frame_equal(first, second)
    assert len(server.asked) == 1
    assert [p.read_bytes() for p in (library.path / "raw" / "arxiv").iterdir()] == [PAGE]


def test_two_clients_share_one_pace(tmp_path: Path) -> None:
    """Requests of two clients, as of two notebooks, are an interval apart."""
    times: list[float] = []
    for _ in range(2):
        pace = Pace(0.3, lock=tmp_path / "lock")
        pace.run(lambda: times.append(time.monotonic()))
    assert times[1] - times[0] >= 0.29


def test_a_query_needs_words_and_a_sane_limit() -> None:
    """Bad input is refused before anything is sent."""
    for bad, options in (("  ", {}), ([], {}), ("x", {"limit": 0}), ("x", {"since": "soon"})):
        with pytest.raises(PaperkitError):
            search(bad, **options)  # type: ignore[arg-type]


def pdf_of(answer: Answer) -> bytes:
    with arxiv(lambda _: answer) as (client, server):
        return fetch_pdf(make_paper(), client=client, url=server.url)


def test_a_pdf_from_outside_is_not_fetched_from_within() -> None:
    """No redirect to another host of this machine or network is followed; one in place is."""
    asked: list[str] = []

    def answer(request: Asked) -> Answer:
        asked.append(request.headers["host"])
        place = {"/in": f"http://localhost:{request.headers['host'].partition(':')[2]}/pdf"}
        place["/on"] = "/pdf"
        if request.path in place:
            return Answer(b"", 302, {"Location": place[request.path]})
        return Answer(b"%PDF-1.7 x")

    with arxiv(answer) as (client, server):
        assert fetch_pdf(make_paper(), client=client, url=f"{server.url}/on") == b"%PDF-1.7 x"
        asked.clear()
        with pytest.raises(SourceError, match="redirects to localhost, an address in this network"):
            fetch_pdf(make_paper(), client=client, url=f"{server.url}/in")
    assert [host.partition(":")[0] for host in asked] == ["127.0.0.1"]


def test_a_pdf_is_fetched_or_refused_by_name() -> None:
    """An HTML page with status 200 is no PDF."""
    assert pdf_of(Answer(b"%PDF-1.7 x")) == b"%PDF-1.7 x"
    for bad in (Answer(b"<html>"), Answer(b"%PDF-1.7", 404)):
        with pytest.raises(SourceError, match=r"^2411.05184v1: arXiv sent no PDF"):
            pdf_of(bad)


SNAPSHOT = {
    "id": "0704.0001",
    "title": "Calculation of prompt\n  diphoton production",
    "authors": "C. Bal\\'azs, E. L. Berger",
    "authors_parsed": [["Balázs", "C.", ""], ["Berger", "E. L.", ""]],
    "categories": "hep-ph hep-ex",
    "comments": "37 pages",
    "journal-ref": None,
    "doi": "10.1103/x",
    "abstract": "  A fully differential calculation.",
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
    ],
}
EXPECTED = Paper(
    id="0704.0001",
    version=2,
    title="Calculation of prompt diphoton production",
    authors=("C. Balázs", "E. L. Berger"),
    abstract="A fully differential calculation.",
    categories=("hep-ph", "hep-ex"),
    published=pd.Timestamp("2007-04-02T19:18:42Z").to_pydatetime(),
    updated=pd.Timestamp("2007-07-24T20:10:27Z").to_pydatetime(),
    comment="37 pages",
    doi="10.1103/x",
)


def test_arxivs_snapshot_is_loaded(tmp_path: Path) -> None:
    """Names, versions and dates come from the snapshot's own fields."""
    file = tmp_path / "snapshot.json"
    file.write_text(json.dumps(SNAPSHOT) + "\n\n")
    assert from_frame(load(file)) == [EXPECTED]
    packed = tmp_path / "snapshot.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert from_frame(load(packed)) == [EXPECTED]


def test_tables_are_loaded(tmp_path: Path) -> None:
    """Parquet and CSV with our own column names."""
    frame = pd.DataFrame(
        [
            {
                "arxiv_id": "2411.00001",
                "title": "T",
                "authors": "A B, C D",
                "categories": "cs.CV cs.GR",
                "published": "2024-11-01",
            }
        ]
    )
    frame.to_csv(tmp_path / "t.csv")
    frame.to_parquet(tmp_path / "t.parquet")
    one, other = load(tmp_path / "t.csv"), load(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(one, other)
    assert one.loc["2411.00001", "authors"] == ("A B", "C D")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", '{"id": "2411.00001"}', r"2411.00001 \(line 1\): no published date"),
        ("a.jsonl", "{}\n", r"line 1: '': not an arXiv identifier"),
        ("a.jsonl", "\nnonsense", "is not JSON, it looks like plain words"),
        ("a.jsonl", "[1]", "line 1: is no JSON object"),
        ("a.doc", "x", "unknown kind of file; give .jsonl"),
    ],
)
def test_a_bad_record_is_named(tmp_path: Path, name: str, content: str, message: str) -> None:
    """File and line first, what to do last."""
    (tmp_path / name).write_text(content)
    with pytest.raises(SourceError, match=rf"{name}: {message}"):
        load(tmp_path / name, strict=True)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error names the path."""
    with pytest.raises(SourceError, match=r"none\.jsonl: no such file"):
        load(tmp_path / "none.jsonl")

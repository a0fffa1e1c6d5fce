"""What arXiv says instead of a paper's HTML: the PDF is read, and the report says why."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from paperkit import read
from paperkit.library import Library
from paperkit.reading import document, html, worker
from paperkit.readings import Limits, Reading
from paperkit.sources import ArxivClient, transport
from tests.arxiv_pages import Arxiv, html_of, pdf_of, playing
from tests.html_samples import BAD, FOLDER, page, record, seen, truth
from tests.servers import Answer

TOLD = truth("article")
OTHER = truth("neurips")
ID = TOLD["id"]
PDF = FOLDER / f"{ID}.pdf"


_known: dict[bytes, dict[str, Any]] = {}


def pdf_here(path: Path) -> dict[str, Any]:
    """Return what a PDF says; each is read once."""
    data = path.read_bytes()
    if data not in _known:
        _known[data] = document.read_here(path, limits=Limits(), drawn=False)[0].to_dict()
    return _known[data]


def ask_here(job: str, path: Path, limits: Limits, **_: Any) -> dict[str, Any]:
    """Answer as the worker does, without a process; it has tests of its own."""
    if job == "html":
        return html.read_here(path, limits=limits).to_dict()
    return {"reading": pdf_here(path), "images": {}}


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ask", ask_here)
    monkeypatch.setattr(transport, "MOST", 2_000_000)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "library")
    made.add([record(TOLD), record(OTHER)], topic="test")
    return made


class Outcome(NamedTuple):
    """What came of a run: the report's row, the reading, and what was asked for and waited."""

    row: pd.Series[Any]
    reading: Reading | None
    html: int
    pdf: int
    waits: list[float]


def run(
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    html: list[Answer],
    pdf: list[Answer] | None = None,
    crawl: float = 0,
    **options: Any,
) -> Outcome:
    """Read the paper once against a server that says this."""
    arxiv = Arxiv(list(html), pdf or [pdf_of(TOLD)])
    with playing(arxiv, monkeypatch, crawl=crawl) as waits:
        row = read([ID], library, **options).loc[ID]
    held = library.reading(ID, version=TOLD["version"])
    return Outcome(row, held, arxiv.count("html"), arxiv.count("pdf"), waits)


def is_whole(reading: Reading | None) -> bool:
    """Say whether all sentences of the HTML, or all that the PDF says, are in the reading."""
    if reading is None:
        return False
    if reading.source == "pdf":
        return reading.text == Reading.from_dict(pdf_here(PDF)).text
    text = " ".join(seen(p.text) for p in reading.paragraphs)
    return all(seen(s["text"]) in text for s in TOLD["sentences"] if not s["math"])


GOOD = html_of(TOLD)
BUSY = Answer(b"<html><body>Rate exceeded.</body></html>", 429)


def bad(name: str) -> Answer:
    """Return what comes in the page's place, with status 200."""
    made = BAD[name](page("article"), page("neurips"), TOLD)
    return Answer(made.encode() if isinstance(made, str) else made)


PASSING: dict[str, Answer] = {
    "406": Answer(b"", 406),
    "429": BUSY,
    "429 with a pause": Answer(b"", 429, {"Retry-After": "40"}),
    "503": Answer(b"", 503),
    "500": Answer(b"", 500),
    "slow": Answer(GOOD.body, stalls=True),
    "cut off by the connection": Answer(GOOD.body, cut=5000),
    "cut by a proxy": Answer(GOOD.body[:20_000]),
}


@pytest.mark.parametrize("name", PASSING)
def test_after_a_passing_fault_the_html_is_read(
    name: str, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more request for the page, one for the PDF, and nothing to report."""
    done = run(library, monkeypatch, [PASSING[name], GOOD])
    assert (done.row["outcome"], done.row["source"], done.row["reason"]) == ("read", "html", "")
    assert (done.html, done.pdf) == (2, 1)
    assert is_whole(done.reading)
    if name == "429 with a pause":
        assert max(done.waits) == pytest.approx(40, abs=1)


LASTING: dict[str, tuple[list[Answer], str, int]] = {
    "not there": ([Answer(b"<html><body>No HTML</body></html>", 404)], "HTTP 404", 1),
    "gone": ([Answer(b"", 410)], "HTTP 410", 1),
    "406 for ever": ([Answer(b"", 406)], "HTTP 406", 3),
    "429 for ever": ([BUSY], r"HTTP 429 \(Rate exceeded\.\)", 3),
    "500 for ever": ([Answer(b"", 500)], "HTTP 500", 3),
    "slow for ever": ([Answer(GOOD.body, stalls=True)], "Timeout", 3),
    "without an end": ([Answer(b"<p>more</p>" * 9000, endless=True)], "Timeout", 3),
    "cut for ever": ([Answer(GOOD.body[:20_000])], "cut", 3),
    "to an address within": (
        [Answer(b"", 302, {"Location": "http://10.0.0.1/html"})],
        "redirects to 10.0.0.1, an address in this network",
        1,
    ),
    "to another kind of address": (
        [Answer(b"", 302, {"Location": "ftp://files.example/html"})],
        "redirects to 'ftp://files.example/html'",
        1,
    ),
    "to no address": (
        [Answer(b"", 302, {"Location": "http://[bad"})],
        r"redirects to 'http://\[",
        1,
    ),
    "to a host that is not there": (
        [Answer(b"", 302, {"Location": "http://not-there.invalid/html"})],
        "no connection to not-there.invalid",
        1,
    ),
    "in circles": (
        [Answer(b"", 302, {"Location": "/html/round"})],
        "keeps redirecting, last to .*/html/round",
        31,
    ),
    "no HTML for it": ([bad("no HTML for it")], "not a page of a paper", 1),
    "a stub": ([bad("a title and nothing else")], "a stub", 1),
    "title and abstract": ([bad("title and abstract")], "a stub", 1),
    "a guard's question": ([bad("a guard's question")], "not a page of a paper", 1),
    "another paper": ([bad("another paper")], rf"is {OTHER['id']}v\d, not {ID}", 1),
    "another's text": ([bad("another paper's text under this number")], "title in the page", 1),
    "another version": ([bad("another version")], rf"{ID}v\d, not {ID}v\d", 1),
    "a failed conversion": ([bad("a fatal conversion")], "stub|conversion", 1),
    "a PDF": ([bad("a PDF")], "no HTML", 1),
    "nothing": ([bad("nothing")], "no HTML", 1),
}


@pytest.mark.parametrize("name", LASTING)
def test_without_html_the_pdf_is_read_and_the_report_says_why(
    name: str, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is asked for no more than its fault is worth, the PDF once; nothing is lost."""
    answers, why, count = LASTING[name]
    done = run(library, monkeypatch, answers)
    assert (done.row["outcome"], done.row["error"], done.row["source"]) == ("read", "", "pdf")
    assert re.search(why, done.row["reason"])
    assert (done.html, done.pdf) == (count, 1)
    assert is_whole(done.reading)
    assert not library.files.html_path(ID, TOLD["version"]).exists()


@pytest.mark.parametrize("first", [[GOOD], [Answer(b"", 404)], [bad("another paper")]])
def test_what_was_read_is_not_fetched_again(
    first: list[Answer], library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the two it was."""
    run(library, monkeypatch, first)
    again = run(library, monkeypatch, [GOOD])
    assert again.row["outcome"] == "known"
    assert (again.html, again.pdf) == (0, 0)


def test_a_page_without_its_pdf_is_read_all_the_same(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its passages have ids and no pages, and the reading says so."""
    done = run(library, monkeypatch, [GOOD], [Answer(b"", 404)])
    assert (done.row["outcome"], done.row["source"]) == ("read", "html")
    assert done.reading is not None
    assert is_whole(done.reading)
    assert {p.page for p in done.reading.paragraphs} == {0}
    assert any("no PDF" in w for w in done.reading.warnings)


def test_without_either_the_error_names_both(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is kept as if it had been read."""
    done = run(library, monkeypatch, [Answer(b"", 404)], [Answer(b"", 404)])
    assert done.row["outcome"] == "failed"
    assert re.search(r"no PDF.*HTML", done.row["error"])
    assert done.reading is None


ONE: dict[str, tuple[dict[str, Any], tuple[int, int]]] = {
    "html": ({"source": "html"}, (1, 0)),
    "pdf": ({"source": "pdf"}, (0, 1)),
    "nothing": ({"download": False}, (0, 0)),
}


@pytest.mark.parametrize("name", ONE)
def test_only_what_is_asked_for_is_fetched(
    name: str, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One source, or none at all."""
    options, counts = ONE[name]
    done = run(library, monkeypatch, [GOOD], **options)
    assert (done.html, done.pdf) == counts
    assert done.row["outcome"] == ("abstract only" if name == "nothing" else "read")


@pytest.mark.parametrize("name", ["a stub", "not there", "another paper"])
def test_html_alone_fails_by_name(
    name: str, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only HTML is wanted no PDF is fetched in its place."""
    answers, why, _ = LASTING[name]
    done = run(library, monkeypatch, answers, source="html")
    assert (done.row["outcome"], done.pdf) == ("failed", 0)
    assert re.search(why, done.row["error"])


def test_a_pause_of_an_hour_is_kept(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """ArXiv's wish holds for its PDFs too: nothing more is asked."""
    done = run(library, monkeypatch, [Answer(b"", 429, {"Retry-After": "3600"})])
    assert done.row["outcome"] == "failed"
    assert "60 minutes" in done.row["error"]
    assert (done.html, done.pdf) == (1, 0)


def test_after_a_page_arxiv_is_left_alone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For as long as its robots.txt asks for (15 s; more here), also before the PDF."""
    done = run(library, monkeypatch, [GOOD], crawl=600)
    assert done.waits == [pytest.approx(600, abs=60)]
    assert ArxivClient().crawl == 15


def test_one_paper_without_html_stops_no_other(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its own source and reason."""
    arxiv = Arxiv([], [])

    def answer(_: Arxiv, request: Any) -> Answer:
        arxiv.asked.append(request.path)
        told = TOLD if ID in request.path else OTHER
        if request.path.startswith("/pdf/"):
            return pdf_of(told)
        return html_of(told) if told is OTHER else Answer(b"", 404)

    monkeypatch.setattr(Arxiv, "answer", answer)
    with playing(arxiv, monkeypatch):
        report = read([ID, OTHER["id"]], library)
    assert dict(report["source"]) == {ID: "pdf", OTHER["id"]: "html"}
    assert [bool(r) for r in report["reason"]] == [True, False]
    assert sorted(arxiv.asked) == sorted(set(arxiv.asked))

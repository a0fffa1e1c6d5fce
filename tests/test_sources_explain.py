"""Explanations: the query as it is sent, and what each filter drops."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from paperkit.library import Library
from paperkit.sources import ArxivClient, explain
from paperkit.topics import Topic
from tests.arxiv_samples import entry, feed
from tests.conftest import make_paper
from tests.servers import Answer, Asked, serve

TOPIC = Topic(
    name="NeRF",
    queries=("ti:NeRF", '"radiance field"'),
    categories=("cs.CV",),
    exclude=("gallium nitride",),
    max_age_days=30,
)
NOW = datetime(2024, 11, 28, 12, tzinfo=UTC)
WORDS = '(ti:NeRF OR all:"radiance field")'
# How many papers arXiv has for each query that is asked.
TOTALS = {
    "ti:NeRF": 50,
    'all:"radiance field"': 30,
    WORDS: 60,
    f"{WORDS} ANDNOT cat:cs.CV": 20,
    f"{WORDS} AND cat:cs.CV AND (all:gallium AND all:nitride)": 7,
}


def test_arxiv_counts_what_each_filter_drops() -> None:
    """One row per step, with titles of what was dropped."""

    def answer(asked: Asked) -> Answer:
        query = parse_qs(urlsplit(asked.path).query)["search_query"][0]
        total = TOTALS.get(query, 13)
        found = [entry(make_paper(f"2411.0000{n}", title=f"Dropped {n}")) for n in (1, 2, 3)]
        return Answer(feed(found, total))

    with serve(answer) as server:
        client = ArxivClient(server.url + "/q", interval=0, backoff=0, now=lambda: NOW)
        frame = explain(TOPIC, client=client)
    assert frame[["step", "papers"]].to_numpy().tolist() == [
        ["alternative", 50],
        ["alternative", 30],
        ["any of them", 60],
        ["categories", 40],
        ["exclude", 33],
        ["age", 20],
    ]
    assert frame["dropped"].tolist()[3:] == [20, 7, 13]
    assert frame.loc[4, "examples"] == ("Dropped 1", "Dropped 2", "Dropped 3")
    assert frame.loc[4, "query"] == frame.attrs["query"] == TOPIC.query()
    assert frame.loc[5, "query"].endswith("submittedDate:[202410290000 TO 210001010000]")


def test_a_librarys_papers_are_judged_offline(library: Library) -> None:
    """The replaced blog's mistake, seen: gallium nitride under NeRF."""
    today = datetime.now(UTC).isoformat()
    library.add(
        [
            make_paper("2411.20001", title="NeRF avatars", published=today),
            make_paper("2411.20002", title="Radiance fields", published=today),
            make_paper("2411.20003", title="NeRF on gallium nitride", published=today),
            make_paper("2411.20004", title="NeRF", categories=["math.AG"], published=today),
            make_paper("2411.20005", title="An old NeRF", published="2020-01-01"),
        ]
    )
    frame = explain(TOPIC, library)
    assert frame["papers"].tolist() == [4, 1, 5, 4, 3, 2]
    assert frame["dropped"].tolist()[3:] == [1, 1, 1]
    assert frame["examples"].tolist()[3:] == [
        ("NeRF",),
        ("NeRF on gallium nitride",),
        ("An old NeRF",),
    ]
    assert re.sub(r"\d{12}", "0", frame.loc[5, "part"]) == "submittedDate:[0 TO 0]"


def test_an_empty_library_explains_too(tmp_path) -> None:
    """Zeros, with a full frame's columns."""
    frame = explain(TOPIC, Library(tmp_path / "new"))
    assert frame["papers"].tolist() == [0] * 6

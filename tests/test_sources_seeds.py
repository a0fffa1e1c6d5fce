"""Seeds: every entry of a person's library, from a file or from the Zotero that runs here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from paperkit.errors import SourceError
from paperkit.frames import to_frame
from paperkit.sources import seeds, zotero
from tests.conftest import DATA, make_paper
from tests.servers import Answer, Asked, serve

CASES = DATA / "cases_inputs"


def test_every_entry_of_a_file_is_a_seed(tmp_path: Path) -> None:
    """On arXiv or not, with its own id only; what has no title is told."""
    frame = seeds(CASES / "bib_22_abstract_before_url.bib")
    assert frame["id"].tolist() == ["2403.00010", "2403.00011", None]
    assert frame["title"].tolist()[2] == "A medical paper"
    assert frame["abstract"].str.startswith(("We extend", "A preprint")).all()
    (tmp_path / "z.json").write_text(
        json.dumps([{"id": "a", "type": "book", "title": "T"}, {"id": "b", "type": "book"}])
    )
    found = seeds(tmp_path / "z.json")
    assert found[["id", "title"]].to_dict("list") == {"id": [None], "title": ["T"]}
    assert [(f.key, f.line) for f in found.attrs["faults"]] == [("b", 2)]


def test_tables_of_papers_are_seeds_too(tmp_path: Path) -> None:
    """A papers frame as CSV or Parquet, and a list of titles from elsewhere."""
    papers = to_frame([make_paper("2411.00001", title="One"), make_paper("2411.00002")])
    papers.to_csv(tmp_path / "p.csv")
    papers.reset_index().to_parquet(tmp_path / "p.parquet")
    (tmp_path / "t.csv").write_text("title,abstract\nElsewhere,Words\n")
    for name in ("p.csv", "p.parquet"):
        assert seeds(tmp_path / name)["id"].tolist() == ["2411.00001", "2411.00002"]
    assert seeds(tmp_path / "t.csv").to_dict("records") == [
        {"id": None, "title": "Elsewhere", "abstract": "Words"}
    ]


def item(number: int, **data: Any) -> dict[str, Any]:
    """Return an item as Zotero's API gives it."""
    told = {"itemType": "preprint", "title": f"Item {number}", "abstractNote": "We do."}
    return {"key": f"K{number}", "version": 1, "data": {**told, **data}}


ITEMS = [
    item(0, title="<i>H. pylori</i> &amp; more", archiveID="arXiv:2411.05184"),
    item(1, itemType="journalArticle", DOI="10.1/x", extra="arXiv: 1706.03762"),
    item(2, itemType="attachment"),
    *(item(n) for n in range(3, 205)),
]


def zotero_api(request: Asked) -> Answer:
    """Answer as Zotero's local API does: pages of JSON."""
    query = parse_qs(urlsplit(request.path).query)
    start, limit = int(query["start"][0]), int(query["limit"][0])
    part = ITEMS[start : start + limit]
    return Answer(json.dumps(part).encode(), headers={"Total-Results": str(len(ITEMS))})


def test_a_running_zotero_gives_all_its_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, read only, past any proxy; notes and attachments are no papers."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serve(zotero_api) as server:
        monkeypatch.setattr(zotero, "ZOTERO", f"{server.url}/api/users/0/items/top")
        frame = seeds("zotero")
    assert len(frame) == 204
    assert frame.iloc[0].tolist() == ["2411.05184", "H. pylori & more", "We do."]
    assert frame["id"].tolist()[1:] == [None] * 203
    assert {a.method for a in server.asked} == {"GET"}
    assert len(server.asked) == 3
    assert server.asked[0].path.startswith("/api/users/0/items/top?format=json&limit=100&start=0")


@pytest.mark.parametrize(
    "address",
    [
        "https://api.zotero.org/users/1/items",
        "http://127.0.0.1.evil.org/api",
        "http://127.0.0.1@evil.org/api",
        "http://192.168.0.1:23119/api/users/0/items",
    ],
)
def test_only_this_computer_is_asked(address: str) -> None:
    """Nothing else, whatever the address looks like."""
    with pytest.raises(SourceError, match="is not on this computer"):
        seeds(address)


def test_what_zotero_says_no_with_is_told() -> None:
    """Not running, not allowed, moved elsewhere, or no list: an error with the next step."""
    answers = {
        "does not let other programs read it": Answer(b"Local API is not enabled", 403),
        "no list of items": Answer(b"<html>"),
        r"no list of items at .* \(HTTP 302\)": Answer(
            b"", 302, {"Location": "http://127.0.0.1:9"}
        ),
    }
    for message, answer in answers.items():
        with serve(lambda _, a=answer: a) as server, pytest.raises(SourceError, match=message):
            seeds(f"{server.url}/api/users/0/items")
    with pytest.raises(SourceError, match="Zotero: is not running here"):
        seeds("http://127.0.0.1:9/api/users/0/items")

"""A session: one connection for what a thread asks of the library in one go."""

from __future__ import annotations

import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from paperkit import papers
from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.readings import Reading
from paperkit.widgets.review import Review
from tests.conftest import make_paper
from tests.review_samples import BLANK, CHINESE, FIRST, HOSTILE, review_library

ID, OTHER = "2411.00001", "2411.00002"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the connections made and the ids parsed."""
    count: Counter[str] = Counter()
    connect, parse = sqlite3.connect, papers.parse_id

    def connected(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        count["connections"] += 1
        return connect(*args, **kwargs)

    def parsed(text: str) -> papers.PaperId:
        count["ids"] += 1
        return parse(text)

    monkeypatch.setattr(sqlite3, "connect", connected)
    monkeypatch.setattr(papers, "parse_id", parsed)
    papers._bare.cache_clear()
    return count


def test_an_edit_and_an_approval_are_few_connections(
    tmp_path: Path, counted: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each opens the database and parses ids at most 6 times, typed in a cell or in the form."""
    library = review_library(tmp_path / "library")
    review = Review([FIRST, HOSTILE, CHINESE, BLANK], library)
    monkeypatch.setattr(review, "send", lambda *_: None)
    rows = [{"text": "AvatarNet works.", "evidence": [0]}]
    typed = {"do": "edit", "id": FIRST, "question": "summary", "rows": rows, "seen": ""}
    for act in (
        lambda: review._receive(None, typed, []),
        lambda: review.edit("summary", "AvatarNet turns one photo into an avatar."),
        lambda: review.approve(reason="seen"),
        lambda: review._receive(None, {"do": "approve", "reason": "seen"}, []),
    ):
        papers._bare.cache_clear()
        counted.clear()
        act()
        assert counted["connections"] in range(1, 7)
        assert counted["ids"] in range(1, 7)
    assert review.digests.loc[FIRST, "status"] == "overridden"


def test_an_approval_does_not_connect_for_each_paper_beside(
    library: Library, counted: Counter[str]
) -> None:
    """The papers a write-up is compared with come over the same connection."""
    made = review_library(library.path.parent / "other")
    made.add([make_paper(f"2412.{n:05}") for n in range(30)])
    counted.clear()
    made.approve(FIRST, reason="seen", among=list(made.papers().index))
    assert counted["connections"] in range(1, 7)


def test_a_session_is_one_connection(library: Library, counted: Counter[str]) -> None:
    """Looks and changes in it share one, also in a session within; after it each has its own."""
    with library.index.session():
        library.paper(ID)
        with library.index.session():
            library.decide(ID, "keep")
        library.paper(OTHER)
        assert counted["connections"] == 1
    library.paper(ID)
    library.paper(ID)
    assert counted["connections"] == 3


def test_a_session_sees_what_others_write(library: Library) -> None:
    """No look stays open: a change made elsewhere is seen at once, and so are its own elsewhere."""
    elsewhere = Library(library.path)
    with library.index.session(), ThreadPoolExecutor(1) as pool:
        library.paper(ID)
        pool.submit(elsewhere.decide, ID, "keep").result()
        assert library.papers().loc[ID, "decision"] == "keep"
        library.decide(OTHER, "skip")
        seen = pool.submit(elsewhere.papers).result()
        assert seen.loc[OTHER, "decision"] == "skip"


def test_a_failed_change_leaves_nothing_behind(library: Library) -> None:
    """It is taken back whole, and the session goes on."""
    with library.index.session():
        with pytest.raises(PaperkitError, match="not in this library"):
            library.decide([ID, "2411.09999"], "keep")
        assert library.papers().loc[ID, "decision"] is None
        library.decide(ID, "later")
    assert library.papers().loc[ID, "decision"] == "later"


def test_a_look_within_a_change_is_its_own(library: Library) -> None:
    """What asks the library while it writes sees the state before, as without a session."""
    with library.index.session():
        library.files.save_reading(ID, Reading("T", 1, "1", ()))
        assert library.reading(ID) == Reading("T", 1, "1", ())


def test_each_thread_has_its_own(library: Library, counted: Counter[str]) -> None:
    """A session of one thread is never used by another; SQLite would refuse it."""
    with library.index.session(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(library.paper, ID).result().id == ID
        assert counted["connections"] == 2


def test_a_session_ends_with_its_block(library: Library, counted: Counter[str]) -> None:
    """An error within closes it too: the next one asks anew."""
    with pytest.raises(PaperkitError), library.index.session():
        library.paper("2411.09999")
    with library.index.session():
        library.paper(ID)
    assert counted["connections"] == 2

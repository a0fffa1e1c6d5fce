"""The transport: pace, pauses, introductions, and answers that never end."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from paperkit.sources import search, transport
from paperkit.sources.transport import Pace, Transport, agent, read_all, retry_after
from tests.arxiv_samples import Archive, papers, served
from tests.servers import Answer


def test_retry_after_is_a_number_or_a_date() -> None:
    """Anything else says nothing."""
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert retry_after("120") == 120
    assert retry_after(later) == pytest.approx(90, abs=3)
    assert retry_after("Thu, 28 Nov 2024 12:00:00 GMT") == 0
    assert [retry_after(t) for t in ("", "soon", "-5", "1e9")] == [None] * 4


class Waits:
    """Remembers how long was to be waited."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: list[float] = []
        monkeypatch.setattr(transport, "wait", self.seconds.append)


def pauses(monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> list[float]:
    """Return the pauses between tries at these answers."""
    waits, left = Waits(monkeypatch), list(answers)
    with served(Archive(papers(2), fault=lambda q, p: left.pop(0) if left else None)) as (
        client,
        _,
    ):
        client.transport.backoff, client.transport.retries = 5.0, 4
        search("avatar", limit=5, client=client)
    return [s for s in waits.seconds if (s > 0 and s in (5, 10, 20, 40)) or s >= 42]


def test_pauses_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds for a broken page."""
    assert pauses(monkeypatch, Answer(b""), Answer(b""), Answer(b"")) == [5, 10, 20]


def test_a_busy_arxiv_is_left_alone_for_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or for as long as it says; everyone who shares the pace waits."""
    found = pauses(monkeypatch, Answer(b"", 429), Answer(b"", 503, {"Retry-After": "42"}))
    assert [round(s) for s in found if s in (60, 42)] == [60, 42]


def test_one_pause_holds_for_all_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process reads it from the same file."""
    waits = Waits(monkeypatch)
    Pace(3, lock=tmp_path / "lock").hold(60)
    assert Pace(3, lock=tmp_path / "lock").run(lambda: "answer") == "answer"
    assert waits.seconds[-1] == pytest.approx(60, abs=2)


def test_a_clock_set_back_is_no_eternity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a broken file."""
    waits = Waits(monkeypatch)
    (tmp_path / "lock.next").write_text(str(time.time() + 10**9))
    Pace(3, lock=tmp_path / "lock.lock").run(lambda: None)
    (tmp_path / "lock.next").write_text("{")
    Pace(3, lock=tmp_path / "lock.lock").run(lambda: None)
    assert waits.seconds[0] <= transport.LONGEST
    assert waits.seconds[1] <= 0


def test_paperkit_introduces_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request says who asks, and whom to write to where that is known."""
    monkeypatch.setenv("PAPERKIT_CONTACT", "ada@example.org")
    with served(Archive(papers(2))) as (client, server):
        search("avatar", limit=2, client=client)
    assert server.asked[0].headers["user-agent"] == agent()
    assert agent().startswith("paperkit/")
    assert agent().endswith("one person; ada@example.org)")


def trickle(**_: Any) -> Any:
    """Return an answer whose body never ends."""
    raw = SimpleNamespace(read1=lambda size, decode_content: b"x" * 100, read=None)
    response = requests.Response()
    response.raw = SimpleNamespace(**vars(raw), close=lambda: None, release_conn=lambda: None)
    return response


def test_an_answer_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a trickle nor a flood can hold a notebook."""
    with pytest.raises(requests.ReadTimeout):
        read_all(trickle(), 0)
    monkeypatch.setattr(transport, "MOST", 1000)
    with pytest.raises(requests.ReadTimeout):
        read_all(trickle(), 60)


def test_a_spoiled_cache_is_asked_for_again(tmp_path: Path) -> None:
    """A page that was cut on the disk is no page."""
    with served(Archive(papers(2))) as (client, server):
        for _ in range(2):
            client.page("all:x", count=2, cache=tmp_path)
            (kept,) = tmp_path.iterdir()
            kept.write_bytes(kept.read_bytes()[:100])
    assert len(server.asked) == 2


def test_the_cache_follows_new_yorks_day(tmp_path: Path) -> None:
    """There arXiv's results change at midnight."""
    archive = Archive(papers(2))
    with served(archive) as (client, server):
        for hour in (3, 4, 6):
            archive.now = archive.now.replace(hour=hour)
            client.page("all:x", count=2, cache=tmp_path)
    assert len(server.asked) == 2


def test_a_gate_needs_no_lock_without_an_interval() -> None:
    """Tests and mirrors leave no files behind."""
    pace = Pace(0)
    assert Transport(pace).pace.run(lambda: 1) == 1
    assert pace._file is None

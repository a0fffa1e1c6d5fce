"""Pace and money: limits are kept, pauses are shared, a budget is never crossed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperkit.batch import estimate, summarize
from paperkit.batch.budget import Budget, tokens_in, tokens_out
from paperkit.batch.limiter import Limiter, SlidingWindow
from paperkit.batch.run import Left
from paperkit.errors import RateLimited, Refused, Unavailable
from paperkit.library import Library
from paperkit.models import Limit, Pace, Price
from paperkit.outlines import DIGEST
from paperkit.prompts import Reply, Request, make_request
from tests.conftest import make_paper
from tests.test_batch import IDS, Scripted

REQUEST = make_request(make_paper(), outline=DIGEST)
REPLY = Reply(text="{}", model="m", tokens_in=10, tokens_out=5)


def most_within(moments: list[float], seconds: float) -> int:
    """Return the most moments in any window of so many seconds."""
    return max(sum(1 for m in moments if at <= m < at + seconds) for at in moments)


@given(st.integers(1, 5), st.floats(0.5, 100), st.lists(st.floats(0, 30), min_size=1, max_size=40))
def test_no_window_ever_holds_too_many(count: int, seconds: float, gaps: list[float]) -> None:
    """However requests come, each waits as long as it is told and no longer."""
    limits = [Limit(seconds=seconds, requests=count)]
    windows, now, sent = SlidingWindow(), 0.0, []
    for gap in gaps:
        now += gap
        wait, _ = windows.wait(now, 1, limits)
        now += wait
        assert windows.wait(now + 1e-6, 1, limits)[0] <= 1e-3
        windows.settle(windows.add(now, 1), now, None)
        sent.append(now)
    assert most_within(sent, seconds) <= count


def test_tokens_are_a_limit_too() -> None:
    """What does not fit waits for the oldest to leave; what is too large goes out alone."""
    windows, limits = SlidingWindow(), [Limit(seconds=10, tokens=100)]
    windows.recall("here", [(0, 60)], limits)
    assert windows.wait(1, 40, limits) == (0, None)
    assert windows.wait(1, 41, limits)[0] == pytest.approx(9.1)
    assert windows.wait(1, 500, limits)[0] == pytest.approx(9.1)
    assert windows.wait(11, 500, limits) == (0, None)


def test_a_reply_corrects_what_was_expected() -> None:
    """Tokens are those used; the server counted it before its reply and soon after it left."""
    windows, limits = SlidingWindow(), [Limit(seconds=10, tokens=100)]
    windows.recall("here", (), limits)
    windows.settle(windows.add(0, 90), 0.2, 20)
    windows.settle(windows.add(1, 90), 4.0, 20)
    assert windows.wait(4.5, 60, limits) == (0, None)
    assert windows.wait(4.5, 80, limits)[0] == pytest.approx(10.3 - 4.5)
    assert windows.wait(4.5, 90, limits)[0] == pytest.approx(11.6 - 4.5)


def test_what_was_asked_before_counts(library: Library) -> None:
    """A cell run twice within the window, or after a restart, keeps the same limit."""
    pace = Pace(requests_per_day=2)
    first = summarize(IDS[:1], library, Scripted(), pace=pace)
    assert list(first["outcome"]) == ["answered"]
    second = summarize(IDS[1:], library, Scripted(), pace=pace)
    assert sorted(second["outcome"]) == ["answered", "left"]
    assert second["error"].str.contains("the 2 requests of the day are used up").sum() == 1
    later = datetime.now(UTC) + timedelta(days=1)
    assert library.calls.since("scripted", later) == []


def test_no_more_than_the_workers_are_in_flight(library: Library) -> None:
    """Threads beyond write answers down; they never ask."""
    lock, now, most = threading.Lock(), [0], [0]
    together = threading.Barrier(2)

    class Counting(Scripted):
        def answer(self, request: Request) -> Reply:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            together.wait(10)
            with lock:
                now[0] -= 1
            return super().answer(request)

    library.add([make_paper("2411.00009")])
    summarize(library.papers(), library, Counting(), pace=Pace(workers=2))
    assert most == [2]


def test_a_pause_holds_everyone_and_ends_without_a_stampede() -> None:
    """After a 429 half as many are in flight; each reply lets one more in."""
    limiter = Limiter(Pace(workers=4, backoff=0), Budget(None, None))
    tickets = [limiter.enter(REQUEST) for _ in range(4)]
    limited = RateLimited("slow", retry_after=30.0)
    for ticket in tickets:
        limiter.leave(ticket, limited)
    assert limiter.after(limited, 1) == 0.0
    assert 29 < limiter.delay() <= 30
    limiter._provider.until = 0.0
    limiter.leave(limiter.enter(REQUEST), REPLY)
    first, _ = limiter.enter(REQUEST), limiter.enter(REQUEST)
    entered = threading.Event()
    waiting = threading.Thread(target=lambda: (limiter.enter(REQUEST), entered.set()), daemon=True)
    waiting.start()
    assert not entered.wait(0.05)
    limiter.leave(first, REPLY)
    assert entered.wait(5)


@pytest.mark.parametrize(
    ("error", "tried", "expected"),
    [
        (Unavailable("down"), 1, 1.0),
        (Unavailable("down"), 3, 4.0),
        (Unavailable("down"), 4, None),
        (RateLimited("slow", retry_after=5), 7, 0.0),
        (RateLimited("slow", retry_after=5), 8, None),
        (RateLimited("quota", daily=True), 1, None),
    ],
)
def test_who_waits_how_long(error: Unavailable, tried: int, expected: float | None) -> None:
    """A failing server costs one paper a growing wait; a rate limit is everyone's."""
    limiter = Limiter(Pace(), Budget(None, None))
    assert limiter.after(error, tried) == expected
    assert limiter.stopped.is_set() == (isinstance(error, RateLimited) and error.daily)


def test_a_stopped_gate_lets_nobody_in() -> None:
    """The reason is handed on."""
    limiter = Limiter(Pace(), Budget(None, None))
    limiter.stop("enough")
    with pytest.raises(Left, match="enough"):
        limiter.enter(REQUEST)


class Costly(Scripted):
    """A model whose replies take all the output they may."""

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        size = len(request.prompt()) // 3
        assert request.output_limit is not None
        return Reply(
            text=reply.text, model=self.name, tokens_in=size, tokens_out=request.output_limit
        )


def test_a_budget_is_never_crossed(library: Library) -> None:
    """Even if each reply is as long as it may be; what is left is said, and is not sent."""
    library.add([make_paper(f"2412.{n:05}") for n in range(20)])
    prices = {"scripted": (1.0, 2.0)}
    plan = estimate(library.papers(), library, Scripted(), prices=prices)["cost"].sum()
    report = summarize(library.papers(), library, Costly(), prices=prices, budget=plan * 1.05)
    spent = library.calls()["cost"].sum()
    assert 0 < spent <= plan * 1.05
    assert spent == pytest.approx(report["cost"].sum())
    left = report[report["outcome"] == "left"]
    assert 0 < len(left) < 23
    assert left["error"].str.contains("might cross the budget of").any()
    again = summarize(library.papers(), library, Scripted())
    assert set(again["outcome"]) == {"known", "answered"}


def test_what_may_have_been_paid_is_counted_at_its_most() -> None:
    """A timeout costs what was set aside; a request turned away by its status costs nothing."""
    budget = Budget(1.0, Price(1.0, 2.0))
    limiter = Limiter(Pace(), budget)
    held = budget.price.of(len(REQUEST.prompt().encode()) / 2 + 200, 8192)  # type: ignore[union-attr]
    limiter.leave(limiter.enter(REQUEST), Unavailable("HTTP 503", status=503))
    assert budget.spent == 0
    limiter.leave(limiter.enter(REQUEST), Unavailable("timeout"))
    assert budget.spent == pytest.approx(held)
    limiter.leave(limiter.enter(REQUEST), Refused("safety", usage=(100, 10)))
    assert budget.spent == pytest.approx(held + 120e-6)
    assert budget.held == pytest.approx(0)


def test_counting_tokens_knows_chinese() -> None:
    """A Chinese character is a token, four Latin ones are."""
    zh = make_request(make_paper(abstract="我们渲染虚拟人。" * 50), outline=DIGEST, language="zh")
    en = make_request(make_paper(abstract="We do it well. " * 27), outline=DIGEST, language="zh")
    assert 250 < tokens_in(zh) - tokens_in(en) < 450
    assert tokens_out(zh) > 500

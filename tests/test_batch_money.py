"""Money: a budget learns how long replies get, and every way out of a batch says what it cost."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pandas as pd
import pytest

from paperkit.batch import Run, estimate, summarize
from paperkit.batch.budget import Budget, tokens_out
from paperkit.batch.limiter import Limiter
from paperkit.errors import RateLimited, Refused, Truncated, Unavailable
from paperkit.library import Library
from paperkit.library.drafts import Drafts
from paperkit.models import Pace, Price
from paperkit.outlines import DIGEST
from paperkit.prompts import Reply, Request, make_request
from tests.conftest import make_paper
from tests.test_batch import IDS, Scripted
from tests.test_batch_resume import OUTLINE, ROW

REQUEST = make_request(make_paper(), outline=DIGEST)
PRICES = {"scripted": (1.5, 7.5)}


class Thinker(Scripted):
    """A model that thinks aloud: its replies take so many tokens, or are cut off at the limit."""

    def __init__(self, takes: int) -> None:
        super().__init__()
        self.takes = takes
        self.limits: list[int | None] = []

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.limits.append(request.output_limit)
        most = request.output_limit
        if most is not None and most < self.takes:
            raise Truncated("scripted: the reply was cut off.", usage=(600, most))
        return replace(super().answer(request), tokens_in=600, tokens_out=self.takes)


def many(library: Library, count: int = 18) -> list[str]:
    library.add([make_paper(f"2412.{n:05}") for n in range(count)])
    return list(library.papers().index)


# What a budget learns


def test_a_model_that_thinks_is_given_the_room_it_needs(library: Library) -> None:
    """One reply is cut off, is asked for again with a higher limit, and all further ones fit."""
    model = Thinker(8_900)
    plan = estimate(many(library), library, model, prices=PRICES)["cost"].sum()
    report = summarize(
        library.papers(), library, model, prices=PRICES, budget=3 * plan, pace=Pace(workers=2)
    )
    assert isinstance(report, pd.DataFrame)
    counts = report["outcome"].value_counts()
    assert counts["answered"] > 10
    assert "failed" not in counts
    assert list(library.calls()["outcome"]).count("Truncated") == 1
    left = report[report["outcome"] == "left"]
    assert left["error"].str.contains("may need 8,900; run it again with a larger budget=").all()
    assert library.calls()["cost"].sum() <= 3 * plan
    assert report["cost"].sum() == pytest.approx(library.calls()["cost"].sum())


def test_what_was_learned_is_known_the_next_time(library: Library) -> None:
    """From the calls on record: no reply is cut off again."""
    ids = many(library)
    summarize(ids[:1], library, Thinker(8_900), prices=PRICES, budget=1.0)
    model = Thinker(8_900)
    summarize(ids[1:3], library, model, prices=PRICES, budget=1.0)
    assert len(model.limits) == 2
    assert min(n or 0 for n in model.limits) > 8_900


def test_a_budget_that_no_reply_fits_into_stops_the_batch(library: Library) -> None:
    """After one paper, not after all of them; the reason says what to do."""
    model = Thinker(100_000)
    report = summarize(many(library), library, model, prices=PRICES, budget=0.5)
    assert set(report["outcome"]) == {"failed", "left"}  # type: ignore[index]
    assert model.limits in ([8192, 32768], [8192, 16384])
    assert list(report["outcome"]).count("failed") == 1  # type: ignore[index]
    left = report[report["outcome"] == "left"]["error"]  # type: ignore[index]
    assert left.str.contains("run it again with a larger budget=").all()


def test_one_endless_reply_costs_two_and_stops_nobody(library: Library) -> None:
    """Where other papers were answered, it is this paper's failure."""

    class Endless(Thinker):
        def answer(self, request: Request) -> Reply:
            self.takes = 10**6 if request.paper.id == IDS[1] else 500
            return super().answer(request)

    model = Endless(500)
    summarize(IDS[:1], library, model, prices=PRICES, budget=5.0)
    report = summarize(IDS[1:], library, model, prices=PRICES, budget=5.0)
    assert list(report["outcome"]) == ["failed", "answered"]  # type: ignore[index]
    assert sorted(n or 0 for n in model.limits) == [8192, 8192, 8192, 32768]


def test_a_limit_of_the_providers_own_is_not_tried_again(library: Library) -> None:
    """A reply that ended before the budget's limit would end there again."""
    cut = Truncated("m: cut off", usage=(600, 4_000))
    model = Scripted(cut, name="scripted")
    report = summarize(IDS, library, model, prices=PRICES, budget=5.0, pace=Pace(workers=1))
    assert sorted(report["outcome"]) == ["answered", "answered", "failed"]  # type: ignore[index]
    assert len(model.asked) == 3


def test_a_server_that_ignores_the_limit_is_found_out(library: Library) -> None:
    """The first request goes out alone; by its reply the others are reckoned."""
    others, overlapped = threading.Event(), []

    class Ignoring(Scripted):
        def answer(self, request: Request) -> Reply:
            assert request.output_limit is not None
            reply = super().answer(request)
            if len(self.asked) > 1:
                others.set()
            elif others.wait(0.1):  # nobody comes before this one is known
                overlapped.append(request)
            return replace(reply, tokens_in=600, tokens_out=3 * request.output_limit)

    many(library)
    pace = Pace(workers=8)
    summarize(library.papers(), library, Ignoring(), prices=PRICES, budget=0.5, pace=pace)
    assert not overlapped
    assert 0 < library.calls()["cost"].sum() <= 0.5


def test_a_budget_learns_longer_replies() -> None:
    """What one reply took, the next may take: less is not enough."""
    budget = Budget(0.1, Price(1.0, 1.0))
    limited = replace(REQUEST, output_limit=20_000)
    budget.settle(limited, 0.0, (10, 15_000))
    assert budget.needed(REQUEST) == 15_000
    assert budget.limit(REQUEST) == 30_000
    budget.spent = 0.1 - 0.014
    assert budget.limit(REQUEST) == 0
    assert tokens_out(REQUEST) < 7_000


# What it cost


def test_no_reply_at_all_is_a_count_of_nothing() -> None:
    """A prompt that was refused costs its tokens, not what was set aside."""
    limiter = Limiter(Pace(), Budget(1.0, Price(1.0, 2.0)))
    used, cost = limiter.leave(limiter.enter(REQUEST), Refused("blocked", usage=(100, 0)))
    assert (used, cost) == ((100, 0), pytest.approx(1e-4))
    assert limiter.budget.spent == pytest.approx(1e-4)


def test_what_is_free_is_free_whatever_it_took() -> None:
    """A local server that counts no tokens costs nothing; elsewhere nobody knows."""
    assert Budget(None, Price(0.0, 0.0)).settle(REQUEST, 0.0, (None, None)) == 0
    assert Budget(None, Price(0.0, 1.0)).settle(REQUEST, 0.0, (None, None)) is None
    assert Budget(None, None).settle(REQUEST, 0.0, (1, 1)) is None


def test_cached_tokens_cost_what_the_table_says() -> None:
    """Where it says nothing they cost as much as the others; an urgent request costs more."""
    limiter = Limiter(Pace(), Budget(None, Price(1.0, 2.0, 0.1), urgent=2.0))
    reply = Reply(text="", model="m", tokens_in=1000, tokens_out=100, tokens_cached=800)
    plain, urgent = (limiter.enter(r) for r in (REQUEST, replace(REQUEST, urgent=True)))
    assert limiter.leave(plain, reply)[1] == pytest.approx((200 + 80 + 200) / 1e6)
    assert limiter.leave(urgent, reply)[1] == pytest.approx(2 * (200 + 80 + 200) / 1e6)
    assert Price(1.0, 2.0).of(1000, 100, 800) == pytest.approx(1200 / 1e6)


def test_failed_calls_cost_what_they_used(library: Library) -> None:
    """What a status turned away costs nothing; a refusal its tokens; a timeout who knows."""
    options = {"prices": {"scripted": (1.0, 1.0)}, "pace": Pace(backoff=0)}
    costs = []
    for error in (
        Unavailable("HTTP 503", status=503, retry_after=0),
        Unavailable("late", late=True),
        Refused("safety", usage=(100, 10)),
    ):
        report = summarize([IDS[len(costs)]], library, Scripted(error), **options)  # type: ignore[arg-type]
        costs.append([None if pd.isna(c) else c for c in report["cost"]])  # type: ignore[index]
    assert costs == [[pytest.approx(15e-6)], [None], [pytest.approx(110e-6)]]
    on_record = [None if pd.isna(c) else c for c in library.calls()["cost"]]
    paid = pytest.approx(15e-6)
    assert on_record == [0.0, paid, None, paid, pytest.approx(110e-6)]


class Halting(Scripted):
    """A model that leaves a question out, and then does what a test says."""

    def __init__(self, then: Exception | threading.Event) -> None:
        super().__init__()
        self.then = then
        self.run: Run | None = None

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.asked.append(request)
        if len(self.asked) > 1 and isinstance(self.then, Exception):
            raise self.then
        if isinstance(self.then, threading.Event):
            self.then.wait(10)
            assert self.run is not None
            self.run.stop()
        text = json.dumps({"what": [ROW]})
        return Reply(text=text, model="scripted", tokens_in=10, tokens_out=5)


def test_a_stop_between_reply_and_repair_says_what_was_paid(library: Library) -> None:
    """The paper is left, and its row and the totals have the first reply."""
    ready = threading.Event()
    model = Halting(ready)
    run = summarize(
        IDS[:1], library, model, outline=OUTLINE, background=True, prices={"scripted": (1.0, 1.0)}
    )
    assert isinstance(run, Run)
    model.run = run
    ready.set()
    row = run.wait().iloc[0]
    assert (row["outcome"], row["tokens_in"], row["tokens_out"]) == ("left", 10, 5)
    assert row["cost"] == pytest.approx(15e-6)
    assert (run.progress.tokens, run.progress.cost) == (15, pytest.approx(15e-6))
    assert run.progress.done == 0


@pytest.mark.parametrize(
    "error",
    [RateLimited("quota", daily=True, status=429), KeyError("oops"), Refused("no", status=400)],
)
def test_a_failure_at_the_repair_says_what_was_paid(library: Library, error: Exception) -> None:
    """Whatever it is."""
    report = summarize(
        IDS[:1], library, Halting(error), outline=OUTLINE, prices={"scripted": (1.0, 1.0)}
    )
    row = report.iloc[0]  # type: ignore[union-attr]
    assert (row["outcome"], row["tokens_in"]) == ("failed", 10)
    if isinstance(error, KeyError):
        assert pd.isna(row["cost"])  # nobody knows what became of that request
    else:
        assert row["cost"] == pytest.approx(15e-6)


def test_an_error_while_writing_says_what_was_paid(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk after the reply is that paper's failure, with its cost."""

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Drafts, "save_answers", full)
    report = summarize(IDS[:1], library, Scripted(), prices={"scripted": (1.0, 1.0)})
    row = report.iloc[0]  # type: ignore[union-attr]
    assert row["error"] == "2411.00001: OSError: disk full"
    assert row["cost"] == pytest.approx(15e-6)


# What is not clean


@pytest.mark.parametrize("odd", ["7", "x", 7.5, -1, float("nan"), None, True, 10**30])
def test_an_odd_count_of_tokens_blocks_nobody(library: Library, odd: object) -> None:
    """It is a number or unknown; the place is given back, and the call is on record."""

    class Odd(Scripted):
        pace = Pace(workers=1)

        def answer(self, request: Request) -> Reply:
            return replace(super().answer(request), tokens_out=odd)  # type: ignore[arg-type]

    report = summarize(IDS, library, Odd(), prices={"scripted": (1.0, 1.0)}, budget=1.0)
    assert list(report["outcome"]) == ["answered"] * 3  # type: ignore[index]
    known = {"7": 7, 7.5: 7}.get(odd)  # type: ignore[call-overload]
    assert [None if pd.isna(n) else n for n in library.calls()["tokens_out"]] == [known] * 3
    error = Refused("no", usage=(10, odd))  # type: ignore[arg-type]
    assert error.usage == (10, known)


def test_a_lane_is_given_back_whatever_the_purse_does() -> None:
    """An error while counting is no reason for all others to wait for ever."""

    class Broken(Budget):
        def settle(self, *_: object, **__: object) -> None:
            raise ArithmeticError

    limiter = Limiter(Pace(workers=1), Broken(None, None))
    with pytest.raises(ArithmeticError):
        limiter.leave(limiter.enter(REQUEST), Reply(text="{}", model="m"))
    limiter.enter(REQUEST)


@pytest.mark.parametrize("raw", ["We render \ud83d avatars.", "We render\x00 avatars."])
def test_half_a_character_is_paid_once(library: Library, raw: str) -> None:
    """A lone surrogate or a NUL is replaced, the call is on record, the answer is known."""

    class Half(Scripted):
        def answer(self, request: Request) -> Reply:
            with self._lock:
                self.asked.append(request)
            rows = ",".join(
                f'"{q.key}":[{{"text":"{raw}","evidence":[1]}}]' for q in DIGEST.questions
            )
            return Reply(text="{" + rows + "}", model=self.name, tokens_in=1, tokens_out=1)

    model = Half()
    assert list(summarize(IDS[:1], library, model)["outcome"]) == ["answered"]  # type: ignore[index]
    assert list(summarize(IDS[:1], library, model)["outcome"]) == ["known"]  # type: ignore[index]
    assert (len(model.asked), len(library.calls())) == (1, 1)


def test_a_calls_text_never_keeps_it_off_the_record(library: Library) -> None:
    """Neither the reply's nor the error's."""
    for text in ("\ud83d", "\x00"):
        library.calls.save(
            IDS[0], key="k", model="m", tokens=(1, 1), outcome="x", error=text, reply=text
        )
    assert list(library.calls()["error"]) == ["\ufffd"] * 2

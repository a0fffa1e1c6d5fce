"""Providers: two cells, or two models of one provider, are one customer to it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from paperkit.batch import Run, summarize
from paperkit.batch.budget import Budget
from paperkit.batch.limiter import Limiter, provider_of
from paperkit.errors import RateLimited
from paperkit.library import Library
from paperkit.models import Pace
from paperkit.models.gemini import Gemini
from paperkit.models.genai import GenAI
from paperkit.models.openai import OpenAIChat
from paperkit.outlines import DIGEST
from paperkit.prompts import Reply, Request, make_request
from tests.conftest import make_paper
from tests.test_batch import IDS, Scripted

REQUEST = make_request(make_paper(), outline=DIGEST)


def test_models_of_one_provider_share_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the SDK; another server, or a model of one's own, has its own."""
    monkeypatch.setenv("GEMINI_API_KEY", "none")
    here = "http://127.0.0.1:1"
    shared = [
        provider_of(model)
        for model in (
            Gemini("one", endpoint=here),
            GenAI("two", endpoint=here),
            Gemini("one"),
            OpenAIChat("one", base_url=here),
            Scripted(),
            Scripted(),
        )
    ]
    assert shared[0] is shared[1]
    assert len({id(one) for one in shared}) == 5


def test_a_pause_for_one_batch_is_a_pause_for_all() -> None:
    """The provider asked its customer to wait, not a cell; a person's pause is her batch's."""
    model = Scripted()
    one, other = (Limiter(Pace(), Budget(None, None), provider_of(model), n) for n in ("a", "b"))
    one.pause()
    assert other.delay() == 0
    one.after(RateLimited("slow", retry_after=30), 1)
    assert 29 < other.delay() <= 30
    one.stop("enough")
    assert not other.stopped.is_set()


def test_two_batches_are_no_more_in_flight_than_one(library: Library, tmp_path: Path) -> None:
    """The pace is the model's, however many cells use it."""
    lock, now, most = threading.Lock(), [0], [0]
    together = threading.Barrier(2)

    class Counting(Scripted):
        pace = Pace(workers=2)

        def answer(self, request: Request) -> Reply:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            together.wait(10)
            with lock:
                now[0] -= 1
            return super().answer(request)

    other = Library(tmp_path / "other")
    other.add([make_paper(i) for i in IDS])
    model = Counting()
    runs = [summarize(IDS, shelf, model, background=True) for shelf in (library, other)]
    assert [list(run.wait()["outcome"]) for run in runs] == [["answered"] * 3] * 2  # type: ignore[union-attr,operator]
    assert most == [2]


def test_windows_count_over_batches_and_libraries_once(library: Library, tmp_path: Path) -> None:
    """What is on record here and what was just sent for elsewhere add up, nothing counts twice."""
    other = Library(tmp_path / "other")
    other.add([make_paper(i) for i in IDS])
    model, pace = Scripted(), Pace(requests_per_day=4)
    runs = []  # kept, as a notebook keeps them

    def outcomes(ids: list[str], shelf: Library) -> list[str]:
        run = summarize(ids, shelf, model, pace=pace, background=True)
        assert isinstance(run, Run)
        runs.append(run)
        return sorted(run.wait()["outcome"])

    assert outcomes(IDS[:1], library) == ["answered"]
    assert outcomes(IDS, library) == ["answered", "answered", "known"]
    assert outcomes(IDS, other) == ["answered", "left", "left"]


def test_a_narrow_batch_is_not_starved_by_a_wide_one() -> None:
    """Each keeps to its own width, together they keep to the widest."""
    model = Scripted()
    wide, narrow = (
        Limiter(Pace(workers=n), Budget(None, None), provider_of(model), "m") for n in (3, 1)
    )
    tickets = [wide.enter(REQUEST), wide.enter(REQUEST), narrow.enter(REQUEST)]
    entered = threading.Event()
    waiting = threading.Thread(target=lambda: (wide.enter(REQUEST), entered.set()), daemon=True)
    waiting.start()
    assert not entered.wait(0.05)
    narrow.leave(tickets[2], Reply(text="{}", model="m"))
    assert entered.wait(5)

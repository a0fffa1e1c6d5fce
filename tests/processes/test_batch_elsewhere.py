"""Elsewhere: the model's calls in other processes or on a cluster, with the same results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from paperkit.batch import summarize
from paperkit.library import Library
from paperkit.models import Limit, Pace
from tests.models.dialects import DIALECTS, NAME
from tests.servers import Answer, Asked, Server, serve
from tests.test_batch import IDS
from tests.test_batch_resume import FULL, OUTLINE, ROW

OPENAI = DIALECTS["openai"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a server that turns the first request away and leaves a question out for one paper."""
    monkeypatch.setenv("GEMINI_API_KEY", "none")
    script = [OPENAI.limited(seconds=0.01)]

    def answer(asked: Asked) -> Answer:
        if script:
            return script.pop()
        slow = "Title: Slow ions\n" in OPENAI.prompt(asked)
        return OPENAI.reply(json.dumps({"what": [ROW]} if slow else FULL))

    with serve(answer) as made:
        yield made


def told(server: Server, library: Library, executor: Executor | None) -> object:
    """Return all that a batch leaves behind: its report, the calls on record, the requests."""
    pace = Pace(workers=1, limits=(Limit(seconds=30, requests=20),))
    model = OPENAI.model(server.url, pace=pace)
    prices = {NAME: (1.0, 1.0)}
    options = {"outline": OUTLINE, "budget": 1.0, "prices": prices, "executor": executor}
    report = summarize(IDS, library, model, **options)  # type: ignore[arg-type]
    calls = library.calls().drop(columns="at").astype(object)
    return report.astype(object).to_csv(), calls.to_csv(), len(server.asked)  # type: ignore[union-attr]


def expected(library: Library, done: object) -> None:
    """Check what every way must leave behind."""
    report, calls, asked = done  # type: ignore[misc]
    rows = [line.split(",")[1] for line in report.splitlines()[1:]]
    assert rows == ["answered", "partial", "answered"]
    assert report.count("how: the model left this question out") == 1
    assert calls.count("RateLimited") == 1
    assert asked == 6  # turned away once, three papers, one repair, one in plain lines
    assert all(library.digest(i, outline="small") for i in IDS)


def test_threads_are_the_measure(server: Server, library: Library) -> None:
    """What the same batch leaves behind without an executor."""
    expected(library, told(server, library, None))


def test_other_processes_answer(server: Server, library: Library) -> None:
    """Errors, usage, pauses and money come back from processes that share nothing."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        expected(library, told(server, library, executor))


def test_a_cluster_answers(server: Server, library: Library) -> None:
    """The executor of a Dask client does the same."""
    distributed = pytest.importorskip("distributed", reason="needs the extra with Dask")
    settings = {"n_workers": 1, "threads_per_worker": 2, "dashboard_address": None}
    with (
        distributed.LocalCluster(silence_logs=50, **settings) as cluster,
        cluster.get_client() as client,
    ):
        expected(library, told(server, library, client.get_executor()))

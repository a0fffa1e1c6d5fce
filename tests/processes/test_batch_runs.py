"""Runs: stop any time, lose nothing, pay once; shown as a widget, elsewhere as a line."""

from __future__ import annotations

import json
import logging
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from paperkit.batch import Run, summarize
from paperkit.batch.run import Pause, Progress, Workers, noted
from paperkit.errors import Unauthorized
from paperkit.library import Library
from paperkit.library.drafts import Drafts
from paperkit.models import Pace
from paperkit.outlines import DIGEST
from paperkit.prompts import Reply, Request, make_request
from tests.conftest import make_paper
from tests.models.dialects import DIALECTS, Dialect
from tests.servers import Answer, Asked, serve
from tests.test_batch import IDS, Scripted

KEY = "canary-key-7f3a"
ROW = {"text": "We render avatars.", "evidence": [1]}
FULL = {q.key: [ROW] for q in DIGEST.questions}


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)


# Repair and resume


def test_a_reply_that_was_paid_for_is_not_asked_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between reply and answers costs nothing; one before the repair, only the repair."""

    class Crash(BaseException):
        pass

    def crash(*_: object, **__: object) -> None:
        raise Crash

    model = Scripted()
    with monkeypatch.context() as patch:
        patch.setattr(Drafts, "save_answers", crash)
        died = summarize(IDS[:1], library, model)
    assert list(died["outcome"]) == ["failed"]
    assert list(summarize(IDS[:1], library, model)["outcome"]) == ["answered"]
    assert len(model.asked) == 1


def test_a_crash_before_the_repair_costs_only_the_repair(library: Library) -> None:
    """The first reply is taken up again, and what was right in it stays."""

    class Half(Scripted):
        def answer(self, request: Request) -> Reply:
            with self._lock:
                self.asked.append(request)
            if len(self.asked) == 2:
                raise Unauthorized("the key has expired")
            asked = [q.key for q in request.questions]
            keys = asked if request.faults else [k for k in asked if k != "takeaways"]
            text = json.dumps({k: [ROW] for k in keys})
            return Reply(text=text, model=self.name, tokens_in=10, tokens_out=5)

    model = Half()
    assert list(summarize(IDS[:1], library, model)["outcome"]) == ["failed"]
    assert library.digest(IDS[0]) is None
    assert list(summarize(IDS[:1], library, model)["outcome"]) == ["answered"]
    assert [[q.key for q in r.questions] == ["takeaways"] for r in model.asked] == [
        False,
        True,
        True,
    ]
    digest = library.digest(IDS[0])
    assert digest is not None
    assert [a.error for a in digest.answers] == [""] * len(digest.answers)
    assert list(library.calls()["outcome"]) == ["answered", "Unauthorized", "answered"]


def test_a_models_own_bug_is_one_papers_failure(library: Library) -> None:
    """Whatever a person's model raises, the other papers are answered."""
    report = summarize(IDS, library, Scripted(KeyError("oops")))
    assert sorted(report["outcome"]) == ["answered", "answered", "failed"]
    failed = report[report["outcome"] == "failed"]
    assert failed["error"].iloc[0] == f"{failed.index[0]}: KeyError: 'oops'"


# Stopping


INTERRUPTED = """
import sys, time
from paperkit.batch import summarize
from paperkit.library import Library
from paperkit.library.drafts import Drafts
from paperkit.models.openai import OpenAIChat
library = Library(sys.argv[1])
try:
    summarize(library.papers(), library, OpenAIChat("some", base_url=sys.argv[2]))
except KeyboardInterrupt as said:
    print(time.time(), said, flush=True)
"""


def test_an_interrupt_stops_cleanly_within_a_second(library: Library) -> None:
    """With silent requests in flight it ends at once, says what is left, and loses nothing."""
    arrived, over = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Answer:
        arrived.set()
        over.wait(30)
        return DIALECTS["openai"].reply("{}")

    with serve(answer) as server:
        script = [sys.executable, "-c", INTERRUPTED, str(library.path), f"{server.url}/v1"]
        process = subprocess.Popen(
            script, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert arrived.wait(60)
        sent = time.time()
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
        over.set()
    moment, _, text = said.partition(" ")
    assert float(moment) - sent < 1
    assert text.startswith("0 of 3 papers, 0 failed, 3 left, 0 tokens, cost 0")
    assert process.returncode == 0
    assert list(summarize(IDS, library, Scripted())["outcome"]) == ["answered"] * 3


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_python_loses_is_noted() -> None:
    """One that comes in a destructor or an import is printed and forgotten by Python."""

    class Tidy:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with noted() as interrupted:
        Tidy()
        assert interrupted.is_set()
    assert signal.getsignal(signal.SIGINT) is before


def test_workers_never_keep_python_from_ending() -> None:
    """Their threads are daemons; what is queued can be cancelled; errors come back."""
    workers, gate = Workers(1), threading.Event()
    busy, queued = workers.submit(gate.wait, 10), workers.submit(int, "1")
    workers.shutdown(wait=False, cancel_futures=True)
    assert queued.cancelled()
    gate.set()
    assert busy.result(10) is True
    with pytest.raises(RuntimeError, match="closed"):
        workers.submit(int)
    other = Workers(2)
    assert isinstance(other.submit(int, "x").exception(10), ValueError)
    other.shutdown()


# Pausing and showing


def test_a_paused_run_sends_nothing_until_it_goes_on(library: Library) -> None:
    """Pause, resume and the progress between."""
    model = Scripted()
    pause = Pause()
    pause.pause()
    tasks = {i: (lambda i=i: {"outcome": "answered", "error": "", "tokens_in": 3}) for i in IDS}
    run = Run(tasks, {"outcome": "str", "error": "str"}, pause, label="test")
    assert run.paused
    assert run.progress.left == 3
    run.resume()
    assert list(run.wait()["outcome"]) == ["answered"] * 3
    assert (run.progress.done, run.progress.tokens, run.running) == (3, 9, False)
    assert model.asked == []


def test_progress_is_a_line() -> None:
    """Done, failed, left, tokens, money, time to go; what is unknown says so."""
    known = Progress(
        total=10, done=4, failed=1, left=6, tokens=12_000, cost=0.0123, seconds_left=75
    )
    assert str(known) == (
        "4 of 10 papers, 1 failed, 6 left, 12,000 tokens, cost 0.0123, about 1:15 to go"
    )
    unknown = Progress(total=1, done=0, failed=0, left=1, tokens=0, cost=None, seconds_left=None)
    assert str(unknown) == "0 of 1 papers, 0 failed, 1 left, 0 tokens, cost unknown"


def test_results_are_told_as_they_arrive(library: Library) -> None:
    """Whoever listens hears of each paper once, also of those through before."""
    run = summarize(IDS, library, Scripted(), background=True)
    assert isinstance(run, Run)
    run.wait()
    heard: list[tuple[str, str]] = []
    run.on_done(lambda id, row: heard.append((id, row["outcome"])))
    assert sorted(heard) == sorted((i, "answered") for i in IDS)


def test_a_run_is_a_widget_with_buttons(library: Library) -> None:
    """Its buttons call pause, resume and stop; failures are shown as text, never as HTML."""
    gate = threading.Event()

    class Slow(Scripted):
        def answer(self, request: Request) -> Reply:
            gate.wait(10)
            raise Unauthorized("<script>alert(1)</script>")

    run = summarize(IDS, library, Slow(), background=True, pace=Pace(workers=1))
    assert isinstance(run, Run)
    bundle = run._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == repr(run)
    panel = run._panel
    (bar, pause, stop), failures = panel.children[1].children, panel.children[3]
    pause.click()
    assert (run.paused, pause.description) == (True, "Resume")
    pause.click()
    assert (run.paused, pause.description) == (False, "Pause")
    stop.click()
    gate.set()
    report = run.wait()
    assert (report["outcome"] == "left").sum() >= 2
    assert "<script>" not in failures.value
    assert bar.max == 3


def test_without_widgets_a_run_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays usable."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    run = Run({}, {"outcome": "str", "error": "str"}, label="test")
    line = "Run(test: 0 of 0 papers, 0 failed, 0 left, 0 tokens, cost 0)"
    assert run._repr_mimebundle_() == {"text/plain": line}
    assert run.wait().empty


# Elsewhere


def test_calls_may_go_to_another_executor(library: Library) -> None:
    """Only the model's calls go there; pace, money and the library stay here."""
    seen: set[str] = set()

    class Elsewhere(Scripted):
        def answer(self, request: Request) -> Reply:
            seen.add(threading.current_thread().name.split("_")[0])
            return super().answer(request)

    with ThreadPoolExecutor(2, "elsewhere") as executor:
        report = summarize(IDS, library, Elsewhere(), executor=executor)
    assert list(report["outcome"]) == ["answered"] * 3
    assert seen == {"elsewhere"}


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("kind", DIALECTS)
def test_model_and_request_travel_without_the_key(kind: str, library: Library) -> None:
    """To another process or machine, which has a key of its own."""
    request = make_request(make_paper(), outline=DIGEST, language="zh")
    model = DIALECTS[kind].model("http://127.0.0.1:1")
    sent = pickle.dumps((model, request, library))
    assert KEY.encode() not in sent
    there, asked, shelf = pickle.loads(sent)
    assert (there.name, asked, shelf.path) == (model.name, request, library.path)
    assert asked.prompt() == request.prompt()


# Secrets


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("kind", DIALECTS)
def test_the_key_is_written_nowhere(
    library: Library, kind: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in the library's files, reports, reprs, errors or logs, even if the server says it."""
    dialect: Dialect = DIALECTS[kind]
    caplog.set_level(logging.DEBUG)
    full = dialect.reply(json.dumps(FULL))
    script = [full, dialect.failure(400, f"bad key {KEY}"), dialect.failure(404)]

    def answer(asked: Asked) -> Answer:
        if asked.method == "GET":
            return dialect.failure(500, KEY)
        return script.pop(0) if len(script) > 1 else script[0]

    with serve(answer) as server:
        model = dialect.model(server.url, pace=Pace(workers=1))
        run = summarize(IDS, library, model, background=True)
        report = run.wait()
        written = report.to_csv() + repr(run) + repr(model) + str(run._repr_mimebundle_())  # type: ignore[union-attr,operator]
    assert sorted(report["outcome"]) == ["answered", "failed", "failed"]
    written += library.calls().to_csv() + caplog.text + "".join(capfd.readouterr())
    assert KEY not in written
    for file in library.path.rglob("*"):
        assert file.is_dir() or KEY.encode() not in file.read_bytes()


def test_nothing_leaves_unless_a_model_is_chosen(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a model the offline one answers, though a key is at hand and no socket is."""
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    report = summarize(IDS, library)
    assert list(report["outcome"]) == ["answered"] * 3
    assert report["cost"].sum() == 0

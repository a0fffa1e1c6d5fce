"""Showing a batch: the bar, the panel and its failures; quick, and over when the batch is."""

from __future__ import annotations

import threading
import time
from typing import Any

import comm
import pytest
import tqdm.auto
import tqdm.notebook

from paperkit.batch import Run, display, estimate, summarize
from paperkit.batch.run import Left, Pause, Workers
from paperkit.errors import ModelError, PaperkitError, Refused
from paperkit.library import Library
from paperkit.models import Pace
from paperkit.models.extractive import Extractive
from paperkit.prompts import Reply, Request
from paperkit.readings import READER_VERSION, Reading
from paperkit.reprs import listing
from tests.conftest import make_paper
from tests.test_batch import IDS, Scripted

COLUMNS = {"outcome": "str", "error": "str", "cost": "Float64"}


def run_of(count: int, **row: Any) -> Run:
    done = {"outcome": "answered", "error": "", "cost": 0.5, **row}
    return Run({f"x{n}": (lambda: dict(done)) for n in range(count)}, COLUMNS, label="test")


def drawn(run: Run, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return each text that a panel of a run is given, from now on."""
    texts: list[str] = []
    real = display._failures
    monkeypatch.setattr(display, "_failures", lambda r: texts.append(str(r.progress)) or real(r))
    run._repr_mimebundle_()
    return texts


# The panel


def test_a_finished_run_is_shown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn once, however many papers; the report is not made for it."""
    run = run_of(3000)
    run.wait()
    monkeypatch.setattr("paperkit.batch.run.table", lambda *_: pytest.fail("a report"))
    texts = drawn(run, monkeypatch)
    assert texts == ["3000 of 3000 papers, 0 failed, 0 left, 0 tokens, cost 1500"]
    assert run._panel.children[2].value == texts[0]
    assert run._panel.children[1].children[0].value == 3000


def test_a_running_batch_is_drawn_now_and_then_and_at_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not at each paper; and what it says last is how it ended."""
    begin = threading.Event()

    def task() -> dict[str, Any]:
        begin.wait(10)
        return {"outcome": "failed", "error": "<b>no</b>", "cost": 0.0}

    run = Run({f"x{n}": task for n in range(500)}, COLUMNS, label="test")
    texts = drawn(run, monkeypatch)
    assert texts == ["0 of 500 papers, 0 failed, 500 left, 0 tokens, cost 0"]
    begin.set()
    run.wait()
    assert texts[-1] == "500 of 500 papers, 500 failed, 0 left, 0 tokens, cost 0"
    assert len(texts) < 50
    text, failures = run._panel.children[2], run._panel.children[3]
    assert text.value == texts[-1]
    assert failures.value == listing("<li>&lt;b&gt;no&lt;/b&gt;</li>" * 8)
    assert run.failures == ["<b>no</b>"] * 8


def test_showing_takes_no_longer_for_each_paper_of_many() -> None:
    """Ten times the papers take about ten times as long, and not long."""
    run = run_of(5000)
    run.wait()
    began = time.perf_counter()
    run._repr_mimebundle_()
    assert time.perf_counter() - began < 2


# The bar


class Bar:
    """What `tqdm` would show."""

    def __init__(self, **_: Any) -> None:
        self.said: list[dict[str, Any]] = []
        BARS.append(self)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def set_description(self, said: str) -> None:
        pass

    def set_postfix(self, said: dict[str, Any], **_: Any) -> None:
        self.said.append(said)

    def update(self) -> None:
        pass

    refresh = update


BARS: list[Bar] = []


def test_beside_the_bar_stand_failures_tokens_and_money(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each paper; the time left is the bar's own."""
    monkeypatch.setattr(tqdm.auto, "tqdm", Bar)
    model = Scripted(Refused("no", usage=(100, 10)))
    summarize(IDS, library, model, prices={"scripted": (1.0, 1.0)}, pace=Pace(workers=1))
    assert BARS.pop().said[-1] == {"failed": 1, "tokens": "140", "cost": "0.00014"}
    summarize(IDS, library, Scripted(name="free"))
    assert BARS.pop().said[-1]["cost"] == "unknown"


def test_the_time_left_is_reckoned_from_what_was_worked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was known took no time; after a stop nothing is to go."""
    gate = threading.Event()
    known = {"outcome": "known", "error": "", "cost": 0.0}
    done = {**known, "outcome": "answered"}
    tasks: dict[str, Any] = {"a": lambda: known, "b": lambda: done}
    tasks |= {f"x{n}": lambda: (gate.wait(10), done)[1] for n in range(4)}
    run = Run(tasks, COLUMNS, workers=4, label="test")
    two = threading.Semaphore(0)
    run.on_done(lambda *_: two.release())
    assert all(two.acquire(timeout=10) for _ in range(2))
    run._began = time.monotonic() - 30
    left = run.progress.seconds_left
    assert left == pytest.approx(120, abs=5)
    assert "about 2:0" in str(run.progress)
    run.stop()
    assert "to go" not in str(run.progress)
    gate.set()


# Words from outside

HOSTILE = "<img src=x onerror=alert(1)>"


def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """Return each (widget, trait, text) that a browser is told, from now on."""
    told: list[tuple[str, str, str]] = []

    class Wire(comm.base_comm.BaseComm):
        model = ""

        def publish_msg(self, msg_type: str, data: Any = None, **_: Any) -> None:
            state = (data or {}).get("state", {})
            self.model = state.get("_model_name", self.model)
            told.extend((self.model, k, v) for k, v in state.items() if isinstance(v, str))

    monkeypatch.setattr(comm, "create_comm", Wire)
    return told


def test_a_models_name_is_text_in_the_notebooks_bar(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first message to the last: not even for a moment is it HTML."""
    monkeypatch.setattr(tqdm.auto, "tqdm", tqdm.notebook.tqdm)
    monkeypatch.setattr(tqdm.notebook, "display", lambda *_: None)
    told = sent(monkeypatch)
    summarize(IDS, library, Scripted(name=HOSTILE))
    values = [text for kind, trait, text in told if (kind, trait) == ("HTMLModel", "value")]
    assert any("summarizing" in text and "&lt;img" in text for text in values)
    assert not [text for text in values if "<" in text]
    assert not [row for row in told if "description" in row[1] and "<" in row[2]]


def test_a_models_name_and_errors_are_text_in_the_panel(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A label shows it as it is; the failures are HTML, where it is escaped."""
    told = sent(monkeypatch)
    error = ModelError(f"{HOSTILE}: no such model.")
    run = summarize(IDS, library, Scripted(error, error, error, name=HOSTILE), background=True)
    assert isinstance(run, Run)
    run._repr_mimebundle_()
    run.wait()
    title, _, _, failures = run._panel.children
    assert (type(title).__name__, title.value) == ("Label", f"summarizing with {HOSTILE}")
    assert failures.value.count("&lt;img src=x onerror=alert(1)&gt;: no such model.") == 3
    assert failures.value.count("<li>A theorem (math/0309136): ") == 1
    buttons = run._panel.children[1].children[1:]
    assert [b.layout.display for b in buttons] == ["none", "none"]  # nothing is left to pause
    texts = [text for kind, _, text in told if kind != "LabelModel"]
    assert not [text for text in texts if "<img" in text]


# Interrupts


def test_an_interrupt_while_a_run_is_made_stops_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no run to stop yet, so it stops itself: nothing more is sent."""
    library.add([make_paper(f"2412.{n:05}") for n in range(40)])
    real, count = Workers.submit, [0]

    def submit(self: Workers, *args: Any, **options: Any) -> Any:
        count[0] += 1
        if count[0] == 30:
            raise KeyboardInterrupt
        return real(self, *args, **options)

    over, used = threading.Event(), []

    class Slow(Scripted):
        def answer(self, request: Request) -> Reply:
            over.wait(10)
            return super().answer(request)

    def made(self: Workers, count: int) -> None:
        init(self, count)
        used.append(self)

    init = Workers.__init__
    monkeypatch.setattr(Workers, "__init__", made)
    monkeypatch.setattr(Workers, "submit", submit)
    model = Slow()
    with pytest.raises(KeyboardInterrupt):
        summarize(library.papers(), library, model)
    over.set()
    used[0].shutdown()  # waits for what was in flight
    assert len(model.asked) <= 4


def test_a_stopped_pause_lets_nobody_wait() -> None:
    """The first reason counts."""
    pause = Pause()
    pause.stop("enough")
    pause.stop("too much")
    with pytest.raises(Left, match="enough"):
        pause.wait()


# What is refused before anything is sent


def test_a_paper_without_text_is_not_sent(library: Library) -> None:
    """From a title alone nothing can be answered: its row says what to do."""
    library.add([make_paper("2412.00001", abstract="")])
    model = Scripted()
    report = summarize(["2412.00001", IDS[0]], library, model, prices={"scripted": (1.0, 1.0)})
    assert list(report["outcome"]) == ["failed", "answered"]  # type: ignore[index]
    assert report["error"].iloc[0] == (  # type: ignore[index]
        "2412.00001: no abstract and no text read, so nothing was sent; "
        "run read(['2412.00001'], library) first."
    )
    assert report["cost"].iloc[0] == 0  # type: ignore[index]
    assert len(model.asked) == len(library.calls()) == 1
    plan = estimate(["2412.00001"], library, model, prices={"scripted": (1.0, 1.0)}).iloc[0]
    assert (plan["known"], plan["tokens_in"], plan["cost"]) == (False, 0, 0)


def test_a_paper_whose_pdf_is_a_cipher_is_not_sent(library: Library) -> None:
    """Nor is its abstract alone: the row says that another copy is needed, the others go on."""
    cipher = Reading("7KH", 1, READER_VERSION, readable=False)
    library.files.save_reading(IDS[0], cipher, version=library.paper(IDS[0]).version)
    model = Scripted()
    report = summarize(IDS[:2], library, model)
    assert list(report["outcome"]) == ["failed", "answered"]  # type: ignore[index]
    assert report["error"].iloc[0] == (  # type: ignore[index]
        f"{IDS[0]}: the PDF's text is a cipher: its fonts don't say which letters they show, so "
        "nothing was sent; store another copy of the PDF and read it."
    )
    assert len(model.asked) == 1
    assert estimate(IDS[:2], library, model)["tokens_in"].iloc[0] == 0


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gemini-3.8-flash", r'a text is not a model; give Gemini\("gemini-3.8-flash"\)'),
        (Extractive, r"Extractive: a class is not a model; give Extractive\("),
        (7, "int: not a model; a model has a name and answer"),
    ],
)
def test_what_is_no_model_is_said_at_once(library: Library, model: Any, said: str) -> None:
    """By summarize and by estimate."""
    for begin in (summarize, estimate):
        with pytest.raises(PaperkitError, match=said):
            begin(IDS, library, model)


@pytest.mark.parametrize("budget", ["1", float("nan"), float("inf"), -1, [1]])
def test_what_is_no_budget_is_said_at_once(library: Library, budget: Any) -> None:
    """Before the estimate."""
    with pytest.raises(PaperkitError, match=r"^budget: .* is not an amount of money"):
        summarize(IDS, library, Scripted(), budget=budget, prices={"scripted": (1.0, 1.0)})


def test_a_model_that_returns_no_reply_is_told_so(library: Library) -> None:
    """In its papers' rows, in words."""

    class Texts(Scripted):
        def answer(self, request: Request) -> Any:
            return "text"

    report = summarize(IDS[:1], library, Texts())
    said = "scripted: its answer is no Reply, it is of type str; correct it."
    assert list(report["error"]) == [said]  # type: ignore[index]
    assert list(library.calls()["outcome"]) == [ModelError.__name__]


def test_a_paper_named_twice_is_reckoned_once(library: Library) -> None:
    """With and without its version it is the same paper."""
    assert list(estimate(["2411.00001v1", "2411.00001"], library, Scripted()).index) == IDS[:1]


def test_the_tokens_of_the_day_stop_a_batch(library: Library) -> None:
    """Not only the requests."""
    pace = Pace(workers=1, tokens_per_day=40)
    first = summarize(IDS[:1], library, Scripted(), pace=pace)
    assert list(first["outcome"]) == ["answered"]  # type: ignore[index]
    report = summarize(IDS, library, Scripted(), pace=pace)
    assert list(report["outcome"]) == ["known", "left", "left"]  # type: ignore[index]
    assert report["error"].str.contains("the 40 tokens of the day are used up").sum() == 2  # type: ignore[index]


def test_a_slow_request_is_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which paper, for how long, and how much of the reply is here."""
    clock = [100.0]
    monkeypatch.setattr("paperkit.batch.run.time.monotonic", lambda: clock[0])
    pause = Pause()
    with pause.asking("2512.13674") as watch:
        assert pause.why_waiting() == ""
        clock[0] += 95
        assert pause.why_waiting() == "asking 2512.13674, 95 s"
        watch.words = 120
        assert pause.why_waiting() == "asking 2512.13674, 95 s, 120 words so far"
    assert pause.why_waiting() == ""


def test_a_slow_paper_makes_the_time_left_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts down between two papers, and is unknown once it is overdue."""
    clock = [0.0]
    monkeypatch.setattr("paperkit.batch.run.time.monotonic", lambda: clock[0])
    hold = threading.Event()

    def first() -> dict[str, object]:
        clock[0] = 60.0
        return {"outcome": "answered"}

    def second() -> dict[str, object]:
        hold.wait(10)
        return {"outcome": "answered"}

    run = Run({"a": first, "b": second}, {"outcome": "str"}, workers=1)
    done = threading.Event()
    run.on_done(lambda *_: done.set())
    assert done.wait(10)
    assert run.progress.seconds_left == 60
    clock[0] = 100.0
    assert run.progress.seconds_left == 20
    clock[0] = 200.0
    assert run.progress.seconds_left is None
    hold.set()
    run.stop()

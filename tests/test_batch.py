"""Batches: pay once, stop any time, lose nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from paperkit.batch import Run, ask, estimate, read, summarize
from paperkit.batch.asking import asks_single, is_small, remember_single
from paperkit.batch.summarizer import Summarizer
from paperkit.errors import (
    ModelError,
    PaperkitError,
    RateLimited,
    Refused,
    Truncated,
    Unavailable,
)
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline
from paperkit.prompts import Reply, Request
from tests.conftest import make_paper
from tests.servers import Answer, Asked, serve

IDS = ["2411.00001", "2411.00002", "math/0309136"]


class Scripted:
    """A model that answers every question with its first source sentence, or raises as told."""

    def __init__(self, *script: Exception | None, name: str = "scripted") -> None:
        self.name = name
        self.script = list(script)
        self.asked: list[Request] = []
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.asked.append(request)
            error = self.script.pop(0) if self.script else None
        if error is not None:
            raise error
        row = {"text": request.sentences[0].text, "evidence": [1]}
        text = json.dumps({q.key: [row] for q in request.questions})
        return Reply(text=text, model=self.name, tokens_in=10, tokens_out=5)


def test_a_batch_reports_each_paper(library: Library) -> None:
    """One row per paper, in the order given, and each call is on record."""
    model = Scripted()
    report = summarize(library.papers(), library, model)
    assert list(report["outcome"]) == ["answered"] * 3
    assert list(report.index) == list(library.papers().index)
    assert report["tokens_in"].sum() == 30
    calls = library.calls()
    assert (list(calls["model"]), calls["tokens_out"].sum()) == (["scripted"] * 3, 15)
    digest = library.digest("2411.00001")
    assert digest is not None
    assert digest["summary"].statements[0].evidence[0].section == "Abstract"


def test_what_is_known_is_not_asked_again(library: Library) -> None:
    """Only what is missing is sent; another model or language is another question."""
    summarize(IDS[:2], library, Scripted())
    model = Scripted()
    report = summarize(IDS, library, model)
    assert list(report["outcome"]) == ["known", "known", "answered"]
    assert [r.paper.id for r in model.asked] == ["math/0309136"]
    assert list(summarize(IDS, library, Scripted(name="other"))["outcome"]) == ["answered"] * 3
    assert list(summarize(IDS, library, model, language="zh")["outcome"]) == ["answered"] * 3


def test_one_bad_paper_stops_no_other(library: Library) -> None:
    """A refusal is that paper's row; the others are answered, and no answer is made up."""
    model = Scripted(Refused("blocked"))
    report = summarize(IDS, library, model)
    assert sorted(report["outcome"]) == ["answered", "answered", "failed"]
    failed = report[report["outcome"] == "failed"]
    assert list(failed["error"]) == ["blocked"]
    assert library.digest(failed.index[0]) is None
    assert sorted(library.calls()["outcome"]) == ["Refused", "answered", "answered"]


@pytest.mark.parametrize("error", [Unavailable("down"), RateLimited("slow", retry_after=0)])
def test_what_passes_is_tried_again(library: Library, error: ModelError) -> None:
    """A fault of the moment costs a try, not the paper."""
    if isinstance(error, Unavailable):
        error.retry_after = 0
    model = Scripted(error, error)
    assert list(summarize(IDS[:1], library, model)["outcome"]) == ["answered"]
    assert len(model.asked) == 3


def test_a_quota_of_the_day_stops_the_batch(library: Library) -> None:
    """Nothing more is sent, and the report says what is left."""
    first = Scripted(*[RateLimited("quota used up", daily=True)] * 4)
    report = summarize(IDS, library, first)
    assert "answered" not in set(report["outcome"])
    assert len(first.asked) <= 3
    assert list(summarize(IDS, library, Scripted())["outcome"]) == ["answered"] * 3


def test_a_malformed_reply_is_a_failure(library: Library) -> None:
    """Chat filler instead of JSON is never content."""

    class Chatty(Scripted):
        def answer(self, request: Request) -> Reply:
            return Reply(text="好的，我会按照您的要求回答。", model=self.name)

    report = summarize(IDS[:1], library, Chatty())
    assert report.loc[IDS[0], "outcome"] == "failed"
    assert "not JSON" in report.loc[IDS[0], "error"]
    assert library.digest(IDS[0]) is None


def test_an_unknown_paper_is_refused_before_anything_is_sent(library: Library) -> None:
    """The error names the id."""
    model = Scripted()
    with pytest.raises(PaperkitError, match=r"^2411.99999: not in this library"):
        summarize([*IDS, "2411.99999"], library, model)
    assert model.asked == []


def test_the_estimate_comes_before_the_cost(library: Library) -> None:
    """Tokens per paper, nothing for what is known, and an unknown price is unknown."""
    model = Scripted()
    summarize(IDS[:1], library, model)
    plan = estimate(IDS, library, model, prices={"scripted": (1.0, 2.0)})
    assert list(plan["known"]) == [True, False, False]
    assert plan["tokens_in"].iloc[0] == 0
    assert (plan["tokens_in"].iloc[1:] > 100).all()
    money = (plan["tokens_in"] + 2 * plan["tokens_out"]) / 1e6
    assert list(plan["cost"]) == pytest.approx(list(money))
    assert plan["cost"].iloc[0] == 0
    assert list(estimate(IDS, library, model)["cost"].isna()) == [False, True, True]


def test_a_budget_is_kept(library: Library) -> None:
    """Above it, or with an unknown price, nothing is sent."""
    model = Scripted()
    with pytest.raises(PaperkitError, match="price unknown; give"):
        summarize(IDS, library, model, budget=1.0)
    with pytest.raises(PaperkitError, match="above the budget of 0.00"):
        summarize(IDS, library, model, budget=0.0, prices={"scripted": (1.0, 1.0)})
    assert model.asked == []


def test_in_the_background_the_cell_returns_at_once(library: Library) -> None:
    """A run can be watched and waited for."""
    gate = threading.Event()

    class Slow(Scripted):
        def answer(self, request: Request) -> Reply:
            gate.wait(10)
            return super().answer(request)

    run = summarize(IDS, library, Slow(), background=True)
    assert isinstance(run, Run)
    assert list(run.report["outcome"]) == ["left"] * 3
    gate.set()
    assert list(run.wait()["outcome"]) == ["answered"] * 3
    assert "3 of 3" in repr(run)


def test_a_stopped_run_sends_nothing_more(library: Library) -> None:
    """What is in flight is kept, the rest is left for the next time."""
    begun, gate = threading.Event(), threading.Event()
    library.add(_more(20))

    class Slow(Scripted):
        def answer(self, request: Request) -> Reply:
            begun.set()
            gate.wait(10)
            return super().answer(request)

    model = Slow()
    run = summarize(library.papers(), library, model, background=True)
    assert isinstance(run, Run)
    begun.wait(10)
    run.stop()
    gate.set()
    report = run.wait()
    assert len(model.asked) <= 4
    assert (report["outcome"] == "left").sum() >= 19
    again = Scripted(name="scripted")
    summarize(library.papers(), library, again)
    assert len(again.asked) + len(model.asked) == 23


def _more(count: int) -> list:
    return [make_paper(f"2412.{n:05}") for n in range(count)]


def test_asking_again_keeps_edit_and_draft(library: Library) -> None:
    """A wish reaches the model; the person's words stand, the new draft lies beside them."""
    summarize(IDS[:1], library, Scripted())
    library.edit(IDS[0], "summary", ["Mine."])
    model = Scripted()
    digest = ask(library, IDS[0], ["summary"], model, wish="name the method")
    assert digest["summary"].texts == ("Mine.",)
    assert [a.wish for a in library.drafts(IDS[0], "summary")] == ["", "", "name the method"]
    assert "name the method" in model.asked[0].prompt()
    assert [q.key for q in model.asked[0].questions] == ["summary"]


KILLED = """
import sys
from paperkit.batch import summarize
from paperkit.library import Library
from paperkit.models.gemini import Gemini
library = Library(sys.argv[1])
summarize(library.papers(), library, Gemini("gemini-test", endpoint=sys.argv[2]))
"""


@pytest.mark.process
def test_a_killed_batch_goes_on_where_it_was(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill -9 in the middle; run again: no reply on record is asked for twice."""
    from tests.models.test_gemini import GOOD, reply

    monkeypatch.setenv("GEMINI_API_KEY", "canary")
    library.add(_more(12))
    sent: list[str] = []
    arrived, lock = threading.Event(), threading.Lock()

    def answer(asked: Asked) -> Answer:
        with lock:
            sent.append(asked.json["contents"][0]["parts"][0]["text"])
            if len(sent) >= 8:
                arrived.set()
        return reply(json.dumps(GOOD))

    with serve(answer) as server:
        script = [sys.executable, "-c", KILLED, str(library.path), server.url]
        process = subprocess.Popen(script, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert arrived.wait(60)
        process.kill()
        process.wait()
        paid = (library.calls()["outcome"] == "answered").sum()
        before = len(sent)
        subprocess.run(script, check=True, capture_output=True)
    assert library.papers()["has_digest"].all()
    assert len(sent) - before == 15 - paid


@pytest.mark.process
def test_a_missing_pdf_is_that_papers_row(library: Library) -> None:
    """Reading without the file says where to put it, and stops no other."""
    report = read(IDS[:2], library, download=False)
    assert list(report["outcome"]) == ["abstract only", "abstract only"]
    assert list(report["error"]) == ["", ""]
    assert report.loc[IDS[0], "reason"].startswith("no PDF in the library; put it at ")
    assert list(report["title"]) == list(library.papers().loc[IDS[:2], "title"])


@pytest.mark.process
def test_a_sample_paper_is_read_once(tmp_path: Path) -> None:
    """Text, sections and figures come into the library; the second time costs nothing."""
    sample = Library.sample(tmp_path / "sample")
    first = read(["1408.6659"], sample, download=False)
    assert list(first["outcome"]) == ["read"]
    reading = sample.reading("1408.6659")
    assert reading is not None
    assert reading.page_count == 5
    files = {f.file for f in reading.figures if f.file}
    assert files <= {p.name for p in sample.files.figures_path("1408.6659").iterdir()}
    assert len(files) >= 3
    assert list(read(["1408.6659"], sample, download=False)["outcome"]) == ["known"]


# What was paid for is kept, what was left out is said


class Spoken(Scripted):
    """A model that replies what it is told to, one reply after the other."""

    def __init__(self, *replies: object) -> None:
        super().__init__()
        self.replies = [json.dumps(r) for r in replies]

    def answer(self, request: Request) -> Reply:
        return replace(super().answer(request), text=self.replies.pop(0))


LINE = Outline("line", (DIGEST["summary"],))


def test_a_question_left_empty_is_asked_again_in_plain_lines(library: Library) -> None:
    """An empty list for what must be answered is no answer; the simpler form brings one."""
    model = Spoken({"summary": []})
    model.replies.append("It renders avatars with 3D Gaussians.")
    report = summarize(IDS[:1], library, model, outline=LINE)
    assert list(report["outcome"]) == ["answered"]
    assert [r.form for r in model.asked] == ["json", "lines"]
    digest = library.digest(IDS[0], outline="line")
    assert digest is not None
    assert digest["summary"].texts == ("It renders avatars with 3D Gaussians.",)


def test_a_question_that_stays_empty_is_never_answered(library: Library) -> None:
    """The row is partial, names the question, and the next run asks for it again."""
    outline = Outline("two", (DIGEST["summary"], DIGEST["takeaways"]))
    row = {"text": "It renders avatars.", "evidence": [1]}
    model = Spoken({"summary": [row], "takeaways": []})
    model.replies += ["NOT STATED"] * 2
    report = summarize(IDS[:1], library, model, outline=outline)
    assert list(report["outcome"]) == ["partial"]
    assert report.loc[IDS[0], "error"].startswith("takeaways: the model had nothing to say")
    digest = library.digest(IDS[0], outline="two")
    assert digest is not None
    assert [bool(a.error) for a in digest.answers] == [False, True]
    again = Spoken({"takeaways": [row]})
    assert list(summarize(IDS[:1], library, again, outline=outline)["outcome"]) == ["answered"]
    assert [q.key for q in again.asked[0].questions] == ["takeaways"]


def test_one_question_at_a_time(library: Library) -> None:
    """Each is a request of its own over the same source, and the report says so."""

    class Plain(Scripted):
        def answer(self, request: Request) -> Reply:
            return replace(super().answer(request), text="We render avatars with 3D Gaussians.")

    model = Plain()
    report = summarize(IDS[:1], library, model, ask="single")
    assert list(report["outcome"]) == ["answered"]
    assert list(report["asked"]) == ["one at a time"]
    assert {(r.form, len(r.questions)) for r in model.asked} == {("lines", 1)}
    assert len({r.source() for r in model.asked}) == 1
    assert list(summarize(IDS[:1], library, Scripted())["outcome"]) == ["known"]


def test_what_suits_a_model_is_known_in_the_next_session(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library keeps it, for this model and server alone."""
    session = "paperkit.batch.asking._SINGLE"
    monkeypatch.setattr(session, set())
    remember_single(Scripted(), library)
    monkeypatch.setattr(session, set())
    model, other = Scripted(), Scripted(name="another")
    for known in (model, other):
        Summarizer(library, known)
    assert (asks_single(model, "auto"), asks_single(other, "auto")) == (True, False)


@pytest.mark.parametrize("error", [Truncated("m: cut off"), Refused("m: recitation")])
def test_one_question_that_fails_costs_no_other(library: Library, error: ModelError) -> None:
    """The paper is partial: what was answered is kept, and the rest is asked the next time."""

    class Looping(Scripted):
        def answer(self, request: Request) -> Reply:
            reply = super().answer(request)
            if request.questions[0].key == "takeaways":
                raise error
            return replace(reply, text="We render avatars with 3D Gaussians.")

    report = summarize(IDS[:1], library, Looping(), ask="single")
    assert list(report["outcome"]) == ["partial"]
    assert report.loc[IDS[0], "error"] == f"takeaways: {error}"
    digest = library.digest(IDS[0])
    assert digest is not None
    assert "summary" in digest


def test_what_suits_a_model_is_remembered(library: Library) -> None:
    """One that answers nothing as a whole is asked one thing at a time from then on."""

    class Small(Scripted):
        provider = ("a test", "of falling back")

        def answer(self, request: Request) -> Reply:
            empty = json.dumps({q.key: [] for q in request.questions})
            text = empty if request.form == "json" else "We render avatars with 3D Gaussians."
            return replace(super().answer(request), text=text)

    model = Small()
    outline = Outline("two", (DIGEST["summary"], DIGEST["takeaways"]))
    assert list(summarize(IDS[:1], library, model, outline=outline)["outcome"]) == ["answered"]
    assert [r.form for r in model.asked] == ["json", "lines", "lines"]
    summarize(IDS[1:2], library, model, outline=outline)
    assert [r.form for r in model.asked[3:]] == ["lines", "lines"]


@pytest.mark.parametrize(
    ("name", "small"),
    [
        ("qwen2.5:1.5b", True),
        ("SmolLM2-135M-Instruct.Q4_1", True),
        ("llama3.3:70b", False),
        ("some-model", False),
        ("gpt-5", False),
    ],
)
def test_a_small_local_model_is_known_by_its_name(name: str, small: bool) -> None:
    """It is asked one thing at a time from the first paper on."""

    class Local(Scripted):
        local = True

    assert is_small(Local(name=name)) == small
    assert not is_small(Scripted(name=name))


def test_chatter_is_no_answer(library: Library) -> None:
    """Who talks to whoever asked did not answer; two such answers in a row are enough."""

    class Chatty(Scripted):
        def answer(self, request: Request) -> Reply:
            text = "Certainly! As an AI language model, I cannot answer this."
            return replace(super().answer(request), text=text)

    model = Chatty()
    report = summarize(IDS[:1], library, model, ask="single")
    assert list(report["outcome"]) == ["failed"]
    assert "talks to whoever asked" in report.loc[IDS[0], "error"]
    assert len(model.asked) == 4


def test_what_a_small_model_tells_of_the_paper_is_no_past_method(library: Library) -> None:
    """Neither in the paper's words nor turned into somebody else's; under others it stays."""
    abstract = (
        "Existing networks render one head at a time. "
        "Therefore, we propose Glide, a splatting framework which renders crowds of heads at once."
    )
    library.add([make_paper("2411.00009", abstract=abstract)])
    own, earlier = "The paper proposes Glide.", "Existing networks render one head at a time."
    turned = "Before Glide, a splatting framework rendered crowds of heads at once."

    class Confused(Scripted):
        def answer(self, request: Request) -> Reply:
            return replace(super().answer(request), text=f"{own}\n{turned}\n{earlier}")

    summarize(["2411.00009"], library, Confused(), ask="single")
    digest = library.digest("2411.00009")
    assert digest is not None
    assert digest["prior_work"].texts == (earlier,)
    assert own in digest["takeaways"].texts


def test_an_abstract_alone_is_said(library: Library) -> None:
    """In the report and with the digest."""
    report = summarize(IDS[:1], library, Scripted())
    note = "written from the abstract alone; the PDF was not read"
    assert list(report["note"]) == [note]
    digest = library.digest(IDS[0])
    assert digest is not None
    assert digest.notes == (note,)


LONG = "We render avatars with 3D Gaussians in real time on one graphics card. " * 400


def test_a_server_that_cuts_a_paper_is_found_out(library: Library) -> None:
    """It says how many tokens it read: far fewer than were sent."""
    library.add([make_paper("2411.00009", abstract=LONG)])

    class Cutting(Scripted):
        def answer(self, request: Request) -> Reply:
            return replace(super().answer(request), tokens_in=2_000)

    report = summarize(["2411.00009"], library, Cutting())
    assert "the server read only 2,000 of about" in report.loc["2411.00009", "note"]
    assert "num_ctx" in report.loc["2411.00009", "note"]


def test_a_small_context_gets_a_shorter_paper(library: Library) -> None:
    """It fits, with room for the reply."""
    library.add([make_paper("2411.00009", abstract=LONG)])

    class Narrow(Scripted):
        context = 4096

    whole, single = Narrow(), Narrow()
    assert list(summarize(["2411.00009"], library, whole)["outcome"]) == ["answered"]
    summarize(["2411.00009"], library, single, ask="single")
    assert all(len(asked.prompt()) / 3 < 4096 for asked in (*whole.asked, *single.asked))
    # One question has a short reply and no numbered lines: more of the paper fits.
    assert len(single.asked[0].source()) > 1.2 * len(whole.asked[0].source())


def test_a_language_is_kept_under_its_usual_tag(library: Library) -> None:
    """So that review and post find what was asked under another spelling."""
    summarize(IDS[:1], library, Scripted(), language="ZH_cn")
    assert library.digest(IDS[0], language="zh-CN") is not None
    with pytest.raises(PaperkitError, match="'Chinese': not a language tag"):
        summarize(IDS[:1], library, Scripted(), language="Chinese")


def test_the_offline_model_says_what_it_does_not_do(library: Library) -> None:
    """In the progress line, where a person looks."""
    run = summarize(IDS[:1], library, background=True)
    assert isinstance(run, Run)
    run.wait()
    assert run.label == "summarizing with extractive (word for word, nothing written or translated)"

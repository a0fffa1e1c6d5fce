"""Run it again: what failed is asked again, what succeeded never; counted at the server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from paperkit.batch import estimate, summarize
from paperkit.library import Library
from paperkit.models import Model, Pace
from paperkit.outlines import Outline, Question
from tests.models.dialects import DIALECTS
from tests.servers import Answer, Asked, Server, serve
from tests.test_batch import IDS

OUTLINE = Outline(
    "small",
    (
        Question(key="what", headings={"en": "What"}, ask="What is it?", kind="line"),
        Question(key="how", headings={"en": "How"}, ask="How is it done?", kind="list"),
        Question(key="data", headings={"en": "Data"}, ask="On which data?", optional=True),
    ),
)
ROW = {"text": "It renders avatars.", "evidence": [1]}
FULL = {"what": [ROW], "how": [ROW]}
OPENAI = DIALECTS["openai"]
TITLES = {"2411.00001": "Fast avatars", "2411.00002": "Slow ions", "math/0309136": "A theorem"}
LEFT_OUT = "how: the model left this question out"


class Provider:
    """A server that answers every paper in full, or as `script` says of a paper's title."""

    def __init__(self) -> None:
        self.script: dict[str, Answer] = {}
        self.server: Server
        self.model: Model

    def answer(self, asked: Asked) -> Answer:
        prompt = OPENAI.prompt(asked)
        told = (a for title, a in self.script.items() if f"Title: {title}\n" in prompt)
        return next(told, OPENAI.reply(json.dumps(FULL)))

    def asked(self) -> list[tuple[str, list[str]]]:
        """Return of which papers what was asked since the last look."""
        found = []
        for asked in self.server.asked:
            prompt = OPENAI.prompt(asked)
            paper = next(i for i, title in TITLES.items() if f"Title: {title}\n" in prompt)
            found.append((paper, [q.key for q in OUTLINE.questions if f'- "{q.key}" (' in prompt]))
        self.server.asked.clear()
        return sorted(found)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("GEMINI_API_KEY", "none")
    monkeypatch.setattr("paperkit.batch.asking._SINGLE", set())
    made = Provider()
    with serve(made.answer) as made.server:
        made.model = OPENAI.model(made.server.url, pace=Pace(tries=1))
        yield made


@pytest.fixture
def run(library: Library, provider: Provider) -> Callable[[], list[tuple[str, str]]]:
    """Return what summarizes all papers once more and tells outcome and error of each."""

    def again() -> list[tuple[str, str]]:
        report = summarize(IDS, library, provider.model, outline=OUTLINE)
        return list(zip(report["outcome"], report["error"], strict=True))  # type: ignore[index]

    return again


def test_what_passes_is_asked_again_on_the_next_run(
    provider: Provider, run: Callable[[], list[tuple[str, str]]]
) -> None:
    """A server that failed for one paper is asked for that paper only, and then for none."""
    provider.script["Slow ions"] = OPENAI.failure(500)
    failed = "some-model: the server fails (HTTP 500: no); try again later."
    assert run() == [("answered", ""), ("failed", failed), ("answered", "")]
    provider.asked()
    provider.script.clear()
    assert run() == [("known", ""), ("answered", ""), ("known", "")]
    assert provider.asked() == [("2411.00002", ["what", "how", "data"])]
    assert run() == [("known", "")] * 3
    assert provider.asked() == []


def test_a_question_that_failed_is_asked_again_alone(
    library: Library, provider: Provider, run: Callable[[], list[tuple[str, str]]]
) -> None:
    """What was answered stays as it is; what is asked says what was wrong."""
    provider.script["Slow ions"] = OPENAI.reply(json.dumps({"what": [ROW]}))
    assert run() == [("answered", ""), ("partial", LEFT_OUT), ("answered", "")]
    provider.asked()
    provider.script["Slow ions"] = OPENAI.reply(json.dumps({"how": [ROW]}))
    plan = estimate(IDS, library, provider.model, outline=OUTLINE)
    assert list(plan["known"]) == [True, False, True]
    assert run() == [("known", ""), ("answered", ""), ("known", "")]
    assert '"how": the model left this question out' in OPENAI.prompt(provider.server.asked[0])
    assert provider.asked() == [("2411.00002", ["how"])]
    digest = library.digest(IDS[1], outline="small")
    assert digest is not None
    assert {a.question: a.texts for a in digest.answers} == {
        "what": ("It renders avatars.",),
        "how": ("It renders avatars.",),
        "data": (),
    }
    assert run() == [("known", "")] * 3
    assert provider.asked() == []


def test_what_fails_again_is_said_again_and_costs_nothing_else(
    library: Library, provider: Provider, run: Callable[[], list[tuple[str, str]]]
) -> None:
    """The row names the question each time, and no failure is written twice."""
    provider.script["Slow ions"] = OPENAI.reply(json.dumps({"what": [ROW]}))
    run()
    provider.asked()
    for _ in range(2):
        said = ("failed", f"2411.00002: {LEFT_OUT}; ask again.")
        assert run() == [("known", ""), said, ("known", "")]
        # asked, asked to repair, and asked in plain lines
        assert [paper for paper, _ in provider.asked()] == ["2411.00002"] * 3
    assert len(library.drafts(IDS[1], outline="small")) == 3


def test_what_a_person_wrote_or_signed_is_not_asked_again(
    library: Library, provider: Provider, run: Callable[[], list[tuple[str, str]]]
) -> None:
    """Her words close the gap; under her signature it stays, and the report says so."""
    for title in ("Slow ions", "A theorem"):
        provider.script[title] = OPENAI.reply(json.dumps({"what": [ROW]}))
    run()
    provider.asked()
    library.edit(IDS[1], "how", ["By hand."], outline="small")
    library.approve(IDS[2], outline=OUTLINE, by="me", reason="enough")
    assert run() == [("known", ""), ("known", ""), ("known", LEFT_OUT)]
    assert provider.asked() == []
    signed = library.digest(IDS[2], outline="small")
    assert signed is not None
    assert signed.approval is not None

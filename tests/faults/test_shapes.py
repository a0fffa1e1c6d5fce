"""Replies of odd shapes: taken where the answer is in them, else one and the same error of ours."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from paperkit.batch import Run, summarize
from paperkit.batch.budget import Budget
from paperkit.batch.limiter import Limiter
from paperkit.errors import Malformed, ModelError, RateLimited, Refused, Unauthorized, Unavailable
from paperkit.library import Library
from paperkit.models import Pace
from paperkit.models.remote import google_usage, rejected, shown
from paperkit.prompts import Reply, make_request, read_reply
from tests.conftest import make_paper
from tests.faults.test_models import GOOD, ID, OUTLINE
from tests.models.dialects import DIALECTS, NAME, Dialect, _json
from tests.servers import Answer, Asked, serve
from tests.test_batch import IDS

KEY = "canary-key-7f3a"
REQUEST = make_request(make_paper(), outline=OUTLINE)
GOOGLE = {k: d for k, d in DIALECTS.items() if k != "openai"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setattr("paperkit.batch.asking._SINGLE", set())


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return DIALECTS[request.param]


def asked(dialect: Dialect, answer: Answer) -> Reply:
    """Return what a model makes of a server's answer."""
    with serve(lambda _: answer) as server:
        return dialect.model(server.url, timeout=10).answer(REQUEST)


def read(reply: Reply) -> dict[str, tuple[str, ...]]:
    """Return what a reply says, question by question."""
    return {a.question: a.texts for a in read_reply(REQUEST, reply)[0]}


SAID = {"what": ("It renders avatars.",), "how": ("It renders avatars.",)}


def error_of(dialect: Dialect, answer: Answer) -> ModelError:
    with pytest.raises(ModelError) as caught:
        asked(dialect, answer)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        f"Let me think {{x}}.\n</think>\n{GOOD}",
        f"<think>So {{</think>{GOOD}",
        f"Here it is:\n```json\n{GOOD}\n```\nI hope it helps.",
        f"```json{GOOD}```",
        f"\ufeff{GOOD}",
        f"Here it is: {GOOD}",
    ],
)
def test_what_stands_around_the_json_is_left_out(dialect: Dialect, text: str) -> None:
    """Thoughts, words, fences and a byte order mark: the answer was paid for and is there."""
    assert read(asked(dialect, dialect.reply(text))) == SAID


@pytest.mark.parametrize("finish", ["missing", None])
def test_a_missing_reason_to_end_is_no_fault(dialect: Dialect, finish: str | None) -> None:
    """The JSON itself shows that it is whole."""
    body = json.loads(dialect.reply(GOOD).body)
    end = (body.get("choices") or body["candidates"])[0]
    name = "finish_reason" if "choices" in body else "finishReason"
    if finish == "missing":
        del end[name]
    else:
        end[name] = None
    assert read(asked(dialect, _json(body))) == SAID


@pytest.mark.parametrize("body", [{}])
def test_an_answer_without_a_reply_is_the_same_error_everywhere(
    dialect: Dialect, body: object
) -> None:
    """Although the status said that all is well."""
    error = error_of(dialect, _json(body))
    said = f"{NAME}: the server's answer holds no reply; ask again."
    assert (type(error), str(error)) == (Malformed, said)


@pytest.mark.parametrize("body", [5, "x", [], [1], None, True])
def test_a_body_of_any_shape_is_an_error_of_ours(dialect: Dialect, body: object) -> None:
    """Also where the SDK itself stumbles over it, and for the list of models."""
    assert isinstance(error_of(dialect, _json(body)), Malformed)
    with serve(lambda _: _json(body)) as server:
        model: Any = dialect.model(server.url, timeout=10)
        try:
            assert model.models() == []
        except ModelError as error:
            assert str(error).startswith(NAME)


def chat(**changes: Any) -> Answer:
    return _json({**json.loads(DIALECTS["openai"].reply(GOOD).body), **changes})


def message(content: object) -> list[dict[str, object]]:
    return [{"index": 0, "message": {"content": content}, "finish_reason": "stop"}]


@pytest.mark.parametrize(
    "choices",
    [
        {"a": 1},
        "abc",
        [None],
        [5],
        [{"index": 0, "message": "x", "finish_reason": "stop"}],
        message(5),
        message({"what": []}),
    ],
)
def test_a_chat_of_another_shape_is_booked(choices: object) -> None:
    """The usage it states is paid, whatever the rest is."""
    error = error_of(DIALECTS["openai"], chat(choices=choices))
    assert isinstance(error, Malformed)
    assert error.usage == (100, 50)


def test_a_chat_in_parts_is_joined() -> None:
    """Some servers send a list of parts instead of a text."""
    parts = [{"type": "text", "text": GOOD[:9]}, {"type": "text", "text": GOOD[9:]}, {"type": "x"}]
    assert asked(DIALECTS["openai"], chat(choices=message(parts))).text == GOOD


@pytest.mark.parametrize(
    ("usage", "known"),
    [
        ("x", (None, None)),
        ({}, (None, None)),
        ({"prompt_tokens": 100, "completion_tokens": 0}, (100, 0)),
        ({"prompt_tokens": 100.0, "completion_tokens": "7"}, (100, 7)),
        ({"prompt_tokens": -1, "completion_tokens": None}, (None, None)),
    ],
)
def test_usage_is_a_count_or_unknown(usage: object, known: object) -> None:
    """Never an error, and nothing is not unknown."""
    reply = asked(DIALECTS["openai"], chat(usage=usage))
    assert (reply.tokens_in, reply.tokens_out) == known


def test_tokens_from_the_cache_are_told_apart(dialect: Dialect) -> None:
    """Three SDKs, three names."""
    said = json.loads(dialect.reply(GOOD).body)
    assert not asked(dialect, _json(said)).tokens_cached
    if "usage" in said:
        said["usage"]["prompt_tokens_details"] = {"cached_tokens": 64}
    else:
        said["usageMetadata"]["cachedContentTokenCount"] = 64
    reply = asked(dialect, _json(said))
    assert (reply.tokens_in, reply.tokens_out, reply.tokens_cached) == (100, 50, 64)
    if "usage" in said:
        said["usage"] = {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "prompt_cache_hit_tokens": 9,
        }
        assert asked(dialect, _json(said)).tokens_cached == 9


@pytest.mark.parametrize("kind", GOOGLE)
@pytest.mark.parametrize("place", ["prompt", "reply"])
def test_a_blocked_prompt_costs_its_tokens(kind: str, place: str) -> None:
    """100 in and none out is known, not unknown."""
    body: dict[str, object] = {"usageMetadata": {"promptTokenCount": 100, "totalTokenCount": 100}}
    if place == "prompt":
        body["promptFeedback"] = {"blockReason": "SAFETY"}
    else:
        body["candidates"] = [{"finishReason": "SAFETY"}]
    error = error_of(GOOGLE[kind], _json(body))
    assert isinstance(error, Refused)
    assert error.usage == (100, 0)


def test_thoughts_are_in_the_total_at_least() -> None:
    """Whatever the parts say; without a total and parts nobody knows."""
    assert google_usage(100, 150, 20, None) == (100, 50)
    assert google_usage(100, 130, 20, 30) == (100, 50)
    assert google_usage(100, None, 20, None) == (100, 20)
    assert google_usage(100, None, None, None) == (100, None)
    assert google_usage(0, 0, 0) == (None, None)


@pytest.mark.parametrize("kind", GOOGLE)
def test_a_thought_that_looks_like_json_is_no_answer(kind: str) -> None:
    """The older SDK drops the mark of a thought; what makes one object is the answer."""
    for thought in ("{x} is the question", '{"what": []}', "Let me think {"):
        reply = asked(GOOGLE[kind], GOOGLE[kind].reply(GOOD, thought=thought))
        assert read(reply) == SAID
    parts = [{"text": GOOD[:9]}, {"text": GOOD[9:]}]
    body = {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}
    assert asked(GOOGLE[kind], _json(body)).text == GOOD


def test_a_server_without_room_is_worth_another_try() -> None:
    """DeepSeek's own reason for an end."""
    answer = DIALECTS["openai"].reply("", finish="insufficient_system_resource")
    error = error_of(DIALECTS["openai"], answer)
    assert isinstance(error, Unavailable)
    assert error.usage == (100, 50)


# Pauses


def test_a_quota_of_the_minute_is_not_that_of_the_day() -> None:
    """The same kind of error, another quota."""
    quota = {"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}
    details = [{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [quota]}]
    error = {"code": 429, "message": "You exceeded your current quota", "details": details}
    for dialect in GOOGLE.values():
        got = error_of(dialect, _json({"error": error}, 429))
        assert isinstance(got, RateLimited)
        assert not got.daily


def test_retry_after_may_be_a_date_and_is_never_for_ever() -> None:
    """Seconds, milliseconds or a moment; at most a day, whatever a server dreams of."""

    def asks(value: str, header: str = "Retry-After") -> float | None:
        return rejected("m", 429, "slow", headers={header: value}).retry_after

    later = datetime.now(UTC) + timedelta(seconds=90)
    assert asks(format_datetime(later, usegmt=True)) == pytest.approx(90, abs=3)
    assert asks("Thu, 28 Nov 2024 12:00:00 GMT") == 0
    assert asks("1500", "retry-after-ms") == 1.5
    assert asks("99999999999") == asks("9" * 400) == 86_400
    assert [asks(t) for t in ("soon", "", "-5", "nan")] == [None] * 4


def test_a_pause_with_a_503_holds_everyone(dialect: Dialect) -> None:
    """A server that names a time is not asked before, by anybody."""
    failure = dialect.failure(503)
    failure.headers["Retry-After"] = "30"
    error = error_of(dialect, failure)
    assert isinstance(error, Unavailable)
    limiter = Limiter(Pace(), Budget(None, None))
    assert limiter.after(error, 1) == 0.0
    assert 29 < limiter.delay() <= 30


@pytest.mark.parametrize("seconds", [3600, 10**11])
def test_a_long_pause_says_why_nothing_happens(library: Library, seconds: int) -> None:
    """In the line, in the panel and beside the bar; and it can be stopped."""
    dialect = DIALECTS["openai"]
    shown, told = threading.Event(), threading.Event()

    def answer(_: Asked) -> Answer:
        assert shown.wait(10)
        return dialect.limited(seconds=seconds)

    with serve(answer) as server:
        model = dialect.model(server.url, pace=Pace(workers=1))
        run = summarize(IDS, library, model, outline=OUTLINE, background=True)
        assert isinstance(run, Run)
        run._repr_mimebundle_()
        run.on_wait(told.set)  # after the panel, which has heard of it then
        shown.set()
        assert told.wait(10)
        assert "waiting until " in repr(run)
        assert "as the provider asks" in run._panel.children[2].value
        run.stop()
        assert list(run.wait()["outcome"]) == ["left"] * 3
    assert "waiting" not in repr(run)
    assert "to go" not in repr(run)


# Time, keys, credit


def test_an_answer_too_late_is_asked_for_twice_at_most(library: Library, dialect: Dialect) -> None:
    """It may be paid for each time; the error names what to change."""
    over = threading.Event()

    def answer(_: Asked) -> Answer:
        over.wait(20)
        return dialect.reply(GOOD)

    with serve(answer) as server:
        model = dialect.model(server.url, timeout=0.3, pace=Pace(tries=4, backoff=0))
        report = summarize([ID], library, model, outline=OUTLINE)
        over.set()
        count = len(server.asked)
    said = "no complete answer within 0.3 s; give a longer timeout=, or try again later."
    assert report.iloc[0]["error"] == f"{NAME}: {said}"  # type: ignore[union-attr]
    assert count == 2


@pytest.mark.parametrize("key", ["“abc”", "abc\ndef", "ab c"])
def test_a_key_that_cannot_be_sent_is_named(
    dialect: Dialect, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its variable, before anything is sent; never by its value."""
    monkeypatch.setenv("GEMINI_API_KEY", key)
    with pytest.raises(Unauthorized, match=r"the key in GEMINI_API_KEY has a character") as caught:
        dialect.model("http://127.0.0.1:1")
    assert key not in str(caught.value)


@pytest.mark.parametrize("kind", GOOGLE)
def test_googles_other_variable_will_do(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """GOOGLE_API_KEY, where GEMINI_API_KEY is not set."""
    monkeypatch.delenv("GEMINI_API_KEY")
    monkeypatch.setenv("GOOGLE_API_KEY", "other-key")
    with serve(lambda _: GOOGLE[kind].reply(GOOD)) as server:
        GOOGLE[kind].model(server.url).answer(REQUEST)
    assert server.asked[0].headers["x-goog-api-key"] == "other-key"


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_what_no_paper_would_pass_stops_the_batch(
    library: Library, dialect: Dialect, status: int
) -> None:
    """A key, an account or a name that isn't accepted: the others are left, not failed."""

    def answer(asked: Asked) -> Answer:
        return dialect.listing() if asked.method == "GET" else dialect.failure(status, "no")

    with serve(answer) as server:
        model = dialect.model(server.url, pace=Pace(workers=1))
        report = summarize(IDS, library, model, outline=OUTLINE)
    left = report[report["outcome"] == "left"]  # type: ignore[index]
    assert len(left) == 3 - len(library.calls()) > 0
    assert left["error"].str.startswith(NAME).all()
    if status == 402:
        assert left["error"].str.contains("the account has no credit left").all()


def test_a_quota_that_is_spent_is_no_matter_of_days() -> None:
    """OpenAI says 429 where others say 402: waiting does not help."""
    error = rejected("m", 429, {"error": {"code": "insufficient_quota", "message": "You exceeded"}})
    assert (type(error), error.status) == (Unauthorized, 402)
    assert str(error) == "m: the account has no credit left; pay it up and run it again."


def test_an_address_is_shown_without_what_is_secret() -> None:
    """User, password, query and fragment."""
    assert shown("https://us@er:sec@ret@h.org/v1") == "https://h.org/v1"
    assert shown("https://me:secret@h.org:8/v1?api-key=S#x") == "https://h.org:8/v1"
    assert shown("http://127.0.0.1:1") == "http://127.0.0.1:1"
    assert shown("me:secret@h.org/v1") == "h.org/v1"
    assert shown("") == ""

"""Gemini through the real SDK against a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from paperkit.errors import (
    Malformed,
    ModelError,
    RateLimited,
    Refused,
    Truncated,
    Unauthorized,
    Unavailable,
)
from paperkit.models import Model
from paperkit.models.gemini import Gemini
from paperkit.outlines import DIGEST
from paperkit.prompts import make_request
from tests.conftest import make_paper
from tests.servers import Answer, Asked, Server, serve

KEY = "canary-key-7f3a"
REQUEST = make_request(make_paper(), outline=DIGEST)
GOOD = {"summary": [{"text": "It renders avatars.", "evidence": [1]}]}


def reply(text: str = json.dumps(GOOD), *, finish: str = "STOP", **usage: int) -> Answer:
    """Return an answer as the real endpoint gives it."""
    body = {
        "candidates": [
            {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish}
        ],
        "usageMetadata": usage,
        "modelVersion": "gemini-test",
    }
    return Answer(json.dumps(body).encode(), headers={"Content-Type": "application/json"})


def failure(status: int, message: str, details: list[dict[str, object]] | None = None) -> Answer:
    """Return an error as the real endpoint gives it."""
    body = {"error": {"code": status, "message": message, "details": details or []}}
    return Answer(json.dumps(body).encode(), status, {"Content-Type": "application/json"})


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)


def ask(answer: Answer) -> tuple[object, Server]:
    """Return what Gemini makes of the server's answer, and the server."""
    with serve(lambda _: answer) as server:
        model = Gemini("gemini-test", endpoint=server.url, timeout=5)
        return model.answer(REQUEST), server


def raised(answer: Answer) -> ModelError:
    """Return the error that the server's answer ends in."""
    with pytest.raises(ModelError) as caught:
        ask(answer)
    return caught.value


def test_a_reply_comes_back_with_its_usage() -> None:
    """Text and token counts are the server's; thoughts count as output."""
    got, server = ask(reply(promptTokenCount=100, candidatesTokenCount=20, totalTokenCount=150))
    assert json.loads(got.text) == GOOD
    assert (got.model, got.tokens_in, got.tokens_out) == ("gemini-test", 100, 50)
    assert len(server.asked) == 1


def test_the_request_carries_schema_and_fenced_text() -> None:
    """Instructions stand apart from the paper's text; the schema asks for each question."""
    _, server = ask(reply())
    sent = server.asked[0].json
    assert server.asked[0].path.startswith("/v1beta/models/gemini-test:generateContent")
    assert "It is data" in sent["systemInstruction"]["parts"][0]["text"]
    assert REQUEST.source() in sent["contents"][0]["parts"][0]["text"]
    schema = sent["generationConfig"]["responseSchema"]
    assert set(schema["properties"]) == {q.key for q in REQUEST.questions}


def test_missing_usage_is_unknown_not_zero() -> None:
    """A server that counts nothing leaves the counts empty."""
    got, _ = ask(reply())
    assert (got.tokens_in, got.tokens_out) == (None, None)


RETRY = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}]
DAILY = [
    {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
    }
]


def blocked() -> Answer:
    """Return the answer to a blocked prompt."""
    return Answer(b'{"promptFeedback": {"blockReason": "SAFETY"}}')


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (failure(400, "bad request"), Unauthorized),
        (failure(400, "API key not valid. Please pass a valid API key."), Unauthorized),
        (failure(401, "unauthenticated"), Unauthorized),
        (failure(403, "permission denied"), Unauthorized),
        (failure(429, "slow down", RETRY), RateLimited),
        (failure(500, "internal"), Unavailable),
        (failure(503, "overloaded"), Unavailable),
        (failure(504, "deadline"), Unavailable),
        (reply(finish="MAX_TOKENS"), Truncated),
        (reply(finish="SAFETY"), Refused),
        (reply(finish="RECITATION"), Refused),
        (blocked(), Refused),
        (reply(finish="OTHER"), Malformed),
        (Answer(b"<html>not json"), Malformed),
    ],
)
def test_each_fault_is_one_of_our_errors(answer: Answer, kind: type[ModelError]) -> None:
    """Nothing of the SDK's own errors comes through, and nothing is retried by it."""
    with serve(lambda _: answer) as server:
        model = Gemini("gemini-test", endpoint=server.url, timeout=5)
        with pytest.raises(ModelError) as caught:
            model.answer(REQUEST)
    assert type(caught.value) is kind
    # On a 401 the SDK's transport refreshes its credentials twice before it gives up.
    assert len(server.asked) == (3 if answer.status == 401 else 1)
    assert KEY not in str(caught.value)


def test_a_rate_limit_names_its_pause() -> None:
    """RetryInfo is handed on in seconds; a quota of the day is told apart."""
    error, daily = raised(failure(429, "slow", RETRY)), raised(failure(429, "quota", DAILY))
    assert isinstance(error, RateLimited)
    assert isinstance(daily, RateLimited)
    assert (error.retry_after, error.daily) == (7.0, False)
    assert daily.daily is True


def test_an_unknown_model_is_answered_with_the_list() -> None:
    """The error names the models the key may use."""
    models = {
        "models": [{"name": "models/gemini-x", "supportedGenerationMethods": ["generateContent"]}]
    }

    def answer(asked: Asked) -> Answer:
        return Answer(json.dumps(models).encode()) if asked.method == "GET" else failure(404, "no")

    with serve(answer) as server:
        model = Gemini("gemini-old", endpoint=server.url)
        with pytest.raises(Unauthorized, match=r"gemini-old: no such model; .*gemini-x"):
            model.answer(REQUEST)


def test_a_server_that_is_gone_is_unavailable() -> None:
    """A refused connection is worth another try."""
    with serve(lambda _: reply()) as server:
        gone = server.url
    with pytest.raises(Unavailable):
        Gemini("gemini-test", endpoint=gone, timeout=2).answer(REQUEST)


def test_a_missing_key_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key there is no model object, and the error names the variable."""
    monkeypatch.delenv("GEMINI_API_KEY")
    with pytest.raises(Unauthorized, match="GEMINI_API_KEY"):
        Gemini("gemini-test")


def test_the_key_is_in_no_repr() -> None:
    """The model shows its name, not its key, and is a `Model`."""
    model = Gemini("models/gemini-test")
    assert repr(model) == "Gemini('gemini-test', temperature=0.0)"
    assert KEY not in repr(vars(model))
    assert isinstance(model, Model)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield

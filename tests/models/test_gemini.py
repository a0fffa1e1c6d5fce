"""Gemini through the real SDK against a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from paperkit.errors import Unauthorized
from paperkit.models import Model
from paperkit.models.gemini import Gemini
from paperkit.outlines import DIGEST
from paperkit.prompts import make_request
from tests.conftest import make_paper
from tests.servers import Answer, Server, serve

KEY = "canary-key-7f3a"
REQUEST = make_request(make_paper(), outline=DIGEST)
ROW = {"text": "It renders avatars.", "evidence": [1]}
GOOD = {q.key: [ROW] for q in REQUEST.questions}


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


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)


def ask(answer: Answer) -> tuple[object, Server]:
    """Return what Gemini makes of the server's answer, and the server."""
    with serve(lambda _: answer) as server:
        model = Gemini("gemini-test", endpoint=server.url, timeout=5)
        return model.answer(REQUEST), server


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


def test_the_temperature_is_the_models_own_unless_given() -> None:
    """What nobody chose is not sent."""
    for given in (None, 0.0):
        with serve(lambda _: reply()) as server:
            Gemini("gemini-test", endpoint=server.url, temperature=given).answer(REQUEST)
        assert server.asked[0].json["generationConfig"].get("temperature") == given


def test_missing_usage_is_unknown_not_zero() -> None:
    """A server that counts nothing leaves the counts empty."""
    got, _ = ask(reply())
    assert (got.tokens_in, got.tokens_out) == (None, None)


def test_a_missing_key_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key there is no model object, and the error names the variable."""
    monkeypatch.delenv("GEMINI_API_KEY")
    with pytest.raises(Unauthorized, match="GEMINI_API_KEY"):
        Gemini("gemini-test")


def test_the_key_is_in_no_repr() -> None:
    """The model shows its name, not its key, and is a `Model`."""
    model = Gemini("models/gemini-test")
    assert repr(model) == "Gemini('gemini-test', temperature=None)"
    assert KEY not in repr(vars(model))
    assert isinstance(model, Model)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield

"""OpenAIChat through the real SDK against a server on loopback; its faults are in test_faults."""

from __future__ import annotations

import pickle
import sys
from dataclasses import replace
from typing import Any

import pytest

from paperkit.errors import ModelError, Unauthorized
from paperkit.models import Model
from paperkit.models.openai import OpenAIChat
from paperkit.outlines import DIGEST
from paperkit.prompts import make_request
from tests.conftest import make_paper
from tests.models.dialects import DIALECTS
from tests.servers import Asked, serve

KEY = "canary-key-7f3a"
REQUEST = make_request(make_paper(), outline=DIGEST)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def sent(output_limit: int | None = None, **options: Any) -> Asked:
    """Return what a server on loopback was asked."""
    with serve(lambda _: DIALECTS["openai"].reply("{}")) as server:
        model = OpenAIChat("some", base_url=f"{server.url}/v1", **options)
        model.answer(replace(REQUEST, output_limit=output_limit))
    return server.asked[0]


def test_the_schema_is_strict() -> None:
    """Every object allows nothing beside its properties, and requires all of them."""
    body = sent(output_limit=900, temperature=0.0).json
    wanted = body["response_format"]["json_schema"]
    assert wanted["strict"] is True
    objects = [wanted["schema"]]
    objects += [p["items"] for p in wanted["schema"]["properties"].values()]
    assert all(o["additionalProperties"] is False for o in objects)
    assert all(set(o["required"]) == set(o["properties"]) for o in objects)
    assert (body["max_tokens"], body["temperature"]) == (900, 0.0)


def test_servers_without_schemas_are_asked_for_objects_or_text() -> None:
    """What a server does not understand is not sent; the instructions name JSON anyway."""
    assert sent(structured="object").json["response_format"] == {"type": "json_object"}
    plain = sent(structured="text").json
    assert "response_format" not in plain
    assert "temperature" not in plain
    assert "JSON object" in plain["messages"][0]["content"]


def test_a_server_on_this_machine_gets_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """OPENAI_API_KEY is for OpenAI; a local server gets it only when told by name."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert KEY not in sent().headers["authorization"]
    monkeypatch.setenv("VLLM_KEY", "other")
    assert sent(key="VLLM_KEY").headers["authorization"] == "Bearer other"


def test_what_is_local_is_free_and_what_is_not_needs_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Loopback is local; anything else is not, and is refused without its key."""
    assert OpenAIChat("some", base_url="http://localhost:11434/v1").local
    with pytest.raises(Unauthorized, match="DEEPSEEK_API_KEY"):
        OpenAIChat("some", base_url="https://api.deepseek.com", key="DEEPSEEK_API_KEY")
    with pytest.raises(Unauthorized, match="OPENAI_API_KEY"):
        OpenAIChat("some", base_url="https://127.0.0.1.example.org/v1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert not OpenAIChat("some").local


def test_neither_repr_nor_pickle_has_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor the password in a server's address."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model = OpenAIChat("some", base_url="https://me:secret@example.org/v1")
    model.prepare()
    assert repr(model) == "OpenAIChat('some', base_url='https://example.org/v1')"
    assert KEY.encode() not in pickle.dumps(model)
    assert isinstance(pickle.loads(pickle.dumps(model)), Model)


def test_a_missing_sdk_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ModelError, match=r"pip install 'paperkit\[openai\]'"):
        OpenAIChat("some", base_url="http://127.0.0.1:1/v1")

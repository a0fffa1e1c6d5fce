"""OpenAIChat through the real SDK against a server on loopback; its faults are in tests/faults."""

from __future__ import annotations

import logging
import pickle
import sys
from base64 import b64encode
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from paperkit.errors import ModelError, Unauthorized
from paperkit.models import Model
from paperkit.models.openai import OpenAIChat
from paperkit.models.remote import Line
from paperkit.outlines import DIGEST
from paperkit.prompts import make_request
from tests.conftest import make_paper
from tests.models.dialects import DIALECTS
from tests.servers import Asked, serve

KEY = "canary-key-7f3a"
REQUEST = make_request(make_paper(), outline=DIGEST)


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
    assert plain["temperature"] == 0
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


@pytest.mark.parametrize(
    "address", ["https://me:s@secret@example.org/v1", "https://example.org/v1?api-key=secret"]
)
def test_neither_repr_nor_pickle_has_the_key(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor the password or the key in a server's address."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model = OpenAIChat("some", base_url=address)
    model.prepare()
    assert repr(model) == "OpenAIChat('some', base_url='https://example.org/v1')"
    assert model.base_url == model.provider[0] == "https://example.org/v1"
    assert "secret" not in repr(vars(model))
    pickled = pickle.dumps(model)
    assert KEY.encode() not in pickled
    assert b"secret" not in pickled
    assert isinstance(pickle.loads(pickled), Model)


def test_what_is_in_the_address_is_sent_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A user as a header, a query with each request."""
    caplog.set_level(logging.INFO)
    with serve(lambda _: DIALECTS["openai"].reply("{}")) as server:
        here = server.url.replace("//", "//me:secret@")
        OpenAIChat("some", base_url=f"{here}/v1?version=2").answer(REQUEST)
    asked = server.asked[0]
    assert asked.headers["authorization"] == f"Basic {b64encode(b'me:secret').decode()}"
    assert asked.path == "/v1/chat/completions?version=2"
    assert "secret" not in caplog.text


def test_what_is_for_openai_goes_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The organization, the project and the headers that the SDK reads of the environment."""
    monkeypatch.setenv("OPENAI_ORG_ID", "private-org")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "private-project")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Own: private-header")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "private-key")
    assert "private" not in str(sent().headers)


def kept(options: dict[str, object]) -> Callable[..., Any]:
    """Return a call that keeps what it is given and answers nothing."""

    def create(**given: object) -> Any:
        options.update(given)
        return nullcontext(SimpleNamespace(iter_lines=lambda: ["{}"]))

    return create


def test_openais_own_server_gets_what_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The new name of the limit, and the organization; nothing is sent here."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "mine")
    for address in ("https://api.openai.com/v1", "https://api.openai.com/v1/"):
        model = OpenAIChat("some", base_url=address)
        model.prepare()
        assert model._client.organization == "mine"
        options: dict[str, object] = {}
        monkeypatch.setattr(
            model._client.chat.completions.with_streaming_response,
            "create",
            kept(options),
        )
        model._send(replace(REQUEST, output_limit=900), Line(), None)
        assert "temperature" not in options
        assert options["max_completion_tokens"] == 900
        assert "max_tokens" not in options


def test_a_missing_sdk_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ModelError, match=r"pip install 'paperkit\[openai\]'"):
        OpenAIChat("some", base_url="http://127.0.0.1:1/v1")

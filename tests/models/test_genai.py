"""GenAI through the real SDK against a server on loopback; its faults are in tests/faults."""

from __future__ import annotations

import json
import pickle
import sys
from dataclasses import replace

import pytest

from paperkit.errors import ModelError, Unauthorized
from paperkit.models import Model
from paperkit.models.genai import GenAI
from paperkit.outlines import DIGEST
from paperkit.prompts import make_request
from tests.conftest import make_paper
from tests.models.dialects import DIALECTS
from tests.servers import serve

KEY = "canary-key-7f3a"
REQUEST = make_request(make_paper(), outline=DIGEST)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)


def test_the_request_carries_thinking_budget_schema_and_limit() -> None:
    """Each option arrives under the API's own name; instructions stand apart from the text."""
    with serve(lambda _: DIALECTS["genai"].reply("{}")) as server:
        model = GenAI("models/some", endpoint=server.url, thinking=0)
        model.answer(replace(REQUEST, output_limit=900))
    sent = server.asked[0].json
    config = sent["generationConfig"]
    # The API's JSON takes both spellings; the SDK's versions differ.
    assert config["thinkingConfig"] in ({"thinkingBudget": 0}, {"thinking_budget": 0})
    assert ("temperature" in config, config["maxOutputTokens"]) == (False, 900)
    assert config["responseJsonSchema"]["required"] == [q.key for q in REQUEST.questions]
    assert "It is data" in sent["systemInstruction"]["parts"][0]["text"]
    assert server.asked[0].path.startswith("/v1beta/models/some:generateContent")


def test_thinking_is_a_level_or_a_number_of_tokens() -> None:
    """A word goes under the name that newer models know; a temperature goes when it is given."""
    with serve(lambda _: DIALECTS["genai"].reply("{}")) as server:
        GenAI("some", endpoint=server.url, thinking="low", temperature=0.5).answer(REQUEST)
    config = server.asked[0].json["generationConfig"]
    (level,) = config["thinkingConfig"].values()
    assert [name.replace("_", "").lower() for name in config["thinkingConfig"]] == ["thinkinglevel"]
    assert (str(level).lower(), config["temperature"]) == ("low", 0.5)


def test_thoughts_are_paid_as_output() -> None:
    """They count among the tokens received."""
    with serve(lambda _: DIALECTS["genai"].reply("{}")) as server:
        reply = GenAI("some", endpoint=server.url).answer(REQUEST)
    assert (reply.tokens_in, reply.tokens_out) == (100, 50)


def test_neither_repr_nor_pickle_has_the_key() -> None:
    """What goes to another process takes the key from the environment there."""
    model = GenAI("some", thinking=5)
    model.prepare()
    assert repr(model) == "GenAI('some', temperature=None, thinking=5)"
    assert KEY.encode() not in pickle.dumps(model)
    assert pickle.loads(pickle.dumps(model)).parameters == model.parameters
    assert isinstance(model, Model)


def test_what_is_missing_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is not set, an SDK that is not installed."""
    monkeypatch.delenv("GEMINI_API_KEY")
    with pytest.raises(Unauthorized, match="GEMINI_API_KEY"):
        GenAI("some")
    monkeypatch.setitem(sys.modules, "google.genai", None)
    with pytest.raises(ModelError, match=r"pip install 'paperkit\[genai\]'"):
        GenAI("some")


def test_parameters_are_a_part_of_what_is_known() -> None:
    """Another thinking budget is another question."""
    keys = {REQUEST.key("m", GenAI("m", thinking=n).parameters) for n in (None, 0, 100)}
    assert len(keys) == 3
    assert json.dumps(dict(GenAI("m").parameters)) == '{"temperature": null, "thinking": null}'

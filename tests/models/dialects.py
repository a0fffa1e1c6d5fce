"""What the three providers' servers say on the wire, as answers for a server on loopback."""

from __future__ import annotations

import json
from typing import Any

from paperkit.models import Model
from paperkit.models.gemini import Gemini
from paperkit.models.genai import GenAI
from paperkit.models.openai import OpenAIChat
from tests.servers import Answer, Asked

NAME = "some-model"
JSON = {"Content-Type": "application/json"}


def _json(data: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer(json.dumps(data).encode(), status, {**JSON, **(headers or {})})


class Google:
    """The Gemini API, which two SDKs speak."""

    def __init__(self, kind: type[Gemini] | type[GenAI]) -> None:
        self.kind = kind

    def model(self, url: str, **options: Any) -> Model:
        return self.kind(NAME, endpoint=url, **options)

    def reply(
        self, text: str | None, *, finish: str = "STOP", usage: bool = True, thought: str = ""
    ) -> Answer:
        parts: list[dict[str, object]] = [{"text": thought, "thought": True}] if thought else []
        parts += [] if text is None else [{"text": text}]
        candidate = {"content": {"role": "model", "parts": parts}, "finishReason": finish}
        body: dict[str, object] = {"candidates": [candidate]}
        if usage:
            counts = {"promptTokenCount": 100, "candidatesTokenCount": 20}
            body["usageMetadata"] = {**counts, "thoughtsTokenCount": 30, "totalTokenCount": 150}
        return _json(body)

    def truncated(self, text: str | None) -> Answer:
        return self.reply(text, finish="MAX_TOKENS")

    def refused(self, why: str) -> Answer:
        return self.reply(None, finish=why)

    def blocked(self) -> Answer:
        return _json({"promptFeedback": {"blockReason": "SAFETY"}})

    def unknown_end(self) -> Answer:
        return self.reply("{}", finish="OTHER")

    def failure(self, status: int, message: str = "no") -> Answer:
        return _json({"error": {"code": status, "message": message, "details": []}}, status)

    def limited(self, *, seconds: float | None = None, daily: bool = False) -> Answer:
        details: list[dict[str, object]] = []
        if seconds is not None:
            kind = "type.googleapis.com/google.rpc.RetryInfo"
            details.append({"@type": kind, "retryDelay": f"{seconds}s"})
        if daily:
            quota = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}
            kind = "type.googleapis.com/google.rpc.QuotaFailure"
            details.append({"@type": kind, "violations": [quota]})
        return _json({"error": {"code": 429, "message": "slow", "details": details}}, 429)

    def listing(self) -> Answer:
        row = {"name": "models/other", "supportedGenerationMethods": ["generateContent"]}
        return _json({"models": [row]})

    def prompt(self, asked: Asked) -> str:
        return asked.json["contents"][0]["parts"][0]["text"]


class OpenAI:
    """Chat completions, as OpenAI and many local servers speak them."""

    def model(self, url: str, **options: Any) -> Model:
        return OpenAIChat(NAME, base_url=f"{url}/v1", key="GEMINI_API_KEY", **options)

    def reply(
        self, text: str | None, *, finish: str = "stop", usage: bool = True, thought: str = ""
    ) -> Answer:
        content = f"<think>{thought}</think>\n{text}" if thought else text
        message = {"role": "assistant", "content": content}
        body: dict[str, object] = {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": NAME,
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        }
        if usage:
            counts = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
            body["usage"] = counts
        return _json(body)

    def truncated(self, text: str | None) -> Answer:
        return self.reply(text, finish="length")

    def refused(self, why: str) -> Answer:
        return self.reply(None, finish="content_filter")

    def blocked(self) -> Answer:
        return _json({"error": {"message": "blocked", "code": "content_filter"}}, 400)

    def unknown_end(self) -> Answer:
        return self.reply("{}", finish="other")

    def failure(self, status: int, message: str = "no") -> Answer:
        return _json({"error": {"message": message, "type": "x", "code": None}}, status)

    def limited(self, *, seconds: float | None = None, daily: bool = False) -> Answer:
        headers = {} if seconds is None else {"Retry-After": str(seconds)}
        unit = "requests per day (RPD)" if daily else "requests per min (RPM)"
        return _json({"error": {"message": f"Rate limit reached on {unit}"}}, 429, headers)

    def listing(self) -> Answer:
        row = {"id": "other", "object": "model", "created": 1, "owned_by": "me"}
        return _json({"object": "list", "data": [row]})

    def prompt(self, asked: Asked) -> str:
        return asked.json["messages"][1]["content"]


Dialect = Google | OpenAI
DIALECTS: dict[str, Dialect] = {
    "gemini": Google(Gemini),
    "genai": Google(GenAI),
    "openai": OpenAI(),
}

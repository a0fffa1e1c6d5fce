"""Gemini: the only module that knows google-generativeai (over REST, its own retries off)."""

from __future__ import annotations

import json
import os
import threading
import warnings
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from paperkit.errors import (
    Malformed,
    ModelError,
    RateLimited,
    Refused,
    Truncated,
    Unauthorized,
    Unavailable,
)
from paperkit.prompts import Reply, Request

KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
"""The environment variables the key is looked for in, first come first served."""

_REFUSALS = {
    3: "safety",
    4: "recitation",
    7: "blocklist",
    8: "prohibited content",
    9: "personal data",
}
_STOP, _MAX_TOKENS = 1, 2


class Gemini:
    """A model of Google's Gemini API, asked through google-generativeai.

    >>> Gemini("gemini-2.5-flash")

    The key comes from the environment (`KEYS`) when the first question is asked, and is kept
    nowhere else. ``temperature`` 0 asks for the same answer every time; ``timeout`` is in
    seconds; ``endpoint`` is another server's address, like ``http://127.0.0.1:8080``.

    Raises:
        Unauthorized: no key is set.
    """

    local = False

    def __init__(
        self,
        name: str,
        *,
        temperature: float = 0.0,
        timeout: float = 120.0,
        endpoint: str | None = None,
    ) -> None:
        self._name = name.removeprefix("models/")
        self.parameters: Mapping[str, Any] = {"temperature": temperature}
        self.timeout = timeout
        self.endpoint = endpoint
        self._lock = threading.Lock()
        self._client: Any = None
        _key(self._name)

    def __repr__(self) -> str:
        """Return the constructor call, without the key."""
        return f"Gemini({self._name!r}, temperature={self.parameters['temperature']})"

    @property
    def name(self) -> str:
        """Return the model's name as the API lists it, without ``models/``."""
        return self._name

    def answer(self, request: Request) -> Reply:
        """Return the model's reply, or raise a `ModelError` that says what to do."""
        from google.api_core import exceptions
        from google.auth.exceptions import GoogleAuthError
        from google.protobuf.json_format import ParseError
        from requests import RequestException

        try:
            response = self._model(request).generate_content(
                request.source() + "\n\n" + request.task(),
                request_options={"timeout": self.timeout, "retry": None},
            )
        except (exceptions.GoogleAPIError, GoogleAuthError, RequestException) as error:
            raise self._error(error) from None  # the cause may carry the key in its address
        except (ParseError, ValueError, TypeError) as error:
            raise Malformed(f"{self._name}: the server's answer is no JSON; ask again.") from error
        return self._reply(response)

    def models(self) -> list[str]:
        """Return the names of the models this key may use."""
        found = _sdk().list_models(client=self._connect("ModelServiceClient"))
        wanted = "generateContent"
        return [
            m.name.removeprefix("models/")
            for m in found
            if wanted in m.supported_generation_methods
        ]

    def _model(self, request: Request) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._connect("GenerativeServiceClient")
        model = _sdk().GenerativeModel(
            self._name,
            system_instruction=request.instructions(),
            generation_config={
                "temperature": self.parameters["temperature"],
                "response_mime_type": "application/json",
                "response_schema": request.schema(),
            },
        )
        # The SDK's own way to a client is global state; a client of our own keeps keys apart.
        model._client = self._client
        return model

    def _connect(self, kind: str) -> Any:
        from google.ai import generativelanguage

        options = {"api_key": _key(self._name)}
        if self.endpoint:
            options["api_endpoint"] = self.endpoint
        return getattr(generativelanguage, kind)(transport="rest", client_options=options)

    def _reply(self, response: Any) -> Reply:
        if not response.candidates:
            reason = response.prompt_feedback.block_reason
            raise Refused(f"{self._name}: the prompt was blocked ({reason!s}); skip this paper.")
        candidate = response.candidates[0]
        finish = int(candidate.finish_reason)
        if finish in _REFUSALS:
            raise Refused(f"{self._name}: no reply ({_REFUSALS[finish]}); skip this paper.")
        if finish == _MAX_TOKENS:
            raise Truncated(f"{self._name}: the reply was cut off at the output limit.")
        if finish != _STOP:
            raise Malformed(f"{self._name}: the reply ended for reason {finish}; ask again.")
        text = "".join(p.text for p in candidate.content.parts if not getattr(p, "thought", False))
        usage = response.usage_metadata
        total = usage.total_token_count or 0
        return Reply(
            text=text,
            model=self._name,
            tokens_in=usage.prompt_token_count or None,
            # The API counts thoughts into the total alone; they are paid as output.
            tokens_out=max(usage.candidates_token_count, total - usage.prompt_token_count) or None,
        )

    def _error(self, error: Exception) -> ModelError:
        from google.api_core import exceptions as api

        status = getattr(error, "code", None)
        if isinstance(error, api.TooManyRequests):
            return _rate_limited(self._name, error)
        if isinstance(error, api.NotFound):
            return Unauthorized(f"{self._name}: no such model; {self._known()}")
        if isinstance(error, (api.Unauthorized, api.Forbidden)) or "API key" in str(error):
            return Unauthorized(
                f"{self._name}: the key is not accepted; check {' or '.join(KEYS)}."
            )
        if isinstance(error, api.ClientError):
            said = _without_key(str(getattr(error, "message", error)))[:200]
            return Unauthorized(f"{self._name}: the server refuses the request ({said}).")
        detail = f"HTTP {int(status)}" if status else type(error).__name__
        return Unavailable(f"{self._name}: the server fails ({detail}); try again later.")

    def _known(self) -> str:
        from google.api_core import exceptions
        from requests import RequestException

        try:
            return f"this key may use {', '.join(self.models()) or 'none'}."
        except (exceptions.GoogleAPIError, RequestException, ValueError):
            return "see https://ai.google.dev/gemini-api/docs/models for their names."


def _sdk() -> Any:
    """Return google-generativeai; its notice of retirement is for us, not for each notebook."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return import_module("google.generativeai")


def _key(name: str) -> str:
    for variable in KEYS:
        if value := os.environ.get(variable, "").strip():
            return value
    raise Unauthorized(
        f"{name}: no key; set {KEYS[0]} in the environment before Jupyter starts, "
        "or use Extractive(), which needs none."
    )


def _without_key(text: str) -> str:
    for variable in KEYS:
        if value := os.environ.get(variable, "").strip():
            text = text.replace(value, "…")
    return text


def _rate_limited(name: str, error: Any) -> RateLimited:
    details = json.dumps([_plain(d) for d in getattr(error, "details", ())], default=str)
    daily = "PerDay" in details
    seconds = _retry_delay(getattr(error, "details", ()))
    wait = "the quota of the day is used up; go on tomorrow" if daily else "too many requests"
    return RateLimited(f"{name}: {wait}.", retry_after=seconds, daily=daily)


def _retry_delay(details: Any) -> float | None:
    for detail in details:
        text = str(_plain(detail).get("retryDelay", ""))
        if text.endswith("s"):
            try:
                return float(text[:-1])
            except ValueError:
                return None
    return None


def _plain(detail: Any) -> dict[str, Any]:
    if isinstance(detail, Mapping):
        return dict(detail)
    delay = getattr(detail, "retry_delay", None)
    seconds = getattr(delay, "seconds", None)
    return {"text": str(detail)} if seconds is None else {"retryDelay": f"{seconds}s"}

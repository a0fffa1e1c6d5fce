"""Gemini: the only module that knows google-generativeai (over REST, its own retries off)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from paperkit.errors import ModelError, Unauthorized, count, explained
from paperkit.models import Pace
from paperkit.models.remote import (
    Line,
    Remote,
    Tokens,
    blocked,
    broken,
    ended,
    google_usage,
    key_of,
    rejected,
    shown,
    unreadable,
)
from paperkit.prompts import Reply, Request

KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
"""The environment variables the key is looked for in, first come first served."""


@explained
class Gemini(Remote):
    """A model of Google's Gemini API, asked through google-generativeai.

    >>> Gemini("gemini-3.8-flash")

    The key comes from the environment, GEMINI_API_KEY or GOOGLE_API_KEY, when the first question
    is asked, and is kept nowhere else. ``temperature`` None leaves it to the model, as Google
    advises for Gemini 3 and later (https://ai.google.dev/gemini-api/docs/gemini-3); 0 suits older
    ones. ``timeout`` is how long a whole answer may take, in seconds; ``endpoint`` is another
    server's address, like ``http://127.0.0.1:8080``; ``pace`` is how fast it may be asked.

    Raises:
        Unauthorized: no key is set.
    """

    local = False
    keys = KEYS

    def __init__(
        self,
        name: str,
        *,
        temperature: float | None = None,
        timeout: float = 120.0,
        endpoint: str | None = None,
        pace: Pace | None = None,
    ) -> None:
        name = name.removeprefix("models/")
        super().__init__(name, timeout=timeout, pace=pace, address=endpoint)
        self.parameters: Mapping[str, Any] = {"temperature": temperature}
        key_of(self._name, KEYS)

    def __repr__(self) -> str:
        """Return the constructor call, without the key."""
        return f"Gemini({self._name!r}, temperature={self.parameters['temperature']})"

    @property
    def endpoint(self) -> str | None:
        """Return the server's address, without a password; None is Google's own."""
        return shown(self._address) or None

    def _models(self) -> list[str]:
        client = self._connect("ModelServiceClient")
        options = {"timeout": self.timeout, "retry": None}
        found = _sdk().list_models(client=client, request_options=options)
        return [
            m.name.removeprefix("models/")
            for m in found
            if "generateContent" in m.supported_generation_methods
        ]

    def _send(self, request: Request, line: Line, watch: Any) -> Any:
        config: dict[str, Any] = {}
        if (schema := request.schema()) is not None:
            config["response_mime_type"] = "application/json"
            config["response_schema"] = _plain(schema)
        if self.parameters["temperature"] is not None:
            config["temperature"] = self.parameters["temperature"]
        if request.output_limit is not None:
            config["max_output_tokens"] = request.output_limit
        model = _sdk().GenerativeModel(
            self._name, system_instruction=request.instructions(), generation_config=config
        )
        # The SDK's own way to a client is global state; a client of our own keeps keys apart.
        model._client = self._client
        return model.generate_content(
            request.source() + "\n\n" + request.task(),
            request_options={"timeout": self.timeout, "retry": None},
        )

    def _connect(self, kind: str = "GenerativeServiceClient") -> Any:
        from google.ai import generativelanguage

        _sdk()
        options = {"api_key": key_of(self._name, KEYS)}
        if self._address:
            options["api_endpoint"] = str(self._address)
        client = getattr(generativelanguage, kind)(transport="rest", client_options=options)
        session = client.transport._session
        session.max_redirects = 0  # the paper and the key go to this address or nowhere
        session.trust_env = not self.on_loopback
        session.hooks["response"].append(self._look)
        return client

    def _look(self, response: Any, **_: Any) -> None:
        """Raise what is no reply, before the SDK takes it for an empty one."""
        if response.status_code == 200:
            self._heard(response.text)

    def _reply(self, response: Any) -> Reply:
        usage = _usage(response.usage_metadata)
        if not response.candidates:
            found = response.prompt_feedback.block_reason
            if not found:
                raise unreadable(self._name, usage)
            raise blocked(self._name, getattr(found, "name", str(found)), usage)
        candidate = response.candidates[0]
        reason = getattr(candidate.finish_reason, "name", str(candidate.finish_reason))
        if (error := ended(self._name, reason, usage)) is not None:
            raise error
        # The SDK drops the mark of a thought; the reader of replies tells it from the answer.
        text = "".join(p.text for p in candidate.content.parts)
        cached = count(getattr(response.usage_metadata, "cached_content_token_count", None))
        counts = dict(zip(("tokens_in", "tokens_out"), usage, strict=True))
        return Reply(text=text, model=self._name, tokens_cached=cached, **counts)

    def _error(self, error: Exception) -> ModelError:
        from google.api_core.exceptions import GoogleAPIError
        from google.auth.exceptions import GoogleAuthError

        if isinstance(error, GoogleAuthError):
            said = f"{self._name}: the key is not accepted; check {' or '.join(KEYS)}."
            return Unauthorized(said, status=401)
        if not isinstance(error, GoogleAPIError) or not getattr(error, "code", None):
            return broken(self._name, error)
        response: Any = getattr(error, "response", None)
        try:
            body: Any = response.json()
        except (ValueError, AttributeError):
            body = getattr(response, "text", None) or str(error)
        headers = getattr(response, "headers", None)
        status = int(getattr(error, "code", 0))
        return rejected(
            self._name, status, body, headers=headers, variables=KEYS, known=self._known
        )


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without the least number of items, which this SDK does not know."""
    found = {k: v for k, v in schema.items() if k != "minItems"}
    if "properties" in found:
        found["properties"] = {k: _plain(v) for k, v in found["properties"].items()}
    return found


def _usage(usage: Any) -> Tokens:
    """Return the tokens sent and received; the SDK shows thoughts in the total alone."""
    return google_usage(
        usage.prompt_token_count, usage.total_token_count, usage.candidates_token_count
    )


def _sdk() -> Any:
    """Return google-generativeai; its notices are for us, not for each notebook."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        warnings.filterwarnings("ignore", message="SOCKS support")
        return import_module("google.generativeai")

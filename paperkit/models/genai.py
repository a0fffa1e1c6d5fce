"""GenAI: the only module that knows google-genai, the maintained SDK of the Gemini API."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Literal, get_args

from paperkit.errors import ModelError, count, explained
from paperkit.models import Pace
from paperkit.models.gemini import KEYS
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
from paperkit.prompts import Reply, Request, strict

Tier = Literal["standard", "flex"]

_FLEX = Pace(workers=8, tries=8, backoff=2.0)
"""How fast the cheap tier is asked: it is slow, and turns away what it has no room for."""

_INSTALL = "google-genai is not installed; run pip install 'paperkit[genai]'."


@explained
class GenAI(Remote):
    """A model of Google's Gemini API, asked through google-genai (``pip install paperkit[genai]``).

    >>> GenAI("gemini-3.8-flash", thinking="low")

    ``thinking`` is how much the model may think: a level (minimal, low, medium, high) for Gemini 3
    and later, the most tokens (0: none) for older ones, None: as the model likes. Thoughts are paid
    as output and never shown. ``tier`` "flex" costs half and takes minutes instead of seconds: a
    server without room sheds requests, which are sent again later
    (https://ai.google.dev/gemini-api/docs/flex-inference). With ``stragglers="standard"`` what was
    shed at every try goes out once more at the standard tier and its price. The other options are
    those of `Gemini`, and so is the key's place: the environment, GEMINI_API_KEY or GOOGLE_API_KEY.

    Raises:
        ModelError: the SDK is not installed, or no key is set.
    """

    local = False
    keys = KEYS

    def __init__(
        self,
        name: str,
        *,
        temperature: float | None = None,
        thinking: int | str | None = None,
        tier: Tier = "standard",
        stragglers: Literal["standard"] | None = None,
        timeout: float | None = None,
        endpoint: str | None = None,
        pace: Pace | None = None,
    ) -> None:
        name = name.removeprefix("models/")
        if tier not in get_args(Tier):
            raise ModelError(f"{name}: no tier {tier!r}; give 'standard' or 'flex'.")
        if stragglers not in (None, "standard"):
            raise ModelError(f"{name}: no tier {stragglers!r} for stragglers; give 'standard'.")
        flex = tier == "flex"
        seconds = timeout or (900.0 if flex else 120.0)
        super().__init__(
            name, timeout=seconds, pace=pace or (_FLEX if flex else None), address=endpoint
        )
        self.tier, self.stragglers = tier, stragglers if flex else None
        self.discount = 0.5 if flex else 1.0
        self.parameters: Mapping[str, Any] = {"temperature": temperature, "thinking": thinking}
        _sdk()
        key_of(self._name, KEYS)

    def __repr__(self) -> str:
        """Return the constructor call, without the key."""
        options = ", ".join(f"{k}={v}" for k, v in self.parameters.items())
        return f"GenAI({self._name!r}, {options})"

    @property
    def provider(self) -> tuple[str, ...]:
        """Return whose limits count: each tier has its own."""
        return (*super().provider, *(() if self.tier == "standard" else (self.tier,)))

    @property
    def endpoint(self) -> str | None:
        """Return the server's address, without a password; None is Google's own."""
        return shown(self._address) or None

    def _models(self) -> list[str]:
        return [
            str(m.name).removeprefix("models/")
            for m in self._client.models.list()
            if "generateContent" in (m.supported_actions or ())
        ]

    def _connect(self) -> Any:
        options = {
            "base_url": str(self._address) or None,
            "api_version": "v1beta",
            "timeout": max(1, int(self.timeout * 1000)),  # milliseconds
            "retry_options": {"attempts": 1},
            "client_args": {
                "follow_redirects": False,  # the paper and the key go to this address or nowhere
                "trust_env": not self.on_loopback,
                "event_hooks": {"response": [self._look]},
            },
        }
        return _sdk().Client(
            api_key=key_of(self._name, KEYS),
            vertexai=False,
            http_options={k: v for k, v in options.items() if v is not None},
        )

    def _look(self, response: Any) -> None:
        """Raise what is no reply, before the SDK takes it for an empty one."""
        if response.status_code == 200:
            response.read()
            self._heard(response.text)

    def _send(self, request: Request, line: Line, watch: Any) -> Any:
        config: dict[str, Any] = {
            "system_instruction": request.instructions(),
            "automatic_function_calling": {"disable": True},
        }
        if (schema := request.schema()) is not None:
            config["response_mime_type"] = "application/json"
            config["response_json_schema"] = strict(schema)
        if self.tier != "standard" and not request.urgent:
            config["service_tier"] = self.tier
        if self.parameters["temperature"] is not None:
            config["temperature"] = self.parameters["temperature"]
        thinking = self.parameters["thinking"]
        if thinking is not None:
            kind = "thinking_level" if isinstance(thinking, str) else "thinking_budget"
            config["thinking_config"] = {kind: thinking}
        if request.output_limit is not None:
            config["max_output_tokens"] = request.output_limit
        contents = request.source() + "\n\n" + request.task()
        return self._client.models.generate_content(
            model=self._name, contents=contents, config=config
        )

    def _reply(self, response: Any) -> Reply:
        usage = _usage(response.usage_metadata)
        if not response.candidates:
            reason = getattr(response.prompt_feedback, "block_reason", None)
            if not reason:
                raise unreadable(self._name, usage)
            raise blocked(self._name, getattr(reason, "name", str(reason)), usage)
        candidate = response.candidates[0]
        finish = candidate.finish_reason
        reason = str(getattr(finish, "name", finish or ""))
        if (error := ended(self._name, reason, usage)) is not None:
            raise error
        parts = (candidate.content.parts if candidate.content else None) or ()
        text = "".join(p.text for p in parts if p.text and not p.thought)
        cached = count(getattr(response.usage_metadata, "cached_content_token_count", None))
        counts = dict(zip(("tokens_in", "tokens_out"), usage, strict=True))
        return Reply(text=text, model=self._name, tokens_cached=cached, **counts)

    def _error(self, error: Exception) -> ModelError:
        from google.genai.errors import APIError

        if not isinstance(error, APIError):
            return broken(self._name, error)
        headers = getattr(error.response, "headers", None)
        code = int(error.code or 0)
        return rejected(
            self._name, code, error.details, headers=headers, variables=KEYS, known=self._known
        )


def _usage(usage: Any) -> Tokens:
    """Return the tokens sent and received; thoughts are received, and paid, too."""
    if usage is None:
        return None, None
    return google_usage(
        usage.prompt_token_count,
        usage.total_token_count,
        usage.candidates_token_count,
        usage.thoughts_token_count,
    )


def _sdk() -> Any:
    try:
        return import_module("google.genai")
    except ImportError:
        raise ModelError(_INSTALL) from None

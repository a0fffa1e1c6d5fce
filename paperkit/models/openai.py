"""OpenAIChat: the only module that knows the openai SDK, for any server that speaks its protocol.

Ollama, vLLM, llama.cpp, DeepSeek, OpenAI and many others do.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from paperkit.errors import Malformed, ModelError, Unauthorized, Unavailable, count
from paperkit.models import Pace
from paperkit.models.remote import (
    Remote,
    Tokens,
    bare,
    broken,
    ended,
    key_of,
    rejected,
    shown,
    unreadable,
)
from paperkit.prompts import Reply, Request, strict

KEY = "OPENAI_API_KEY"
"""The environment variable the key is looked for in, unless another is named."""

Structured = Literal["schema", "object", "text"]

_OWN = "https://api.openai.com/v1"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_INSTALL = "openai is not installed; run pip install 'paperkit[openai]'."


class OpenAIChat(Remote):
    """A model behind any OpenAI-compatible server (``pip install paperkit[openai]``).

    >>> OpenAIChat("qwen3", base_url="http://127.0.0.1:11434/v1")

    A server on this machine needs no key and counts as local: nothing leaves, nothing is paid.
    For others the key comes from the environment variable that ``key`` names, OPENAI_API_KEY unless
    told otherwise. A user or a query in the address is sent and never shown. ``structured`` says
    what the server understands: a JSON schema, only JSON objects (DeepSeek), or neither.
    ``temperature`` None leaves it to the server, as OpenAI's thinking models demand; 0 suits small
    models on one's own machine. ``timeout`` is how long a whole answer may take, in seconds;
    ``pace`` is how fast it may be asked.

    Raises:
        ModelError: the SDK is not installed, or no key is set.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str = _OWN,
        key: str = KEY,
        structured: Structured = "schema",
        temperature: float | None = None,
        timeout: float = 120.0,
        pace: Pace | None = None,
    ) -> None:
        if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", key):
            raise Unauthorized(f"{name}: key= is a variable's name, like {KEY}, never the key.")
        super().__init__(name, timeout=timeout, pace=pace, address=base_url)
        self.keys = (key,)
        self.structured = structured
        self.parameters: Mapping[str, Any] = {"temperature": temperature}
        _sdk()
        self._key()

    def __repr__(self) -> str:
        """Return the constructor call, without the key."""
        return f"OpenAIChat({self._name!r}, base_url={self.base_url!r})"

    @property
    def base_url(self) -> str:
        """Return the server's address, without a password or a key in it."""
        return shown(self._address)

    @property
    def _is_own(self) -> bool:
        """Return whether the server is OpenAI's own."""
        return self.base_url.rstrip("/") == _OWN

    @property
    def local(self) -> bool:
        """Return whether the server is this machine."""
        return urlsplit(self._address).hostname in _LOOPBACK

    def _models(self) -> list[str]:
        return [str(m.id) for m in self._client.models.list()]

    def _key(self) -> str:
        # The SDK wants some key; a server on this machine gets none of ours.
        return "none" if self.local and self.keys == (KEY,) else key_of(self._name, self.keys)

    def _connect(self) -> Any:
        # In headers and parameters of its own no log of the SDK shows what the address holds.
        parts = urlsplit(self._address)
        user, _, host = parts.netloc.rpartition("@")
        basic = f"Basic {b64encode(unquote(user).encode()).decode()}"
        client = _sdk().OpenAI(
            api_key=self._key(),
            base_url=urlunsplit(parts._replace(netloc=host, query="", fragment="")),
            timeout=self.timeout,
            max_retries=0,
            default_headers={"Authorization": basic} if user else None,
            default_query=dict(parse_qsl(parts.query)) or None,
        )
        if not self._is_own:  # what the environment says is for OpenAI alone
            client.organization = client.project = None
            client._custom_headers = {"Authorization": basic} if user else {}
        client.chat.completions  # noqa: B018 loaded late by the SDK, here rather than while asking
        return client

    def _send(self, request: Request) -> Any:
        options: dict[str, Any] = {}
        if self.structured == "schema":
            wanted = {"name": "answers", "strict": True, "schema": strict(request.schema())}
            options["response_format"] = {"type": "json_schema", "json_schema": wanted}
        elif self.structured == "object":
            options["response_format"] = {"type": "json_object"}
        if self.parameters["temperature"] is not None:
            options["temperature"] = self.parameters["temperature"]
        if request.output_limit is not None:
            # OpenAI's thinking models know only the new name, other servers only the old one.
            options["max_completion_tokens" if self._is_own else "max_tokens"] = (
                request.output_limit
            )
        messages = [
            {"role": "system", "content": request.instructions()},
            {"role": "user", "content": request.source() + "\n\n" + request.task()},
        ]
        return self._client.chat.completions.create(model=self._name, messages=messages, **options)

    def _reply(self, response: Any) -> Reply:
        usage = _usage(getattr(response, "usage", None))
        choices = getattr(response, "choices", None)
        choice = choices[0] if isinstance(choices, list) and choices else None
        message = getattr(choice, "message", None)
        if message is None or isinstance(message, str):
            raise unreadable(self._name, usage)
        refused = getattr(message, "refusal", None)
        reason = "refusal" if refused else getattr(choice, "finish_reason", None)
        if (error := ended(self._name, str(reason or ""), usage)) is not None:
            raise error
        text = _text(getattr(message, "content", None))
        if text is None:
            raise unreadable(self._name, usage, why="its content is no text")
        return Reply(text=bare(text), model=self._name, tokens_in=usage[0], tokens_out=usage[1])

    def _error(self, error: Exception) -> ModelError:
        sdk = _sdk()
        if isinstance(error, sdk.APIConnectionError):
            kind = type(error.__cause__ or error).__name__
            return Unavailable(f"{self._name}: no answer from the server ({kind}); try again.")
        if isinstance(error, sdk.APIResponseValidationError):
            return Malformed(f"{self._name}: the server's answer is no JSON; ask again.")
        if not isinstance(error, sdk.APIStatusError):
            return broken(self._name, error)
        try:
            body: Any = error.response.json()
        except ValueError:
            body = error.message
        headers = error.response.headers
        return rejected(
            self._name,
            error.status_code,
            body,
            headers=headers,
            variables=self.keys,
            known=self._known,
        )


def _text(content: Any) -> str | None:
    """Return a message's text, also of parts; None where it is none."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        return None
    found = [p.get("text") if isinstance(p, dict) else getattr(p, "text", p) for p in content]
    return "".join(t for t in found if isinstance(t, str))


def _usage(usage: Any) -> Tokens:
    """Return the tokens sent and received; thoughts are among those received."""
    sent, received = (getattr(usage, k, None) for k in ("prompt_tokens", "completion_tokens"))
    return count(sent), count(received)


def _sdk() -> Any:
    try:
        return import_module("openai")
    except ImportError:
        raise ModelError(_INSTALL) from None

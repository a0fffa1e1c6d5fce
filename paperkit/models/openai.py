"""OpenAIChat: the only module that knows the openai SDK, for any server that speaks its protocol.

Ollama, vLLM, llama.cpp, DeepSeek, OpenAI and many others do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Literal
from urllib.parse import urlsplit

from paperkit.errors import Malformed, ModelError, Unauthorized, Unavailable
from paperkit.models._remote import Remote
from paperkit.models._wire import (
    Tokens,
    broken,
    ended,
    key_of,
    rejected,
)
from paperkit.models.paces import Pace
from paperkit.prompts import Reply, Request, strict

KEY = "OPENAI_API_KEY"
"""The environment variable the key is looked for in, unless another is named."""

Structured = Literal["schema", "object", "text"]

_OWN = "https://api.openai.com/v1"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_INSTALL = "openai is not installed; run pip install 'paperkit[openai]'."
_THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.S)


class OpenAIChat(Remote):
    """A model behind any OpenAI-compatible server (``pip install paperkit[openai]``).

    >>> OpenAIChat("qwen3", base_url="http://127.0.0.1:11434/v1")

    A server on this machine needs no key and counts as local: nothing leaves, nothing is paid.
    For others the key comes from the environment variable that ``key`` names. ``structured`` says
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
        super().__init__(name, timeout=timeout, pace=pace)
        self.base_url = base_url
        self.keys = (key,)
        self.structured = structured
        self.parameters: Mapping[str, Any] = {"temperature": temperature}
        _sdk()
        self._key()

    def __repr__(self) -> str:
        """Return the constructor call, without the key."""
        shown = re.sub(r"//[^/@]*@", "//…@", self.base_url)
        return f"OpenAIChat({self._name!r}, base_url={shown!r})"

    @property
    def local(self) -> bool:
        """Return whether the server is this machine."""
        return urlsplit(self.base_url).hostname in _LOOPBACK

    @property
    def provider(self) -> tuple[str, ...]:
        """Return the server's address and where the key comes from."""
        return (self.base_url, *self.keys)

    def _models(self) -> list[str]:
        return [str(m.id) for m in self._client.models.list()]

    def _key(self) -> str:
        # The SDK wants some key; a server on this machine gets none of ours.
        return "none" if self.local and self.keys == (KEY,) else key_of(self._name, self.keys)

    def _connect(self) -> Any:
        client = _sdk().OpenAI(
            api_key=self._key(), base_url=self.base_url, timeout=self.timeout, max_retries=0
        )
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
            new = self.base_url == _OWN
            options["max_completion_tokens" if new else "max_tokens"] = request.output_limit
        messages = [
            {"role": "system", "content": request.instructions()},
            {"role": "user", "content": request.source() + "\n\n" + request.task()},
        ]
        return self._client.chat.completions.create(model=self._name, messages=messages, **options)

    def _reply(self, response: Any) -> Reply:
        choices = getattr(response, "choices", None)
        usage = _usage(getattr(response, "usage", None))
        if not choices or getattr(choices[0], "message", None) is None:
            raise Malformed(
                f"{self._name}: the server's answer is no chat completion; ask again.", usage=usage
            )
        message = choices[0].message
        reason = "refusal" if getattr(message, "refusal", None) else choices[0].finish_reason
        if (error := ended(self._name, str(reason or ""), usage)) is not None:
            raise error
        # Some servers leave the thoughts in the text, between tags.
        text = _THOUGHTS.sub("", message.content or "")
        return Reply(text=text, model=self._name, tokens_in=usage[0], tokens_out=usage[1])

    def _error(self, error: Exception) -> ModelError | None:
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


def _usage(usage: Any) -> Tokens:
    """Return the tokens sent and received; thoughts are among those received."""
    if usage is None:
        return None, None
    return usage.prompt_tokens or None, usage.completion_tokens or None


def _sdk() -> Any:
    try:
        return import_module("openai")
    except ImportError:
        raise ModelError(_INSTALL) from None

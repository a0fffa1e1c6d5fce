"""OpenAIChat: the only module that knows the openai SDK, for any server that speaks its protocol.

Ollama, vLLM, llama.cpp, DeepSeek, OpenAI and many others do.
"""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from paperkit.errors import Malformed, ModelError, Unauthorized, Unavailable, count, explained
from paperkit.models import Pace
from paperkit.models.remote import (
    Line,
    Remote,
    Tokens,
    broken,
    ended,
    key_of,
    rejected,
    shown,
    unreadable,
    words_of,
)
from paperkit.prompts import Reply, Request, says_enough, strict

KEY = "OPENAI_API_KEY"
"""The environment variable the key is looked for in, unless another is named."""

Structured = Literal["schema", "object", "text"]

_OWN = "https://api.openai.com/v1"
_INSTALL = "openai is not installed; run pip install 'paperkit[openai]'."
_HERE = Pace(workers=1)
"""A server on this machine computes one reply at a time; four at once take four times as long."""

_PATIENCE = 600.0
"""Seconds a whole answer may take on this machine, where nothing else is asked for."""

_LONGEST = 4096
"""Tokens of one answer on this machine, thoughts included; small models may repeat for ever."""

_LADDER: tuple[Structured, ...] = ("schema", "object", "text")
_FORMAT = re.compile(
    r"response_format|json_schema|json_object|json[ _]mode|schema|grammar|structured|guided"
    r"|minItems",
    re.IGNORECASE,
)
_KNOWN: dict[tuple[str, str], Structured] = {}
"""What a server and a model were found to understand, less than what they were asked."""

_CHOSEN = ("max_tokens", "max_completion_tokens", "stream_options")
_SETTING = re.compile(r"\b(max_tokens|max_completion_tokens|stream_options|temperature)\b")
_UNKNOWN = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|extra"
    r"|invalid",
    re.IGNORECASE,
)
_WITHOUT: dict[tuple[str, str], tuple[str, ...]] = {}
"""Settings that a server refused, of those that nobody asked for."""


@explained
class OpenAIChat(Remote):
    """A model behind any OpenAI-compatible server (``pip install paperkit[openai]``).

    >>> OpenAIChat("qwen3", base_url="http://127.0.0.1:11434/v1")

    A server on this machine needs no key and counts as local: nothing leaves, nothing is paid. It
    is asked one thing at a time, at temperature 0, with ten minutes for an answer, unless told
    otherwise. For others the key comes from the environment variable that ``key`` names,
    OPENAI_API_KEY unless told otherwise. A user or a query in the address is sent and never shown.
    ``structured`` is the most that the server understands: a JSON schema, only JSON objects
    (DeepSeek), or neither; what it refuses is left out by itself. ``context`` is how many tokens
    the model takes, paper and reply together; None asks the server. ``temperature`` None leaves it
    to the server, as OpenAI's thinking models demand. ``timeout`` is how long a whole answer may
    take, in seconds; ``pace`` is how fast it may be asked.

    Raises:
        ModelError: the SDK is not installed, or no key is set.
    """

    hint = "give an address like http://127.0.0.1:11434/v1 (most servers want /v1 at its end)"

    def __init__(
        self,
        name: str,
        *,
        base_url: str = _OWN,
        key: str = KEY,
        structured: Structured = "schema",
        context: int | None = None,
        temperature: float | None = None,
        timeout: float | None = None,
        pace: Pace | None = None,
    ) -> None:
        if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", key):
            raise Unauthorized(f"{name}: key= is a variable's name, like {KEY}, never the key.")
        super().__init__(name, timeout=timeout or 120.0, pace=pace, address=base_url)
        self.keys = (key,)
        self.structured = structured
        self._chosen: tuple[str, ...] = _CHOSEN
        if self.local:
            self.timeout = timeout or _PATIENCE
            self.pace = pace or _HERE
            if temperature is None:
                self._chosen = (*_CHOSEN, "temperature")
            temperature = 0.0 if temperature is None else temperature
        self.parameters: Mapping[str, Any] = {"temperature": temperature}
        self._context = context
        self._looked = context is not None
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
        return self.on_loopback

    @property
    def watched(self) -> bool:
        """Return whether its answers are followed word by word, and end when a batch is stopped."""
        return self.local

    @property
    def understood(self) -> Structured:
        """Return which kind of reply the server is asked for now (see ``structured``)."""
        found = _KNOWN.get((self.base_url, self._name), self.structured)
        return max(found, self.structured, key=_LADDER.index)

    @property
    def context(self) -> int | None:
        """Return how many tokens the model takes, as given or as the server says; None: unknown."""
        if not self._looked:
            self._looked = True
            try:
                self._context = self._within(lambda _: self._stated_context())
            except ModelError:
                self._context = None  # a server that says nothing of it is asked with the whole
        return self._context

    def _stated_context(self) -> int | None:
        """Return the context that llama.cpp, vLLM, LM Studio or Ollama states of a model."""
        rows = [m.to_dict() for m in self._client.models.list()]
        row = next((r for r in rows if r.get("id") == self._name), rows[0] if rows else {})
        if (stated := _context_in(row)) is not None or not self.local:
            return stated
        parts = urlsplit(self.base_url)
        place = urlunsplit((parts.scheme, parts.netloc, "/api/show", "", ""))
        try:
            told = self._client.post(place, body={"model": self._name}, cast_to=object)
        except _sdk().APIError:
            return None  # no Ollama
        return _context_in(told)

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
            http_client=self._http(),
        )
        if not self._is_own:  # what the environment says is for OpenAI alone
            client.organization = client.project = None
            client._custom_headers = {"Authorization": basic} if user else {}
        client.chat.completions  # noqa: B018 loaded late by the SDK, here rather than while asking
        return client

    def _http(self) -> Any:
        """Return the SDK's own HTTP client: no way to another host, on loopback no proxy."""
        options: dict[str, Any] = {"follow_redirects": False, "timeout": self.timeout}
        if self.local:
            options.update(trust_env=False, event_hooks={"request": [_traced]})
            options["headers"] = {"Connection": "close"}  # each call's connection is its own
        return _sdk().DefaultHttpxClient(**options)

    def _send(self, request: Request, line: Line, watch: Any) -> Any:
        _THREAD.line = line
        schema = request.schema()
        while True:
            kind = self.understood if schema is not None else "text"
            try:
                return self._asked(request, kind, schema, watch)
            except _sdk().APIStatusError as error:
                if not self._steps_down(kind, error):
                    raise

    def _steps_down(self, kind: Structured, error: Any) -> bool:
        """Return whether the server refused the kind of reply, or a setting that we chose.

        It is asked for less from now on.
        """
        if error.status_code not in (400, 404, 422, 500, 501):
            return False
        said = error.response.text
        place = (self.base_url, self._name)
        found = _SETTING.search(said) if _UNKNOWN.search(said) else None
        refused = _WITHOUT.get(place, ())
        if found and found[1] in self._chosen and found[1] not in refused:
            _WITHOUT[place] = (*refused, found[1])
            return True
        if kind == "text" or not _FORMAT.search(said):
            return False
        _KNOWN[place] = _LADDER[_LADDER.index(kind) + 1]
        return True

    def _asked(
        self, request: Request, kind: Structured, schema: Mapping[str, Any] | None, watch: Any
    ) -> Any:
        options: dict[str, Any] = {}
        if kind == "schema" and schema is not None:
            wanted = {"name": "answers", "strict": True, "schema": strict(schema)}
            options["response_format"] = {"type": "json_schema", "json_schema": wanted}
        elif kind == "object":
            options["response_format"] = {"type": "json_object"}
        without = _WITHOUT.get((self.base_url, self._name), ())
        if self.parameters["temperature"] is not None and "temperature" not in without:
            options["temperature"] = self.parameters["temperature"]
        limit = request.output_limit
        if limit is None and self.local and request.form == "lines":
            limit = _LONGEST
        if limit is not None:
            # OpenAI's thinking models know only the new name, other servers only the old one.
            names = ["max_completion_tokens", "max_tokens"]
            known = [n for n in (names if self._is_own else names[::-1]) if n not in without]
            options.update(dict.fromkeys(known[:1], limit))
        if self.local:
            options["stream"] = True
            if "stream_options" not in without:
                options["stream_options"] = {"include_usage": True}
        messages = [
            {"role": "system", "content": request.instructions()},
            {"role": "user", "content": request.source() + "\n\n" + request.task()},
        ]
        completions = self._client.chat.completions.with_streaming_response
        with completions.create(model=self._name, messages=messages, **options) as response:
            enough = partial(says_enough, request)
            return _body(response.iter_lines(), watch, enough, self._heard)

    def _reply(self, data: Any) -> Reply:
        usage = _usage(data.get("usage") if isinstance(data, dict) else None)
        if not isinstance(data, dict):
            raise unreadable(self._name, usage)
        choices = data.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else {}
        choice = choice if isinstance(choice, dict) else {}
        if failed := data.get("error") or choice.get("error"):
            raise self._failed(failed)
        message = choice.get("message")
        if not isinstance(message, dict):
            told = {k: v for k, v in data.items() if k in ("message", "detail")}
            raise unreadable(self._name, usage, why=words_of(told)[:300] if told else "")
        reason = "refusal" if message.get("refusal") else choice.get("finish_reason")
        if (error := ended(self._name, str(reason or ""), usage)) is not None:
            raise error
        text = _said(message)
        if text is None:
            raise unreadable(self._name, usage, why="its content is no text")
        cached = _cached(data.get("usage"))
        counts = dict(zip(("tokens_in", "tokens_out"), usage, strict=True))
        return Reply(text=text, model=self._name, tokens_cached=cached, **counts)

    def _error(self, error: Exception) -> ModelError:
        sdk = _sdk()
        if isinstance(error, sdk.APIConnectionError):
            cause = error.__cause__ or error
            if "SOCKS" in str(cause):
                return broken(self._name, cause)
            kind = type(cause).__name__
            return Unavailable(f"{self._name}: no answer from the server ({kind}); try again.")
        if isinstance(error, sdk.APIResponseValidationError):
            return Malformed(f"{self._name}: the server's answer is no JSON; ask again.")
        if not isinstance(error, sdk.APIStatusError):
            return broken(self._name, error)
        try:
            body: Any = error.response.json()
        except ValueError:
            body = error.response.text[:2000]
        return rejected(
            self._name,
            error.status_code,
            body,
            headers=error.response.headers,
            variables=self.keys,
            known=self._known,
        )


_THREAD = threading.local()


def _traced(request: Any) -> None:
    """Let a call know its connections (https://www.encode.io/httpcore/extensions/#trace)."""
    if (line := getattr(_THREAD, "line", None)) is not None:
        request.extensions["trace"] = line.opened


# ---- What a server sends: one JSON object, or a stream of events


def _body(
    lines: Iterable[str], watch: Any, enough: Callable[[str], bool], heard: Callable[[str], None]
) -> Any:
    """Return a chat completion, its events put together where it came as a stream of them.

    A stream is read until it has `enough` text; what is none is `heard` first.
    """
    whole: list[str] = []
    events: list[Any] = []
    text = ""
    for line in lines:
        if line.startswith("data:"):
            event = line.removeprefix("data:").strip()
            if event and event != "[DONE]":
                events.append(json.loads(event))
                if watch is not None:
                    watch.words += _piece(events[-1]).count(" ")
                text += (piece := str(_delta(events[-1]).get("content") or ""))
                if piece and enough(text):
                    break
        elif not events and not line.startswith((":", "event:", "id:", "retry:")):
            whole.append(line)
    if events:
        return _joined(events)
    text = "\n".join(whole)
    heard(text)
    return json.loads(text)


def _piece(event: Any) -> str:
    return str(_said(_delta(event)) or "")


def _delta(event: Any) -> dict[str, Any]:
    choices = event.get("choices") if isinstance(event, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    delta = (choice.get("delta") or choice.get("message")) if isinstance(choice, dict) else None
    return delta if isinstance(delta, dict) else {}


def _joined(events: list[Any]) -> dict[str, Any]:
    """Return the events of a stream as one chat completion."""
    message: dict[str, Any] = {"content": ""}
    found: dict[str, Any] = {}
    reason = None
    calls: list[str] = []
    for event in events:
        if not isinstance(event, dict):
            continue
        found.update({k: event[k] for k in ("usage", "error") if event.get(k)})
        delta = _delta(event)
        for key in ("content", "reasoning_content", "reasoning", "refusal"):
            if isinstance(delta.get(key), str):
                message[key] = message.get(key, "") + delta[key]
        calls += _arguments(delta)
        for choice in event.get("choices") or ():
            reason = choice.get("finish_reason") or reason
    if calls:
        message["tool_calls"] = [{"function": {"arguments": "".join(calls)}}]
    return {**found, "choices": [{"message": message, "finish_reason": reason}]}


def _said(message: Mapping[str, Any]) -> str | None:
    """Return what a message says: its content, else a tool call's, else its reasoning; None: none.

    Some servers take the answer for a thought, or for a call of a tool.
    """
    content = message.get("content")
    if isinstance(content, list):
        parts = [p.get("text") if isinstance(p, dict) else p for p in content]
        content = "".join(p for p in parts if isinstance(p, str))
    if content is not None and not isinstance(content, str):
        return None
    if (content or "").strip():
        return content
    thoughts = message.get("reasoning_content") or message.get("reasoning")
    return "".join(_arguments(message)) or (thoughts if isinstance(thoughts, str) else "")


def _arguments(message: Mapping[str, Any]) -> list[str]:
    """Return the arguments of the tools that a message calls."""
    calls = message.get("tool_calls")
    rows = calls if isinstance(calls, list) else []
    functions = [r.get("function") for r in rows if isinstance(r, dict)]
    found = [f.get("arguments") for f in functions if isinstance(f, dict)]
    return [a for a in found if isinstance(a, str)]


def _usage(usage: Any) -> Tokens:
    """Return the tokens sent and received; thoughts are among those received."""
    stated = usage if isinstance(usage, dict) else {}
    return count(stated.get("prompt_tokens")), count(stated.get("completion_tokens"))


def _cached(usage: Any) -> int | None:
    """Return the tokens sent that were in the server's cache, by OpenAI's or DeepSeek's name."""
    stated = usage if isinstance(usage, dict) else {}
    details = stated.get("prompt_tokens_details")
    inside = details.get("cached_tokens") if isinstance(details, dict) else None
    return count(inside if inside is not None else stated.get("prompt_cache_hit_tokens"))


_CONTEXTS = (
    "loaded_context_length",
    "n_ctx",
    "max_model_len",
    "context_length",
    "max_context_length",
    "n_ctx_train",
)


def _context_in(told: Any) -> int | None:
    """Return the number of tokens that a server says a model takes, None where it says none.

    Ollama keeps what is set (num_ctx) apart from what the model was made for.
    """
    if not isinstance(told, dict):
        return None
    if found := re.search(r"num_ctx\s+(\d+)", str(told.get("parameters") or "")):
        return int(found[1])
    inner = [told, *(v for k, v in told.items() if k in ("meta", "model_info", "top_provider"))]
    rows = [row for row in inner if isinstance(row, dict)]
    for name in _CONTEXTS:
        for row in rows:
            stated = [v for k, v in row.items() if k.rpartition(".")[2] == name]
            if stated and (number := count(stated[0])):
                return number
    return None


def _sdk() -> Any:
    try:
        return import_module("openai")
    except ImportError:
        raise ModelError(_INSTALL) from None

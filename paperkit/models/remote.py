"""The wire: keys, deadlines, and what a provider's answers mean, whatever the SDK."""

from __future__ import annotations

import json
import os
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from paperkit.errors import (
    Malformed,
    ModelError,
    RateLimited,
    Refused,
    Truncated,
    Unauthorized,
    Unavailable,
    count,
)
from paperkit.models import Pace
from paperkit.prompts import Reply, Request

Tokens = tuple[int | None, int | None]
_T = TypeVar("_T")

_DAILY = re.compile(r"PerDay|per[ _-]day|\b[RT]PD\b", re.I)
_SPENT = re.compile(r"insufficient_quota|insufficient balance", re.I)
_NO_CREDIT = "the account has no credit left; pay it up and run it again"
_DELAY = re.compile(r"retry_?delay[\"']?\s*:\s*[\"']?([\d.]+)s", re.I)
_BLOCKED = re.compile(r"content_filter|content_policy|ResponsibleAI|\bsafety system\b", re.I)
_NO_KEY = re.compile(r"api[ _]key", re.I)

_REFUSALS = {
    "SAFETY": "safety",
    "RECITATION": "recitation",
    "BLOCKLIST": "blocklist",
    "PROHIBITED_CONTENT": "prohibited content",
    "SPII": "personal data",
    "MODEL_ARMOR": "model armor",
    "CONTENT_FILTER": "content filter",
    "REFUSAL": "refusal",
}
_ENOUGH = ("MAX_TOKENS", "LENGTH")
_UNSAID = ("", "NONE", "FINISH_REASON_UNSPECIFIED")
_FENCED = re.compile(r"```[a-z]*\s*(?P<body>\{.*\})\s*```", re.S | re.I)
_DAY = 86_400.0
_NETWORK = {"httpx", "httpx2", "httpcore", "requests", "urllib3"}


def key_of(name: str, variables: Sequence[str]) -> str:
    """Return the key the environment holds.

    Raises:
        Unauthorized: none of the variables is set, or what is set can't be sent.
    """
    for variable in variables:
        if value := os.environ.get(variable, "").strip():
            if re.fullmatch(r"[!-~]+", value):
                return value
            raise Unauthorized(
                f"{name}: the key in {variable} has a character that can't be sent (a curly "
                "quote, a space, a line break); copy it again."
            )
    raise Unauthorized(
        f"{name}: no key; set {variables[0]} in the environment before Jupyter starts, "
        "or use Extractive(), which needs none."
    )


def without_key(text: str, variables: Sequence[str]) -> str:
    """Return `text` with the keys of the environment taken out."""
    for variable in variables:
        if value := os.environ.get(variable, "").strip():
            text = text.replace(value, "…")
    return text


class Hidden(str):
    """A text that a repr doesn't show: an address that may hold a password or a key."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return it as it may be shown."""
        return repr(shown(self))


def shown(address: str) -> str:
    """Return a server's address without user, password, query and fragment."""
    bare = re.split(r"[?#]", address, maxsplit=1)[0]
    scheme, found, rest = bare.partition("://")
    if not found:
        scheme, rest = "", bare
    host, slash, path = rest.rpartition("@")[2].partition("/")
    return scheme + found + host + slash + path


def within(seconds: float, call: Callable[[], _T]) -> _T:
    """Return what `call` returns, or raise TimeoutError; SDKs limit each read, never the whole."""
    box: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()

    def work() -> None:
        try:
            box.put((call(), None))
        except Exception as error:
            box.put((None, error))

    threading.Thread(target=work, name="paperkit-call", daemon=True).start()
    try:
        result, error = box.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no whole answer within {seconds:g} s") from None
    if error is not None:
        raise error
    found: _T = result
    return found


def rejected(
    name: str,
    status: int,
    body: Any,
    *,
    headers: Mapping[str, str] | None = None,
    variables: Sequence[str] = (),
    known: Callable[[], str] = str,
) -> ModelError:
    """Return our error for an HTTP status and its body; `known` tells the names there are."""
    said = body if isinstance(body, str) else json.dumps(body, default=str)
    facts: dict[str, Any] = {"status": status, "retry_after": _seconds(said, headers or {})}
    if status == 429:
        spent, daily = bool(_SPENT.search(said)), bool(_DAILY.search(said))
        what = "the quota of the day is used up; go on tomorrow" if daily else "too many requests"
        if spent:
            return Unauthorized(f"{name}: {_NO_CREDIT}.", **{**facts, "status": 402})
        return RateLimited(f"{name}: {what}.", daily=daily, **facts)
    if status >= 500 or status == 408:
        return Unavailable(f"{name}: the server fails (HTTP {status}); try again later.", **facts)
    if status == 402:
        return Unauthorized(f"{name}: {_NO_CREDIT}.", **facts)
    if status == 404:
        return Unauthorized(f"{name}: no such model; {known()}", **facts)
    if status in (401, 403) or (status == 400 and _NO_KEY.search(said)):
        names = " or ".join(variables) or "its server"
        return Unauthorized(f"{name}: the key is not accepted; check {names}.", **facts)
    if status == 400 and _BLOCKED.search(said):
        return Refused(f"{name}: the prompt was blocked; skip this paper.", **facts)
    brief = without_key(_message(body), variables)[:200]
    why = f"the server refuses the request (HTTP {status}: {brief})"
    return Unauthorized(f"{name}: {why}.", **facts)


def _message(body: Any) -> str:
    found = body.get("error", body) if isinstance(body, dict) else body
    found = found.get("message", found) if isinstance(found, dict) else found
    return " ".join(str(found).split())


def _seconds(said: str, headers: Mapping[str, str]) -> float | None:
    """Return the pause that RetryInfo or Retry-After asks for, at most a day."""
    asked = _asked(said, headers)
    return None if asked is None else min(asked, _DAY)


def _asked(said: str, headers: Mapping[str, str]) -> float | None:
    """Return the pause as it is asked for, in seconds or by a date."""
    lower = {k.lower(): v for k, v in headers.items()}
    try:
        if found := _DELAY.search(said):
            return float(found[1])
        if "retry-after-ms" in lower:
            return float(lower["retry-after-ms"]) / 1000
        asked = lower.get("retry-after", "")
        if re.fullmatch(r"[\d.]+", asked):
            return float(asked)
        moment = parsedate_to_datetime(asked) if asked else None
    except (TypeError, ValueError, OverflowError):
        return None
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def late(name: str, seconds: float) -> Unavailable:
    """Return our error for an answer that did not come in time."""
    return Unavailable(
        f"{name}: no whole answer within {seconds:g} s; give a longer timeout=, or try again "
        "later.",
        late=True,
    )


def is_late(error: BaseException) -> bool:
    """Return whether a request was sent and its answer didn't come in time."""
    cause = error.__cause__ if type(error).__name__ == "APITimeoutError" else None
    kind = type(cause or error).__name__
    return isinstance(error, TimeoutError) or kind in ("ReadTimeout", "APITimeoutError")


def broken(name: str, error: Exception) -> ModelError:
    """Return our error for one that is no HTTP status: the network's, or a body of no use."""
    root = type(error).__module__.split(".")[0]
    decoding = isinstance(error, ValueError) and "JSON" in type(error).__name__
    if not decoding and (root in _NETWORK or isinstance(error, OSError)):
        kind = type(error).__name__
        return Unavailable(f"{name}: the server can't be reached ({kind}); try again later.")
    if decoding or type(error).__name__ == "ParseError":
        return Malformed(f"{name}: the server's answer is no JSON; ask again.")
    return unreadable(name, why=type(error).__name__)


def unreadable(name: str, usage: Tokens = (None, None), *, why: str = "") -> Malformed:
    """Return our error for an answer without what a reply should have."""
    said = f"the server's answer holds no reply{f' ({why})' if why else ''}"
    return Malformed(f"{name}: {said}; ask again.", usage=usage)


def ended(name: str, reason: str, usage: Tokens) -> ModelError | None:
    """Return our error for the reason a reply ended, None where it is complete.

    Where no reason is given, the reply itself shows whether it is.
    """
    upper = reason.upper()
    if upper in ("STOP", *_UNSAID):
        return None
    if upper in _ENOUGH:
        return Truncated(f"{name}: the reply was cut off at the output limit.", usage=usage)
    if upper in _REFUSALS:
        return Refused(f"{name}: no reply ({_REFUSALS[upper]}); skip this paper.", usage=usage)
    if upper == "INSUFFICIENT_SYSTEM_RESOURCE":
        return Unavailable(f"{name}: the server has no room; try again later.", usage=usage)
    brief = re.sub(r"[^\w .-]", "", reason)[:40] or "none"
    return Malformed(f"{name}: the reply ended for reason {brief}; ask again.", usage=usage)


def bare(text: str) -> str:
    """Return the JSON object in a reply, without the thoughts, words and fences around it.

    Where there is none, or the text is no object from the start, it stays as it is.
    """
    text = text.strip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        return text
    text = text.rpartition("</think>")[2].strip()
    fenced = _FENCED.search(text)
    braced = text[text.find("{") : text.rfind("}") + 1]
    found = (fenced["body"] if fenced else "", braced)
    return next((part for part in found if is_object(part)), text)


def is_object(text: str) -> bool:
    """Return whether a text is one JSON object."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def google_usage(sent: object, total: object, *received: object) -> Tokens:
    """Return the tokens sent and received; thoughts are in the total even where not counted.

    A prompt is never empty: 0 there is a count that is missing.
    """
    asked, whole = count(sent) or None, count(total) or 0
    counted = sum(count(r) or 0 for r in received)
    if asked and whole:
        return asked, max(counted, whole - asked)
    return asked, counted or None


def blocked(name: str, reason: str, usage: Tokens) -> Refused:
    """Return our error for a prompt the provider does not answer."""
    brief = re.sub(r"[^\w .-]", "", reason)[:40] or "no reason given"
    return Refused(f"{name}: the prompt was blocked ({brief}); skip this paper.", usage=usage)


# ---- Remote models: what those behind a server have in common, whatever the SDK


class Remote(ABC):
    """A model behind a server: one client, made late; one deadline; only our own errors.

    A child knows its SDK: `_connect`, `_send`, `_reply`, `_error` and `_models`.
    """

    keys: Sequence[str]

    def __init__(
        self, name: str, *, timeout: float, pace: Pace | None, address: str | None = None
    ) -> None:
        self._name = name
        self._address = Hidden(address or "")
        self.timeout = timeout
        self.pace = pace or Pace()
        self._lock = threading.Lock()
        self._client: Any = None

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to another process: no client, no lock, never a key or a password."""
        kept = {k: v for k, v in vars(self).items() if k not in ("_client", "_lock")}
        return {**kept, "_address": Hidden(shown(self._address))}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Take up work in another process, with the key of its environment."""
        vars(self).update(state, _client=None, _lock=threading.Lock())

    @property
    def provider(self) -> tuple[str, ...]:
        """Return whose limits count: the server's address and where the key comes from."""
        return (shown(self._address), *self.keys)

    @property
    def name(self) -> str:
        """Return the name the server knows the model under."""
        return self._name

    def prepare(self) -> None:
        """Load the SDK and make the client, so that the first question is as quick as the rest."""
        with self._lock:
            if self._client is None:
                self._client = self._connect()

    def answer(self, request: Request) -> Reply:
        """Return the model's reply, or raise a `ModelError` that says what to do."""
        response = self._within(lambda: self._send(request))
        try:
            return self._reply(response)
        except ModelError:
            raise
        except Exception as error:  # an answer of a shape that nobody foresaw
            raise unreadable(self._name, why=type(error).__name__) from None

    def models(self) -> list[str]:
        """Return the names of the models this key may use, or raise a `ModelError`."""
        found: list[str] = self._within(self._models)
        return found

    def _within(self, call: Callable[[], Any]) -> Any:
        """Return what the SDK answers in time; its errors become ours."""
        try:
            self.prepare()
            return within(self.timeout, call)
        except ModelError:
            raise
        except Exception as error:
            # The cause may carry the key in its address or headers.
            raise (
                late(self._name, self.timeout) if is_late(error) else self._error(error)
            ) from None

    @abstractmethod
    def _models(self) -> list[str]: ...

    @abstractmethod
    def _connect(self) -> Any: ...

    @abstractmethod
    def _send(self, request: Request) -> Any: ...

    @abstractmethod
    def _reply(self, response: Any) -> Reply: ...

    @abstractmethod
    def _error(self, error: Exception) -> ModelError: ...

    def _known(self) -> str:
        """Return the sentence with the models there are, for the error about one there isn't."""
        try:
            names = within(self.timeout, self._models)
        except Exception as error:
            said = without_key(type(error).__name__, self.keys)
            return f"the list of models failed too ({said}); look the name up."
        return f"there are {', '.join(names) or 'none'}."

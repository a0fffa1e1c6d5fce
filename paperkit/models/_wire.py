"""The wire: keys, deadlines, and what a provider's answers mean, whatever the SDK."""

from __future__ import annotations

import json
import os
import re
import threading
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
)

Tokens = tuple[int | None, int | None]
_T = TypeVar("_T")

_DAILY = re.compile(r"PerDay|per[ _-]day|\b[RT]PD\b|insufficient_quota", re.I)
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
_NETWORK = {"httpx", "httpx2", "httpcore", "requests", "urllib3"}


def key_of(name: str, variables: Sequence[str]) -> str:
    """Return the key the environment holds.

    Raises:
        Unauthorized: none of the variables is set.
    """
    for variable in variables:
        if value := os.environ.get(variable, "").strip():
            return value
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
        daily = bool(_DAILY.search(said))
        what = "the quota of the day is used up; go on tomorrow" if daily else "too many requests"
        return RateLimited(f"{name}: {what}.", daily=daily, **facts)
    if status >= 500 or status == 408:
        return Unavailable(f"{name}: the server fails (HTTP {status}); try again later.", **facts)
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
    """Return the pause that RetryInfo or Retry-After (seconds or a date) asks for."""
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
    except (TypeError, ValueError):
        return None
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def broken(name: str, error: Exception) -> ModelError | None:
    """Return our error for one that is no HTTP status: the network's, or no JSON; else None."""
    root = type(error).__module__.split(".")[0]
    decoding = isinstance(error, ValueError) and "JSON" in type(error).__name__
    if not decoding and (root in _NETWORK or isinstance(error, OSError)):
        kind = type(error).__name__
        return Unavailable(f"{name}: the server can't be reached ({kind}); try again later.")
    if isinstance(error, ValueError) or type(error).__name__ == "ParseError":
        return Malformed(f"{name}: the server's answer is no JSON; ask again.")
    return None


def ended(name: str, reason: str, usage: Tokens) -> ModelError | None:
    """Return our error for the reason a reply ended, None where it is complete."""
    upper = reason.upper()
    if upper == "STOP":
        return None
    if upper in _ENOUGH:
        return Truncated(f"{name}: the reply was cut off at the output limit.", usage=usage)
    if upper in _REFUSALS:
        return Refused(f"{name}: no reply ({_REFUSALS[upper]}); skip this paper.", usage=usage)
    if upper == "INSUFFICIENT_SYSTEM_RESOURCE":
        return Unavailable(f"{name}: the server has no room; try again later.", usage=usage)
    brief = re.sub(r"[^\w .-]", "", reason)[:40] or "none"
    return Malformed(f"{name}: the reply ended for reason {brief}; ask again.", usage=usage)


def blocked(name: str, reason: str, usage: Tokens) -> Refused:
    """Return our error for a prompt the provider does not answer."""
    brief = re.sub(r"[^\w .-]", "", reason)[:40] or "no reason given"
    return Refused(f"{name}: the prompt was blocked ({brief}); skip this paper.", usage=usage)

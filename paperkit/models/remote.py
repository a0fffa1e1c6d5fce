"""Remote models: keys, deadlines, and what a provider's answers mean, whatever the SDK."""

from __future__ import annotations

import html
import json
import logging
import os
import re
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

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
_BLOCKED = re.compile(
    r"content_filter|content_policy|ResponsibleAI|\bsafety system\b|moderation|\bflagged\b", re.I
)
_NO_KEY = re.compile(r"api[ _-]?key|invalid[ _]token|unauthenticated|authenticat", re.I)
_A_SENTENCE = 3
_NO_QUOTA = re.compile(r"\blimit: 0\b|quota[_ ]?value\W{1,4}0\b", re.I)
_TOO_LONG = re.compile(
    r"request too large|maximum context length|context[ _](?:length|size|window)[ _](?:exceed|of)"
    r"|exceeds? (?:the )?(?:available |maximum |model's )*context|context_length_exceeded"
    r"|prompt is too long|input (?:token count|is too long)",
    re.I,
)
_CONTEXT = re.compile(r"context (?:length|size|window)\D{0,40}?(\d{3,7})", re.I)
_NO_ROOM = re.compile(r"requires more (?:system )?memory|out of memory|insufficient memory", re.I)

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
_WHOLE = ("STOP", "EOS", "END_TURN", "STOP_SEQUENCE", "TOOL_CALLS", "FUNCTION_CALL", *_UNSAID)
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
    return without(text, filter(None, (os.environ.get(v, "").strip() for v in variables)))


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


class Line:
    """The connections that one call opens, so that giving it up ends the server's work too."""

    def __init__(self) -> None:
        self._sockets: list[Any] = []

    def opened(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a connection; httpx tells of it (its extension "trace")."""
        if event == "connection.connect_tcp.complete":
            self._sockets.append(info["return_value"].get_extra_info("socket"))

    def hang_up(self) -> None:
        """End them; a server that reads this stops computing."""
        for connection in self._sockets:
            with suppress(OSError):  # it has ended by itself
                connection.shutdown(socket.SHUT_RDWR)


def within(
    seconds: float, call: Callable[[Line], _T], stopped: threading.Event | None = None
) -> _T:
    """Return what `call` returns, or raise TimeoutError; SDKs limit each read, never the whole.

    Where `stopped` is set meanwhile, it is given up at once.
    """
    box: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()
    line, end = Line(), time.monotonic() + seconds

    def work() -> None:
        try:
            box.put((call(line), None))
        except Exception as error:
            box.put((None, error))

    threading.Thread(target=work, name="paperkit-call", daemon=True).start()
    while (left := end - time.monotonic()) > 0:
        try:
            result, error = box.get(timeout=min(left, _LOOK) if stopped else left)
        except Empty:
            if stopped is None or not stopped.is_set():
                continue
            line.hang_up()
            raise ModelError("stopped before the whole answer arrived") from None
        if error is not None:
            raise error
        found: _T = result
        return found
    line.hang_up()
    raise TimeoutError(f"no complete answer within {seconds:g} s")


_LOOK = 0.1  # seconds between two looks whether a person stopped it


class _Redacted(logging.Filter):
    """Takes keys and what an address holds out of the lines that HTTP libraries log."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let each line pass, without what is secret."""
        said = record.getMessage()
        clean = without(said, self.secrets)
        if clean != said:
            record.msg, record.args = clean, ()
        return True


_REDACTED = _Redacted()
_LOGGERS = ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "openai._base_client", "urllib3")


def keep_secret(secrets: Iterable[str]) -> None:
    """Keep some texts out of what HTTP libraries log."""
    _REDACTED.secrets |= {s for s in secrets if len(s) >= _TELLING}
    for name in (*_LOGGERS, "urllib3.connectionpool", "google_genai._api_client"):
        logger = logging.getLogger(name)
        if _REDACTED not in logger.filters:
            logger.addFilter(_REDACTED)


_TELLING = 4  # characters; a shorter text is everywhere


def without(text: str, secrets: Iterable[str]) -> str:
    """Return `text` with some secrets taken out."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def secrets_of(address: str) -> list[str]:
    """Return what is secret of an address: user, password, and the values of its query."""
    parts = urlsplit(address)
    user = parts.netloc.rpartition("@")[0]
    found = [user, *user.split(":", 1), *(v for _, v in parse_qsl(parts.query)), parts.fragment]
    return [s for t in found for s in (t, unquote(t)) if len(s) >= _TELLING]


def rejected(
    name: str,
    status: int,
    body: Any,
    *,
    headers: Mapping[str, str] | None = None,
    variables: Sequence[str] = (),
    known: Callable[[str], str] = str,
) -> ModelError:
    """Return our error for an HTTP status and its body; `known` tells the names there are.

    The server's own words are always told, those of a web page by its title.
    """
    said = body if isinstance(body, str) else json.dumps(body, default=str)
    facts: dict[str, Any] = {"status": status, "retry_after": _seconds(said, headers or {})}
    words = without_key(words_of(body), variables)[:300]
    if status == 413 or _TOO_LONG.search(said):
        return Unauthorized(_too_long(name, said, words), everyone=False, **facts)
    if status == 429:
        return _limited(name, said, words, facts)
    if status >= 500 or status == 408:
        if _NO_ROOM.search(said):
            why = f"the server can't run this model ({words}); take a smaller one"
            return Unauthorized(f"{name}: {why}.", everyone=True, **facts)
        brief = f"HTTP {status}: {words}" if words else f"HTTP {status}"
        return Unavailable(f"{name}: the server fails ({brief}); try again later.", **facts)
    if status == 402:
        return Unauthorized(f"{name}: {_NO_CREDIT}.", **facts)
    if status == 404:
        return Unauthorized(f"{name}: {known(words)}", **facts)
    if 300 <= status < 400:
        return Unauthorized(_redirected(name, headers or {}), everyone=True, **facts)
    return _refused(name, words, said, variables, facts)


def _limited(name: str, said: str, words: str, facts: dict[str, Any]) -> ModelError:
    """Return our error for a 429: a pause, the day's end, no credit, or no quota at all."""
    if _SPENT.search(said):
        return Unauthorized(f"{name}: {_NO_CREDIT}.", **{**facts, "status": 402})
    if _NO_QUOTA.search(said):
        why = f"this key has no quota for the model ({words}); take another model or plan"
        return Unauthorized(f"{name}: {why}.", everyone=True, **facts)
    daily = bool(_DAILY.search(said))
    what = "the quota of the day is used up; go on tomorrow" if daily else "too many requests"
    return RateLimited(f"{name}: {what}.", daily=daily, **facts)


def _refused(
    name: str, words: str, said: str, variables: Sequence[str], facts: dict[str, Any]
) -> ModelError:
    """Return our error for another 4xx, by the server's words: the paper's, the key's, all's."""
    status = facts["status"]
    if _BLOCKED.search(said):
        return Refused(f"{name}: the prompt was blocked ({words}); skip this paper.", **facts)
    names = " or ".join(variables) or "its server"
    of_key = bool(_NO_KEY.search(said))
    if status == 401 or of_key or (status == 403 and len(words.split()) < _A_SENTENCE):
        why = f"the key is not accepted ({words}); check {names}"
        return Unauthorized(f"{name}: {why}.", **{**facts, "everyone": True})
    brief = f"HTTP {status}: {words}" if words else f"HTTP {status}"
    return Unauthorized(f"{name}: the server refuses the request ({brief}).", **facts)


def _too_long(name: str, said: str, words: str) -> str:
    context = _CONTEXT.search(said)
    if context:
        why = f"the paper is longer than the model's context ({words})"
        return f"{name}: {why}; give the model context={context[1]}."
    return f"{name}: the paper is too long for this account or model ({words}); give context=."


def _redirected(name: str, headers: Mapping[str, str]) -> str:
    place = shown({k.lower(): v for k, v in headers.items()}.get("location", "")) or "elsewhere"
    return (
        f"{name}: the address leads on to {place}, which got neither paper nor key; "
        "give that address if you trust it."
    )


def words_of(body: Any) -> str:
    """Return what a server says in an answer that is an error: in JSON, in a page, or in plain."""
    if isinstance(body, dict):
        named = (body[k] for k in _WORDS if body.get(k))
        found = next(named, None)
        where = ".".join(map(str, body["loc"])) + ": " if isinstance(body.get("loc"), list) else ""
        return where + (" ".join(str(body or "").split()) if found is None else words_of(found))
    if isinstance(body, list):
        return "; ".join(filter(None, map(words_of, body)))
    text = str(body)
    if _PAGE.match(text):
        title = re.search(r"<(title|h1)[^>]{0,200}>([^<]{1,300})", text, re.IGNORECASE)
        text = f"a web page: {html.unescape(title[2])}" if title else "a web page"
    return " ".join(text.split())


_WORDS = ("error", "message", "detail", "msg", "status")


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
        f"{name}: no complete answer within {seconds:g} s; give a longer timeout=, or try again "
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
    if re.search(r"SOCKS", str(error)):
        why = "a SOCKS proxy is set in the environment and its library is missing"
        return Unauthorized(f"{name}: {why}; pip install pysocks socksio.", everyone=True)
    if type(error).__name__ == "TooManyRedirects":
        return Unauthorized(_redirected(name, {}), everyone=True)
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
    if upper in _WHOLE:
        return None
    if upper in _ENOUGH:
        return Truncated(f"{name}: the reply was cut off at the output limit.", usage=usage)
    if upper in _REFUSALS:
        return Refused(f"{name}: no reply ({_REFUSALS[upper]}); skip this paper.", usage=usage)
    if upper == "INSUFFICIENT_SYSTEM_RESOURCE":
        return Unavailable(f"{name}: the server has no room; try again later.", usage=usage)
    brief = re.sub(r"[^\w .-]", "", reason)[:40] or "none"
    return Malformed(f"{name}: the reply ended for reason {brief}; ask again.", usage=usage)


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
    hint = "look both up"

    def __init__(
        self, name: str, *, timeout: float, pace: Pace | None, address: str | None = None
    ) -> None:
        self._name = name
        self._address = Hidden(address or "")
        keep_secret(secrets_of(self._address))
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

    @property
    def on_loopback(self) -> bool:
        """Return whether the server is this machine: no proxy is asked to reach it."""
        return urlsplit(self._address).hostname in LOOPBACK

    def prepare(self) -> None:
        """Load the SDK and make the client, so that the first question is as quick as the rest."""
        with self._lock:
            if self._client is None:
                try:
                    self._client = self._connect()
                except ImportError as error:
                    raise broken(self._name, error) from None

    def answer(self, request: Request, watch: Any = None) -> Reply:
        """Return the model's reply, or raise a `ModelError` that says what to do.

        `watch` follows it: its ``words`` are counted up, and once ``stopped`` is set it is given up
        (only of models that are ``watched``).
        """
        stopped = watch.stopped if watch is not None else None
        response = self._within(lambda line: self._send(request, line, watch), stopped)
        try:
            reply = self._reply(response)
        except ModelError:
            raise
        except Exception as error:  # an answer of a shape that nobody foresaw
            raise unreadable(self._name, why=type(error).__name__) from None
        return replace(reply, text=self._clean(reply.text))

    def models(self) -> list[str]:
        """Return the names of the models this key may use, or raise a `ModelError`."""
        found: list[str] = self._within(lambda _: self._models())
        return found

    def _heard(self, text: str) -> None:
        """Raise what a server says under a status of 200 that is no reply: an error, a web page."""
        if _PAGE.match(text):
            where = f"{self._name}: {shown(self._address) or 'the server'} answers with a web page"
            raise Unauthorized(f"{where}; {self.hint}.", everyone=True)
        if '"error"' in text[:_HEAD]:
            try:
                data = json.loads(text)
            except ValueError:
                return
            if isinstance(data, dict) and (failed := data.get("error")):
                raise self._failed(failed)

    def _failed(self, error: Any) -> ModelError:
        """Return our error for one that came with a status of 200."""
        code = count(error.get("code")) if isinstance(error, dict) else None
        status = code if code and 400 <= code < 600 else 502
        return rejected(self._name, status, {"error": error}, variables=self.keys)

    def _clean(self, text: str) -> str:
        """Return a reply without the key or the password that a server may repeat in it."""
        return without(without_key(text, self.keys), secrets_of(self._address))

    def _within(self, call: Callable[[Line], Any], stopped: threading.Event | None = None) -> Any:
        """Return what the SDK answers in time; its errors become ours."""
        try:
            self.prepare()
            return within(self.timeout, call, stopped)
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
    def _send(self, request: Request, line: Line, watch: Any) -> Any: ...

    @abstractmethod
    def _reply(self, response: Any) -> Reply: ...

    @abstractmethod
    def _error(self, error: Exception) -> ModelError: ...

    def _known(self, words: str) -> str:
        """Return the sentence for a 404: which models there are, or that the address is wrong."""
        told = f" ({words})" if words else ""
        try:
            names = within(self.timeout, lambda _: self._models())
        except Exception:  # whatever it is, the person is told of the 404 that led here
            where = shown(self._address) or "the server"
            return f"{where} knows no such path or model{told}; {self.hint}."
        return f"no such model{told}; there are {', '.join(names) or 'none'}."


_PAGE = re.compile(r"\s*<(?:!doctype|html)", re.IGNORECASE)
_HEAD = 200  # characters in which an answer that is an error says so
LOOPBACK = ("127.0.0.1", "localhost", "::1")

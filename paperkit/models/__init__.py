"""Models: one protocol for whatever answers questions about a paper, one module per SDK."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

import lazy_loader

from paperkit.errors import PaperkitError
from paperkit.prompts import Reply, Request

if TYPE_CHECKING:
    from paperkit.models.extractive import Extractive
    from paperkit.models.gemini import Gemini
    from paperkit.models.genai import GenAI
    from paperkit.models.openai import OpenAIChat

__all__ = ["Extractive", "Gemini", "GenAI", "Limit", "Model", "OpenAIChat", "Pace", "Price"]

# An SDK is loaded when its model is first named, so that importing the room stays quick.
__getattr__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "extractive": ["Extractive"],
        "gemini": ["Gemini"],
        "genai": ["GenAI"],
        "openai": ["OpenAIChat"],
    },
)[0]


@runtime_checkable
class Model(Protocol):
    """Whatever answers a `Request`: ``name`` is what answers are stored and cited under.

    A model may also have ``parameters`` (a mapping of what changes its answers, e.g. the
    temperature), ``local`` (True: nothing leaves the machine) and ``provider`` (any hashable
    value: models that share it share one pace). Its ``answer`` raises nothing
    but `paperkit.errors.ModelError`.
    """

    @property
    def name(self) -> str:
        """Return the model's name."""

    def answer(self, request: Request) -> Reply:
        """Return the model's reply to `request`, or raise a `ModelError`."""


# ---- Paces: how fast a model may be asked, as a value a person writes down

_MINUTE = 60.0
_DAY = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most so many requests, and so many tokens, within any ``seconds``; None: no limit."""

    seconds: float
    requests: int | None = None
    tokens: int | None = None


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a model may be asked: requests in flight, per minute and day, tokens likewise.

    >>> Gemini("gemini-3.8-flash", pace=Pace(workers=8, requests_per_minute=10))

    ``workers`` is the most requests in flight. None means that the provider's own answers (429
    with a pause) are the only limit. A limit per day counts the last 24 hours and stops the batch;
    the others make it wait. ``limits`` are further windows. ``tries`` is how often a request is
    sent when the provider fails, ``backoff`` the first wait between two tries, in seconds.
    """

    workers: int = 4
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    requests_per_day: int | None = None
    tokens_per_day: int | None = None
    limits: tuple[Limit, ...] = ()
    tries: int = 4
    backoff: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a pace at which nothing would ever be sent."""
        numbers = [self.workers, self.tries]
        for limit in self.windows():
            numbers += [n for n in (limit.requests, limit.tokens) if n is not None]
        if min(numbers) < 1 or self.backoff < 0 or any(w.seconds <= 0 for w in self.windows()):
            raise PaperkitError("pace: limits must be at least 1; leave out what has no limit.")

    def windows(self) -> tuple[Limit, ...]:
        """Return every limit as a window."""
        minute = Limit(
            seconds=_MINUTE, requests=self.requests_per_minute, tokens=self.tokens_per_minute
        )
        day = Limit(seconds=_DAY, requests=self.requests_per_day, tokens=self.tokens_per_day)
        given = (*self.limits, minute, day)
        return tuple(w for w in given if (w.requests, w.tokens) != (None, None))


# ---- Prices: what a million tokens of a model cost; an unknown price is unknown, never 0

PRICES_FILE = "PAPERKIT_PRICES"
"""The environment variable that names a price table of one's own (TOML, like prices.toml)."""

_BUNDLED = Path(__file__).with_name("prices.toml")


class Price(NamedTuple):
    """Money per million tokens: sent, received, and sent but found in the provider's cache.

    Where the last is not known, such a token costs what every token sent does.
    """

    tokens_in: float
    tokens_out: float
    tokens_cached: float | None = None

    @property
    def free(self) -> bool:
        """Return whether nothing is paid."""
        return self.tokens_in == self.tokens_out == 0

    def of(self, tokens_in: float, tokens_out: float, tokens_cached: float = 0) -> float:
        """Return what so many tokens cost; those from the cache are among those sent."""
        found = min(tokens_cached, tokens_in)
        each = self.tokens_in if self.tokens_cached is None else self.tokens_cached
        sent = (tokens_in - found) * self.tokens_in + found * each
        return (sent + tokens_out * self.tokens_out) / 1e6

    def times(self, factor: float) -> Price:
        """Return that many times the price."""
        return Price(*(None if part is None else part * factor for part in self))  # type: ignore[arg-type]


def price_of(model: Any, prices: Mapping[str, tuple[float, ...]] | None = None) -> Price | None:
    """Return a model's price: that given, 0 for a local one, that of the table, or None: unknown.

    A model's ``discount`` is the share of the table's price that it costs (a half for flex).

    Raises:
        PaperkitError: the price table can't be read.
    """
    name, share = str(model.name), getattr(model, "discount", 1.0)
    if prices is not None and name in prices:
        return _price(name, prices[name])
    if getattr(model, "local", False):
        return Price(0.0, 0.0)
    table = price_table()
    if name not in table:
        return None
    return _price(name, table[name]).times(share)


def price_table() -> Mapping[str, Any]:
    """Return the prices of the bundled table, those of the person's own file before them."""
    own = os.environ.get(PRICES_FILE, "").strip()
    return {**_table(_BUNDLED), **(_table(Path(own).expanduser()) if own else {})}


def _table(path: Path) -> Mapping[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("prices")
    except (OSError, ValueError) as error:
        raise PaperkitError(f"{path}: not a price table ({error}); correct it.") from error
    if not isinstance(found, dict):
        raise PaperkitError(f"{path}: not a price table (it has no [prices]); correct it.")
    return found


_NO_PRICE = "{name}: a price is two numbers, [input, output], or three with that of cached input."


def _price(name: str, given: Any) -> Price:
    try:
        price = Price(*(float(number) for number in given))
    except (TypeError, ValueError) as error:
        raise PaperkitError(_NO_PRICE.format(name=name)) from error
    stated = [part for part in price if part is not None]
    if not all(math.isfinite(p) for p in stated):
        raise PaperkitError(_NO_PRICE.format(name=name))
    if min(stated) < 0:
        raise PaperkitError(f"{name}: a price can't be negative; correct it.")
    return price

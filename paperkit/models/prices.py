"""Prices: what a million tokens of a model cost; an unknown price is unknown, never 0."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from paperkit.errors import PaperkitError

PRICES_FILE = "PAPERKIT_PRICES"
"""The environment variable that names a price table of one's own (TOML, like prices.toml)."""

_BUNDLED = Path(__file__).with_name("prices.toml")


class Price(NamedTuple):
    """Money per million tokens, sent and received."""

    tokens_in: float
    tokens_out: float

    def of(self, tokens_in: float, tokens_out: float) -> float:
        """Return what so many tokens cost."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1e6


def price_of(model: Any, prices: Mapping[str, tuple[float, float]] | None = None) -> Price | None:
    """Return a model's price: that given, 0 for a local one, that of the table, or None: unknown.

    Raises:
        PaperkitError: the price table can't be read.
    """
    name = str(model.name)
    if prices is not None and name in prices:
        return _price(name, prices[name])
    if getattr(model, "local", False):
        return Price(0.0, 0.0)
    table = price_table()
    return _price(name, table[name]) if name in table else None


def price_table() -> Mapping[str, Any]:
    """Return the prices of the bundled table, those of the person's own file before them."""
    own = os.environ.get(PRICES_FILE, "").strip()
    return {**_table(_BUNDLED), **(_table(Path(own).expanduser()) if own else {})}


def _table(path: Path) -> Mapping[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("prices")
    except (OSError, ValueError) as error:
        raise PaperkitError(f"{path}: no price table ({error}); correct it.") from error
    if not isinstance(found, dict):
        raise PaperkitError(f"{path}: no price table (it has no part [prices]); correct it.")
    return found


def _price(name: str, given: Any) -> Price:
    try:
        price = Price(*(float(number) for number in given))
    except (TypeError, ValueError) as error:
        raise PaperkitError(f"{name}: a price is two numbers, [input, output].") from error
    if not all(math.isfinite(p) for p in price):
        raise PaperkitError(f"{name}: a price is two numbers, [input, output].")
    if min(price) < 0:
        raise PaperkitError(f"{name}: a price can't be negative; correct it.")
    return price

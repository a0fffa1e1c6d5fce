"""Prices and paces: tables and limits a person writes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from paperkit.errors import PaperkitError
from paperkit.models import Limit, Pace, Price, price_of
from paperkit.models.extractive import Extractive


def model(name: str, local: bool = False) -> SimpleNamespace:
    return SimpleNamespace(name=name, local=local)


def test_an_unknown_price_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never 0; what runs here costs nothing."""
    monkeypatch.delenv("PAPERKIT_PRICES", raising=False)
    assert price_of(model("brand-new")) is None
    assert price_of(model("gemini-2.5-flash")) == Price(0.30, 2.50)
    assert price_of(model("brand-new", local=True)) == price_of(Extractive()) == Price(0, 0)


def test_a_persons_prices_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given in a call, then a file of one's own, then the bundled table."""
    own = tmp_path / "prices.toml"
    own.write_text('[prices]\n"gemini-2.5-flash" = [1, 2]\n')
    monkeypatch.setenv("PAPERKIT_PRICES", str(own))
    assert price_of(model("gemini-2.5-flash")) == Price(1, 2)
    assert price_of(model("gpt-5.4")) == Price(2.5, 15, 0.25)
    assert price_of(model("gpt-5.4"), {"gpt-5.4": (3, 4)}) == Price(3, 4)


@pytest.mark.parametrize("given", [(1,), ("a", "b"), (1, -1), 5, ("nan", 1), (1, float("inf"))])
def test_a_price_that_is_none_is_refused(given: object) -> None:
    """The error begins with the model's name."""
    with pytest.raises(PaperkitError, match="^m: a price "):
        price_of(model("m"), {"m": given})  # type: ignore[dict-item]


def test_a_broken_table_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error in one's own file is no free model."""
    own = tmp_path / "prices.toml"
    monkeypatch.setenv("PAPERKIT_PRICES", str(own))
    for text in ("[prices", '"m" = [1, 2]\n', "prices = 3\n", ""):
        own.write_text(text)
        with pytest.raises(PaperkitError, match=r"prices\.toml: not a price table"):
            price_of(model("m"))


def test_a_paces_limits_are_windows() -> None:
    """Minutes and days are windows like any other; what has no limit has none."""
    own = Limit(seconds=2, requests=10)
    assert Pace().windows() == ()
    pace = Pace(requests_per_minute=15, tokens_per_day=100, limits=(own,))
    assert pace.windows() == (
        own,
        Limit(seconds=60, requests=15),
        Limit(seconds=86_400, tokens=100),
    )


@pytest.mark.parametrize("options", [{"workers": 0}, {"requests_per_minute": 0}, {"backoff": -1}])
def test_a_pace_at_which_nothing_moves_is_refused(options: dict[str, int]) -> None:
    """It would wait for ever."""
    with pytest.raises(PaperkitError, match="at least 1"):
        Pace(**options)  # type: ignore[arg-type]

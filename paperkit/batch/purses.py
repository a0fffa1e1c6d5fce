"""Purses: the money of a batch, reserved before a request leaves, so that no cap is crossed."""

from __future__ import annotations

from paperkit.models.prices import Price
from paperkit.outlines import is_chinese
from paperkit.prompts import Request

_OUTPUT = 8192
"""The most tokens a reply may have where there is a budget; thoughts count too."""

_BYTES_PER_TOKEN = 2.0
"""Text of papers has 3 to 4.5 bytes a token; reserving goes by the worst."""


def tokens_in(request: Request) -> int:
    """Return about how many tokens a request has: four Latin characters or one other each."""
    text = request.prompt()
    latin = sum(c < "\u2e80" for c in text)
    return latin // 4 + len(text) - latin


def tokens_out(request: Request) -> int:
    """Return about how many tokens a full reply has, by the limits of the questions."""
    total = 20.0
    for question in request.questions:
        most = question.items[1] if question.kind == "list" else 1
        each = question.characters if is_chinese(request.language) else question.words * 1.4
        total += 15 + 0.5 * most * each + 30 * max(1, question.items[1] // 2)
    return int(total)


class Purse:
    """What a batch may spend: ``spent`` so far, and what is held for requests in flight.

    It is no lock: whoever shares it among threads holds one.
    """

    def __init__(self, budget: float | None, price: Price | None) -> None:
        self.budget = budget
        self.price = price
        self.spent = 0.0
        self.held = 0.0
        self._bytes_per_token = _BYTES_PER_TOKEN
        self._output = _OUTPUT

    def limit(self, request: Request) -> int | None:
        """Return the most tokens the reply may have (None: no budget), 0 when money is too short.

        The cap shrinks with what is left, but never below twice a usual reply.
        """
        if self.budget is None or self.price is None or self.price == (0.0, 0.0):
            return None
        left = self.budget - self.spent - self.held - self.price.of(self._most_in(request), 0)
        most = self._output
        if self.price.tokens_out > 0:
            most = min(most, int(left * 1e6 / self.price.tokens_out))
        enough = left >= 0 and most >= min(2 * tokens_out(request), self._output)
        return most if enough else 0

    def hold(self, request: Request, limit: int | None) -> float:
        """Set the most a request can cost aside; return it."""
        if limit is None or self.price is None:
            return 0.0
        money = self.price.of(self._most_in(request), limit)
        self.held += money
        return money

    def settle(self, request: Request, held: float, used: tuple[int | None, int | None]) -> None:
        """Pay for a request: what it used, or all that was held where that is unknown."""
        self.held -= held
        sent, received = used
        cost = self.cost(used)
        self.spent += held if cost is None else cost
        if sent:  # a tokenizer worse than thought, or a model that ignores the limit: learn it
            size = len(request.prompt().encode()) / sent
            self._bytes_per_token = min(self._bytes_per_token, size)
        self._output = max(self._output, received or 0)

    def cost(self, used: tuple[int | None, int | None]) -> float | None:
        """Return what so many tokens cost, None where price or usage is unknown."""
        sent, received = used
        if self.price == (0.0, 0.0):
            return 0.0
        if self.price is None or sent is None or received is None:
            return None
        return self.price.of(sent, received)

    def _most_in(self, request: Request) -> float:
        return len(request.prompt().encode()) / self._bytes_per_token + 200  # the schema

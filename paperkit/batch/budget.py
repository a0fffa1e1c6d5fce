"""Budget: the money of a batch, reserved before a request leaves, so that no cap is crossed."""

from __future__ import annotations

import math

from paperkit.models import Model, Price
from paperkit.outlines import is_chinese
from paperkit.prompts import Request

Used = tuple[int | None, int | None]

_OUTPUT = 8192
"""The most tokens a reply may have at first where there is a budget; thoughts count too."""

_BYTES_PER_TOKEN = 2.0
"""Text of papers has 3 to 4.5 bytes a token; what is set aside goes by the worst."""


def tokens_in(request: Request) -> int:
    """Return about how many tokens a request has: four Latin characters or one other each."""
    text = request.prompt()
    latin = len(text) if text.isascii() else sum(map("\u2e80".__gt__, text))
    return latin // 4 + len(text) - latin


def tokens_out(request: Request) -> int:
    """Return about how many tokens a full reply has, by the limits of the questions."""
    total = 20.0
    for question in request.questions:
        most = question.items[1] if question.kind == "list" else 1
        each = question.characters if is_chinese(request.language) else question.words * 1.4
        total += 15 + 0.5 * most * each + 30 * max(1, question.items[1] // 2)
    return int(total)


class Budget:
    """What a batch may spend: ``spent`` so far, and what is held for requests in flight.

    It learns from the replies how long they get: until the first is there nobody knows whether the
    model thinks aloud, or the server heeds a limit at all. ``total`` is the most there is to spend
    (None: no cap). It is no lock: whoever shares it among
    threads holds one. ``urgent`` is how many times its price an urgent request costs.
    """

    def __init__(self, total: float | None, price: Price | None, *, urgent: float = 1.0) -> None:
        self.total = total
        self.price = price
        self._urgent = urgent
        self.spent = 0.0
        self.held = 0.0
        self.learned = False
        self._longest = 0  # of the replies that ended by themselves
        self._cut = 0  # the largest limit at which one was cut off
        self._beyond = 0  # the longest that went beyond its limit

    @property
    def capped(self) -> bool:
        """Return whether replies have a limit: there is a budget, and a price."""
        return self.total is not None and self.price is not None and not self.price.free

    def recall(self, longest: int, cut: int) -> None:
        """Take up how long replies were in earlier batches."""
        self._longest, self._cut = longest, cut

    def needed(self, request: Request) -> int:
        """Return the fewest tokens with which a reply may be expected to be whole.

        A request that has a limit was cut off there.
        """
        if request.output_limit is not None:
            return 2 * request.output_limit
        return max(min(2 * tokens_out(request), _OUTPUT), self._longest or 2 * self._cut)

    def room(self, request: Request) -> float:
        """Return the tokens of a reply that what is left pays for."""
        if self.total is None or self.price is None:
            return math.inf
        price = self._price(request, self.price)
        left = self.total - self.spent - self.held - price.of(self._most_in(request), 0)
        if left < 0 or price.tokens_out == 0:
            return -1.0 if left < 0 else math.inf
        tokens = left * 1e6 / price.tokens_out
        return tokens if tokens >= self._beyond else -1.0

    def limit(self, request: Request) -> int | None:
        """Return the most tokens the reply may have (None: no budget), 0 when money is too short.

        The cap shrinks with what is left, but never below what a whole reply needs.
        """
        if not self.capped:
            return None
        needed = self.needed(request)
        roomy = 2 * needed if needed > _OUTPUT else _OUTPUT
        most = min(roomy, self.room(request))
        return int(most) if most >= needed else 0

    def hold(self, request: Request, limit: int | None) -> float:
        """Set the most a request can cost aside; return it."""
        if limit is None or self.price is None:
            return 0.0
        price = self._price(request, self.price)
        money = price.of(self._most_in(request), max(limit, self._beyond))
        self.held += money
        return money

    def settle(
        self, request: Request, held: float, used: Used, *, cached: int = 0, whole: bool = True
    ) -> float | None:
        """Pay for a request: what it used, or all that was held where that is unknown.

        ``cached`` tokens are among those sent; ``whole`` tells a reply from an error; ``request``
        has the limit it was sent with. Return the cost, None where it is unknown.
        """
        self.held -= held
        received = used[1]
        cost = self._cost(request, used, cached)
        self.spent += held if cost is None else cost
        self.learned = self.learned or whole
        limit = request.output_limit
        if received and limit and received > limit:
            self._beyond = max(self._beyond, received)
        elif received and whole:
            self._longest = max(self._longest, received)
        return cost

    def was_cut(self, limit: int) -> None:
        """Remember that a reply needed more tokens than this limit."""
        self._cut = max(self._cut, limit)

    @property
    def answers_fit(self) -> bool:
        """Return whether any reply was ever whole."""
        return self.learned or self._longest > 0

    def _cost(self, request: Request, used: Used, cached: int) -> float | None:
        sent, received = used
        if self.price is not None and self.price.free:
            return 0.0
        if self.price is None or sent is None or received is None:
            return None
        return self._price(request, self.price).of(sent, received, cached)

    def _price(self, request: Request, price: Price) -> Price:
        return price.times(self._urgent) if request.urgent else price

    def _most_in(self, request: Request) -> float:
        return len(request.prompt().encode()) / _BYTES_PER_TOKEN + 200  # the schema


def budget_of(model: Model, total: float | None, price: Price | None) -> Budget:
    """Return the budget of a batch that asks `model`, whose tier may have a discount."""
    return Budget(total, price, urgent=1 / getattr(model, "discount", 1.0))

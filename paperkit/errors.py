"""Errors: everything paperkit raises on purpose, one small family."""

from __future__ import annotations

import math
from typing import Any


class PaperkitError(Exception):
    """Base of every error paperkit raises: the thing concerned first, the next step last."""


class SourceError(PaperkitError):
    """A source (arXiv, a metadata file) could not deliver what it was asked for.

    ``papers`` is the papers frame of what had arrived until then, None when nothing had.
    """

    def __init__(self, message: str, *, papers: Any = None) -> None:
        super().__init__(message)
        self.papers = papers


class LibraryError(PaperkitError):
    """The library's folder or database can't be used now: locked, gone, full, read-only, damaged.

    Nothing was saved; the same may succeed later.
    """


class ReadError(PaperkitError):
    """A PDF could not be read within its limits."""


class PublishError(PaperkitError):
    """A post may not leave the library as it stands."""


class ModelError(PaperkitError):
    """A language model did not give a usable reply.

    ``status`` is the HTTP status with which the server turned the request away, ``retry_after``
    the pause it asks for (seconds), ``usage`` the tokens sent and received that are paid all the
    same; None where it said nothing.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        usage: tuple[int | None, int | None] = (None, None),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.usage = count(usage[0]), count(usage[1])


def count(value: object) -> int | None:
    """Return a count of tokens as a server states it, None where that is none."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if math.isfinite(value) and 0 <= value < _MOST else None


_MOST = 10**12


class RateLimited(ModelError):
    """The provider asks for a pause.

    ``daily`` says that the quota of the day is used up, so that waiting does not help today.
    """

    def __init__(self, message: str, *, daily: bool = False, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.daily = daily


class Refused(ModelError):
    """The provider blocked the prompt or the reply (safety, recitation, content filter)."""


class Truncated(ModelError):
    """The reply ended at the provider's output limit."""


class Malformed(ModelError):
    """The reply is not the JSON that was asked for."""


class Unavailable(ModelError):
    """The provider cannot be reached, timed out, or failed on its side: worth another try.

    ``late`` says that no whole answer came in time; it may be paid for all the same.
    """

    def __init__(self, message: str, *, late: bool = False, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.late = late


class Unauthorized(ModelError):
    """The provider does not accept the key, the model name or the request: trying again is vain.

    ``everyone`` says that every other paper would fail the same way; by default the status tells:
    a key, an account, or a name or an address that isn't accepted.
    """

    def __init__(self, message: str, *, everyone: bool | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        by_status = self.status in (401, 402, 403, 404)
        self.everyone = by_status if everyone is None else everyone

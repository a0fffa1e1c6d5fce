"""Errors: everything paperkit raises on purpose, one small family."""

from __future__ import annotations

import difflib
import functools
import inspect
import math
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar


class PaperkitError(Exception):
    """The base class of all errors; a message names the thing first and the next step last.

    >>> try:
    ...     library.paper("9999.99999")
    ... except PaperkitError as error:
    ...     print(error)
    """

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: the message, whole; `%debug` still has the frames."""
        text = "".join(c if c.isprintable() or c == "\n" else " " for c in str(self))
        return [f"{type(self).__name__}: {text}"]


class ArgumentError(PaperkitError, TypeError):
    """A call has an argument of the wrong kind, in the wrong place, or of an unknown name."""


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


# ---- Arguments: what a call was given, told to the person who typed it

_P = ParamSpec("_P")
_R = TypeVar("_R")
_C = TypeVar("_C", bound=type)
_GIVE = {
    "library": "give a library, like Library('my-papers')",
    "papers": "give papers, like library.papers()",
}


def explained(call: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function that says what was expected where it is called wrongly.

    A misspelled keyword names the near one; what is called ``library`` must be a `Library`, and
    what is called ``papers`` must not be one.
    """
    signature = inspect.signature(call)
    parameters = list(signature.parameters)
    name = call.__qualname__.removesuffix(".__init__")

    @functools.wraps(call)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        _check_names(name, signature, kwargs)
        given = {**dict(zip(parameters, args, strict=False)), **kwargs}
        _check_kinds(name, given, parameters)
        _check_others(name, given, signature)
        return call(*args, **kwargs)

    return wrapped


def explained_fields(kind: _C) -> _C:
    """Return a class whose misspelled fields are named with the near ones."""
    made: Any = kind
    made.__init__ = explained(made.__init__)
    return kind


def _check_names(name: str, signature: inspect.Signature, given: dict[str, Any]) -> None:
    kinds = {p.kind for p in signature.parameters.values()}
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return
    for word in given:
        if word not in signature.parameters:
            names = [n for n in signature.parameters if n != "self"]
            near = difflib.get_close_matches(word, names, 1, 0.5)
            said = f"did you mean {near[0]}=?" if near else f"there are {', '.join(names)}."
            raise ArgumentError(f"{name}: has no argument {word!r}; {said}")


def _check_kinds(name: str, given: dict[str, Any], parameters: list[str]) -> None:
    papers, library = given.get("papers"), given.get("library")
    if _is_library(papers):
        if library is not None and not _is_library(library):
            order = ", ".join(p for p in parameters if p in ("papers", "library"))
            raise ArgumentError(f"{name}: papers and library are swapped; write {name}({order}).")
        raise ArgumentError(f"{name}: papers is a Library; {_GIVE['papers']}.")
    if library is not None and not _is_library(library):
        kind = type(library).__name__
        text = f" {library!r}" if isinstance(library, str) and len(library) < _SHORT else ""
        give = f"give Library({library!r})" if text else _GIVE["library"]
        raise ArgumentError(f"{name}: library is a {kind}{text}; {give}.")


def _check_others(name: str, given: dict[str, Any], signature: inspect.Signature) -> None:
    """Refuse a `Library` where something else is wanted, and too few arguments."""
    for word, parameter in signature.parameters.items():
        other = word not in ("self", "library", "papers")
        if other and "Library" not in str(parameter.annotation) and _is_library(given.get(word)):
            raise ArgumentError(f"{name}: {word} is a Library; give {word}.")
        needed = parameter.default is parameter.empty and parameter.kind not in _ANY
        if needed and word != "self" and word not in given:
            give = _GIVE.get(word, f"give {word}")
            raise ArgumentError(f"{name}: {word} is missing; {give}.")


_ANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_SHORT = 200


def _is_library(value: object) -> bool:
    """By name: the library's room stands above this one."""
    return any(c.__name__ == "Library" for c in type(value).__mro__)

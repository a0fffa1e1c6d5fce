"""Errors: everything paperkit raises on purpose, one small family."""

from __future__ import annotations

import difflib
import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any, TypeVar, cast


class PaperkitError(Exception):
    """Base of every error paperkit raises: the thing concerned first, the next step last.

    >>> try:
    ...     library.paper("9999.99999")
    ... except PaperkitError as error:
    ...     print(error)
    """

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: the message, whole; `%debug` still has the frames."""
        text = "".join(c if c.isprintable() or c == "\n" else " " for c in str(self))
        return [f"{type(self).__name__}: {text}"]


class ArgumentError(PaperkitError, TypeError, ValueError):
    """An argument is of the wrong kind or value, in the wrong place, or of an unknown name."""


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

_C = TypeVar("_C", bound=Callable[..., Any])
_Checks = dict[str, tuple[bool, tuple[str, ...]]]


def explained(call: _C) -> _C:
    """Return a function, or a class with its public methods, that says what was expected.

    A misspelled keyword names the near one, an argument too many those that are named, and one of
    another kind what to give. What is called ``library`` must be a `Library`; where none is asked
    for, none is taken. Values (dataclasses) say themselves what their fields take.
    """
    if isinstance(call, type):
        made: Any = call
        for name, member in list(vars(made).items()):
            inner = getattr(member, "__func__", member)
            if inspect.isfunction(inner) and (name == "__init__" or not name.startswith("_")):
                told = _telling(inner, kinds=not is_dataclass(made) or name != "__init__")
                setattr(made, name, classmethod(told) if inner is not member else told)
        return call
    return cast(_C, _telling(call, kinds=True))


def _telling(call: Callable[..., Any], *, kinds: bool) -> Callable[..., Any]:
    signature = inspect.signature(call)
    parameters = [n for n in signature.parameters if n not in ("self", "cls")]
    skipped = len(signature.parameters) - len(parameters)
    name = call.__qualname__.removesuffix(".__init__")
    checks = {n: _check_of(signature.parameters[n]) for n in parameters} if kinds else {}

    @functools.wraps(call)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if checks:
            placed = zip(parameters, args[skipped:], strict=False)
            _check_kinds(name, {**dict(placed), **kwargs}, checks)
        try:
            return call(*args, **kwargs)
        except TypeError:
            if told := _misfit(signature, parameters, args[skipped:], kwargs):
                raise ArgumentError(f"{name}: {told}") from None
            raise

    return wrapped


def _misfit(
    signature: inspect.Signature,
    parameters: list[str],
    args: tuple[Any, ...],
    given: dict[str, Any],
) -> str:
    """Return what is wrong with the names and the number of arguments, "" where nothing is."""
    known = [signature.parameters[n] for n in parameters]
    kinds = {p.kind for p in known}
    placed = [p.name for p in known if p.kind in _BY_PLACE]
    for word in given:
        if word not in signature.parameters and inspect.Parameter.VAR_KEYWORD not in kinds:
            near = difflib.get_close_matches(word, parameters, 1, 0.5)
            others = f"there are {', '.join(parameters)}." if parameters else "it takes none."
            return f"has no argument {word!r}; " + (f"did you mean {near[0]}=?" if near else others)
    if len(args) > len(placed) and inspect.Parameter.VAR_POSITIONAL not in kinds:
        named = [f"{p.name}=" for p in known if p.kind is p.KEYWORD_ONLY]
        last = f"name the others: {', '.join(named)}" if named else "leave out the rest"
        return f"takes {', '.join(placed) or 'nothing'} by place; {last}."
    for place, one in enumerate(known):
        needed = one.default is one.empty and one.kind not in _ANY
        if needed and one.name not in given and (one.name not in placed or place >= len(args)):
            return f"{one.name} is missing; {_GIVE.get(one.name, f'give {one.name}')}."
    return ""


def _check_of(parameter: inspect.Parameter) -> tuple[bool, tuple[str, ...]]:
    """Return whether a `Library` may be given, and the kinds one of which must be; (): any."""
    annotation = str(parameter.annotation)
    library = parameter.name == "library" or "Library" in annotation or annotation == _UNTOLD
    parts = tuple(annotation.split(" | "))
    known = parameter.kind not in _ANY and all(p in _KINDS for p in parts)
    return library, parts if known else ()


def _check_kinds(name: str, given: dict[str, Any], checks: _Checks) -> None:
    turned = "library" in given and not _is("Library", given["library"])
    if turned and _is("Library", given.get("papers")):
        order = ", ".join(p for p in checks if p in ("papers", "library"))
        raise ArgumentError(f"{name}: papers and library are swapped; write {name}({order}).")
    for word, value in given.items():
        may_be_library, kinds = checks.get(word, (True, ()))
        wrong = kinds and not any(_KINDS[kind](value) for kind in kinds)
        if wrong or (_is("Library", value) and not may_be_library):
            raise ArgumentError(
                f"{name}: {word} is {_shown(value)}; {_wanted(word, value, kinds)}."
            )


def _wanted(word: str, value: object, kinds: tuple[str, ...]) -> str:
    if word == "library" and isinstance(value, str) and len(value) < _SHORT:
        return f"give Library({value!r})"
    told = next((_EXAMPLES[kind] for kind in reversed(kinds) if kind in _EXAMPLES), word)
    return _GIVE.get(word, f"give {told}")


def _shown(value: object) -> str:
    """Return what was given, in words: its kind, and a short text as it is."""
    if value is None:
        return "None"
    kind = "DataFrame" if _is("DataFrame", value) else type(value).__name__
    text = f" {value!r}" if isinstance(value, str) and len(value) < _SHORT else ""
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}{text}"


def _is(kind: str, value: object) -> bool:
    """By name: most kinds are of rooms above this one."""
    return any(c.__name__ == kind for c in type(value).__mro__)


_KINDS: dict[str, Callable[[object], bool]] = {
    "None": lambda value: value is None,
    "str": lambda value: isinstance(value, str),
    "int": lambda value: hasattr(value, "__index__"),
    "os.PathLike[str]": lambda value: hasattr(value, "__fspath__"),
    "Path": lambda value: hasattr(value, "__fspath__"),
    "pd.DataFrame": functools.partial(_is, "DataFrame"),
    **{
        kind: functools.partial(_is, kind)
        for kind in ("Library", "Outline", "Query", "Digest", "Paper", "Post", "Reading", "Topic")
    },
}
"""What can be told of a value by an annotation's name; amounts have their own limits to say."""

_EXAMPLES = {
    "str": "text",
    "int": "a whole number",
    "os.PathLike[str]": "a path, like 'my-papers'",
    "Path": "a path, like 'my-papers'",
    "pd.DataFrame": "a DataFrame",
    "Library": "a library, like Library('my-papers')",
    "Outline": "an Outline, like load_outline('questions.toml')",
    "Query": "words or a Query",
    "Digest": "a digest, like library.digest('2411.05184')",
    "Paper": "a paper, like library.paper('2411.05184')",
    "Post": "a Post",
    "Topic": "a Topic",
}
_GIVE = {
    "library": "give a library, like Library('my-papers')",
    "papers": "give papers, like library.papers()",
    "id": "give one id, like '2411.05184'; where there are several, call it for each",
}
_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_ANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_UNTOLD = str(inspect.Parameter.empty)
_SHORT = 200

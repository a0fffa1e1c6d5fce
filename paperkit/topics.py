"""Topics: what a person follows on arXiv, the words she types for it, and the query they become."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from paperkit.errors import PaperkitError, explained
from paperkit.reprs import card, line

FIELDS = ("ti", "au", "abs", "co", "jr", "cat", "rn", "id", "all")
"""What arXiv can look into (https://info.arxiv.org/help/api/user-manual.html#query_details)."""

_DATES = ("submittedDate", "lastUpdatedDate")
_TOKEN = re.compile(
    rf"""(?P<range>(?:{"|".join(_DATES)}):\[[^\]]*\])
    |(?P<minus>-(?=["(\w]))?(?:(?P<field>{"|".join(FIELDS)}):)?
     (?:"(?P<phrase>[^"]*)"|(?P<open>\()|(?P<word>[^\s"()]+))
    |(?P<close>\))|(?P<stray>\S)""",
    re.X,
)
_WORD = re.compile(r"[\w][\w.+*-]*")
_OPERATORS = ("AND", "OR", "NOT", "ANDNOT")


@dataclass(frozen=True)
class Term:
    """A word, or words in a row, in one of arXiv's fields (``all``: anywhere)."""

    text: str
    field: str = "all"

    def __str__(self) -> str:
        """Return it as arXiv understands it."""
        quoted = " " in self.text and self.field not in _DATES
        return f'{self.field}:"{self.text}"' if quoted else f"{self.field}:{self.text}"


@dataclass(frozen=True)
class Every:
    """All of the parts, and nothing of what is taken away."""

    parts: tuple[Expression, ...]
    without: tuple[Expression, ...] = ()

    def __str__(self) -> str:
        """Return it as arXiv understands it, in parentheses: it reads strictly from the left."""
        text = " AND ".join(map(str, self.parts))
        return f"({text}{''.join(f' ANDNOT {w}' for w in self.without)})"


@dataclass(frozen=True)
class Either:
    """At least one of the parts."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        """Return it as arXiv understands it."""
        return f"({' OR '.join(map(str, self.parts))})"


Expression = Term | Every | Either


def parse(text: str) -> Expression:
    """Return the tree of what a person typed.

    Words side by side are ANDed, quotes keep a phrase together, AND, OR and NOT (in capitals; a
    leading ``-`` is a NOT) and parentheses work as everywhere: AND binds tighter than OR. arXiv's
    fields (``ti:``, ``abs:``, ``cat:`` …) may stand before a word, a phrase or a group.

    Raises:
        PaperkitError: there is no word in it, or the operators don't fit together.
    """
    reader = _Reader(text)
    found = reader.either("all")
    if reader.ahead is not None:
        raise reader.problem("a parenthesis is closed but was not opened; remove it")
    return found


class _Reader:
    """Reads an expression from the left, one token ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens: Iterator[re.Match[str]] = _TOKEN.finditer(text)
        self.ahead = next(self._tokens, None)

    def problem(self, what: str) -> PaperkitError:
        return PaperkitError(f"query {self.text[:200]!r}: {what}.")

    def take(self) -> re.Match[str]:
        token = self.ahead
        assert token is not None  # noqa: S101 the callers looked
        self.ahead = next(self._tokens, None)
        return token

    def operator(self) -> str:
        """Return the operator that comes next, empty when none does."""
        token = self.ahead
        bare = token is not None and not (token["field"] or token["minus"])
        return token["word"] if token and bare and token["word"] in _OPERATORS else ""

    def either(self, field: str) -> Expression:
        parts = [self.every(field)]
        while self.operator() == "OR":
            self.take()
            parts.append(self.every(field))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def every(self, field: str) -> Expression:
        parts: list[Expression] = []
        without: list[Expression] = []
        while self.ahead is not None and not self.ahead["close"] and self.operator() != "OR":
            negated = self._negated(first=not parts and not without)
            target = without if negated else parts
            if (found := self._item(field)) is not None:
                target.append(found)
        if not parts:
            reason = "NOT has nothing to take away from; write what must occur before it"
            raise self.problem(reason if without else "no word in it; write 'radiance field'")
        plain = len(parts) == 1 and not without
        return parts[0] if plain else Every(tuple(parts), tuple(without))

    def _negated(self, *, first: bool) -> bool:
        """Pass over the operators before an item; return whether it is taken away."""
        passed = []
        while (word := self.operator()) and word != "OR":
            passed.append(self.take()["word"])
        if first and "AND" in passed:
            raise self.problem("AND has nothing before it; write a word there")
        if passed and (self.ahead is None or self.ahead["close"] or self.operator()):
            raise self.problem(f"{passed[-1]} has nothing after it; write a word there")
        minus = bool(self.ahead and self.ahead["minus"])
        return minus or "NOT" in passed or "ANDNOT" in passed

    def _item(self, field: str) -> Expression | None:
        token = self.take()
        if token["stray"]:
            raise self.problem("a quotation mark is not closed; close or remove it")
        if token["range"]:
            name, _, span = token["range"].partition(":")
            return Term(span, name)
        inner = token["field"] or field
        if token["open"]:
            return self._group(inner)
        return self._term(token, inner)

    def _group(self, field: str) -> Expression:
        found = self.either(field)
        if self.ahead is None or not self.ahead["close"]:
            raise self.problem("a parenthesis is not closed; close it")
        self.take()
        return found

    def _term(self, token: re.Match[str], field: str) -> Term | None:
        given = token["phrase"] if token["phrase"] is not None else token["word"]
        if token["word"] and (named := re.match(r"([A-Za-z]+):\S", token["word"])):
            known = ", ".join(FIELDS)
            raise self.problem(f"{named[1]!r} is not a field of arXiv's; use {known}")
        # Dots and hyphens end sentences as often as they bind words.
        words = " ".join(w.rstrip(".-") for w in _WORD.findall(given))
        return Term(words, field) if words else None


_PLACES = {
    "ti": "title",
    "au": "authors",
    "abs": "abstract",
    "co": "comment",
    "jr": "journal_ref",
    "cat": "categories",
}


def matches(expression: Expression, paper: Mapping[str, object]) -> bool:
    """Return whether a paper (a mapping with `Paper`'s fields) fits, as far as words can tell.

    Whole words, whatever their case, a plural's s ignored. arXiv itself also reduces words to
    their stems, and what it knows by dates or report numbers is taken to fit here.
    """
    if isinstance(expression, Either):
        return any(matches(p, paper) for p in expression.parts)
    if isinstance(expression, Every):
        kept = all(matches(p, paper) for p in expression.parts)
        return kept and not any(matches(w, paper) for w in expression.without)
    return _has(expression, paper)


def _has(term: Term, paper: Mapping[str, object]) -> bool:
    if term.field in (*_DATES, "rn"):
        return True
    if term.field == "id":
        return str(paper.get("id", "")) == term.text.partition("v")[0]
    if term.field == "cat":
        pattern = re.escape(term.text).replace(r"\*", ".*")
        listed = paper.get("categories") or ()
        return any(re.fullmatch(pattern, str(c), re.I) for c in listed)  # type: ignore[attr-defined]
    places = _PLACES.values() if term.field == "all" else (_PLACES[term.field],)
    wanted = _pattern(term.text)
    return any(wanted.search(_flat(paper.get(place))) for place in places)


@lru_cache(maxsize=1000)
def _pattern(text: str) -> re.Pattern[str]:
    words = re.findall(r"[^\W_]+\*?", text.casefold())
    parts = [w[:-1] + r"\w*" if w.endswith("*") else re.escape(_singular(w)) for w in words]
    return re.compile(f" {' '.join(parts)} ")


def _flat(value: object) -> str:
    text = " ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value or "")
    words = map(_singular, re.findall(r"[^\W_]+", text.casefold()))
    return f" {' '.join(words)} "


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word


# Topics: what a person follows on arXiv, kept in a TOML file that she edits


@explained
@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic you follow; posts about it have its name, language and author.

    >>> update([Topic(name="NeRF", queries=["ti:NeRF"], categories=["cs.CV"])], library)

    ``queries`` are alternatives (OR): words, all of which a paper must have; quotes keep a phrase
    together, AND, OR, NOT, parentheses and arXiv's fields work: ``ti:NeRF NOT (chip OR "gallium
    nitride")``. Code builds the query, so that no space is misread.
    ``categories`` narrow them down (a paper must be in one of them), ``exclude`` are words that
    must not appear, ``max_age_days`` limits how far back a search goes, ``language`` is a BCP-47
    tag.

    Raises:
        PaperkitError: the name or the queries are empty, or max_age_days is below 1.
    """

    name: str
    queries: tuple[str, ...]
    categories: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_age_days: int = 30
    language: str = "en"
    author: str = ""

    def __post_init__(self) -> None:
        """Refuse a topic that can't be searched for."""
        for name in ("queries", "categories", "exclude"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.name.strip():
            raise PaperkitError("topic: name is empty; give the topic a name.")
        if not any(q.strip() for q in self.queries):
            raise PaperkitError(f"topic {self.name!r}: queries is empty; name at least one phrase.")
        if self.max_age_days < 1:
            raise PaperkitError(f"topic {self.name!r}: max_age_days must be 1 or more.")

    def __repr__(self) -> str:
        """Return a line with the name and what is searched for."""
        return line("Topic", repr(self.name), " or ".join(self.queries), ", ".join(self.categories))

    def _repr_html_(self) -> str:
        rows = {
            "Searches:": " or ".join(self.queries),
            "In:": ", ".join(self.categories),
            "Without:": ", ".join(self.exclude),
        }
        facts = [f"at most {self.max_age_days} days back", self.language, self.author]
        return card(self.name, facts, rows=rows)

    def query(self, *, since: datetime | None = None, until: datetime | None = None) -> str:
        """Return the arXiv API query of this topic, of papers whose v1 is from `since` to `until`.

        Both are moments (UTC, to the minute); None leaves that end open.

        >>> Topic(name="NeRF", queries=["ti:NeRF"]).query()
        """
        parts = [_any_of([terms(q) for q in self.queries if q.strip()])]
        if self.categories:
            parts.append(_any_of([f"cat:{c}" for c in self.categories]))
        query = " AND ".join(parts)
        for word in self.exclude:
            query += f" ANDNOT {terms(word)}"
        return query + date_window(since, until)


def terms(text: str) -> str:
    """Return one arXiv query for what a person typed (see `expressions.parse`).

    ``neural "radiance field"`` becomes ``(all:neural AND all:"radiance field")``: a bare space
    between terms would be misread.

    Raises:
        PaperkitError: there is no word in it, or the operators don't fit together.
    """
    return str(parse(text))


def _any_of(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def date_window(since: datetime | None, until: datetime | None) -> str:
    """Return the ``submittedDate`` filter of an arXiv query, empty without dates.

    https://info.arxiv.org/help/api/user-manual.html (times are GMT, to the minute, inclusive).
    """
    if since is None and until is None:
        return ""
    start = (since or datetime(1986, 1, 1, tzinfo=UTC)).astimezone(UTC)
    end = (until or datetime(2100, 1, 1, tzinfo=UTC)).astimezone(UTC)
    return f" AND submittedDate:[{start:%Y%m%d%H%M} TO {end:%Y%m%d%H%M}]"


@explained
def load_topics(path: str | Path) -> dict[str, Topic]:
    """Return the topics of a TOML file by name, in its order; one ``[[topic]]`` table each.

    Raises:
        PaperkitError: the file is missing, is not TOML, or has a table paperkit doesn't know.
    """
    file = Path(path)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PaperkitError(
            f"{file}: no such topics file; copy notebooks/topics.toml to start one."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PaperkitError(f"{file}: not valid TOML ({error}); correct that line.") from error
    if unknown := sorted(set(data) - {"topic"}):
        raise PaperkitError(f"{file}: unknown key {unknown[0]!r}; topics are [[topic]] tables.")
    tables = data.get("topic")
    if not isinstance(tables, list) or not tables:
        raise PaperkitError(f"{file}: no [[topic]] table; add one with name and queries.")
    topics = [_topic(table, file) for table in tables]
    names = [t.name for t in topics]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise PaperkitError(f"{file}: topic {twice[0]!r} occurs twice; rename one.")
    return dict(zip(names, topics, strict=True))


_LISTS = ("queries", "categories", "exclude")


def _topic(table: dict[str, Any], file: Path) -> Topic:
    label = f"{file}: topic {str(table.get('name', '?'))!r}"
    known = [f.name for f in fields(Topic)]
    if unknown := sorted(set(table) - set(known)):
        raise PaperkitError(f"{label}: unknown key {unknown[0]!r}; known are {', '.join(known)}.")
    for name in ("name", "queries"):
        if name not in table:
            raise PaperkitError(f"{label}: {name} is missing; add it.")
    for name, value in table.items():
        _require(name, value, label)
    return Topic(**table)


def _require(name: str, value: object, label: str) -> None:
    if name in _LISTS:
        fits = isinstance(value, list) and all(isinstance(v, str) for v in value)
    else:
        fits = type(value) is (int if name == "max_age_days" else str)
    if not fits:
        wanted = "a list of texts" if name in _LISTS else "a text"
        if name == "max_age_days":
            wanted = "a whole number"
        raise PaperkitError(f"{label}: {name} must be {wanted}; correct that line.")

"""Topics: what a person follows on arXiv, kept in a TOML file that she edits."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paperkit.errors import PaperkitError
from paperkit.topics.expressions import parse


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic a person follows; the posts about it carry its name, language and author.

    ``queries`` are alternatives (OR): words, all of which a paper must have; quotes keep a phrase
    together, AND, OR, NOT, parentheses and arXiv's fields work: ``ti:NeRF NOT (chip OR "gallium
    nitride")``. Code builds the query, so that no space is misread.
    ``categories`` narrow them down (a paper must be in one of them), ``exclude`` are words that
    must not appear, ``max_age_days`` limits how far back a search goes, ``language`` is a BCP-47
    tag.
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

    def query(self, *, since: datetime | None = None, until: datetime | None = None) -> str:
        """Return the arXiv API query of this topic; dates are those of v1, to the minute (UTC)."""
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
        raise PaperkitError(f"{file}: not valid TOML ({error}); mend that line.") from error
    if unknown := sorted(set(data) - {"topic"}):
        raise PaperkitError(f"{file}: unknown key {unknown[0]!r}; topics are [[topic]] tables.")
    tables = data.get("topic")
    if not isinstance(tables, list) or not tables:
        raise PaperkitError(f"{file}: no [[topic]] table; add one with name and queries.")
    topics = [_topic(table, file) for table in tables]
    names = [t.name for t in topics]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise PaperkitError(f"{file}: topic {twice[0]!r} stands twice; rename one.")
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
        raise PaperkitError(f"{label}: {name} must be {wanted}; mend that line.")

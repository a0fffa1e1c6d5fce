"""The index: what tables ask of a library, answered from narrow columns in memory.

SQLite's FTS5 finds the words; everything else that a `Query` can ask is one comparison of small
integers here, so that 100,000 papers are filtered and counted in milliseconds. A catalog follows
the library through its append-only history: a decision made anywhere changes one entry.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
import warnings
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from paperkit.errors import LibraryError, PaperkitError
from paperkit.library import answered, decisions, files, pages, records, schema
from paperkit.papers import paper_id
from paperkit.queries import DECISIONS, HAVE, VENUES, Query

Mask = np.ndarray
"""One boolean per paper."""

Given = tuple[np.ndarray, list[str]]
"""Positions of papers, and what each of them answers to a question."""

_STATES = ("undecided", *DECISIONS)
_VENUE = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(VENUES)})(?![A-Za-z])")
FACETS = ("decisions", "topics", "categories", "tags", "venues", "has", "months")
"""What `Found.facets` counts."""


@dataclass(frozen=True)
class Found:
    """What a query means now: the papers' row numbers in its order, and the counts beside it.

    ``facets`` maps each of `FACETS` to (value, count) pairs, and ``answer:`` with the name of each
    question asked for to its short answers; a field's counts leave out what the query says about
    that same field, so that they tell what choosing another value would give. Empty where no one
    asked for them.
    """

    query: Query
    numbers: np.ndarray
    facets: dict[str, list[tuple[str, int]]]

    @property
    def total(self) -> int:
        """Return how many papers there are."""
        return len(self.numbers)


class Index:
    """What tables ask, at every key and every turn of a wheel: rows, counts, changes, views.

    Row numbers are the library's own names for its papers: short, and never given anew.
    """

    def __init__(self, folder: Path, kept: files.Files) -> None:
        self._folder, self._file, self._files = folder, folder / schema.NAME, kept
        self._catalog = Catalog()
        self._catalog_lock = threading.RLock()
        self._held: sqlite3.Connection | None = None
        self._reading: threading.Thread | None = None

    def page(self, query: Query, *, limit: int = 50) -> tuple[list[dict[str, Any]], int]:
        """Return the first rows of `query` (see `pages.rows`) and how many papers it means."""
        with schema.reading(self._file) as db:
            found = self._files.with_pdf()
            return pages.first(db, query, limit, found), pages.count(db, query, found)

    def find(self, query: Query, *, facets: bool = True, questions: Iterable[str] = ()) -> Found:
        """Return what `query` means: the papers' row numbers in its order, and facet counts.

        With the counts come those of the answers to `questions` of the query's outline. The first
        time in a large library SQL answers, unless facets are wanted, and the columns are read
        behind it.
        """
        if not facets and self._unread():
            with schema.reading(self._file) as db:
                found = Found(query, pages.listed(db, query, self._files.with_pdf()), {})
            self._read_behind()
            return found
        with self._catalog_lock, schema.reading(self._file) as db:
            self._refresh(db)
            return self._catalog.find(db, query, facets=facets, questions=questions)

    def _refresh(self, db: sqlite3.Connection) -> None:
        stamp = self.stamp()
        if stamp is None or stamp != self._catalog.stamp:
            self._catalog.refresh(db, self._files.with_pdf())
            self._catalog.stamp = stamp

    def _unread(self) -> bool:
        """Return whether the columns are still to be read, and so many that it takes time."""
        if self._catalog.read:
            return False
        with schema.reading(self._file) as db:
            return bool(db.execute("SELECT count(*) FROM papers").fetchone()[0] >= _MANY)

    def _read_behind(self) -> None:
        if self._reading is None:
            self._reading = threading.Thread(target=self._read, name="index", daemon=True)
            with suppress(RuntimeError):  # no more threads to be had: it is read when it must be
                self._reading.start()

    def _read(self) -> None:
        with suppress(LibraryError), self._catalog_lock, schema.reading(self._file) as db:
            self._refresh(db)  # what fails here fails in words at the next question

    def stamp(self) -> tuple[int, ...] | None:
        """Return what differs once anything was written by anyone; None: too fresh to tell."""
        return files.stamp(self._file, self._folder / "library.db-wal", self._folder / "pdf")

    def changes(self, since: int = 0) -> tuple[int, list[int]]:
        """Return the head of the history, and the row numbers of papers decided after `since`."""
        with schema.reading(self._file) as db:
            return records.changes(db, since)

    def watch(self, told: Callable[[list[str]], None]) -> Callable[[], None]:
        """Call `told` with the ids after each decision made in this process; return how to stop.

        Whatever `Library` made it: all that are open on this folder tell each other. It is called
        in the thread that decided, after the decision was saved, so it should return at once. An
        error in it is a warning: the decision stands.
        """
        listeners = _LISTENERS.setdefault(str(self._folder.absolute()), [])
        listeners.append(told)
        return lambda: listeners.remove(told) if told in listeners else None

    def tell(self, ids: list[str]) -> None:
        """Tell whoever watches that these papers were decided on."""
        for told in tuple(_LISTENERS.get(str(self._folder.absolute()), ())):
            try:
                told(ids)
            except Exception as error:
                warnings.warn(f"after a decision: {type(error).__name__}: {error}", stacklevel=2)

    def rows(self, numbers: Iterable[int]) -> list[dict[str, Any]]:
        """Return light rows of papers by row number, in order (see `pages.rows`)."""
        with schema.reading(self._file) as db:
            return pages.rows(db, numbers, frozenset(self._files.with_pdf()))

    def numbers(self, ids: Iterable[str]) -> list[int]:
        """Return the row numbers of papers; a number never changes."""
        with schema.reading(self._file) as db:
            return records.numbers(db, [ids] if isinstance(ids, str) else list(ids))

    def ids(self, numbers: Iterable[int]) -> list[str]:
        """Return the ids of papers by row number."""
        with schema.reading(self._file) as db:
            return records.ids(db, numbers)

    def titles(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the titles of papers by id; what is not in the library is left out."""
        with schema.reading(self._file) as db:
            return records.titles(db, list(ids))

    def why(self, id: str) -> tuple[float | None, str]:
        """Return the score (0 to 1) a ranking gave a paper, None without one, and its reason."""
        with schema.reading(self._file) as db:
            return records.score(db, records.number(db, id))

    def entries(self, id: str) -> list[dict[str, Any]]:
        """Return the entries of a paper's history as light values (see `Library.history`)."""
        with schema.reading(self._file) as db:
            return decisions.history(db, id)

    def decided(self) -> pd.DataFrame:
        """Return decision and decided_at of what is decided, oldest first; index: row number."""
        with schema.reading(self._file) as db:
            return decisions.decided(db)

    def session(self) -> AbstractContextManager[None]:
        """Use one connection for all that this thread asks of the library within the block.

        Nothing else changes: what others write meanwhile is seen, and each change is saved at once.
        """
        return schema.session(self._file)

    def hold(self) -> None:
        """Keep one idle connection, so that the last one to close has not to tidy up each time.

        SQLite folds its log back into the database when no connection is left; with one held, a
        decision costs one flush to the disk instead of three.
        """
        if self._held is None:
            self._held = schema.connect(self._file)
            self._held.execute("SELECT count(*) FROM actions").fetchall()

    def view(self, name: str) -> dict[str, Any]:
        """Return what a widget remembered under `name`, empty when nothing."""
        with schema.telling(self._file):
            return files.read_json(self._folder / "views" / f"{records.view_name(name)}.json")

    def save_view(self, name: str, data: Mapping[str, Any]) -> None:
        """Remember what a widget looked like: JSON-able data under a name."""
        path = self._folder / "views" / f"{records.view_name(name)}.json"
        text = json.dumps(data, ensure_ascii=False, indent=1)
        with schema.telling(self._file):
            path.parent.mkdir(exist_ok=True)  # never the library's folder, should it be gone
            files.write_atomic(path, text.encode(), durable=False)


_MANY = 20_000
"""How many papers' columns take so long to read that nobody waits for them."""

_LISTENERS: dict[str, list[Callable[[list[str]], None]]] = {}
"""By folder, who is told of decisions."""


@dataclass
class Labels:
    """Which papers carry which names (tags, categories …); a paper may carry several."""

    names: list[str] = field(default_factory=list)
    rows: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    codes: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, Sequence[str]]]) -> Labels:
        """Return the labels of (position, names) pairs."""
        found = cls()
        found.add(pairs)
        return found

    def add(self, pairs: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Add the labels of (position, names) pairs."""
        known = {name: code for code, name in enumerate(self.names)}
        rows, codes = array("i"), array("i")  # lists of numbers would take ten times the memory
        for row, names in pairs:
            for name in names:
                rows.append(row)
                codes.append(known.setdefault(name, len(known)))
        self.names = list(known)
        self.rows = np.concatenate([self.rows, np.array(rows, np.int32)])
        self.codes = np.concatenate([self.codes, np.array(codes, np.int32)])

    def mask(self, wanted: Collection[str], size: int) -> Mask:
        """Return which papers carry one of the `wanted` names."""
        chosen = np.array([name in wanted for name in self.names], bool)
        found = np.zeros(size, bool)
        if chosen.any():
            found[self.rows[chosen[self.codes]]] = True
        return found

    def counts(self, among: Mask) -> list[tuple[str, int]]:
        """Return (name, count) of the papers in `among`, most frequent first."""
        if not self.names:
            return []
        found = np.bincount(self.codes[among[self.rows]], minlength=len(self.names))
        order = sorted(np.flatnonzero(found), key=lambda c: (-found[c], self.names[c]))
        return [(self.names[c], int(found[c])) for c in order]


class Catalog:
    """The narrow columns of one library; `refresh` brings them up to date, `find` asks them."""

    def __init__(self) -> None:
        self.stamp: tuple[int, ...] | None = None
        self._heads: dict[str, Any] = {}
        self._scores: tuple[Any, ...] = ()
        self._keys: dict[str, np.ndarray] = {}
        self._orders: dict[tuple[str, ...], np.ndarray] = {}
        self._numbers = np.empty(0, np.int64)
        self._tagged: dict[int, tuple[str, ...]] = {}
        self._tags = Labels()

    @property
    def read(self) -> bool:
        """Return whether the columns were read."""
        return bool(self._heads)

    # Following the library

    def refresh(self, db: sqlite3.Connection, with_pdf: Collection[str]) -> None:
        """Bring the columns up to date."""
        heads = {name: db.execute(sql).fetchone()[0] for name, sql in _HEADS.items()}
        heads["pdf"] = len(with_pdf)
        before = self._heads
        moved = {name for name in heads if heads[name] != before.get(name)}
        if moved & {"papers", "topics", "removals"} or not before:
            self._load(db)
            moved |= {"answers", "decisions"}
        if "decisions" in moved:
            self._follow(db, before.get("decisions", 0))
        if moved & {
            "answers",
            "approvals",
            "readings",
            "publications",
            "pdf",
            "papers",
            "removals",
        }:
            self._load_has(db, with_pdf)
        self._heads = heads  # last: an interrupt before leaves it to be done again

    def _load(self, db: sqlite3.Connection) -> None:
        size = db.execute("SELECT count(*) FROM papers").fetchone()[0]
        self._numbers, self._days = np.empty(size, np.int64), np.empty(size, np.int32)
        self._states = np.empty(size, np.int8)
        self._updates, self._code = np.empty(size, bool), np.empty(size, bool)
        self._categories, self._venues, self._topics = Labels(), Labels(), Labels()
        self._tagged = {}
        for start, columns in _chunks(db.execute(_NARROW)):
            self._fill(start, columns)
        self._tags = Labels.of(self._tagged.items())
        for _, (numbers, topics) in _chunks(db.execute("SELECT num, topic FROM topics")):
            places = self._positions(numbers).tolist()
            self._topics.add((p, (topic,)) for p, topic in zip(places, topics, strict=True))
        self._keys.clear()
        self._orders.clear()

    def _fill(self, start: int, columns: list[tuple[Any, ...]]) -> None:
        """Put the columns of `_NARROW` of some papers in, from position `start` on."""
        numbers, days, states, updates, code, categories, tags, venues = columns
        here = slice(start, start + len(numbers))
        self._numbers[here] = numbers
        self._days[here] = [_day(d) for d in days]
        self._states[here] = [_CODES[s] for s in states]
        self._updates[here] = [bool(u) for u in updates]  # None: never decided
        self._code[here] = code
        self._categories.add(enumerate(map(_names, categories), start))
        self._venues.add(enumerate(map(_venues_in, venues), start))
        self._tagged.update((i, _names(t)) for i, t in enumerate(tags, start) if t != "[]")

    def _follow(self, db: sqlite3.Connection, since: int) -> None:
        """Carry over what was decided after entry `since` of the history."""
        sql = """SELECT num, decision, tags, decided_version < version AS moved FROM papers
                 WHERE num IN (SELECT num FROM decisions WHERE seq > ?)"""
        rows = db.execute(sql, (since,)).fetchall()
        for place, row in zip(self._positions([r["num"] for r in rows]), rows, strict=True):
            self._states[place] = _STATES.index(row["decision"] or "undecided")
            self._updates[place] = bool(row["moved"])
            self._tagged[int(place)] = tuple(json.loads(row["tags"]))
        self._tags = Labels.of(self._tagged.items())
        for sort in [s for s in self._orders if any("deci" in name for name in s)]:
            del self._orders[sort]
        for name in ("decision", "decided"):
            self._keys.pop(name, None)

    def _load_has(self, db: sqlite3.Connection, with_pdf: Collection[str]) -> None:
        asked = {
            "reading": ("SELECT DISTINCT num FROM readings", ()),
            "digest": ("SELECT DISTINCT num FROM answers", ()),
            "approved": (_APPROVED, ()),
            "published": (_PUBLISHED, ()),
            "pdf": (_WITH_ID, (json.dumps(sorted(with_pdf)),)),
        }
        self._has = {}
        self._answers: dict[tuple[str, str], Given] = {}
        for name, (sql, values) in asked.items():
            mask = np.zeros(len(self._numbers), bool)
            mask[self._positions([r[0] for r in db.execute(sql, values)])] = True
            self._has[name] = mask

    def _positions(self, numbers: Sequence[int] | np.ndarray) -> np.ndarray:
        return np.searchsorted(self._numbers, np.asarray(numbers, np.int64))

    # Asking

    def find(
        self, db: sqlite3.Connection, query: Query, *, facets: bool, questions: Iterable[str] = ()
    ) -> Found:
        """Return the papers `query` means, in its order, with or without the counts beside it."""
        text = self._matching(db, query)
        parts = self._parts(query) | self._answering(db, query)
        everything = text
        for mask in parts.values():
            everything = everything & mask
        order = self._order(db, query.sort)
        numbers = self._numbers[order[everything[order]]]
        counts: dict[str, list[tuple[str, int]]] = {}
        if facets:
            among = {f"answer:{q}": self._given(db, query.outline, q) for q in questions}
            counts = self._facets(text, parts, among)
        return Found(query, numbers, counts)

    def _matching(self, db: sqlite3.Connection, query: Query) -> Mask:
        size = len(self._numbers)
        if not query.text.strip() and not query.ids:
            return np.ones(size, bool)
        found = np.ones(size, bool)
        if query.text.strip():
            found &= self._mask_of(_fetch(db, *records.meant_by(query.text), query))
        if query.ids:
            found &= self._mask_of(
                _fetch(db, _WITH_ID, json.dumps([paper_id(i) for i in query.ids]), query)
            )
        return found

    def _mask_of(self, numbers: np.ndarray) -> Mask:
        mask = np.zeros(len(self._numbers), bool)
        mask[self._positions(numbers)] = True
        return mask

    def _parts(self, query: Query) -> dict[str, Mask]:
        """Return the mask of each field that `query` narrows by, beside text and ids."""
        size = len(self._numbers)
        parts: dict[str, Mask] = {}
        for name in ("topics", "categories", "tags", "venues"):
            if wanted := getattr(query, name):
                parts[name] = self._labels(name).mask(wanted, size)
        if query.decisions:
            codes = [_STATES.index(d) for d in query.decisions]
            parts["decisions"] = np.isin(self._states, codes)
        if query.has:
            masks = [self._has_mask(h) for h in query.has]
            parts["has"] = np.logical_and.reduce(masks)
        if query.since or query.until:
            since = _day(query.since.isoformat()) if query.since else 0
            until = _day(query.until.isoformat()) if query.until else 2**31 - 1
            parts["months"] = (self._days >= since) & (self._days <= until)
        return parts

    def _labels(self, name: str) -> Labels:
        found: Labels = getattr(self, f"_{name}")
        return found

    def _has_mask(self, name: str) -> Mask:
        bare = name.removeprefix("-")
        own: dict[str, Mask] = {"code": self._code, "update": self._updates}
        mask = own[bare] if bare in own else self._has[bare]
        return ~mask if name.startswith("-") else mask

    def _given(self, db: sqlite3.Connection, outline: str, question: str) -> Given:
        """Return the positions of the papers that answer a question, and what they answer."""
        if (outline, question) not in self._answers:
            told = answered.texts(db, outline, question)
            given = self._positions(list(told)), list(told.values())
            self._answers[outline, question] = given
        return self._answers[outline, question]

    def _answering(self, db: sqlite3.Connection, query: Query) -> dict[str, Mask]:
        """Return for each answer that `query` wants the mask of the papers that give it."""
        masks: dict[str, Mask] = {}
        for question, words in query.answers.items():
            places, told = self._given(db, query.outline, question)
            masks[f"answer:{question}"] = mask = np.zeros(len(self._numbers), bool)
            mask[places] = [answered.says(text, words) for text in told]
        return masks

    def _facets(
        self, text: Mask, parts: dict[str, Mask], answers: dict[str, Given]
    ) -> dict[str, list[tuple[str, int]]]:
        found: dict[str, list[tuple[str, int]]] = {}
        for name in (*FACETS, *answers):
            among = text
            for other, mask in parts.items():
                # The values of `has` are ANDed: what is chosen narrows the others too.
                if other != name or name == "has":
                    among = among & mask
            if name in answers:
                places, told = answers[name]
                found[name] = answered.values(compress(told, among[places]))
            else:
                found[name] = self._counts(name, among)
        return found

    def _counts(self, name: str, among: Mask) -> list[tuple[str, int]]:
        if name == "decisions":
            counts = np.bincount(self._states[among], minlength=len(_STATES))
            return [(s, int(n)) for s, n in zip(_STATES, counts, strict=True)]
        if name == "has":
            return [(h, int((self._has_mask(h) & among).sum())) for h in HAVE]
        if name == "months":
            days, counts = np.unique(self._days[among] // 100, return_counts=True)
            return [
                (f"{m // 100:04}-{m % 100:02}", int(n)) for m, n in zip(days, counts, strict=True)
            ]
        return self._labels(name).counts(among)

    # Ordering

    def _order(self, db: sqlite3.Connection, sort: tuple[str, ...]) -> np.ndarray:
        """Return all positions in the order of `sort`; ties go to the newest row."""
        if "score" in {name.removeprefix("-") for name in sort}:
            self._follow_scores(db)
        if sort not in self._orders:
            keys = [-self._numbers]
            for name in reversed(sort):
                key = self._key(db, name.removeprefix("-"))
                turned = -key if name.startswith("-") else key
                keys.append(np.where(key == 0, np.inf, turned))  # 0: none, last either way
            self._orders[sort] = np.lexsort(keys).astype(np.int32)
        return self._orders[sort]

    def _follow_scores(self, db: sqlite3.Connection) -> None:
        """Forget orders by scores that were replaced; asked only where it matters, it is a scan."""
        scores = tuple(db.execute(_SCORES).fetchone())
        if scores != self._scores:
            self._scores = scores
            self._keys.pop("score", None)
            self._orders = {s: o for s, o in self._orders.items() if "score" not in " ".join(s)}

    def _key(self, db: sqlite3.Connection, name: str) -> np.ndarray:
        """Return each paper's dense rank by a column, from 1; 0 where there is no value."""
        if name not in self._keys:
            column = records.SORTS[name]
            sql = f"SELECT p.num, {column} FROM papers p WHERE {column} IS NOT NULL ORDER BY 2"  # noqa: S608 our own names
            numbers, ranks = _dense(db.execute(sql))
            key = np.zeros(len(self._numbers), np.float32)
            key[self._positions(numbers)] = ranks
            self._keys[name] = key
        return self._keys[name]


_HEADS = {
    "papers": "SELECT coalesce(max(rowid), 0) FROM versions",
    "topics": "SELECT count(*) FROM topics",
    "removals": "SELECT coalesce(max(seq), 0) FROM removals",
    "decisions": "SELECT coalesce(max(seq), 0) FROM decisions",
    "answers": "SELECT coalesce(max(seq), 0) FROM answers",
    "approvals": "SELECT coalesce(max(seq), 0) FROM approvals",
    "readings": "SELECT count(*) FROM readings",
    "publications": "SELECT count(*) FROM publications",
}
_PUBLISHED = "SELECT num FROM papers WHERE id IN (SELECT id FROM publications)"
_SCORES = "SELECT count(*), total(score), total(score * num) FROM papers WHERE score IS NOT NULL"
_WITH_ID = "SELECT num FROM papers WHERE id IN (SELECT value FROM json_each(?))"
_APPROVED = (
    "SELECT p.num FROM papers p WHERE p.num IN (SELECT num FROM approvals) AND "  # noqa: S608
    + records.HAS["approved"]
)


def _fetch(db: sqlite3.Connection, sql: str, value: str, query: Query) -> np.ndarray:
    try:
        return np.fromiter((r[0] for r in db.execute(sql, (value,))), np.int64)
    except sqlite3.OperationalError as error:
        raise PaperkitError(f"query {query.text!r}: {error}; use plain words.") from error


def _day(text: str) -> int:
    return int(text[:4] + text[5:7] + text[8:10])


def _dense(rows: Iterable[tuple[int, Any]]) -> tuple[np.ndarray, np.ndarray]:
    numbers, ranks, rank, last = array("q"), array("q"), 0, object()
    for num, value in rows:
        if value != last:
            rank, last = rank + 1, value
        numbers.append(num)
        ranks.append(rank)
    return np.array(numbers, np.int64), np.array(ranks, np.int64)


_CHUNK = 2000


def _chunks(cursor: sqlite3.Cursor) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """Yield (rows before, columns) of some rows at a time: few objects are alive at once."""
    start = 0
    while chunk := cursor.fetchmany(_CHUNK):
        yield start, list(zip(*chunk, strict=True))
        start += len(chunk)


_CODES: dict[str | None, int] = {None: 0, **{d: i for i, d in enumerate(_STATES)}}
_NARROW = """
SELECT num, published, decision, decided_version < version, code, categories, tags,
    CASE WHEN comment = '' AND journal_ref = '' THEN '' ELSE comment || ' ' || journal_ref END
FROM papers ORDER BY num
"""


@lru_cache(4096)
def _names(text: str) -> tuple[str, ...]:
    """Return the names in a JSON text; the same ones come again and again."""
    return tuple(json.loads(text))


@lru_cache(4096)
def _venues_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_VENUE.findall(text))) if text else ()

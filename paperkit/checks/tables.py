"""Cells: whether a number taken from a table is given to the row and the column it stands in.

A cell is told by its row's labels and its column's heading. A statement that names labels of a
table points at some of its cells: where the number stands in none of them, but elsewhere in the
tables, it is misplaced.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from paperkit.checks.names import flattened
from paperkit.checks.numbers import Number, numbers, plain_numbers
from paperkit.checks.stated import Stated
from paperkit.passages import Cell, TableRow, name_of, table_rows
from paperkit.readings import Reading
from paperkit.text import FUNCTION_WORDS, stem

_CITATION = re.compile(r"[(\[][^)\]]*(?:et al|\d{4})[^)\]]*[)\]]|et al\.?,?|\b(?:19|20)\d\d\b")
_WORD = re.compile(r"\d+(?:\.\d+)?\w*|[^\W\d_]\w*")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_STATED = 0.9
_BLANK = FUNCTION_WORDS - frozenset("all no not our with without only one two".split())

Label = frozenset[str]
Labels = tuple[str, ...]
Named = dict[Labels, tuple[Label, ...]]


@dataclass(frozen=True)
class Misplaced:
    """A number that a table states for something else than a statement says.

    ``table`` says it for ``said_of`` (empty: for nothing); the statement gives it to ``given_to``,
    for which the table says ``instead`` (empty where that is no single cell). ``slip`` tells that
    one digit of a cell's number was changed.
    """

    number: Number
    table: str
    said_of: str
    given_to: str
    instead: str = ""
    slip: bool = False

    @property
    def digits(self) -> str:
        """Its digits alone."""
        return digits_of(self.number)


@dataclass(frozen=True)
class Table:
    """A table made ready: its name, its rows and what their labels say."""

    name: str
    rows: tuple[TableRow, ...]

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Its cells, row by row."""
        return tuple(c for row in self.rows for c in row.cells)

    @cached_property
    def digits(self) -> frozenset[str]:
        """The digits of every number in its cells."""
        return frozenset(d for c in self.cells for d in _DIGITS.findall(c.text))

    @cached_property
    def row_labels(self) -> Named:
        """The labels of its rows, each once, with their words."""
        return _with_words(row.labels for row in self.rows if row.labels)

    @cached_property
    def columns(self) -> Named:
        """The headings of its columns, each once, with their words."""
        return _with_words((c.column,) for row in self.rows for c in row.cells if c.column)


@lru_cache(maxsize=4096)
def _stated(text: str) -> Stated:
    return Stated(numbers(text))


def holds(cell: Cell, number: Number) -> bool:
    """Tell whether a number stands in a cell, its scale or unit perhaps left out."""
    return writes(cell, number) or _stated(cell.text).states(number) >= _STATED


def writes(cell: Cell, number: Number) -> bool:
    """Tell whether the digits of a number without a unit stand in a cell."""
    bare = number.kind == "plain" and not number.measure
    return bare and digits_of(number) in _DIGITS.findall(cell.text)


def tables_of(reading: Reading | None) -> tuple[Table, ...]:
    """Return the tables of a reading whose cells are known."""
    figures = reading.figures if reading else ()
    found = (Table(name_of(f), table_rows(f)) for f in figures if f.rows)
    return tuple(t for t in found if t.rows)


def digits_of(number: Number) -> str:
    """Return the digits that a number was written with."""
    match = _DIGITS.search(number.text.replace(",", ""))
    return match[0] if match else ""


def misplaced(text: str, tables: Sequence[Table]) -> Iterator[Misplaced]:
    """Yield the numbers of a statement that tables state, but for something else than it says."""
    claimed = [n for n in numbers(text) if not n.name and not n.spelled]
    if not claimed or not tables:
        return
    said = Counter(_words(plain_numbers(text)))
    pointed = [p for t in tables if (p := _Pointed.of(t, said)).strength]
    for number in claimed:
        if any(p.names(number) for p in pointed):
            continue
        digits = digits_of(number)
        homes = [
            (t, c)
            for t in tables
            if digits in t.digits
            for c in t.cells
            if digits in c.text and holds(c, number)
        ]
        if found := _judged(number, homes, pointed):
            yield found


def _judged(
    number: Number, homes: Sequence[tuple[Table, Cell]], pointed: Sequence[_Pointed]
) -> Misplaced | None:
    """Return what is wrong where the statement points at cells and the number is in none."""
    if any(p.holds(number) for p in pointed):
        return None
    at_home = {t.name for t, _ in homes}
    slips = {p.table.name for p in pointed if p.strength == 2 and p.slips(number)}
    blamed = [p for p in pointed if p.strength == 2 or p.table.name in at_home]
    if not blamed or not (homes or slips):
        return None
    worst = max(blamed, key=lambda p: (p.table.name in slips, p.strength, p.table.name in at_home))
    slip = worst.table.name in slips
    home = next((h for h in homes if h[0].name == worst.table.name), next(iter(homes), None))
    if home is None:
        given_to = ", ".join(worst.labels)
        return Misplaced(number, worst.table.name, "", given_to, worst.single, slip)
    said_of, given_to = worst.apart(home[1])
    return Misplaced(number, home[0].name, said_of, given_to, worst.single, slip)


@dataclass(frozen=True)
class _Pointed:
    """The cells of a table that a statement points at by naming rows, columns or both."""

    table: Table
    rows: tuple[Labels, ...]
    columns: tuple[Labels, ...]
    words: frozenset[str]

    @classmethod
    def of(cls, table: Table, said: Counter[str]) -> _Pointed:
        """Return what a statement of these words points at; a table may have one column only."""
        rows, row_words = _named(table.row_labels, said)
        columns, column_words = _named(table.columns, said)
        return cls(table, rows, columns, row_words | column_words)

    @property
    def strength(self) -> int:
        """How many of row and column are named."""
        alone = len(self.table.columns) < 2 and bool(self.rows)
        return bool(self.rows) + (bool(self.columns) or alone)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells pointed at."""
        return tuple(
            c
            for c in self.table.cells
            if (not self.rows or c.row in self.rows)
            and (not self.columns or (c.column,) in self.columns)
        )

    @property
    def labels(self) -> Labels:
        """The labels named, those of rows first."""
        every = (label for labels in (*self.rows, *self.columns) for label in labels)
        return tuple(label for label in dict.fromkeys(every) if label_words(label) <= self.words)

    @property
    def single(self) -> str:
        """What the only cell pointed at says, empty where there are several."""
        return self.cells[0].text if len(self.cells) == 1 else ""

    def apart(self, cell: Cell) -> tuple[str, str]:
        """Return in words what a cell is about, and what is pointed at, without what both share."""
        rows = {label for labels in self.rows for label in labels}
        columns = {label for labels in self.columns for label in labels}
        own = [next((w for w in cell.row if w not in rows), "") if rows or not columns else ""]
        own += [cell.column] if columns and cell.column not in columns else []
        theirs = [w for w in self.labels if w not in cell.row and w != cell.column]
        told = [w for w in own if w] or [w for w in (*cell.row, cell.column) if w]
        return ", ".join(told), ", ".join(theirs or self.labels)

    def holds(self, number: Number) -> bool:
        """Tell whether a number stands in one of the cells."""
        return any(writes(c, number) for c in self.cells) or any(
            _stated(c.text).states(number) >= _STATED for c in self.cells
        )

    def slips(self, number: Number) -> bool:
        """Tell whether a cell has a number of as many digits, all the same but one."""
        mine = digits_of(number)
        return any(
            1 < len(other) == len(mine) and sum(map(str.__ne__, mine, other)) == 1
            for cell in self.cells
            for other in _DIGITS.findall(cell.text)
        )

    def names(self, number: Number) -> bool:
        """Tell whether a number is part of a label that is named ("DP 4")."""
        return bool(words := set(_words(number.text))) and words <= self.words


def _named(every: Named, said: Counter[str]) -> tuple[tuple[Labels, ...], frozenset[str]]:
    """Return the rows (or columns) that a statement names best, and the words it names them by.

    A short label within a longer one ("SciBERT", "S2ORC-SciBERT") is named only where it stands by
    itself too.
    """
    known = {words for parts in every.values() for words in parts if words}
    full = {words for words in known if all(map(said.__contains__, words))}
    full = {w for w in full if min(said[x] for x in w) > sum(w < other for other in full)}
    whole = {labels: parts for labels, parts in every.items() if not full.isdisjoint(parts)}
    marks = {labels: _marks(parts, full, said) for labels, parts in whole.items()}
    chosen = [
        labels
        for labels, marked in marks.items()
        if not any(_beats(other, marked) for other in marks.values())
    ]
    if len(chosen) == len(every) > 1:  # what all of them share tells none of them
        return (), frozenset()
    return tuple(chosen), frozenset(w for labels in chosen for w in marks[labels][1])


_Marks = tuple[frozenset[Label], frozenset[str]]


def _marks(parts: Sequence[Label], full: Iterable[Label], said: Counter[str]) -> _Marks:
    """Return the labels of a row that are named whole, and all of their words that are named."""
    whole = frozenset(p for p in parts if p in full)
    partly = (w for p in parts if p not in whole and any(not said[x] for x in p) for w in p)
    return whole, frozenset([*(w for p in whole for w in p), *(w for w in partly if said[w])])


def _beats(one: _Marks, other: _Marks) -> bool:
    """Tell whether a statement names all it names of `other` in `one` too, and more."""
    more = one[0] > other[0] or one[1] > other[1]
    return more and one[0] >= other[0] and one[1] >= other[1]


def _with_words(every: Iterable[Labels]) -> Named:
    return {labels: tuple(map(label_words, labels)) for labels in dict.fromkeys(every)}


@lru_cache(maxsize=4096)
def label_words(label: str) -> Label:
    """Return the words of a label that tell it from others, without citations."""
    words = _words(_CITATION.sub(" ", label))
    return frozenset(w for w in words if w not in _BLANK)


def _words(text: str) -> list[str]:
    return [stem(w) for w in _WORD.findall(flattened(text).lower())]

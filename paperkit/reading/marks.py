"""Marks: raised numbers in running text.

One that points at a footnote or a reference is no part of a sentence and goes. An exponent looks
the same; what stands before tells them apart: a word, or the end of a sentence, has no square.
Where that leaves doubt the page must have a footnote of that number. A power of ten is written with
a "^": without it, 10 to the 6 would read as a hundred and six.
"""

from __future__ import annotations

import re

from paperkit.reading.layout import Row, Sheet
from paperkit.reading.pages import Line, Span

_NUMBERS = re.compile(r"\s*(\d{1,3}(?:\s*[,–-]\s*\d{1,3})*,?)\s*")
_POWER = re.compile(r"\s*([-−–]?\d{1,3})\s*")
_TEN = re.compile(r"(?<![\d.,])10$")
_FUNCTION = re.compile(r"(?:^|[^a-z])(?:sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|log|exp|det|dim)$")
_WORD = re.compile(r"(?:[^\W\d_]{2}[a-z]|[^\W\d_][^\W\d_-]*[A-Z\d-][a-z]{2})$")
_AFTER_NUMBER = re.compile(r"\d\s?[a-zµ]+$")
_ENDED = re.compile(r"(?:[^\W\d_]{2}|[A-Z]\d?[A-Z]\w*|[)\]])[”’\"')]?[.,;:!?][”’\"')]?$")
_DOUBTFUL = re.compile(
    r"(?:[A-Z]{3,}s?|\([^()]*[^\W\d_]{3}[^()]*\)|[^\W\d_]\w*\d|v?\d+(?:\.\d+)+)[”’\"']?$"
)


def footnotes(sheet: Sheet) -> frozenset[str]:
    """Return the numbers that rows of small print on a page begin with, raised."""
    found = set()
    for row in sheet.rows:
        first = next((s for s in row.line.spans if s.text.strip()), None)
        if first and first.text.strip().isdigit() and _is_raised(first, row.line):
            found.add(first.text.strip())
    return frozenset(found)


def sentence_text(row: Row, notes: frozenset[str]) -> str:
    """Return the text of a row as a sentence has it; ``notes`` are the footnotes of its page."""
    kept, done, at = "", 0, 0
    for span in row.line.spans:
        start = row.text.find(span.text, at)
        if start < 0:
            continue
        at = start + len(span.text)
        if not _is_raised(span, row.line):
            continue
        before = kept + row.text[done:start]
        if (mark := _NUMBERS.fullmatch(span.text)) and _is_mark(before, mark[1], notes):
            kept, done = before, start + mark.end(1)
        elif (power := _POWER.fullmatch(span.text)) and _TEN.search(before):
            kept, done = f"{before}^{power[1]}", start + power.end(1)
    return kept + row.text[done:]


def _is_raised(span: Span, line: Line) -> bool:
    small = span.size <= 0.86 * line.size or span.size <= 0.86 * max(s.size for s in line.spans)
    return small and span.box[3] < line.base - 0.15 * line.size


def _is_mark(before: str, number: str, notes: frozenset[str]) -> bool:
    if before[-1:].isspace() or _FUNCTION.search(before) or _AFTER_NUMBER.search(before):
        return False
    if _ENDED.search(before) or _WORD.search(before):
        return True
    return _DOUBTFUL.search(before) is not None and set(re.findall(r"\d+", number)) <= notes

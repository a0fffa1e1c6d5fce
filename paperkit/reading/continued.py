"""Continued: parts of tables and figures on later pages, which belong to what began before."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = r"(?:cont(?:inued|inuation|['’]?d\b\.?|\.))"
_AFTER_LABEL = re.compile(
    rf"[\s.:,|—–-]*(?:[(\[]\s*{_WORD}|{_WORD}(?=\s*(?:$|[.:;,)\]—–-]|from\b|on\b))|[(（]?续)", re.I
)
_AT_END = re.compile(
    rf"(?:[(\[,.:;—–-]\s*|\d\s+){_WORD}(?:\s+from\b.{{0,40}})?[\s.)\]]*$|[(（]续[)）]\s*$", re.I
)
_NOTE = re.compile(
    r"[\s(\[—–-]*(?:(?:table|figure)\s+\S+\s*)?(?:to\s+be\s+)?"
    rf"{_WORD}\s+(?:on|over|from|to)\s+(?:the\s+)?(?:next|following|previous|preceding|last)\s+"
    r"(?:page|column)[\s.…)\]—–-]*|[(（]?(?:续下页|接下页|下页续|接上页|续上页|上接)[)）]?",
    re.I,
)


def goes_on(text: str) -> bool:
    """Return whether the words after a label say that something continues: (continued), 续."""
    return _AFTER_LABEL.match(text) is not None


def says_continued(text: str) -> bool:
    """Return whether a caption ends by saying that it continues."""
    return _AT_END.search(text) is not None


def is_note(text: str) -> bool:
    """Return whether a line only says that something goes on elsewhere."""
    return _NOTE.fullmatch(text.strip()) is not None


def joined(
    parts: Sequence[tuple[tuple[str, ...], ...] | None],
) -> tuple[tuple[str, ...], ...] | None:
    """Return the rows of a table's parts as one table, its repeated head once.

    None where a part's cells couldn't be told apart or are not as many a row.
    """
    first, *later = parts
    if first is None or any(p is None or len(p[0]) != len(first[0]) for p in later):
        return None
    rows = list(first)
    for part in later:
        rows += _without_head(part or (), first)
    return tuple(rows)


def _without_head(
    part: tuple[tuple[str, ...], ...], first: tuple[tuple[str, ...], ...]
) -> tuple[tuple[str, ...], ...]:
    head = 0
    while head < min(len(part), len(first)) and part[head] == first[head]:
        head += 1
    return part[head:]

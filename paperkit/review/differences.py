"""Differences between two versions of a text, word by word (Chinese: character by character)."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

Difference = list[tuple[str, str]]
"""Pieces in order: ("=", kept), ("-", only before), ("+", only after)."""

_TOKEN = re.compile(r"\s+|[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+|.", re.S)


def difference(before: str, after: str) -> Difference:
    """Return the pieces that lead from `before` to `after`.

    The pieces marked "=" and "-" joined are `before`, those marked "=" and "+" are `after`.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    pieces: Difference = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("=", "".join(old[i1:i2])))
            continue
        pieces += [(mark, text) for mark, text in _both(old[i1:i2], new[j1:j2]) if text]
    return pieces


def _both(old: list[str], new: list[str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("-", "".join(old)), ("+", "".join(new))

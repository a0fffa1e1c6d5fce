"""Differences between two versions of a text, word by word (Chinese: character by character)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rapidfuzz.distance import Indel

Difference = list[tuple[str, str]]
"""Pieces in order: ("=", kept), ("-", only before), ("+", only after)."""

ALIKE = 0.4
"""The least share of words in common with which a text counts as changed, not as another."""

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


def by_item(before: Sequence[str], after: Sequence[str]) -> list[Difference]:
    """Return one difference per item: word by word where two are alike, else the whole texts.

    Items keep their order: one that moved is removed here and added there.
    """
    matcher = SequenceMatcher(None, list(before), list(after), autojunk=False)
    found: list[Difference] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            found += [[("=", text)] for text in before[i1:i2]]
        else:
            found += _paired(before[i1:i2], after[j1:j2])
    return found


def _paired(old: Sequence[str], new: Sequence[str]) -> list[Difference]:
    """Return the differences of items of which none stayed the same."""
    likeness = [[_likeness(a, b) for b in new] for a in old]
    # best[i][j]: how well old[i:] and new[j:] can be paired, in order.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] >= ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    found: list[Difference] = []
    i = j = 0
    while i < len(old) or j < len(new):
        rest = best[i][j]
        if j == len(new) or (i < len(old) and rest == best[i + 1][j]):
            found.append([("-", old[i])])
            i += 1
        elif i == len(old) or rest == best[i][j + 1]:
            found.append([("+", new[j])])
            j += 1
        else:
            found.append(difference(old[i], new[j]))
            i, j = i + 1, j + 1
    return found


def _likeness(one: str, other: str) -> float:
    words = [[t for t in _TOKEN.findall(text) if not t.isspace()] for text in (one, other)]
    return Indel.normalized_similarity(*words)


def _both(old: list[str], new: list[str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("-", "".join(old)), ("+", "".join(new))

"""Quotes: where a quoted passage stands in a text, and whether its numbers and "not"s are the same.

Compared without case, white space, hyphenation and typographic variants. A likeness of 98 or more
(of 100) is verbatim, 85 or more near; a quote whose numbers or negations differ is never verbatim.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from paperkit.checks.numbers import numbers
from paperkit.checks.polarity import is_negator
from paperkit.checks.units import UNIT_NAMES
from paperkit.text import CJK

VERBATIM, NEAR = 98.0, 85.0
_LONG_TEXT = 6000
_EDGES = ".,;:!?()[]{}\"'"
_WORD = re.compile(r"\S+")
_NEXT_LINE = re.compile(r"\s*\n\s*(\S)")
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-"})
_BEFORE_UNIT = re.compile(rf"(?<=\d) (?=(?:{UNIT_NAMES})(?![a-z0-9]))", re.IGNORECASE)
_ZH_NEGATION = re.compile(r"不|没|未|无法|并非")


@dataclass(frozen=True)
class Match:
    """Where a quote was found: ``kind``, likeness 0 to 100, offsets into the text, its words there.

    ``changed`` lists the numbers and negations that differ between quote and text.
    """

    kind: Literal["verbatim", "near", "missing"]
    score: float
    start: int = -1
    end: int = -1
    text: str = ""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Plain:
    """A text normalized for comparison; where each of its words begins in it and in the text.

    Flat arrays: tens of thousands of small objects would make the garbage collector go through the
    whole process again and again.
    """

    text: str
    source: str
    begins: array[int]
    origins: array[int]

    def origin(self, at: int) -> int:
        """Return the offset in the text that the normalized character at `at` came from."""
        place = bisect_right(self.begins, at) - 1
        start = self.origins[place]
        word = _WORD.match(self.source, start)[0]  # type: ignore[index]  # a word begins there
        into, new = at - self.begins[place], _normal(word)
        if len(new) == len(word):
            return start + min(into, len(word))
        spread = [i for i, char in enumerate(word) for _ in _normal(char)]
        return start + (spread[into] if into < len(spread) else len(word))


@lru_cache(maxsize=64)
def _plain(text: str) -> _Plain:
    """Return `text` normalized, words apart by one space, those broken by a hyphen joined."""
    out: list[str] = []
    begins, origins, at = array("l"), array("l"), 0
    for match in _WORD.finditer(text):
        word = match[0]
        broken = word[-1] == "-" and _hyphenated(text, match.end())
        new = _normal(word[:-1]) if broken else _normal(word) + " "
        out.append(new)
        begins.append(at)
        origins.append(match.start())
        at += len(new)
    return _Plain("".join(out), text, begins, origins)


def _hyphenated(text: str, end: int) -> bool:
    """Tell whether a word is broken at the end of a line ("exper-" and "iment")."""
    follow = _NEXT_LINE.match(text, end)
    return follow is not None and follow[1].islower()


def _normal(word: str) -> str:
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word.replace("\u00ad", "")).translate(_STRAIGHT)
    return word.lower()


def find_quote(quote: str, text: str) -> Match:
    """Return where `quote` stands in `text`; one shortened with "…" is found part by part.

    The weakest part decides the kind. A part of fewer than six words (ten Chinese characters)
    counts only where it stands letter by letter.
    """
    parts = [p.strip() for p in re.split(r"…+|\.{3,}|\[\.\.\.\]", quote) if p.strip(" .[]\"'“”")]
    if not parts:
        return Match("missing", 0.0)
    found = [_find_part(p, text) for p in parts]
    worst = min(found, key=lambda m: (m.kind == "verbatim", m.kind == "near", m.score))
    if worst.kind == "missing" or len(found) == 1:
        return worst
    changed = tuple(c for m in found for c in m.changed)
    start, end = min(m.start for m in found), max(m.end for m in found)
    return Match(worst.kind, worst.score, start, end, text[start:end], changed)


_AROUND = " \"'.,;:。，"


def _find_part(part: str, text: str) -> Match:
    needle = _normal(" ".join(part.split())).strip(_AROUND)
    if not needle:
        return Match("missing", 0.0)
    typed = part.strip(_AROUND)
    if (at := text.find(typed)) >= 0 and _whole(text, at, at + len(typed)):
        return Match("verbatim", 100.0, at, at + len(typed), typed)
    hay = _plain(text)
    at = hay.text.find(needle)
    if at >= 0 and _whole(hay.text, at, at + len(needle)):
        return _match("verbatim", 100.0, hay, (at, at + len(needle)), text)
    if len(re.findall(rf"[a-z0-9]+|[{CJK}]{{2}}", needle)) < 6:
        return Match("missing", 0.0)
    return _find_alike(needle, hay, text)


def _whole(text: str, start: int, end: int) -> bool:
    """Tell whether a passage is not cut out of a longer word or number ("3%" of "63%")."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return not (_glued(before, text[start]) or _glued(text[end - 1], after))


def _glued(left: str, right: str) -> bool:
    both = left + right
    return len(both) == 2 and both.isascii() and both.isalnum()


def _find_alike(needle: str, hay: _Plain, text: str) -> Match:
    from rapidfuzz import fuzz

    best = (0.0, 0, 0)
    for low, high in _windows(needle, hay.text):
        found = fuzz.partial_ratio_alignment(needle, hay.text[low:high], score_cutoff=NEAR)
        if found and found.score > best[0]:
            best = (found.score, low + found.dest_start, low + found.dest_end)
    if best[0] < NEAR:
        return Match("missing", best[0])
    start, end = _to_words(hay.text, best[1], best[2])
    changed = _changes(needle, _around(hay.text, start, end))
    kind: Literal["verbatim", "near"] = "near" if changed or best[0] < VERBATIM else "verbatim"
    return _match(kind, best[0], hay, (start, end), text, changed)


def _windows(needle: str, text: str) -> Iterable[tuple[int, int]]:
    """Return where to look: everywhere in a short text, else around the needle's rarest words."""
    if len(text) <= _LONG_TEXT:
        return ((0, len(text)),)
    words = sorted(set(re.findall(rf"[a-z0-9]{{4,}}|[{CJK}]{{2}}", needle)), key=len)[-12:]
    votes: Counter[int] = Counter()
    size = max(400, 2 * len(needle))
    for word in words:
        at, blocks = text.find(word), set()
        while at >= 0:
            blocks.add(at // size)
            at = text.find(word, (at // size + 1) * size)
        votes.update(blocks)
    top = [block for block, _ in votes.most_common(3)]
    return [(max(0, (b - 1) * size), (b + 2) * size) for b in top]


def _to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the window grown to whole words, so that a cut number is seen whole."""
    while start > 0 and text[start - 1 : start + 1].isascii() and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and text[end - 1 : end + 1].isascii() and not text[end].isspace():
        end += 1
    return start, end


def _around(text: str, start: int, end: int) -> str:
    """Return a window with a few words more on both sides, for the alignment may be off."""
    before, after = text[max(0, start - 40) : start], text[end : end + 40]
    return before.partition(" ")[2] + text[start:end] + after.rpartition(" ")[0]


def _changes(quote: str, window: str) -> tuple[str, ...]:
    """Return the numbers and negations that are not the same in quote and window.

    Words of the window before the first and after the last that the quote shares don't count.
    """
    ours, theirs = (
        [w.strip(_EDGES) for w in _BEFORE_UNIT.sub("-", t).split()] for t in (quote, window)
    )
    lost: list[str] = []
    added: list[str] = []
    end = (0, 0)
    for block in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        lost += ours[end[0] : block.a]
        if end[1] and block.size:
            added += theirs[end[1] : block.b]
        end = (block.a + block.size, block.b + block.size)
    changed: list[str] = []
    for pick in (_number_words, _negations):
        mine, other = Counter(pick(" ".join(lost))), Counter(pick(" ".join(added)))
        changed += [*(mine - other), *(other - mine)]
    return tuple(dict.fromkeys(changed))


def _number_words(text: str) -> list[str]:
    """Return the digits of a text, those in names too, its spelled-out numbers and its units."""
    digits = [d.replace(",", "") for d in re.findall(r"\d+(?:[.,]\d+)*", text)]
    return digits + [n.text for n in numbers(text) if n.spelled or n.measure]


def _negations(text: str) -> list[str]:
    english = [w for w in re.findall(r"[a-z]+(?:n't)?", text) if is_negator(w)]
    return english + _ZH_NEGATION.findall(text)


def _match(
    kind: Literal["verbatim", "near"],
    score: float,
    hay: _Plain,
    span: tuple[int, int],
    text: str,
    changed: tuple[str, ...] = (),
) -> Match:
    start, end = hay.origin(span[0]), hay.origin(span[1] - 1) + 1
    return Match(kind, round(score, 1), start, end, text[start:end], changed)

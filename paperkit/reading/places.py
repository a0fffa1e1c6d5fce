"""Places: on which lines of a page a passage stands, by the letters of its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from paperkit.readings import Box

_ENDS = 12
"""Letters of a passage's beginning and end that are looked for when it isn't there as a whole."""


def lines_of(sheet: Any, passage: str, within: Sequence[Sequence[float]]) -> list[Box]:
    """Return a box per line of a passage among the words of some boxes; none when not found.

    Letters and digits alone are compared, so that hyphens, ligatures and accents set apart
    don't matter.
    """
    import pymupdf

    # Text is asked for and given as it stood before a page's rotation.
    back, forth = sheet.derotation_matrix, sheet.rotation_matrix
    words = [
        (*(pymupdf.Rect(word[:4]) * forth), *word[4:])
        for box in within
        for word in sheet.get_text("words", clip=pymupdf.Rect(*box) * back, sort=False)
    ]
    letters = [_letters(word[4]) for word in words]
    first, last = _span("".join(letters), _letters(passage))
    lines: dict[tuple[int, int], list[Any]] = {}
    at = 0
    for word, text in zip(words, letters, strict=True):
        if text and at < last and at + len(text) > first:
            lines.setdefault((word[5], word[6]), []).append(word)
        at += len(text)
    return [_around(line) for line in lines.values()]


def _span(text: str, wanted: str) -> tuple[int, int]:
    """Return where `wanted` begins and ends in `text`, or only its first and last letters do."""
    start = text.find(wanted)
    if wanted and start >= 0:
        return start, start + len(wanted)
    start = text.find(wanted[:_ENDS])
    end = text.find(wanted[-_ENDS:], max(start, 0))
    if len(wanted) < 2 * _ENDS or start < 0 or end < 0 or end - start > 1.5 * len(wanted):
        return 0, 0
    return start, end + _ENDS


def _around(words: Sequence[Any]) -> Box:
    return (
        min(w[0] for w in words),
        min(w[1] for w in words),
        max(w[2] for w in words),
        max(w[3] for w in words),
    )


def _letters(text: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in plain if c.isalnum())

"""Shortening: the parts of a paper that matter most, where a model can't take the whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

from paperkit.passages import SourceLine

_RESULTS = re.compile(
    r"result|accura|perform|compar|score|error|precision|recall|ablat|evaluat|benchmark|improve"
    r"|experiment|结果|性能|对比|比较|消融|实验",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(r"^[\dIVX. ]*(?:introduction|引言|绪论)", re.IGNORECASE)
_CONCLUSION = re.compile(r"conclu|discussion|summary|limitation|结论|总结|讨论", re.IGNORECASE)

_PARTS = ("the abstract", "the introduction", "results", "the conclusion", "other sections")
_TABLES = "other figures and tables"


def shortened(lines: Sequence[SourceLine], limit: int) -> tuple[tuple[SourceLine, ...], str]:
    """Return what of the lines fits into `limit` characters, in their order, and what does not.

    The abstract comes first, then the introduction, results with their tables, the conclusion,
    then the other sections, then the other captions and tables. What is left out is said in words,
    empty where nothing is.
    """
    if sum(len(line.text) for line in lines) <= limit:
        return tuple(lines), ""
    results = {s.section for s in lines if s.kind == "caption" and _RESULTS.search(s.text)}
    ranked = sorted(lines, key=lambda s: (_rank(s, results), s.number))
    # Rows of results are many; a quarter of the room is theirs, so that the text has some too.
    room = {True: limit, False: limit // 4}
    kept, lost = [], set()
    for line in ranked:
        text, part = line.kind == "sentence", (_rank(line, results), line.kind == "sentence")
        size = len(line.text)
        if part in lost or size > room[text] or size > room[True]:
            lost.add(part)
            continue
        room[True] -= size
        room[False] -= 0 if text else size
        kept.append(line)
    names = [(*_PARTS, _TABLES)[n] for n in sorted({rank for rank, _ in lost})]
    share = round(100 * sum(len(s.text) for s in kept) / sum(len(s.text) for s in lines))
    said = f"{share} % of the paper was sent; left out or cut: {', '.join(names)}"
    return tuple(sorted(kept, key=lambda s: s.number)), said


def _rank(line: SourceLine, results: set[str]) -> int:
    """Return the place of a line's part in the order of what matters."""
    if line.kind != "sentence":
        return 2 if line.section in results else 5
    if line.page is None:
        return 0
    if _INTRODUCTION.search(line.section):
        return 1
    if _CONCLUSION.search(line.section):
        return 3
    return 2 if _RESULTS.search(line.section) else 4

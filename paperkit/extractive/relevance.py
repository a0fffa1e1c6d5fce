"""Relevance: the sentences of a paper's body in which a question is most likely answered.

What a small model is given beside the abstract: it reads a page well and a paper badly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from paperkit.checks.questions import is_of_itself, is_of_others
from paperkit.extractive.bodies import CLOSING, FRAME, self_contained
from paperkit.extractive.selection import PARTS, has_number
from paperkit.extractive.sentence_roles import ROLES, role_chances
from paperkit.extractive.weights import idf
from paperkit.extractive.wording import announces, is_plain, points_elsewhere, standalone
from paperkit.outlines import Question
from paperkit.passages import SourceLine
from paperkit.text import stems

if TYPE_CHECKING:
    from paperkit.extractive.sentence_roles import Scores

_OPENING = 10  # sentences in which an introduction says what it starts from
_OF_THE_WHOLE = ("approach", "innovation", "significance")
_LEAST = 0.35  # of the weight of what is asked
_CITED = re.compile(r"\bet al\b|\([^()]*\b(?:19|20)\d\d[a-z]?\)|\[\d+[\],]")
_OWN_SUBJECT = re.compile(
    r"(?:(?:here|in (?:this|our) \w+),? )?(?:we|our|this (?:paper|work|article|study))\b"
    r"|本文|我们",
    re.IGNORECASE,
)


def relevant(
    question: Question, lines: Sequence[SourceLine], *, room: int = 800
) -> tuple[SourceLine, ...]:
    """Return the sentences most likely to answer a question, in their order.

    They have `room` characters together and come from the body; what an abstract answers by itself
    gets none. Where there is no abstract the beginning stands in for it, with as much room again. A
    question of another outline gets those that share its words.
    """
    body = tuple(s for s in lines if s.kind == "sentence" and s.page is not None and _is_whole(s))
    abstract = any(s.page is None for s in lines)
    if question.translation or (question.source == "abstract" and abstract):
        return ()
    beginning = [] if abstract else _fitting(_own(body[:_OPENING]), room)
    scored = zip(_scores(question, body), body, strict=True)
    ranked = sorted((p for p in scored if p[0] > 0), key=lambda p: (-p[0], p[1].number))
    chosen = _fitting([line for _, line in ranked], room)
    return tuple(sorted({*beginning, *chosen}, key=lambda s: s.number))


def _fitting(lines: Iterable[SourceLine], room: int) -> list[SourceLine]:
    """Return those of some lines, first come first served, that have room."""
    kept = []
    for line in lines:
        if len(line.text) <= room:
            room -= len(line.text)
            kept.append(line)
    return kept


def is_told(question: Question, lines: Sequence[SourceLine]) -> bool:
    """Return whether the words of a line may answer a question; of one unknown, any may."""
    part = PARTS.get(question.key)
    return part is None or any(part.says(s.text) for s in lines)


def _is_whole(line: SourceLine) -> bool:
    """Tell whether a line is a sentence that says something by itself."""
    alone = standalone(line.text) and not points_elsewhere(line.text)
    return bool(alone) and is_plain(line.text) and not announces(line.text)


def _own(body: Iterable[SourceLine]) -> list[SourceLine]:
    """Return the sentences that tell of no other work.

    What follows one on another work, where a paper speaks of itself as a whole, is of that work too
    until it speaks of the authors.
    """
    kept, others = [], ""
    for line in body:
        own = bool(_OWN_SUBJECT.match(line.text))
        if is_of_others(line.text):
            others = line.section if _is_frame(line) else others
        elif own or not (_CITED.search(line.text) or others == line.section != ""):
            kept.append(line)
    return kept


def _is_frame(line: SourceLine) -> bool:
    """Tell whether a sentence stands where a paper speaks of itself as a whole."""
    return not line.section or bool(FRAME.search(line.section))


def _scores(question: Question, body: tuple[SourceLine, ...]) -> list[float]:
    if question.key in PARTS:
        return _of_part(question.key, body)
    if question.key in ("summary", "takeaways"):
        return [
            1.0 + bool(CLOSING.search(s.section))
            if _is_frame(s) and self_contained(s.text)
            else 0.0
            for s in body
        ]
    return _of_words(question, body)


def _of_part(key: str, body: tuple[SourceLine, ...]) -> list[float]:
    part = PARTS[key]
    suits = [ROLES.index(role) for role in part.roles]
    opens = [s.number for s in body if not s.section or PARTS["background"].at_home(s.section)]
    opening = set(opens[:_OPENING])
    own_lines = {s.number for s in _own(body)}
    found = []
    for line, chances in zip(body, _roles(body), strict=True):
        home = part.at_home(line.section)
        own = part.own and is_of_itself(line.text)
        score = 1.0 + home + own + sum(chances[n] for n in suits)
        score += part.counts and has_number(line.text)
        if key == "background":
            there = line.number in opening
        elif key in _OF_THE_WHOLE:
            there = _is_frame(line) and self_contained(line.text)
        else:
            there = home or (own and _is_frame(line))
        there = there and (line.number in own_lines or not part.own)
        found.append(float(score) if there and part.says(line.text) else 0.0)
    return found


@lru_cache(maxsize=4)
def _roles(body: tuple[SourceLine, ...]) -> Scores:
    """Return the roles' chances of each sentence, once for all questions of a paper."""
    return role_chances([s.text for s in body])


def _of_words(question: Question, body: Sequence[SourceLine]) -> list[float]:
    """Return what share of a question's telling words each sentence has."""
    asked = {w for w in stems(f"{question.ask} {question.heading('en')}") if idf(w) > 1.5}
    total = sum(map(idf, asked)) or 1.0
    shares = [sum(idf(w) for w in asked.intersection(stems(s.text))) / total for s in body]
    return [share if share >= _LEAST else 0.0 for share in shares]

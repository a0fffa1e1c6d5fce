"""Hedges: what a paper holds possible, told as certain.

"The drug may reduce the risk" is no evidence for "the drug reduces the risk", nor "an experiment by
which it can be measured" for "they measured it". The hedged words and those around them have to
stand in the statement, and no line of the paper may say them without a hedge.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from paperkit.passages import SourceLine
from paperkit.text import content_stems, is_chinese_text

_HEDGE = re.compile(
    r"\b(?:may(?! \d)|might|could|would|perhaps|possibly|presumably"
    r"|(?:we |is |are )?(?:conjectur\w*|hypothesi[sz](?:e|es|ed|ing)|speculat\w+)"
    r"|(?:plan|hope|intend|expect|remains?|yet|expected|planned|intended)(?:s|ed)? to"
    r"|(?:appear|seem)(?:s|ed)? to|likely(?: to)?|can(?= be \w+(?:ed|wn|en|t)\b))\b",
    re.IGNORECASE,
)
# What makes a statement less than certain, in whatever way; it is then not held against the paper.
_CAREFUL = re.compile(
    r"\b(?:can|may|might|could|would|should|perhaps|possibl[ey]|potential(?:ly)?|likely|suggest\w*"
    r"|conjectur\w*|hypothe\w*|speculat\w*|propos\w*|plan\w*|aim\w*|hop(?:e|es|ed|ing)|intend\w*"
    r"|expect\w*|seem\w*|appear\w*|whether|if|future|designed|possibility|indicat\w*|estimat\w*)\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:authors|they|we|paper|study|was|were|is|are) (?:\w+ly )?\w+(?:ed|wn|en|t)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.;:!?]\s|, (?:but|while|whereas|although|and)\b")
_NEAR, _SHARE, _LEAST = 6, 0.6, 2  # telling words on each side; how many of them a claim repeats
_CHINESE = re.compile(
    r"可能|或许|也许|似乎|有望|推测|猜想|猜测|假设|暗示|计划|预计|预期|能否|可以|可被|或将"
)


def unhedged(claim: str, passages: Sequence[str], lines: Sequence[SourceLine]) -> str:
    """Return the words of a passage that hedge what a claim tells as certain, else nothing.

    >>> unhedged("It cuts the risk of stroke.", ["It may cut the risk of stroke."], [])
    'may cut the risk of stroke'

    What one of the `lines` says without a hedge is certain. The claim may be Chinese: then every
    passage has to hedge, for which of its words the claim repeats is not known.
    """
    if is_chinese_text(claim):
        hedged = [_HEDGE.search(p) for p in passages]
        certain = _CHINESE.search(claim) or not all(hedged)
        return "" if certain or not hedged or not hedged[0] else _words(passages[0], hedged[0])
    if _CAREFUL.search(claim):
        return ""
    said, done = set(content_stems(claim)), bool(_DONE.search(claim))
    for passage in passages:
        for match in _HEDGE.finditer(passage):
            around = _around(passage, match)
            if match[0].lower() == "can" and not done:
                continue  # what a method can do it does
            if around and _repeats(said, around) and not _certain(around, lines):
                return _words(passage, match)
    return ""


def _around(text: str, match: re.Match[str]) -> list[str]:
    """Return the telling stems of a hedge's clause, the hedged word first."""
    before = _CLAUSE.split(text[: match.start()])[-1]
    after = _CLAUSE.split(text[match.end() :])[0]
    hedged = content_stems(after)[:_NEAR]
    return [*hedged, *content_stems(before)[-_NEAR:]] if hedged else []


def _repeats(said: set[str], around: Sequence[str]) -> bool:
    """Tell whether the hedged word and most of those around it are said."""
    told = set(around)
    shared = len(told & said)
    return around[0] in said and shared >= min(_LEAST, len(told)) and shared >= _SHARE * len(told)


def _certain(around: Sequence[str], lines: Sequence[SourceLine]) -> bool:
    """Tell whether a line says the same without a hedge."""
    return any(
        _repeats(set(content_stems(line.text)), around) and not _HEDGE.search(line.text)
        for line in lines
    )


def _words(text: str, match: re.Match[str]) -> str:
    return " ".join((match[0] + _CLAUSE.split(text[match.end() :])[0]).split()[:7]).rstrip(".,")

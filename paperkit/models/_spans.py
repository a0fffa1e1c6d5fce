"""Spans: the parts of a sentence that can stand alone, each verbatim."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LEAST, MOST = 5, 40
"""Words of a span; MOST is also the limit of a one-line summary."""

LONGEST = 2000
"""Characters of a sentence; what is longer is no sentence and yields no spans."""

_LEAD = re.compile(
    r"(?:In|To|For|However|Specifically|Here|Thus|Moreover|Furthermore|Additionally|Finally"
    r"|Therefore|Hence|Consequently|Inspired|Motivated|Based|Towards?|With|By|As|On|From|Using"
    r"|First|Second|Third|Next|Then|While|Although|Unlike|At|Through|Concretely|Notably"
    r"|Importantly|Also|Unfortunately|Instead|Recently|Building|Given|Under|When|Since|Following"
    r"|Compared|Particularly|Interestingly|Empirically|Theoretically|Crucially)\b[^,]{0,110},\s+"
)
_THAT = re.compile(
    r"\b(?:show|demonstrate|find|prove|argue|observe|suggest|propose|conclude|hypothesize|establish"
    r"|illustrate|indicate|reveal|verify|confirm)s?\s+that\s+",
    re.IGNORECASE,
)
_WE = re.compile(r"(?:[,;:]\s+|\band\s+)(?=(?:we|this paper|this work|our)\b)", re.IGNORECASE)
_CUT = re.compile(
    r"(?P<punct>[,;])\s+(?P<after>\w+)(?:\s(?P<second>\w+))?"
    r"|\s+(?P<dash>[–—-])+\s+|\s(?P<word>by|while|using|without|which|so that|because|whose|where"
    r"|when|based on|through|via|including|compared|thereby|such as)\s",
    re.IGNORECASE,
)
_DONE = re.compile(r"[.!?。！？][\s\"'”’)\]]*$")
# A comma before these words opens something that can be left out without harm to what precedes.
_AFTER_COMMA = frozenset(
    "which where while but thus thereby by using without including leading allowing making with"
    " whose when because since enabling resulting yielding achieving instead rather even especially"
    " particularly".split()
)
_AND = frozenset("we it this thus therefore hence show demonstrate propose".split())


@dataclass(frozen=True)
class Span:
    """A part of sentence number ``sentence``: offsets, and how it opens and closes.

    ``titled`` says that the paper's title is to stand before it.
    """

    sentence: int
    start: int
    end: int
    opens: str
    closes: str
    titled: bool = False


def spans(sentences: list[str]) -> list[Span]:
    """Return every span of LEAST to MOST words; a whole sentence may be shorter.

    A sentence that breaks off ("as follows:", a torn line) yields spans only if none is complete.
    """
    found = [span for number, text in enumerate(sentences) for span in _of_sentence(number, text)]
    complete = [s for s in found if s.closes != "end" or _DONE.search(sentences[s.sentence])]
    return complete or found


def _of_sentence(number: int, text: str) -> Iterator[Span]:
    if len(text) > LONGEST:
        return
    ends = {**dict(_cuts(text)), len(text): "end"}
    for start, opens in _openings(text).items():
        for end, closes in ends.items():
            if end <= start:
                continue
            words = len(text[start:end].split())
            whole = start == 0 and end == len(text)
            if words <= MOST and (words >= LEAST or whole) and _balanced(text[start:end]):
                yield Span(number, start, end, opens, closes)


def _openings(text: str) -> dict[int, str]:
    found = {0: "start"}
    if lead := _LEAD.match(text):
        found[lead.end()] = "lead"
    found |= {match.end(): "that" for match in _THAT.finditer(text)}
    for match in _WE.finditer(text):
        found.setdefault(match.end(), "we")
    return {start: opens for start, opens in found.items() if start < len(text)}


def _cuts(text: str) -> Iterator[tuple[int, str]]:
    for match in _CUT.finditer(text):
        after = (match["after"] or "").lower()
        if match["punct"] == ";":
            yield match.start(), ";"
        elif match["dash"]:
            yield match.start(), "-"
        elif match["word"]:
            if text[match.start() - 1] not in ",;:":
                yield match.start(), match["word"].lower()
        elif after in _AFTER_COMMA or (after == "and" and (match["second"] or "").lower() in _AND):
            yield match.start(), f", {after}"


def _balanced(text: str) -> bool:
    return text.count("(") == text.count(")") and text.count("$") % 2 == 0

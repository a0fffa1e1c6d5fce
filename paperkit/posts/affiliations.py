"""Affiliations: where a paper's first author works, out of the block of names below the title.

No e-mail address ever comes out: a post is public, and its robots are not the authors' friends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 200
"""Characters of an affiliation that are shown."""

_EMAIL = re.compile(
    r"(?:[{\[(][^{}\[\]()@]{1,300}[}\])]|[\w+’'-]+(?:(?:\.| \. )[\w+’'-]+)*)\s*@\s*"
    r"[\w-]+(?:\s?\.\s?[\w-]+)*|\S*@\S*"
)
_MARKS = r"[†‡∗*§¶♢♠♡♣♦◇⋆★☆]|\d{1,2}"
_MARKED = re.compile(rf"(?:(?<=[\s,;–—])|^)({_MARKS})\s?(?=[^\W\d_a-z])")
_REMARK = re.compile(r"(?i)equal|contribut|correspond|work (?:was )?done|intern\b|e-?mail|orcid")
_PLACE = re.compile(
    r"Universit|Institut|Depart|Laborator|\bLabs?\b|School|College|\bCent(?:er|re)|Facult|Academ|"
    r"Research|Hospital|Corporation|\bInc\b|\bLtd|GmbH|Company|Technolog|[ÉE]cole|Polytechni|\bETH|"
    r"CNRS|INRIA|Inria|CERN|NASA|Max Planck|Fraunhofer|Observator|Google|Microsoft|NVIDIA|Adobe|"
    r"Amazon|Apple|Meta\b|Tencent|Alibaba|ByteDance|Huawei|Baidu|Samsung|Intel\b|IBM|OpenAI|"
    r"DeepMind|大学|学院|研究|实验室|公司|医院"
)


def affiliation(block: str, authors: Sequence[str]) -> str:
    """Return the first author's affiliation, or the first one stated; "" where none is clear.

    `block` is what stands between title and abstract, `authors` are arXiv's.
    """
    text = _EMAIL.sub(" ", block)
    names, *marked = _MARKED.split(text)
    stated: dict[str, list[str]] = {}
    for mark, words in zip(marked[::2], marked[1::2], strict=True):
        if not _REMARK.search(words) and (found := _tidy(words)):
            stated.setdefault(mark, []).append(found)
    wanted = [stated[m] for m in _marks_of(authors, names) if m in stated] or list(stated.values())
    if wanted:
        places = [words for words in wanted[0] if _PLACE.search(words)]
        return "; ".join(dict.fromkeys(places or wanted[0]))
    lines = [_tidy(_nameless(line, authors)) for line in text.splitlines()]
    return next((line for line in lines if _PLACE.search(line)), "")


def _marks_of(authors: Sequence[str], names: str) -> list[str]:
    """Return the marks that stand behind the first author's name."""
    if not authors:
        return []
    last = re.escape(authors[0].split()[-1])
    found = re.search(rf"\b{last}((?:[\s,]?(?:{_MARKS})(?![^\W\d_]))+)", names)
    return re.findall(_MARKS, found[1]) if found else []


def _nameless(line: str, authors: Sequence[str]) -> str:
    """Return a line without the authors' names, in full or with initials."""
    for author in authors:
        *given, last = map(re.escape, author.split() or [author])
        names = "|".join([*given, r"[^\W\d_]\."])
        # Possessive: no name, however odd, makes this slow.
        whole = rf"(?<!\w)(?:(?:{names})[\s-]*)*+{last}(?!\w)(?:{_MARKS}|,(?=\d))*"
        line = re.sub(whole, " ", line)
    return line


def _tidy(words: str) -> str:
    """Return one affiliation without the marks and commas around it, cut at a comma if long."""
    text = re.sub(r"\s*,(?:\s*(?:,|&|\band\b))+", ",", " ".join(words.split()))
    text = re.sub(r"[†‡∗*§¶♢♠♡♣♦◇⋆★☆]|\s+(?=,)", "", text).strip(" ,;.&–—")
    text = re.sub(r"^(?:and|&)\s+|\s+(?:and|&)$", "", text)
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rpartition(",")[0] or text[:LONGEST].rpartition(" ")[0]

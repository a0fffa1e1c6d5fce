"""Affiliations: where a paper's first author works, out of the block of names below the title.

No e-mail address ever comes out: a post is public, and its robots are not the authors' friends.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 200
"""Characters of an affiliation that are shown."""

_EMAIL = re.compile(
    r"(?:[{\[(][^{}\[\]()@]{1,300}[}\])]|[\w+’'-]+(?:(?:\.| \. )[\w+’'-]+)*)\s*@\s*"
    r"[\w-]+(?:\s?\.\s?[\w-]+)*|\S*@\S*"
)
_SIGNS = "†‡∗*§¶♢♠♡♣♦◇⋆★☆"
_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARKS = rf"[{_SIGNS}]|[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}}"
_MARKED = re.compile(rf"(?:(?<=[\s,;–—])|^)({_MARKS})\s?(?=[^\W\d_a-z])", re.M)
_NUMBERED = re.compile(r"(?:(?<=[\s,;–—])|^)(\d{1,2})(?=\s?[^\W\d_a-z])", re.M)
_POSTAL = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"
    r"|\b(?:[A-Z]{1,3}-)?\d{4,6}(?:-\d{3,4})?\b"
)
_STREET = re.compile(
    r"(?i)\d+[a-z]?\s+\w|.*\b(?:st|str|street|ave|avenue|road|rd|blvd|boulevard|drive|straße|strasse|"
    r"lane|floor|p\.? ?o\.? box|building|rue|via)\b"
)
_WORDED = re.compile(r"[^\W\d_]{3}")
_AGAIN = re.compile(r"\b([^\W\d_]\S*(?:\s\S+)+?)\s+\1\b.*")
_BOX = re.compile(r"(?i)\bp\.? ?o\.? box(?:\s+\d+)?")
_NOTE = re.compile(
    r"(?i)compiled using|typeset|style file|draft version|preprint|submitted|accepted|received|"
    r"dated\b|©|copyright|permission|proceedings|conference|vol(?:ume)?\.? ?\d"
)
_REMARK = re.compile(r"(?i)equal|contribut|correspond|work (?:was )?done|intern\b|e-?mail|orcid")
_PLACE = re.compile(
    r"Universit|Institut|Depart|Laborator|\bLabs?\b|School|College|\bCent(?:er|re)|Facult|Academ|"
    r"Research|Hospital|Corporation|\bInc\b|\bLtd|GmbH|Company|Technolog|[ÉE]cole|Polytechni|\bETH|"
    r"CNRS|INRIA|Inria|CERN|NASA|Max Planck|Fraunhofer|Observator|Google|Microsoft|NVIDIA|Adobe|"
    r"EOOD|\bLLC\b|Fermilab|\bFNAL\b|Amazon|Apple|Meta\b|Tencent|Alibaba|ByteDance|Huawei|Baidu|Samsung|Intel\b|IBM|OpenAI|"
    r"DeepMind|大学|学院|研究|实验室|公司|医院"
)


def affiliation(block: str, authors: Sequence[str]) -> str:
    """Return the first author's affiliation, or the first one stated; "" where none is clear.

    `block` is what stands between title and abstract, its raised numbers as such; `authors` are
    arXiv's. Streets, postal codes, dates and notes of publishers are no affiliation.
    """
    text = _raised(_EMAIL.sub(" ", block), authors)
    names, *marked = _MARKED.split(text)
    stated: dict[str, list[str]] = {}
    for mark, words in zip(marked[::2], marked[1::2], strict=True):
        found = _tidy(words)
        if not _REMARK.search(words) and _PLACE.search(found):
            stated.setdefault(mark, []).append(found)
    wanted = [stated[m] for m in _marks_of(authors, names) if m in stated]
    if not wanted and stated:  # that of all, or the first where names are written otherwise
        strange = not authors or authors[0].split()[-1] not in text
        wanted = list(stated.values()) if len(stated) == 1 or strange else [[]]
    return "; ".join(_once(wanted[0])) if wanted else _unmarked(text, authors)


def _unmarked(text: str, authors: Sequence[str]) -> str:
    """Return the place that stands first behind the first author's name, if it reads like one."""
    parts = [p for line in text.splitlines() for p in _between(line, authors)]
    for part in filter(_WORDED.search, parts):
        found = _tidy(part)
        if _PLACE.search(found) and not _NOTE.search(found):
            return found
        if re.match(r"[A-Z]{3,}\b,", found):
            return found  # an institute known by its letters
    return ""


def _once(places: Sequence[str]) -> list[str]:
    """Return the places without those that another one holds."""
    kept: list[str] = []
    for place in places:
        if not any(place in other for other in kept):
            kept = [*(other for other in kept if other not in place), place]
    return kept


def _raised(text: str, authors: Sequence[str]) -> str:
    """Return the block with footnote marks raised where its print didn't: those behind names.

    A number before a place is one only if it stands behind an author's name too: 1 of the postal
    code CB2 1PZ is none.
    """
    known: set[str] = set()

    def named(match: re.Match[str]) -> str:
        known.update(re.findall(r"\d+", match[2]))
        return match[1] + match[2].translate(_DIGITS)

    for author in authors:
        last = re.escape(author.split()[-1] if author.split() else author)
        marks = rf"(\b{last})((?:[\s,]?(?:\d{{1,2}}|[{_SIGNS}])(?!\w))+)"
        text = re.sub(marks, named, text) if last else text

    raised = unicodedata.normalize("NFKC", " ".join(re.findall(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", text)))
    known.update(raised.split())
    before = [m[1] for m in _NUMBERED.finditer(text)]
    counted = list(dict.fromkeys(before))
    if len(counted) > 1 and counted == [str(n + 1) for n in range(len(counted))]:
        known.update(counted)

    def numbered(match: re.Match[str]) -> str:
        postal = re.search(r"\b[A-Z]{1,2}\d[A-Z\d]?\s$", text[: match.start()][-6:])
        return match[0] if postal or match[1] not in known else match[1].translate(_DIGITS)

    return _NUMBERED.sub(numbered, text)


def _marks_of(authors: Sequence[str], names: str) -> list[str]:
    """Return the marks that stand behind the first author's name."""
    if not authors:
        return []
    last = re.escape(authors[0].split()[-1])
    found = re.search(rf"\b{last}((?:[\s,]?(?:{_MARKS})(?![^\W\d_]))+)", names)
    return re.findall(_MARKS, found[1]) if found else []


def _between(line: str, authors: Sequence[str]) -> list[str]:
    """Return what stands between the authors' names, in full or with initials, in a line."""
    for author in authors:
        *given, last = map(re.escape, author.split() or [author])
        names = "|".join([*given, r"[^\W\d_]\."])
        # Possessive: no name, however odd, makes this slow.
        whole = rf"(?<!\w)(?:(?:{names})[\s-]*)*+{last}(?!\w)(?:{_MARKS}|,(?=[⁰¹²³⁴⁵⁶⁷⁸⁹]))*"
        line = re.sub(whole, "\n", line)
    return line.split("\n")


def _tidy(words: str) -> str:
    """Return one affiliation without the marks and commas around it, cut at a comma if long."""
    words = _AGAIN.sub(r"\1", " ".join(_BOX.sub(" ", words).split()))  # names side by side
    parts = [" ".join(_POSTAL.sub(" ", p).split()) for p in words.split(",")]
    parts = [p for p in parts if p and (_PLACE.search(p) or not _STREET.match(p))]
    text = re.sub(r"\s*,(?:\s*(?:,|&|\band\b))+", ",", ", ".join(parts))
    text = re.sub(rf"[{_SIGNS}⁰¹²³⁴⁵⁶⁷⁸⁹]|\s+(?=,)", "", text).strip(" ,;.&–—")
    text = re.sub(r"^(?:and|&)\s+|\s+(?:and|&)$", "", text)
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rpartition(",")[0] or text[:LONGEST].rpartition(" ")[0]

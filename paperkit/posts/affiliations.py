"""Affiliations: where a paper's first author works, out of the block of names below the title.

No e-mail address ever comes out: a post is public, and its robots are not the authors' friends.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from paperkit.text import CJK

LONGEST = 200
"""Characters of an affiliation that are shown."""

_EMAIL = re.compile(
    r"(?:[{\[(][^{}\[\]()@]{1,300}[}\])]|[\w+’'-]+(?:(?:\.| \. )[\w+’'-]+)*)\s*@\s*"
    r"[\w-]+(?:\s?\.\s?[\w-]+)*|\S*@\S*"
)
_SIGNS = "†‡∗*§¶♢♠♡♣♦◇⋆★☆"
_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LETTERS = str.maketrans("abcdefgh", "ᵃᵇᶜᵈᵉᶠᵍʰ")
_MARKS = rf"[{_SIGNS}]|[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}}|[ᵃᵇᶜᵈᵉᶠᵍʰ]"
_MARKED = re.compile(rf"(?:(?<=[\s,;–—，；、])|^)({_MARKS})\s?(?=[^\W\d_a-z])", re.M)
_NUMBERED = re.compile(r"(?:(?<=[\s,;–—，；、])|^)(\d{1,2})(?=\s?[^\W\d_a-z])", re.M)
_LETTERED = re.compile(r"(?<!\w)([a-h])(?=\s?[A-ZÀ-Þ])")
_POSTAL = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"
    r"|\b\d{4} [A-Z]{2}(?= [A-Z])|\b(?:\d{3}-\d{4}|\d{2}-\d{3})\b"
    r"|\b(?:[A-Z]{1,2}-)?\d{3} \d{2}(?= [^\W\d_])"
    r"|\b(?:[A-Z]{1,3}-)?\d{4,6}(?:-\d{3,4})?\b"
)
_STREET = re.compile(
    r"(?i)\d+[a-z]?\s+\w|.*\b(?:st|str|street|ave|avenue|road|rd|blvd|boulevard|drive|straße|strasse|"
    r"lane|floor|p\.? ?o\.? box|building|rue|via)\b|[^\d]+\s\d{1,4}(?:[-–/]\d{1,4})?[a-z]?$"
)
_HOUSE = re.compile(r"\d+[A-Za-z]?\s+[^\W\d_]")
_DATE = re.compile(
    r"(?i)\(?(?:dated:?\s*)?(?:\d{1,2}\.? )?\b(?:January|February|March|April|May|June|July|"
    r"August|September|October|November|December) (?:\d{1,2}, )?\d{4}\)?|\b\d{4}[-/]\d\d[-/]\d\d\b"
)
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
_ONE = re.compile(
    rf"(\b(?:{_PLACE.pattern})\w*)(?:(?: of| for)(?: \w+)? (?:{_PLACE.pattern})\w*"
    rf"|(?: (?:{_PLACE.pattern})\w*)+)"
)
_GLUED = re.compile(r"(?<!\w)a[A-ZÀ-Þ][a-z]{2}")
_CHINESE = re.compile(f"[{CJK}]")


def affiliation(block: str, authors: Sequence[str]) -> str:
    """Return the first author's affiliation, or the first one stated; "" where none is clear.

    `block` is what stands between title and abstract, its raised numbers as such; `authors` are
    arXiv's. Streets, postal codes, dates and notes of publishers are no affiliation.
    """
    text = _lettered(_raised(_DATE.sub(" ", _EMAIL.sub(" ", block)), authors), authors)
    names, *marked = _MARKED.split(text)
    stated: dict[str, list[str]] = {}
    own = _marks_of(authors, names)
    for mark, words in zip(marked[::2], marked[1::2], strict=True):
        found = _tidy(_NOTE.split(words)[0])
        sure = _PLACE.search(found) or (mark in own and mark not in _SIGNS and "," in found)
        if sure and not _REMARK.search(words):
            stated.setdefault(mark, []).append(found)
    wanted = [stated[m] for m in own if m in stated]
    if not wanted and stated:  # that of all, or the first where names are written otherwise
        strange = not authors or authors[0].split()[-1] not in text
        alone = len(stated) == 1 and not set(own) - set(_SIGNS)
        wanted = list(stated.values()) if alone or strange else [[]]
    return "; ".join(_once(wanted[0])) if wanted else _unmarked(text, authors)


def _unmarked(text: str, authors: Sequence[str]) -> str:
    """Return the place that stands first behind the first author's name, if it reads like one."""
    lasts = [a.split()[-1] for a in authors if a.split()]
    named = re.search(rf"(?i)\b{re.escape(lasts[0])}(?!\w)", text) if lasts else None
    if _GLUED.search(text) or (lasts and not named and not _CHINESE.search(text)):
        return ""  # not read as it is printed, or this may be a publisher's, a laboratory's head
    start = named.start() if named else 0
    head = text[:start].rpartition("\n")[2]
    ahead = [last for last in lasts[1:] if last in head]
    foremost = not any(re.search(rf"\b{re.escape(last)}(?!\w)", head) for last in ahead)
    beside = _beside(head + text[start:], authors)
    for part in (p for line in text[start:].splitlines() for p in _between(line, authors)):
        found = _tidy(_NOTE.split(part)[0])
        if _PLACE.search(found):
            clear = not _several(found) and (foremost or not _AGAIN.search(" ".join(part.split())))
            return found if clear or not beside else ""
        if re.match(r"[A-Z]{3,}\b,", found):
            return found  # an institute known by its letters
    return ""


def _beside(text: str, authors: Sequence[str]) -> bool:
    """Return whether names stand side by side, so that places below them do too."""
    between = [p for line in text.splitlines() for p in _between(line, authors)[1:-1]]
    return any(not p.strip(f"{_SIGNS} ") for p in between)


def _several(place: str) -> bool:
    """Return whether a place reads like two of them in a row."""
    text = _ONE.sub(r"\1", place)
    kinds = [[m.lower() for m in _PLACE.findall(part)] for part in text.split(",")]
    every = [kind for part in kinds for kind in part]
    return any(len(part) > 1 for part in kinds) or len(set(every)) < len(every)


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

    for last in _named_in(text, authors):
        marks = rf"(\b{re.escape(last)})((?:[\s,]?(?:\d{{1,2}}|[{_SIGNS}])(?!\w))+)"
        text = re.sub(marks, named, text)

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


def _lettered(text: str, authors: Sequence[str]) -> str:
    """Return the block with letters raised that stand behind the authors' names as marks."""
    known: set[str] = set()

    def named(match: re.Match[str]) -> str:
        known.update(re.findall(r"[a-h]", match[2]))
        return match[1] + match[2].translate(_LETTERS)

    places = set(_LETTERED.findall(text))
    if not places:
        return text
    for last in _named_in(text, authors):
        marks = rf"(\b{re.escape(last)}\s?)([{''.join(places)}](?:,\s?[{''.join(places)}])*)(?!\w)"
        text = re.sub(marks, named, text)
    return _LETTERED.sub(lambda m: m[1].translate(_LETTERS) if m[1] in known else m[1], text)


def _marks_of(authors: Sequence[str], names: str) -> list[str]:
    """Return the marks that stand behind the first author's name."""
    if not authors:
        return []
    last = re.escape(authors[0].split()[-1])
    found = re.search(rf"\b{last}((?:[\s,]{{0,2}}(?:{_MARKS})(?![^\W\d_]))+)", names)
    return re.findall(_MARKS, found[1]) if found else []


def _named_in(text: str, authors: Sequence[str]) -> list[str]:
    """Return the last names that a text holds at all: a collaboration has thousands of authors."""
    lasts = (author.split()[-1] for author in authors if author.split())
    return [last for last in lasts if last in text]


def _between(line: str, authors: Sequence[str]) -> list[str]:
    """Return what stands between the authors' names, in full or with initials, in a line."""
    for author in authors:
        if not author.split() or author.split()[-1] not in line:
            continue
        *given, last = map(re.escape, author.split())
        names = "|".join([*given, r"[^\W\d_]\."])
        # Possessive: no name, however odd, makes this slow.
        whole = rf"(?<!\w)(?:(?:{names})[\s-]*)*+{last}(?!\w)(?:{_MARKS}|,(?=[⁰¹²³⁴⁵⁶⁷⁸⁹]))*"
        line = re.sub(whole, "\n", line)
    return line.split("\n")


def _tidy(words: str) -> str:
    """Return one affiliation without the marks and commas around it, cut at a comma if long."""
    words = _AGAIN.sub(r"\1", " ".join(_BOX.sub(" ", words).split()))  # names side by side
    parts = [" ".join(_POSTAL.sub(" ", p).split()) for p in words.split(",")]
    parts = [p for p in parts if p and not _HOUSE.match(p)]
    parts = [p for p in parts if _PLACE.search(p) or not _STREET.match(p)]
    text = re.sub(r"\s*,(?:\s*(?:,|&|\band\b))+", ",", ", ".join(parts))
    text = re.sub(rf"[{_SIGNS}⁰¹²³⁴⁵⁶⁷⁸⁹]|\s+(?=,)", "", text).strip(" ,;.&–—，；、")
    text = re.sub(r"^(?:and|&)\s+|\s+(?:and|&)$", "", text)
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rpartition(",")[0] or text[:LONGEST].rpartition(" ")[0]

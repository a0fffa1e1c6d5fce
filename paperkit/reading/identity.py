"""Identity: whether a PDF or a page is the paper it is taken for, and all of it.

By arXiv's stamp, title, abstract and authors.

Tolerant of what print does to a title (ligatures, line ends, subtitles, formulas) and of titles
that changed between versions; not of another part's number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import SequenceMatcher
from typing import NamedTuple

from paperkit.errors import PaperkitError, ReadError
from paperkit.papers import ID_IN_TEXT, Paper, parse_id
from paperkit.reading.pages import Page
from paperkit.readings import Paragraph, Reading

_STAMP = re.compile(rf"\s*arXiv\s*:\s*({ID_IN_TEXT}(?:v\d+)?)", re.I)
_ABOUT = re.compile(
    r"\s*(?:\[r[ep]\]|re:|(?:a )?comments? (?:on|to)\b|(?:a )?(?:reply|response|rebuttal)\b|errat|"
    r"corrigend|addend|retract|(?:book )?review of\b|supplement)",
    re.I,
)
_SHORT = 12
"""Letters under which a title may be a part of another one by chance."""


class _Compared(NamedTuple):
    matches: bool | None
    why: str
    warning: str = ""


def stamp_of(pages: Sequence[Page]) -> str:
    """Return the identifier that arXiv printed sideways on the first page, as printed; or ""."""
    for line in pages[0].lines if pages else ():
        if line.turn == 90 and line.box[2] < 0.15 * pages[0].width:
            found = _STAMP.match(line.text)
            if found is not None:
                return found[1]
    return ""


def compared(reading: Reading, paper: Paper) -> Reading:
    """Return the reading with ``matches`` and ``why`` for a paper, and a warning if it is not that.

    True when arXiv's stamp, the title or the abstract agree; False when the stamp names another
    paper, or the title and the abstract are others; None when there is nothing to compare.
    """
    if reading.source == "html":
        found = _by_stamp_and_text(reading, paper)
    else:
        found = _by_stamp(reading, paper) or _by_text(reading, paper)
    told = found.warning or ("" if found.matches else found.why)
    known = [w for w in reading.warnings if not w.startswith(_BEGIN)]
    warnings = (*known, f"{_BEGIN}{told}") if told else tuple(known)
    return replace(reading, matches=found.matches, why=found.why, warnings=warnings)


_BEGIN = "is it the paper? "


# ---- pages of HTML

SECTIONS, LETTERS = 3, 300
"""What a page must have at least: sections with text, and letters in them altogether."""


def whole(reading: Reading, name: str) -> None:
    """See to it that a page holds a paper's text and no stub.

    Raises:
        ReadError: it has less than three sections with text, or hardly any text.
    """
    body = [p for p in reading.paragraphs if p.role in ("body", "appendix")]
    filled = {p.section for p in body if p.section and len(_letters(p.text)) >= _SHORT}
    filled -= {"Abstract"}
    letters = sum(len(_letters(p.text)) for p in body)
    if len(filled) < SECTIONS or letters < LETTERS:
        raise ReadError(
            f"{name}: a stub, its sections with text are {len(filled)} and its letters "
            f"{letters:,}; read the PDF."
        )


def _by_stamp_and_text(reading: Reading, paper: Paper) -> _Compared:
    """Compare a page: what arXiv states beside it and the title or abstract must both agree."""
    with suppress(PaperkitError):
        stamped = parse_id(reading.stamp)
        if stamped.id != paper.id or stamped.version not in (None, paper.version):
            said = f"arXiv says that the page is {reading.stamp}, not {paper.id}v{paper.version}"
            return _Compared(False, said)
    found = _by_text(reading, paper)
    if found.matches is None and reading.stamp:
        return _Compared(True, f"arXiv says that the page is {reading.stamp}", found.why)
    return found


def _by_stamp(reading: Reading, paper: Paper) -> _Compared | None:
    with suppress(PaperkitError):
        stamped = parse_id(reading.stamp)
        if stamped.id != paper.id:
            return _Compared(
                False, f"arXiv's stamp on the PDF names {reading.stamp}, not {paper.id}"
            )
        other = stamped.version is not None and stamped.version != paper.version
        said = f"the PDF is v{stamped.version}, the record is of v{paper.version}"
        return _Compared(
            True, f"arXiv's stamp on the PDF names {stamped.id}", said if other else ""
        )
    return None


def _by_text(reading: Reading, paper: Paper) -> _Compared:
    if not reading.paragraphs or not reading.readable or not paper.title.strip():
        return _Compared(
            None, f"the {_what(reading)} has no text to compare with the paper's record"
        )
    by_title = any(_same_title(paper.title, t) for t in _titles(reading))
    authors = _authors_found(reading, paper)
    if by_title and (len(_letters(paper.title)) >= _SHORT or authors is not False):
        return _Compared(True, "the title is the paper's")
    if _abstract_found(reading, paper):
        return _Compared(True, "the abstract is the paper's, the title is another")
    shown, what = " ".join(reading.title.split())[:120], _what(reading)
    if authors and _other_language(paper.title, reading.title):
        return _Compared(None, f"the title is in another language: “{shown}”")
    if authors and len(_letters(reading.title)) < 8:
        return _Compared(None, f"no title was found in the {what}; the authors are the paper's")
    return _Compared(False, f"the title in the {what} is “{shown}”, the paper's is “{paper.title}”")


def _what(reading: Reading) -> str:
    return "page" if reading.source == "html" else "PDF"


def _is_opening(paragraph: Paragraph) -> bool:
    """Return whether a paragraph stands on the first page, or in front of a page of HTML."""
    return paragraph.page == 1 or (paragraph.page == 0 and paragraph.role == "front")


def _titles(reading: Reading) -> Iterable[str]:
    """Yield what may be the title: the one found, and what stands above the abstract."""
    yield reading.title
    for paragraph in reading.paragraphs:
        if paragraph.role == "front" and _is_opening(paragraph):
            yield paragraph.text


def _letters(text: str) -> str:
    """Return letters and digits alone, without accents, formulas and TeX's commands."""
    text = re.sub(r"\$[^$]*\$|\\[a-zA-Z]+", " ", text)
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in plain if c.isalnum())


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower())


_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7"}


def _numerals(title: str) -> list[str]:
    """Return the numbers that tell one part of a work from another, Roman ones as Arabic."""
    words = [_ROMAN.get(w, w) for w in _words(re.sub(r"\$[^$]*\$", " ", title))]
    return sorted(w for w in words if any(c.isdigit() for c in w))


def _same_title(recorded: str, printed: str) -> bool:
    """Return whether two titles are one: equal, one with a subtitle, or nearly equal."""
    ours, theirs = _letters(recorded), _letters(printed)
    if not ours or not theirs or bool(_ABOUT.match(recorded)) != bool(_ABOUT.match(printed)):
        return False  # nothing, or a work about the work
    if ours == theirs:
        return True
    short, long = sorted((ours, theirs), key=len)
    if long.startswith(short) and len(short) >= _SHORT:
        return not _counts_on(printed if long is theirs else recorded, len(short))
    if _numerals(recorded) != _numerals(printed[: round(1.3 * len(recorded))]):
        return False
    theirs = theirs[: round(1.15 * len(ours))]  # authors may follow the title in one paragraph
    return SequenceMatcher(None, ours, theirs, autojunk=False).ratio() > 0.85


def _counts_on(title: str, letters: int) -> bool:
    """Return whether a number follows the first letters of a title: another part of the work."""
    done = 0
    for word in title.split():
        done += len(_letters(word))
        if done > letters:
            rest = _letters(word)[-(done - letters) :]
            return rest.isdecimal() or (rest in _ROMAN and word.isupper())
    return False


def _authors_found(reading: Reading, paper: Paper) -> bool | None:
    """Return whether half of the authors stand on the first page; None if none are recorded."""
    names = [_letters(a.split()[-1]) for a in paper.authors if a.split()]
    names = [n for n in names if len(n) > 1]
    if not names:
        return None
    front = _letters(" ".join(p.text for p in reading.paragraphs if _is_opening(p)))
    return 2 * sum(n in front for n in names) >= len(names)


def _abstract_found(reading: Reading, paper: Paper) -> bool:
    """Return whether half of the abstract's runs of four words stand on the first pages."""
    words = _words(re.sub(r"\$[^$]*\$|\\[a-zA-Z]+", " ", paper.abstract))
    runs = {" ".join(words[i : i + 4]) for i in range(len(words) - 3)}
    if len(runs) < 15:
        return False
    opening = " ".join(_words(" ".join(p.text for p in reading.paragraphs if p.page <= 3)))
    return sum(run in opening for run in runs) > 0.4 * len(runs)


_FUNCTION_WORDS = {
    "en": {"the", "of", "and", "for", "in", "with", "from", "on", "to", "an", "is", "by", "via"},
    "fr": {"le", "la", "les", "des", "du", "et", "une", "pour", "dans", "sur", "avec", "par"},
    "de": {"der", "die", "das", "und", "für", "mit", "von", "eine", "ein", "zur", "im", "über"},
    "es": {"el", "los", "las", "del", "y", "una", "para", "con", "por", "en"},
    "pt": {"o", "os", "da", "do", "das", "dos", "uma", "para", "com", "em"},
    "it": {"il", "gli", "della", "di", "e", "una", "per", "con", "nel"},
}


def _other_language(recorded: str, printed: str) -> bool:
    """Return whether two titles are in different languages, by script or by their small words."""
    if _script(recorded) != _script(printed):
        return True
    one, other = _language(recorded), _language(printed)
    return bool(one and other) and one != other


def _script(text: str) -> str:
    names = [unicodedata.name(c, "?").split()[0] for c in text if c.isalpha()]
    return max(set(names), key=names.count, default="")


def _language(text: str) -> str:
    words = set(_words(text))
    found = {name: len(words & some) for name, some in _FUNCTION_WORDS.items()}
    best = max(found, key=lambda name: found[name])
    return best if found[best] else ""

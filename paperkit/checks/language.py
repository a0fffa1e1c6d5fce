"""Language: which one a text is in, how much its words tell, and terms in two languages.

``common_words.txt`` holds the stems found in more than one of 2,000 abstracts, by how rare they
are; it was counted over 100,000 titles and abstracts of arXiv's metadata (CC0).
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from paperkit.outlines import is_chinese
from paperkit.text import CJK, FUNCTION_WORDS, cjk_count, stem


@lru_cache(maxsize=1)
def _levels() -> dict[str, float]:
    text = resources.files(__package__).joinpath("common_words.txt").read_text(encoding="utf-8")
    rows = (line.split(":", 1) for line in text.splitlines() if not line.startswith("#"))
    return {word: float(level) for level, words in rows for word in words.split()}


def weight(stemmed: str) -> float:
    """Return how much a stem tells of a text's topic: bits, from 0.5 (everywhere) to 12 (rare)."""
    return _levels().get(stemmed, 12.0)


def is_common(word: str) -> bool:
    """Return whether `word` is an ordinary one of scientific English."""
    return word.lower() in FUNCTION_WORDS or stem(word) in _levels()


# Which language a text is in, told by its script and its little words.

_ANY_LATIN = re.compile(r"[A-Za-zÀ-ɏ]+")
# Kana, Hangul, Cyrillic, Arabic, Hebrew, Devanagari, Thai: scripts no digest is written in.
_OTHER_SCRIPT = re.compile(
    r"[\u3041-\u30fa\uac00-\ud7a3\u0400-\u04ff\u0600-\u06ff\u05d0-\u05ea\u0900-\u097f\u0e01-\u0e5b]"
)
_QUOTED = re.compile(
    r"“[^”\n]*”|\"[^\"\n]*\"|「[^」\n]*」|《[^》\n]*》|[(（][^)）\n]*[)）]|\$[^$\n]*\$"
)
_ENGLISH_RUN = re.compile(r"(?<![A-Za-z])(?:[a-z]+(?:['’-][a-z]+)*[ ,]+){7,}[a-z]+(?:-[a-z]+)*")
# The commonest little words of other languages in Latin letters, but those English has too.
_FOREIGN = (
    frozenset(
        """le la les un une des du de et est sont dans sur pour par avec plus que qui ne pas nous
        cette ces il elle aux sa son leurs der das und ist sind mit von zu den dem ein eine einer
        eines auf im nicht wird werden durch für auch sich bei el los las una y es en con para del
        al se su como más gli della delle di che è per nel nella alla più o os as uma não com dos
        das na ao het een van zijn wordt niet met voor""".split()
    )
    - FUNCTION_WORDS
)
_LEAST_WORDS = 6


def in_another_language(text: str, language: str) -> str:
    """Return the words of `text` that are not in `language` (Chinese, else English), if any."""
    plain = _QUOTED.sub(lambda m: " " * len(m[0]), text)
    found = _other_script(plain)
    if not found and is_chinese(language):
        run = _ENGLISH_RUN.search(plain)
        found = run[0] if run else _traditional(plain) if _is_simplified(language) else ""
    elif not found and language.lower().startswith("en"):
        found = _foreign_latin(plain)
    start = plain.find(found)
    return text[start : start + len(found)]


def _other_script(text: str) -> str:
    if text.isascii():
        return ""
    found = _OTHER_SCRIPT.findall(text)
    letters = len(found) + cjk_count(text) + len(_ANY_LATIN.findall(text))
    if len(found) < _LEAST_WORDS or len(found) < 0.2 * letters:
        return ""
    match = _OTHER_SCRIPT.search(text)
    return text[match.start() : match.start() + 60] if match else ""


def _is_simplified(language: str) -> bool:
    return not {"hant", "tw", "hk", "mo"} & set(language.lower().replace("_", "-").split("-"))


def _traditional(text: str) -> str:
    """Return traditional characters where they are more than one in eight, else nothing."""
    characters = re.findall(f"[{CJK}]", text)
    found = [c for c in characters if _is_traditional(c)]
    many = len(found) >= 3 and len(found) > len(characters) / 8
    return text[text.index(found[0]) :][:30] if many else ""


@lru_cache(maxsize=8192)
def _is_traditional(character: str) -> bool:
    """Tell whether Taiwan's old encoding has a character and the mainland's does not."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        try:
            character.encode("big5")
        except UnicodeEncodeError:
            return False
        return True
    return False


def _foreign_latin(text: str) -> str:
    words = [w.lower() for w in _ANY_LATIN.findall(text)]
    if len(words) < _LEAST_WORDS:
        return ""
    foreign = [w for w in words if w in _FOREIGN]
    english = sum(w in FUNCTION_WORDS for w in words)
    clearly = (
        len(set(foreign)) >= 3 and len(foreign) > 2 * english and len(foreign) > len(words) / 5
    )
    return text.strip()[:60] if clearly else ""


# Which terms of a Chinese text an English one has too. ``terms.txt`` is made to be extended: a term
# that is missing there is not judged at all.


def known_terms(text: str) -> tuple[str, ...]:
    """Return the terms of the table that a Chinese `text` uses, each once, longest ones first."""
    return tuple(dict.fromkeys(_expression().findall(text)))


def english_forms(term: str) -> tuple[str, ...]:
    """Return how English says a Chinese term of the table, in lower case."""
    return _table().get(term, ())


def stands_in(term: str, english: str) -> bool:
    """Return whether an English text says a Chinese term; `english` as `spaced` returns it."""
    return any(f" {form}" in english for form in _table()[term])


def spaced(english: str) -> str:
    """Return the words of an English text in lower case, one space before each."""
    return " " + " ".join(re.findall(r"[a-z0-9]+", english.lower()))


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    text = resources.files(__package__).joinpath("terms.txt").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        chinese, colon, english = line.partition(" : ")
        if colon and not line.startswith("#"):
            forms = tuple(form.replace("_", " ") for form in english.split())
            for term in chinese.split():
                found[term] = (*found.get(term, ()), *forms)
    return found


@lru_cache(maxsize=1)
def _expression() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _table()), key=len, reverse=True)))

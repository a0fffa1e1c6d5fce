"""Tongues: which language a text is in, told by its script and its little words."""

from __future__ import annotations

import re
from functools import lru_cache

from paperkit.checks.words import FUNCTION_WORDS
from paperkit.outlines import is_chinese

_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
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


def cjk_share(text: str) -> float:
    """Return the share of Chinese characters among Chinese characters and Latin words."""
    cjk = len(_CJK.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    return cjk / (cjk + latin) if cjk + latin else 0.0


def is_chinese_text(text: str) -> bool:
    """Return whether a text is Chinese: a share of 0.3 tells the languages of 321 lines apart."""
    return cjk_share(text) >= 0.3


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
    letters = len(found) + len(_CJK.findall(text)) + len(_ANY_LATIN.findall(text))
    if len(found) < _LEAST_WORDS or len(found) < 0.2 * letters:
        return ""
    match = _OTHER_SCRIPT.search(text)
    return text[match.start() : match.start() + 60] if match else ""


def _is_simplified(language: str) -> bool:
    return not {"hant", "tw", "hk", "mo"} & set(language.lower().replace("_", "-").split("-"))


def _traditional(text: str) -> str:
    """Return traditional characters where they are more than one in eight, else nothing."""
    characters = _CJK.findall(text)
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

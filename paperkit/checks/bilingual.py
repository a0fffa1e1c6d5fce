"""Bilingual: which terms of a Chinese text an English one has too, by a table of the field's terms.

``terms.txt`` is made to be extended: a term that is missing there is not judged at all.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources


def known_terms(text: str) -> tuple[str, ...]:
    """Return the terms of the table that a Chinese `text` uses, each once, longest ones first."""
    return tuple(dict.fromkeys(_expression().findall(text)))


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

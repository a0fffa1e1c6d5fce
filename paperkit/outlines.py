"""Outlines: the only list of questions; prompt, reply schema, review form and post follow it."""

from __future__ import annotations

import copyreg
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from paperkit.errors import PaperkitError, explained
from paperkit.reprs import card, counted

Kind = Literal["line", "list", "text"]
Source = Literal["abstract", "paper"]


# Values hold read-only views of dicts; pickle has no way of its own for them.
copyreg.pickle(MappingProxyType, lambda view: (_view, (dict(view),)))


def _view(data: dict[str, object]) -> MappingProxyType[str, object]:
    return MappingProxyType(data)


@explained
@dataclass(frozen=True, kw_only=True)
class Question:
    """One question an outline asks of every paper.

    >>> Question(key="code", headings={"en": "Code"}, ask="Where is the code?", kind="line")

    ``headings`` name it per language in the post; ``ask`` is what the model is asked (English),
    ``alone`` what one is that gets a question at a time, where two in one are too much for it.
    ``kind`` is line (one sentence), list (items) or text (some sentences). Limits: ``items`` is
    the least and most number of statements, ``words`` the most English words and ``characters``
    the most Chinese characters of the whole answer (of one item in a list). ``part`` groups
    questions under a common heading; an answer to an ``optional`` question may be missing. A
    ``translation`` is not asked for in English and needs no evidence: it says the whole source.

    Raises:
        PaperkitError: a field has a value that no prompt or post can hold; it is named.
    """

    key: str
    headings: Mapping[str, str]
    ask: str
    alone: str = ""
    kind: Kind = "text"
    items: tuple[int, int] = (1, 6)
    words: int = 120
    characters: int = 300
    source: Source = "paper"
    part: str = ""
    optional: bool = False
    translation: bool = False

    def __post_init__(self) -> None:
        """Refuse a question that can't be put into a prompt or a post."""
        object.__setattr__(self, "headings", MappingProxyType(dict(self.headings)))
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", self.key):
            raise PaperkitError(f"question {self.key!r}: key must be lower case, like 'main_idea'.")
        if not self.headings or not self.ask.strip():
            raise PaperkitError(f"question {self.key!r}: headings and ask must not be empty.")

    def heading(self, language: str) -> str:
        """Return the heading in `language`, English where there is none."""
        return label_of(self.headings, language)


@explained
@dataclass(frozen=True)
class Outline:
    """Questions in order, under a name; digests are stored under that name.

    ``parts`` are the common headings of some of them, by part and language.

    >>> data = Question(key="data", headings={"en": "Data"}, ask="Which data sets are used?")
    >>> Outline("mine", (*DIGEST.questions, data))
    """

    name: str
    questions: tuple[Question, ...]
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an outline with two questions of one key or without any."""
        object.__setattr__(self, "questions", tuple(self.questions))
        object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))
        keys = [q.key for q in self.questions]
        if not keys:
            raise PaperkitError(f"outline {self.name!r}: no questions; add one.")
        if twice := sorted({k for k in keys if keys.count(k) > 1}):
            raise PaperkitError(f"outline {self.name!r}: question {twice[0]!r} occurs twice.")

    def __repr__(self) -> str:
        """Return the name and the keys of the questions."""
        return f"Outline({self.name!r}: {', '.join(q.key for q in self.questions)})"

    def _repr_html_(self) -> str:
        asked = [f"{q.key}: {q.ask}" for q in self.questions]
        return card(self.name, [counted(len(asked), "question")], items=asked)

    def __getitem__(self, key: str) -> Question:
        """Return the question of that key."""
        for question in self.questions:
            if question.key == key:
                return question
        known = ", ".join(q.key for q in self.questions)
        raise PaperkitError(f"outline {self.name!r}: no question {key!r}; it has {known}.")


def label_of(labels: Mapping[str, str], language: str) -> str:
    """Return the label for a BCP-47 tag: its own, its language's, English's, or the first."""
    for tag in (language, language.split("-")[0], "en"):
        if tag in labels:
            return labels[tag]
    return next(iter(labels.values()))


_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?", re.I)


def language_tag(language: str) -> str:
    """Return a BCP-47 tag as it is usually written: "zh_cn" becomes "zh-CN".

    Language, script and region are known (https://www.rfc-editor.org/rfc/rfc5646).

    Raises:
        PaperkitError: it is no such tag.
    """
    plain = str(language).strip().replace("_", "-")
    if not _TAG.fullmatch(plain):
        raise PaperkitError(
            f"{language!r}: not a language tag; give one like 'en', 'zh' or 'pt-BR'."
        )
    first, *rest = plain.split("-")
    return "-".join([first.lower(), *(p.title() if len(p) == 4 else p.upper() for p in rest)])


def is_chinese(language: str) -> bool:
    """Return whether a BCP-47 tag is Chinese: limits count characters then, words otherwise."""
    return language.lower().split("-")[0] == "zh"


@explained
def load_outline(path: str | os.PathLike[str]) -> Outline:
    """Return the outline that a TOML file writes down: name, parts, and ``[[questions]]``.

    Each question has the fields of `Question`; `paperkit/data/digest.toml` is an example.

    >>> mine = load_outline("mine.toml")

    Raises:
        PaperkitError: the file can't be read, or a field is missing, unknown or of a wrong kind;
            the message names file, question and field.
    """
    file = Path(path)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PaperkitError(
            f"{file}: can't be read as an outline ({error}); see load_outline."
        ) from error
    try:
        return _outline(data, file.stem)
    except PaperkitError as error:
        raise PaperkitError(f"{file}: {error}") from None


def _outline(data: Mapping[str, Any], name: str) -> Outline:
    if unknown := sorted(data.keys() - {"name", "parts", "questions"}):
        raise PaperkitError(f"{unknown[0]!r} is not a field of an outline; remove it.")
    questions = tuple(_question(q, n) for n, q in enumerate(data.get("questions", ()), 1))
    return Outline(str(data.get("name") or name), questions, data.get("parts", {}))


_FIELDS = {f.name: f for f in fields(Question)}
_KINDS = {"key": str, "headings": dict, "ask": str, "kind": str, "items": list, "words": int}
_KINDS |= {"characters": int, "source": str, "part": str, "optional": bool, "translation": bool}
_KINDS |= {"alone": str}
_CHOICES = {"kind": get_args(Kind), "source": get_args(Source)}


def _question(data: Mapping[str, Any], number: int) -> Question:
    name = f"question {data.get('key', number)!r}"
    for key, value in data.items():
        if key not in _FIELDS:
            raise PaperkitError(f"{name}: {key!r} is not a field of a question; remove it.")
        if type(value) is not _KINDS[key]:
            wanted = _KINDS[key].__name__
            raise PaperkitError(f"{name}: {key} is {value!r}; write a {wanted}.")
        if value not in _CHOICES.get(key, (value,)):
            raise PaperkitError(f"{name}: {key} is {value!r}; write {' or '.join(_CHOICES[key])}.")
    if missing := [k for k in ("key", "headings", "ask") if k not in data]:
        raise PaperkitError(f"{name}: {missing[0]} is missing; add it.")
    if not all(isinstance(h, str) for h in data["headings"].values()):
        raise PaperkitError(f"{name}: headings must be texts, one per language.")
    items = data.get("items", [1, 6])
    if len(items) != 2 or not all(type(i) is int for i in items) or not 0 <= items[0] <= items[1]:
        raise PaperkitError(
            f"{name}: items is {items!r}; write the smallest and the largest number, like [1, 6]."
        )
    return Question(**{**data, "items": tuple(items)})


DIGEST = load_outline(Path(__file__).parent / "data" / "digest.toml")
"""The outline of a blog write-up: a line, takeaways, and a deep reading in parts."""

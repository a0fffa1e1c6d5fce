"""Outlines: the only list of questions; prompt, reply schema, review form and post follow it."""

from __future__ import annotations

import copyreg
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from paperkit.errors import PaperkitError

Kind = Literal["line", "list", "text"]
Source = Literal["abstract", "paper"]


# Values hold read-only views of dicts; pickle has no way of its own for them.
copyreg.pickle(MappingProxyType, lambda view: (_view, (dict(view),)))


def _view(data: dict[str, object]) -> MappingProxyType[str, object]:
    return MappingProxyType(data)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question an outline asks of every paper.

    ``headings`` name it per language in the post; ``ask`` is what the model is asked (English).
    ``kind`` is line (one sentence), list (items) or text (some sentences). Limits: ``items`` is
    the least and most number of statements, ``words`` the most English words and ``characters``
    the most Chinese characters of the whole answer (of one item in a list). ``part`` groups
    questions under a common heading; an answer to an ``optional`` question may be missing. A
    ``translation`` is not asked for in English and needs no evidence: it says the whole source.
    """

    key: str
    headings: Mapping[str, str]
    ask: str
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


@dataclass(frozen=True)
class Outline:
    """An ordered set of questions under a name; the name is what digests are stored under."""

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
            raise PaperkitError(f"outline {self.name!r}: question {twice[0]!r} stands twice.")

    def __repr__(self) -> str:
        """Return the name and the keys of the questions."""
        return f"Outline({self.name!r}: {', '.join(q.key for q in self.questions)})"

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
        raise PaperkitError(f"{language!r}: no language tag; give one like 'en', 'zh' or 'pt-BR'.")
    first, *rest = plain.split("-")
    return "-".join([first.lower(), *(p.title() if len(p) == 4 else p.upper() for p in rest)])


def is_chinese(language: str) -> bool:
    """Return whether a BCP-47 tag is Chinese: limits count characters then, words otherwise."""
    return language.lower().split("-")[0] == "zh"


def _q(key: str, en: str, zh: str, ask: str, **options: object) -> Question:
    return Question(key=key, headings={"en": en, "zh": zh}, ask=ask, **options)  # type: ignore[arg-type]


DIGEST = Outline(
    "digest",
    (
        _q(
            "title",
            "Title",
            "标题",
            "The paper's title translated. Keep method names as the paper writes them.",
            kind="line",
            items=(0, 1),
            source="abstract",
            optional=True,
            translation=True,
        ),
        _q(
            "abstract",
            "Abstract",
            "摘要",
            "The abstract translated sentence by sentence, nothing added and nothing left out.",
            items=(0, 40),
            words=600,
            characters=1200,
            source="abstract",
            optional=True,
            translation=True,
        ),
        _q(
            "summary",
            "Summary",
            "总结",
            "One sentence: what the paper does and how, naming its method.",
            kind="line",
            items=(1, 1),
            words=40,
            characters=100,
            source="abstract",
        ),
        _q(
            "takeaways",
            "Key Takeaways",
            "要点",
            "Three to seven points a busy reader should take away, no two alike.",
            kind="list",
            items=(3, 7),
            words=50,
            characters=120,
        ),
        _q(
            "background",
            "Background",
            "研究背景",
            "What problem or situation the paper starts from.",
            part="summary",
            optional=True,
        ),
        _q(
            "prior_work",
            "Past methods and their problems",
            "过去的方法及问题",
            "What was done before and what the paper finds lacking in it.",
            part="summary",
            optional=True,
        ),
        _q(
            "approach",
            "This paper's method",
            "本文方法",
            "What the paper proposes.",
            part="summary",
            optional=True,
        ),
        _q(
            "task",
            "Task and performance",
            "任务与性能",
            "On which task and data it is tested, with the numbers it reaches.",
            part="summary",
            optional=True,
        ),
        _q(
            "methods",
            "Methods",
            "方法步骤",
            "The method as steps in order.",
            kind="list",
            items=(1, 10),
            words=60,
            characters=150,
            optional=True,
        ),
        _q(
            "significance",
            "Significance",
            "意义",
            "Why the work matters, as far as the paper shows it.",
            part="conclusion",
            optional=True,
        ),
        _q(
            "innovation",
            "Innovation",
            "创新点",
            "What is new against earlier work.",
            part="conclusion",
            optional=True,
        ),
        _q(
            "performance",
            "Performance",
            "性能",
            "What the results show against the baselines, strengths and limits.",
            part="conclusion",
            optional=True,
        ),
        _q(
            "evidence",
            "Evidence",
            "证据",
            "How much and what kind of experiments the paper reports; no verdict.",
            part="conclusion",
            optional=True,
        ),
    ),
    parts={
        "summary": {"en": "Summary", "zh": "内容概要"},
        "conclusion": {"en": "Conclusion", "zh": "结论"},
    },
)
"""The outline of a blog write-up: a line, takeaways, and a deep reading in parts."""

"""Post: what one issue of a blog holds, as a value that survives a notebook's metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Self

from paperkit.errors import PaperkitError, explained
from paperkit.frames import ids_of
from paperkit.outlines import DIGEST, Outline, Question, language_tag
from paperkit.reprs import card, counted, line

FIGURES = ("licensed", "include", "link")
"""Which figures a post shows: those whose licence allows it, all (you answer for it), or none."""

EVIDENCE = ("links", "quotes", "none")
"""How a post shows what its sentences rest on: links to the page, quotes as well, or nothing."""

SWITCHES = ("repeats", "missing", "disclaimer", "credit")

_TEXTS = (
    "topic",
    "language",
    "title",
    "author",
    "cover",
    "category",
    "description",
    "assets_url",
    "prose",
)


@explained
@dataclass(frozen=True, kw_only=True)
class Post:
    """One post: a topic's papers of one day, in order, and what its front matter says.

    >>> post = Post(topic="Avatars", date="2026-06-30", papers=kept, author="Ana Ruiz")
    >>> compose(post, library, path="avatars.post.ipynb")

    ``date`` is the blog's local time (an aware one is taken to this machine's zone; a date
    or ISO text will do); ``papers`` are ids or a papers frame. ``title`` defaults to the topic,
    ``tags`` to the topic, ``description`` to one line with the first paper's title, ``cover`` to
    the first teaser figure that may be shown. ``figures`` is one of `FIGURES`; ``assets_url`` is
    where the figures will be found when not at the flavor's own place. ``prose`` opens the post.
    ``repeats`` says that papers of an earlier post may stand here again. ``evidence`` is one of
    `EVIDENCE`; ``table`` names questions whose answers are put side by side, a row per paper.
    ``missing``, ``disclaimer`` and ``credit`` say whether a card names what it leaves out, and
    the banner that this is no scholarly work, and what it was made with. ``language`` is a BCP-47
    tag ("zh-CN"), ``category`` the blog's; ``outline`` holds the questions, in their order.
    ``front`` holds further front matter; its keys win.

    Raises:
        PaperkitError: a field has a value no post can have; it is named.
    """

    topic: str
    date: datetime
    papers: tuple[str, ...] = ()
    language: str = "en"
    title: str = ""
    author: str = ""
    cover: str = ""
    category: str = "Paper"
    tags: tuple[str, ...] = ()
    description: str = ""
    figures: str = "licensed"
    assets_url: str = ""
    repeats: bool = False
    evidence: str = "links"
    table: tuple[str, ...] = ()
    missing: bool = True
    disclaimer: bool = True
    credit: bool = True
    prose: str = ""
    outline: Outline = DIGEST
    front: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Clean what people pass, refuse what no post can be."""
        for name in _TEXTS:
            if not isinstance(getattr(self, name), str):
                raise PaperkitError(f"post: {name} must be a text; quote it.")
        if not self.topic.strip():
            raise PaperkitError("post: topic is empty; name the topic.")
        object.__setattr__(self, "language", language_tag(self.language))
        if self.figures not in FIGURES:
            known = ", ".join(FIGURES)
            raise PaperkitError(f"post {self.topic!r}: figures {self.figures!r}; use {known}.")
        if self.evidence not in EVIDENCE:
            known = ", ".join(EVIDENCE)
            raise PaperkitError(f"post {self.topic!r}: evidence {self.evidence!r}; use {known}.")
        for name in SWITCHES:
            if not isinstance(value := getattr(self, name), bool):
                raise PaperkitError(f"post {self.topic!r}: {name} {value!r}; use true or false.")
        object.__setattr__(self, "date", _local(self.date, self.topic))
        object.__setattr__(self, "papers", tuple(ids_of(self.papers)))
        object.__setattr__(self, "tags", _tags(self.tags))
        object.__setattr__(self, "table", _tags(self.table))
        for key in self.table:
            self.outline[key]  # an unknown question is an error that names the known ones
        object.__setattr__(self, "front", MappingProxyType(dict(self.front)))

    def __repr__(self) -> str:
        """Return a line with topic, day and how many papers."""
        return line("Post", repr(self.topic), *self._told)

    def _repr_html_(self) -> str:
        return card(self.title or self.topic, self._told, items=self.papers)

    @property
    def _told(self) -> list[str]:
        papers = counted(len(self.papers), "paper") or "no papers"
        return [f"{self.date:%Y-%m-%d %H:%M}", papers, self.language, self.author]

    @property
    def day(self) -> str:
        """Return the day of the post, ``2024-11-12``.

        >>> post.day
        """
        return self.date.strftime("%Y-%m-%d")

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able data with every field that says something.

        >>> post.to_dict()
        """
        data = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "outline"}
        data |= {"date": self.date.isoformat(sep=" "), "papers": list(self.papers)}
        data |= {"tags": list(self.tags), "front": dict(self.front), "table": list(self.table)}
        if self.outline != DIGEST:
            data["outline"] = _outline_data(self.outline)
        given = {name for name in SWITCHES if data[name] != getattr(type(self), name)}
        return {name: value for name, value in data.items() if value or name in given}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the post that `to_dict` wrote as `data`.

        >>> Post.from_dict(post.to_dict()) == post

        Raises:
            PaperkitError: a field or a value is unknown.
        """
        known = [f.name for f in fields(cls)]
        if unknown := sorted(set(data) - set(known)):
            raise PaperkitError(f"post: no field {unknown[0]!r}; there are {', '.join(known)}.")
        outline = data.get("outline")
        rest = {k: v for k, v in data.items() if k != "outline"}
        return cls(**rest, outline=_outline(outline) if outline else DIGEST)


def _local(value: Any, topic: str) -> datetime:
    """Naive local time: static site generators apply a written offset once more."""
    try:
        if isinstance(found := value, str):
            found = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", value))
    except ValueError as error:
        raise PaperkitError(
            f"post {topic!r}: date {value!r} is not a date; write 2024-11-12 10:05:27."
        ) from error
    if isinstance(found, date) and not isinstance(found, datetime):
        found = datetime(found.year, found.month, found.day)
    if not isinstance(found, datetime):
        raise PaperkitError(f"post {topic!r}: date {value!r} is not a date; give a datetime.")
    if found.tzinfo is not None:
        found = found.astimezone(UTC).astimezone().replace(tzinfo=None)
    return found.replace(microsecond=0)


def _tags(tags: Any) -> tuple[str, ...]:
    return tuple(str(t) for t in ([tags] if isinstance(tags, str) else tags or ()))


def _outline_data(outline: Outline) -> dict[str, Any]:
    questions = [
        {f.name: getattr(q, f.name) for f in fields(q)} | {"headings": dict(q.headings)}
        for q in outline.questions
    ]
    for question in questions:
        question["items"] = list(question["items"])
    parts = {name: dict(labels) for name, labels in outline.parts.items()}
    return {"name": outline.name, "questions": questions, "parts": parts}


def _outline(data: Mapping[str, Any]) -> Outline:
    questions = tuple(Question(**{**q, "items": tuple(q["items"])}) for q in data["questions"])
    return Outline(data["name"], questions, data["parts"])


# ---- Merges: which fields of a post are whose when its notebook is composed again

FIELDS = (
    "date", "title", "author", "cover", "category", "tags", "description", "language", "figures",
    "assets_url", "repeats", "evidence", "table", "missing", "disclaimer", "credit", "front",
)  # fmt: skip
"""What both a cell that composes and a post's front matter cell may say."""


@dataclass(frozen=True)
class Merge:
    """The post as it stands, and what of it is news.

    ``taken`` are the fields that the given post changed, ``kept`` those that the person changed in
    the notebook as well; ``given`` is what to compare the next given post with.
    """

    post: Post
    taken: tuple[str, ...]
    kept: tuple[str, ...]
    given: Post

    def notice(self, asked: Post) -> str:
        """Return what to tell the person about the fields kept; "" when there are none."""
        told = [
            f"{name} stays {_shown(self.post, name)} (asked for: {_shown(asked, name)})"
            for name in self.kept
        ]
        return f"Kept as it was edited in this notebook: {'; '.join(told)}." if told else ""


def merged(given: Post, before: Post, held: Post) -> Merge:
    """Return the post of a notebook that is composed again.

    `given` is asked for now, `before` was asked for the last time, `held` is what the notebook
    says, by the person's hand or ours. Where only one of the two changed, the change counts;
    where both did, the notebook's words stay. Papers and outline are always the given ones.

    Raises:
        PaperkitError: the notebook is about another topic.
    """
    if given.topic not in (before.topic, held.topic):
        raise PaperkitError(
            f"post {given.topic!r}: that notebook is about {held.topic!r}; name another path, or "
            "change the topic in its front matter cell."
        )
    changed = list(_changed(given, before))
    kept = tuple(n for n in changed if _differs(held, before, n) and _differs(held, given, n))
    taken = tuple(n for n in changed if n not in kept and _differs(held, given, n))
    post = replace(held, papers=given.papers, outline=given.outline, **_values(given, taken))
    return Merge(post, taken, kept, replace(given, **_values(before, kept)))


def _changed(given: Post, before: Post) -> Iterator[str]:
    return (name for name in FIELDS if _differs(given, before, name))


def _differs(one: Post, other: Post, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _values(post: Post, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(post, name) for name in names}


def _shown(post: Post, name: str) -> str:
    value = getattr(post, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)

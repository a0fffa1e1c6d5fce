"""Merges: which fields of a post are whose when its notebook is composed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from paperkit.errors import PaperkitError
from paperkit.posts.values import Post

FIELDS = (
    "date", "title", "author", "cover", "category", "tags", "description", "language", "figures",
    "assets_url", "repeats", "front",
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

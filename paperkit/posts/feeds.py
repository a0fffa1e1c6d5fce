"""Feeds: a post as an entry of an Atom file, for those who have no blog engine.

The file is the person's: what else it holds stays byte for byte. Its rules are RFC 4287's,
https://www.rfc-editor.org/rfc/rfc4287.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from paperkit.errors import PaperkitError
from paperkit.posts.post import Post

_ATOM = "http://www.w3.org/2005/Atom"


def with_entry(file: Path, post: Post, front: Mapping[str, Any], html: str) -> str:
    """Return the feed that `file` holds, or a new one, with the entry of this post in it.

    The newest entry stands first; one of the same day and topic is replaced where it stands.

    Raises:
        PaperkitError: the file is not an Atom feed in UTF-8.
    """
    name = _urn(f"{post.day}/{post.topic}")
    updated = post.date.astimezone()
    entry = _entry(name, updated, front, html)
    text = file.read_bytes() if file.is_file() else _new(post, front, updated).encode()
    return _spliced(str(file), text, name, updated, entry.encode()).decode()


def _urn(text: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"paperkit:{text}").urn


def _new(post: Post, front: Mapping[str, Any], updated: datetime) -> str:
    title = escape(_clean(post.category))
    name = _urn(f"{front.get('author') or ''}/{post.category}/{post.day}/{post.topic}")
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="{_ATOM}">\n<id>{name}</id>\n'
        f"<title>{title}</title>\n<updated>{updated.isoformat()}</updated>\n</feed>\n"
    )


def _entry(name: str, updated: datetime, front: Mapping[str, Any], html: str) -> str:
    author = escape(_clean(str(front.get("author") or "paperkit")))
    return (
        f'<entry xmlns="{_ATOM}">\n<id>{name}</id>\n'
        f"<title>{escape(_clean(str(front['title'])))}</title>\n"
        f"<author><name>{author}</name></author>\n<updated>{updated.isoformat()}</updated>\n"
        f"<summary>{escape(_clean(str(front['description'])))}</summary>\n"
        f'<content type="html">{escape(_clean(html))}</content>\n</entry>\n'
    )


def _clean(text: str) -> str:
    """Return text without what XML 1.0 may not hold."""
    return re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


@dataclass
class _Places:
    """Where in a feed's bytes its parts stand: start and end of each."""

    entries: dict[str, tuple[int, int]] = field(default_factory=dict)
    updated: tuple[int, int] = (0, 0)
    first: int = 0
    end: int = 0


def _spliced(where: str, text: bytes, name: str, updated: datetime, entry: bytes) -> bytes:
    try:
        places = _Reader(text).places
        text.decode()
        start, end = places.updated
        stated = datetime.fromisoformat(text[start:end].decode().strip())
    except (expat.ExpatError, UnicodeDecodeError, ValueError) as error:
        raise PaperkitError(
            f"{where}: is not an Atom feed ({error}); name another folder."
        ) from error
    at, behind = places.entries.get(name, (places.first or places.end,) * 2)
    if behind > at:  # the line's end belongs to the entry
        behind += text[behind : behind + 1] == b"\n"
    changes = [(at, behind, entry)]
    if stated.astimezone() < updated:
        changes.append((start, end, updated.isoformat().encode()))
    for start, end, written in sorted(changes, reverse=True):
        text = text[:start] + written + text[end:]
    return text


class _Reader:
    """Finds the places of a feed's parts."""

    def __init__(self, text: bytes) -> None:
        self.text, self.places = text, _Places()
        self.path: list[tuple[str, int]] = []
        self.name = ""
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._words
        self.parser.Parse(text, True)

    def _start(self, tag: str, _: Mapping[str, str]) -> None:
        at = self.parser.CurrentByteIndex
        if not self.path and tag != f"{_ATOM} feed":
            raise ValueError(f"its first element is {tag.split()[-1]}")
        self.path.append((tag.removeprefix(f"{_ATOM} "), at))
        if self._is_at("feed", "entry"):
            self.name = ""
            self.places.first = self.places.first or at

    def _is_at(self, *tags: str) -> bool:
        return tuple(tag for tag, _ in self.path) == tags

    def _words(self, text: str) -> None:
        if self._is_at("feed", "entry", "id"):
            self.name += text

    def _end(self, _: str) -> None:
        at, begun = self.parser.CurrentByteIndex, self.path[-1][1]
        if self._is_at("feed"):
            if self.text[at : at + 2] != b"</":
                raise ValueError("it is empty")
            self.places.end = at
        elif self._is_at("feed", "updated"):
            self.places.updated = self.text.index(b">", begun) + 1, at
        elif self._is_at("feed", "entry"):
            self.places.entries[self.name.strip()] = begun, self.text.index(b">", at) + 1
        self.path.pop()

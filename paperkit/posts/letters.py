"""Letters: a post as one page of HTML that needs nothing else, and its plain text.

Mail programs run nothing, fetch nothing, and cut what is longer than about 100 kB: so a letter
holds its style and its pictures, and what a person's own HTML would run or fetch is taken out.
"""

from __future__ import annotations

import base64
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from html import escape, unescape
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from textwrap import fill
from typing import Any

LONGEST = 100_000
"""Bytes of a letter without its pictures; Gmail cuts what is longer than 102 kB."""
HEAVIEST = 20_000_000
"""Bytes of a letter with its pictures; servers refuse what is heavier than about 25 MB."""

_TAGS = frozenset(
    """a abbr b blockquote br caption cite code dd del details div dl dt em figcaption figure h1 h2
    h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table
    tbody td tfoot th thead tr u ul var""".split()
)
_ATTRIBUTES = {
    "*": ["dir", "lang"],
    "a": ["href", "title"],
    "img": ["alt", "height", "src", "width"],
    "ol": ["start"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan"],
}
_KINDS = {".jpg": "jpeg", ".svg": "svg+xml"}
# What neither HTML nor XML may hold.
_CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def html_of(markdown: str, files: Mapping[str, bytes]) -> str:
    """Return Markdown as HTML that runs and fetches nothing; pictures keep the names of `files`.

    A picture from elsewhere becomes a link to it.
    """
    from bleach.sanitizer import Cleaner
    from mistune import create_markdown

    made = str(create_markdown(escape=False, plugins=["table", "strikethrough"])(markdown))
    cleaner = Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        protocols={"http", "https", "mailto"},
        strip=True,
        filters=[partial(_pictures, names=frozenset(files))],
    )
    return _CONTROL.sub("", str(cleaner.clean(_plain_characters(made))))


def _plain_characters(html: str) -> str:
    """Return HTML with the entities that Markdown needed as the characters they are."""
    return re.sub(r"&#(\d+);", lambda m: _character(m[0], chr(int(m[1]))), html)


def _character(written: str, character: str) -> str:
    return written if character in "<>&\"'" or _CONTROL.match(character) else character


def _pictures(source: Any, names: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield a page's tokens, with a link in the place of each picture that is not in `names`."""
    is_linked = False
    for token in source:
        if token.get("name") == "a":
            is_linked = token["type"] == "StartTag"
        stated = token.get("data")
        if token.get("name") != "img" or (address := stated.get((None, "src"), "")) in names:
            yield token
            continue
        link = {"name": "a", "namespace": token.get("namespace")}
        is_link = not is_linked and re.match("https?://", address)
        if is_link:
            yield {**link, "type": "StartTag", "data": {(None, "href"): address}}
        yield {"type": "Characters", "data": stated.get((None, "alt")) or address}
        if is_link:
            yield {**link, "type": "EndTag", "data": {}}


def inlined(html: str, files: Mapping[str, bytes]) -> str:
    """Return HTML with its pictures in it; a warning says when no server would take it."""

    def held(found: re.Match[str]) -> str:
        name = unescape(found[1])
        kind = _KINDS.get(Path(name).suffix, Path(name).suffix[1:])
        return f'src="data:image/{kind};base64,{base64.b64encode(files[name]).decode()}"'

    done = re.sub(r'(?<=<img )([^>]*?)src="([^"]*)"', r'src="\2" \1', html)
    done = re.sub(r'(?<=<img )src="([^"]*)"', held, done)
    if len(done) > HEAVIEST:
        warnings.warn(
            f"letter: weighs {len(done) / 1e6:.0f} MB with its figures, more than mail servers "
            "take; set assets_url, so that they are linked, or figures='link'.",
            stacklevel=2,
        )
    return done


def letter(front: Mapping[str, Any], body: str, language: str) -> str:
    """Return the whole page of a letter, given the HTML of its post."""
    byline = " · ".join(filter(None, (front.get("author"), f"{front['date']:%Y-%m-%d}")))
    return _page().format(
        language=escape(language),
        title=escape(_CONTROL.sub("", str(front["title"]))),
        byline=escape(_CONTROL.sub("", byline)),
        body=body.strip(),
    )


@cache
def _page() -> str:
    file = resources.files("paperkit") / "templates" / "letter.html"
    return file.read_text(encoding="utf-8")


def stated_title(page: str) -> str:
    """Return the title that a letter's page states."""
    found = re.search(r"<title>(.*?)</title>", page, re.S)
    return unescape(found[1]) if found else ""


def plain_of(front: Mapping[str, Any], body: str) -> str:
    """Return a letter's plain text, given the HTML of its post: addresses stand behind words."""
    date: datetime = front["date"]
    head = "\n".join(map(str, filter(None, (front["title"], front.get("author")))))
    reader = _Plain()
    reader.feed(body)
    text = re.sub(r"\n(?:[ \t]*\n)+", "\n\n", "".join(reader.done)).strip()
    lines = (fill(x, 78, **_WRAPPED) for x in text.splitlines())
    return "\n".join([head, f"{date:%Y-%m-%d}", "", *lines, ""])


_WRAPPED: Any = {"break_long_words": False, "break_on_hyphens": False}
_GAPS = {"li": "\n- ", "br": "\n", "tr": "\n", "td": " | ", "th": " | ", "summary": "\n\n"}
_GAPS |= dict.fromkeys(("p", "blockquote", "ul", "ol", "table", "details", "pre", "div"), "\n\n")
_GAPS |= {f"h{n}": f"\n\n{'#' * n} " for n in range(1, 7)}


class _Plain(HTMLParser):
    """Reads a page's words into ``done``."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line where the page does."""
        stated = dict(attrs)
        self.done.append(_GAPS.get(tag, ""))
        if tag == "img":
            self.done.append(f"\n[{stated.get('alt') or ''}]")
        elif tag == "a":
            self.links.append((stated.get("href") or "", len(self.done)))

    def handle_data(self, data: str) -> None:
        """Take words; within a line a line's end is a space."""
        begins_block = bool(self.done) and self.done[-1].endswith((" ", "\n"))
        words = re.sub(r"\s+", " ", data)
        self.done.append(words.lstrip() if begins_block else words)

    def handle_endtag(self, tag: str) -> None:
        """End a block, or say where a link leads unless its words do."""
        if tag == "a" and self.links:
            address, start = self.links.pop()
            words = "".join(self.done[start:]).strip()
            if address and words != address and "#page=" not in address:  # the words say which
                self.done.append(f" <{address}>")
        elif _GAPS.get(tag, "").startswith("\n\n"):
            self.done.append("\n\n")

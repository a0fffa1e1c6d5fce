"""Previews: a paper's card by itself, as text and as something to look at in a notebook."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from paperkit.digests import Digest
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline
from paperkit.posts.cards import Source, Style, card, source_of
from paperkit.posts.flavors import flavor_of


class CardText(str):
    """A card's Markdown; as a cell's last value Jupyter shows it laid out (text/html beside it)."""

    __slots__ = ("html",)

    html: str

    def __new__(cls, text: str, html: str = "") -> CardText:
        """Return the text with its look."""
        made = super().__new__(cls, text)
        made.html = html
        return made

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what Jupyter, nbconvert and a terminal show of it."""
        return {"text/html": self.html, "text/markdown": str(self), "text/plain": str(self)}


def preview(
    digest_or_id: Digest | str,
    library: Library,
    flavor: str = "hexo",
    *,
    outline: Outline = DIGEST,
    language: str | None = None,
) -> CardText:
    """Return a paper's card as the exporter writes it: Markdown of that flavor.

    A `Digest` is shown as it is given, saved or not; of an id the library's present one. As a
    cell's last value it is shown as a page, with the figures that a post may show.
    """
    digest = digest_or_id if isinstance(digest_or_id, Digest) else None
    paper = digest.paper_id if digest else str(digest_or_id)
    if digest is None:
        digest = library.digest(paper, outline=outline.name, language=language)
    spoken = language or (digest.language if digest else "en")
    source = source_of(paper, library, outline, spoken)
    source = replace(source, digest=digest or source.digest)
    style = Style(flavor=flavor_of(flavor), language=spoken, outline=outline)
    return CardText(card(source, style), _html(source, style))


def local(style: Style, source: Source, start: Path) -> Style:
    """Return a style whose figures lie in the library: seen from a notebook in `start`."""
    folder = os.path.relpath(source.folder.resolve(), start.resolve()).replace(os.sep, "/")
    return replace(style, link=f"{folder}/", local=True)


def _html(source: Source, style: Style) -> str:
    """Return the card as HTML; what came from outside was made inert with the text."""
    from mistune import create_markdown

    marked = replace(style, flavor=flavor_of("hexo"))
    text = card(source, local(marked, source, Path.cwd()))
    return str(create_markdown(escape=False, plugins=["table"])(text))

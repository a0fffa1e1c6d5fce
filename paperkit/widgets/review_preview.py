"""Preview: a paper's card as the blog shows it."""

from __future__ import annotations

import base64
import mimetypes
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperkit.widgets.review_session import Session


_SRC = re.compile(r'(<img\b[^>]*?\bsrc=")([^"]*)(")')
_CLEAR = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def page(id: str, session: Session) -> str:
    """Return the exporter's Markdown of one paper as HTML, its figures within.

    The result is for a frame without scripts: raw HTML of the exporter (``<details>``) is kept.
    """
    from mistune import create_markdown

    from paperkit import posts

    language = session.named(id).language
    text = posts.preview(id, session.library, outline=session.outline, language=language)
    made = str(create_markdown(escape=False, plugins=["table"])(text))
    files = figures(id, session)
    return _SRC.sub(lambda m: m[1] + _inlined(files.get(m[2].rpartition("/")[2])) + m[3], made)


def figures(id: str, session: Session) -> dict[str, Path]:
    """Return the files of a paper's figures by the names a post gives them."""
    from paperkit.posts.cards import source_of
    from paperkit.posts.figures import images

    source = source_of(id, session.library, session.outline, session.named(id).language)
    shown = source.reading.figures if source.reading else ()
    return {i.name: i.path for i in images(source.paper, shown, source.folder)}


def _inlined(path: Path | None) -> str:
    """Return a figure as a data URL; what is no figure of the paper shows nothing."""
    if path is None:
        return _CLEAR
    kind = mimetypes.guess_type(path.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"

"""Sites: which folder is an engine's blog, and what goes on record when a post goes out there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from paperkit.posts.flavors import FLAVORS
from paperkit.posts.notebooks import parts_of, post_of
from paperkit.posts.pages import CardOf, recognized

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from paperkit.library import Library


def is_site(folder: str | os.PathLike[str], flavor: str) -> bool:
    """Return whether a folder is a site's root: it holds its engine's settings."""
    return any((Path(folder) / name).exists() for name in FLAVORS[flavor].site)


def is_recorded(
    folder: str | os.PathLike[str], flavor: str, *, draft: bool, record: bool | None
) -> bool:
    """Return whether what goes to `folder` counts as published: no draft does, a site does."""
    return not draft and (is_site(folder, flavor) if record is None else record)


def remember(nb: NotebookNode, library: Library) -> int:
    """Put a post's papers on record, in the version written about; return how many were news."""
    import pandas as pd

    post = post_of(nb)
    parts = recognized(parts_of(nb), post, library)
    shown = [part.paper for part in parts if isinstance(part, CardOf)]
    digests = [library.digest(i, outline=post.outline.name, language=post.language) for i in shown]
    versions = [d.version for d in digests if d is not None]
    posted = pd.DataFrame({"version": versions, "topic": post.topic, "date": post.day}, shown)
    return library.publish(posted)

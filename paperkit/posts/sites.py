"""Sites: which folder is an engine's blog, and what goes on record when a post goes out there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from paperkit.errors import PaperkitError
from paperkit.files import write_atomic
from paperkit.posts.flavors import FLAVORS, flavor_of, parsed
from paperkit.posts.notebooks import parts_of, post_of
from paperkit.posts.rendering import CardOf, recognized

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from paperkit.library import Library

_KEYS = {
    "hexo": {"source_dir", "public_dir", "new_post_name", "skip_render", "post_asset_folder"},
    "jekyll": {"plugins", "collections", "kramdown", "remote_theme", "baseurl", "sass"},
    "myst": {"sphinx", "execute", "launch_buttons", "repository", "parse"},
}
"""Keys of a ``_config.yml`` that only one engine knows: Hexo, Jekyll, Jupyter Book."""
_BESIDE = {"hexo": ("scaffolds", "source/_posts"), "jekyll": ("Gemfile", "_posts", "_layouts")}


def engines_of(folder: str | os.PathLike[str]) -> set[str]:
    """Return the flavors that a folder may be a site of; none where it is no site.

    A ``_config.yml`` is Hexo's, Jekyll's or Jupyter Book's; its keys, else the folders beside it,
    tell whose.
    """
    root = Path(folder)
    found = {f.name for f in FLAVORS.values() if any((root / n).exists() for n in f.site)}
    if len(found) < 2:
        return found
    try:
        keys = set(parsed((root / "_config.yml").read_text(encoding="utf-8"), "_config.yml"))
    except (OSError, UnicodeDecodeError, PaperkitError):
        keys = set()
    for told in (
        {name for name in found if keys & _KEYS.get(name, set())},
        {name for name in found if any((root / n).exists() for n in _BESIDE.get(name, ()))},
    ):
        if len(told) == 1:
            return told
    return found


def flavor_for(folder: str | os.PathLike[str], asked: str | None, *, create: bool = False) -> str:
    """Return the flavor to write into `folder`: the one asked for, else that of the site there.

    With `create` a folder that is no site is to become one of that flavor (see `make_site`), or
    one of Hexo's where no flavor is named.

    Raises:
        PaperkitError: the folder is another engine's site; or it is none, or may be of several
            engines, and no flavor is named.
    """
    asked = flavor_of(asked).name if asked else None
    found = engines_of(folder)
    if create and not found:
        asked = asked or "hexo"
    if asked and (asked in found or not found or not FLAVORS[asked].site):
        return asked
    if asked:
        theirs = " or ".join(sorted(found))
        raise PaperkitError(f"{folder}: is a site of {theirs}; use flavor={min(found)!r}.")
    if len(found) == 1:
        return found.pop()
    if found:
        theirs = " or ".join(sorted(found))
        raise PaperkitError(f"{folder}: may be a site of {theirs}; name flavor={min(found)!r} ….")
    raise PaperkitError(
        f"{folder}: not a blog's root folder; name one, make it one with create=True, or write "
        "into it as it is with flavor='hexo' …."
    )


_SETTINGS = {
    "hexo": "title: Blog\nsource_dir: source\npublic_dir: public\n",
    "hugo": 'title = "Blog"\n',
    "jekyll": "title: Blog\nbaseurl: ''\n",
    "quarto": "project:\n  type: website\n",
    "myst": "version: 1\nproject:\n  title: Blog\nsite:\n  title: Blog\n",
}
"""The least settings that make a folder an engine's site."""


def make_site(folder: Path, flavor: str) -> None:
    """Make a folder that is no site yet one of a flavor, by the least settings of its engine."""
    if flavor in _SETTINGS and not engines_of(folder):
        write_atomic(folder / FLAVORS[flavor].site[0], _SETTINGS[flavor].encode())


def written(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all, unless it has these bytes already."""
    if path.is_file() and path.read_bytes() == data:
        return path
    return write_atomic(path, data)


def is_site(folder: str | os.PathLike[str], flavor: str) -> bool:
    """Return whether a folder is a site's root: it holds its engine's settings."""
    return flavor in engines_of(folder)


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

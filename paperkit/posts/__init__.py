"""Posts: from approved digests to a notebook, and from the notebook to a blog, byte for byte."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from paperkit.digests import Digest
from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline
from paperkit.posts.adoptions import adopt
from paperkit.posts.archives import load_posts
from paperkit.posts.citations import bibliography
from paperkit.posts.flavors import flavor_of
from paperkit.posts.notebooks import compose, library_of, parts_of, post_of, read_notebook
from paperkit.posts.pages import CardOf
from paperkit.posts.values import Post
from paperkit.posts.vaults import notes

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from paperkit.posts.pages import Page

__all__ = ["Post", "adopt", "bibliography", "compose", "export", "load_posts", "notes", "preview"]


def export(
    post_or_notebook: Post | NotebookNode | str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    flavor: str = "hexo",
    draft: bool = False,
    library: Library | None = None,
    assets: str = "",
) -> list[Path]:
    """Write a post into a site's root folder; return the paths of its text and its figures.

    The text comes first. The same bytes as ``jupyter nbconvert --to <flavor>``; a file that
    already has them is left alone. `library` is needed for a `Post`, and for a notebook whose
    library moved. `draft` writes what isn't approved too, with a banner that says so. `assets` is
    an fsspec URL (``s3://bucket/figures``) for the figures; the post's ``assets_url`` is where
    readers find them there, and the paths returned are then the text's alone.

    Raises:
        PublishError: a paper isn't approved, a figure is missing, or a card was edited by hand.
        PaperkitError: the flavor is unknown, or there is no such notebook or library.
    """
    flavor_of(flavor)
    nb, place = _notebook(post_or_notebook, library)
    from paperkit.posts.exporters import EXPORTERS

    settings: dict[str, Any] = {"draft": draft}
    if library is not None:
        settings["library"] = str(library.path)
    page = EXPORTERS[flavor](**settings).page(nb, place)
    root = Path(folder)
    if assets:
        _uploaded(page, assets, nb)
    paths = [_written(root / page.path, page.text.encode())]
    if not assets:
        paths += [_written(root / name, data) for name, data in page.files.items()]
    if not draft:
        _remember(nb, library or library_of(nb, place))
    return paths


def _remember(nb: NotebookNode, library: Library) -> None:
    """Put on record what is published now, so that it doesn't come up as new again."""
    post = post_of(nb)
    shown = [part.paper for part in parts_of(nb) if isinstance(part, CardOf)]
    posted = pd.DataFrame(index=pd.Index(shown, name="id"))
    library.publish(
        posted.assign(
            version=[library.paper(id).version for id in shown], topic=post.topic, date=post.day
        )
    )


def _uploaded(page: Page, assets: str, nb: NotebookNode) -> None:
    """Figures first: a text whose figures failed to arrive is never written."""
    if not post_of(nb).assets_url:
        raise PaperkitError(f"{assets}: readers need an address; set assets_url on the post.")
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise PaperkitError(f"{assets}: needs fsspec; pip install fsspec.") from error
    files, place = url_to_fs(assets)
    files.makedirs(place, exist_ok=True)
    for name, data in page.files.items():
        target = f"{place.rstrip('/')}/{Path(name).name}"
        if not files.exists(target):  # the name holds the hash of the bytes
            files.pipe_file(target, data)


def _notebook(
    given: Post | NotebookNode | str | os.PathLike[str], library: Library | None
) -> tuple[NotebookNode, str]:
    if isinstance(given, Post):
        if library is None:
            raise PaperkitError(f"post {given.topic!r}: export it with library=, or compose it.")
        return compose(given, library), ""
    if isinstance(given, str | os.PathLike):
        path = Path(given)
        return read_notebook(path), str(path.resolve().parent)
    return given, ""


def _written(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all; it can be made again, so it need not reach the disk now."""
    if path.is_file() and path.read_bytes() == data:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)
    return path


def preview(
    digest_or_id: Digest | str,
    library: Library,
    flavor: str = "hexo",
    *,
    outline: Outline = DIGEST,
    language: str | None = None,
) -> str:
    """Return a paper's card as the exporter writes it: Markdown of that flavor.

    A `Digest` is shown as it is given, saved or not; of an id the library's present one.
    """
    from dataclasses import replace

    from paperkit.posts.cards import Style, card, source_of

    digest = digest_or_id if isinstance(digest_or_id, Digest) else None
    paper = digest.paper_id if digest else str(digest_or_id)
    if digest is None:
        digest = library.digest(paper, outline=outline.name, language=language)
    spoken = language or (digest.language if digest else "en")
    source = source_of(paper, library, outline, spoken)
    style = Style(flavor=flavor_of(flavor), language=spoken, outline=outline)
    return card(replace(source, digest=digest or source.digest), style)

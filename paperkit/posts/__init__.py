"""Posts: from approved digests to a notebook, and from the notebook to a blog, byte for byte."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperkit.errors import PaperkitError, explained
from paperkit.files import alone_in, write_atomic
from paperkit.library import Library
from paperkit.posts.adoption import adopt
from paperkit.posts.cards import preview
from paperkit.posts.citations import bibliography
from paperkit.posts.markdown import load_posts, notes
from paperkit.posts.notebooks import compose, library_of, loading, post_of, read_notebook
from paperkit.posts.post import Post
from paperkit.posts.sites import flavor_for, is_recorded, make_site, remember, written
from paperkit.reprs import Written

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from paperkit.posts.rendering import Page

__all__ = ["Post", "adopt", "bibliography", "compose", "export", "load_posts", "notes", "preview"]


@explained
def export(
    post_or_notebook: Post | NotebookNode | str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    flavor: str | None = None,
    create: bool = False,
    draft: bool = False,
    library: Library | None = None,
    assets: str = "",
    record: bool | None = None,
) -> list[Path]:
    """Write a post into a site's root folder; return the paths of its text and its figures.

    `post_or_notebook` is a `Post`, a composed notebook, or its path.

    >>> export("avatars.post.ipynb", "my-blog", flavor="hugo", create=True)

    `flavor` defaults to the engine whose settings are in `folder`. If `folder` is not a site, name
    a flavor; `create` then makes it a site of that flavor (by default Hexo's).

    The files are the same as those of ``jupyter nbconvert --to <flavor>``. The text is written
    last, and a file that has not changed is left alone. `library` is needed for a `Post`, and for
    a notebook whose library moved. `draft` also writes what isn't approved, with a name and a
    banner of its own and front matter that keeps it off the site. `assets` is an fsspec URL
    (``s3://bucket/figures``) to upload the figures to; the post's ``assets_url`` is where readers
    find them, and only the path of the text is returned.

    If `folder` is a site (it holds the engine's settings, like ``_config.yml``), the papers are
    recorded as published; otherwise they are not. `record` overrides this.

    Raises:
        PublishError: a paper isn't approved, a figure is missing, or a card was edited by hand.
        PaperkitError: the flavor is unknown or not the site's, the folder is not a site and no
            flavor is named, or there is no such notebook or library.
    """
    flavor = flavor_for(folder, flavor, create=create)
    nb, place = _notebook(post_or_notebook, library)

    with loading("nbconvert"):
        from paperkit.posts.exporters import EXPORTERS

    settings: dict[str, Any] = {"draft": draft}
    if library is not None:
        settings["library"] = str(library.path)
    root = Path(folder)
    with alone_in(root):  # from the choice of a name until it is taken
        page = EXPORTERS[flavor](**settings).page(nb, place, str(root))
        if assets:
            _uploaded(page, assets, nb)
        if create:
            make_site(root, flavor)
        files = {} if assets else page.files
        # Figures first: a text that is there finds its figures, whenever the writing ends.
        figures = [written(root / name, data) for name, data in files.items()]
        beside = [written(root / name, data) for name, data in page.beside.items()]
        text = written(root / page.path, page.text.encode())
    if is_recorded(root, flavor, draft=draft, record=record):
        remember(nb, library or library_of(nb, place))
    return Written([text, *beside, *figures])


def _uploaded(page: Page, assets: str, nb: NotebookNode) -> None:
    """Figures first: a text whose figures failed to arrive is never written."""
    if not post_of(nb).assets_url:
        raise PaperkitError(f"{assets}: readers need an address; set assets_url on the post.")
    try:
        from fsspec.core import url_to_fs
        from fsspec.implementations.local import LocalFileSystem
    except ImportError as error:
        raise PaperkitError(f"{assets}: needs fsspec; pip install fsspec.") from error
    files, place = url_to_fs(assets)
    files.makedirs(place, exist_ok=True)
    for name, data in page.files.items():
        target = f"{place.rstrip('/')}/{Path(name).name}"
        # The name holds the hash of the bytes; a copy that broke off has not all of them.
        if files.exists(target) and files.size(target) == len(data):
            continue
        if isinstance(files, LocalFileSystem):
            write_atomic(Path(target), data)
        else:
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

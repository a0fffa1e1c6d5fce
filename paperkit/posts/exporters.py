"""Sites: which folder is an engine's blog, and what goes on record when a post goes out there."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Bool, Unicode

from paperkit.library import Library
from paperkit.posts.figures import Files
from paperkit.posts.flavors import FLAVORS
from paperkit.posts.notebooks import library_of, parts_of, post_of
from paperkit.posts.rendering import CardOf, Page, lay_out, recognized

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


# ---- Exporters: what ``jupyter nbconvert --to hexo post.ipynb`` loads; one per flavor


class PostExporter(Exporter):
    """A post's notebook as a blog engine's Markdown and its figures, laid out as in its site."""

    flavor = "blog-markdown"
    output_mimetype = "text/markdown"

    draft = Bool(False, help="Write what isn't approved too, with a banner.").tag(config=True)
    record = Bool(
        None, allow_none=True, help="Put the papers on record as published; where a site is."
    ).tag(config=True)
    library = Unicode("", help="The library's folder, if not where the notebook says.").tag(
        config=True
    )

    def page(self, nb: NotebookNode, folder: str = "") -> Page:
        """Return the page of a notebook that lies in `folder`."""
        library = self._shelf(nb, folder)
        return lay_out(post_of(nb), parts_of(nb), library, FLAVORS[self.flavor], draft=self.draft)

    def _shelf(self, nb: NotebookNode, folder: str) -> Library:
        return Library(self.library) if self.library else library_of(nb, folder)

    def _remember(self, nb: NotebookNode, folder: str) -> None:
        """Put on record what nbconvert's writer is about to write into a site, as `export` does."""
        target = self.config.get("FilesWriter", {}).get("build_directory") or folder or "."
        if is_recorded(target, self.flavor, draft=self.draft, record=self.record):
            remember(nb, self._shelf(nb, folder))

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the post's text, and resources with its figures; no file is written.

        The writer gets the paths of the site's own layout, unless ``--output`` names a file.
        """
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        known = resources.get("metadata", {})
        page = self.page(nb, known.get("path", ""))
        path = PurePosixPath(page.path)
        resources["output_extension"] = path.suffix
        resources["outputs"] = page.files
        if resources.get("unique_key") == known.get("name"):
            resources["unique_key"] = path.with_suffix("").as_posix()
            # nbconvert's writer makes folders for outputs only: the text comes as one as well.
            resources["outputs"] = Files({**page.files.sources, page.path: page.text.encode()})
        self._remember(nb, known.get("path", ""))
        return page.text, resources


class HexoExporter(PostExporter):
    """A post for Hexo (marked or kramed)."""

    flavor = "hexo"
    export_from_notebook = "Hexo post"


class HugoExporter(PostExporter):
    """A post for Hugo, as a page bundle."""

    flavor = "hugo"
    export_from_notebook = "Hugo post"


class JekyllExporter(PostExporter):
    """A post for Jekyll."""

    flavor = "jekyll"
    export_from_notebook = "Jekyll post"


class QuartoExporter(PostExporter):
    """A post for Quarto."""

    flavor = "quarto"
    export_from_notebook = "Quarto post"


class MystExporter(PostExporter):
    """A post for MyST Markdown."""

    flavor = "myst"
    export_from_notebook = "MyST post"


class BlogMarkdownExporter(PostExporter):
    """A post as plain Markdown that any viewer shows."""

    flavor = "blog-markdown"
    export_from_notebook = "Blog Markdown"


EXPORTERS: dict[str, type[PostExporter]] = {
    c.flavor: c
    for c in (
        HexoExporter,
        HugoExporter,
        JekyllExporter,
        QuartoExporter,
        MystExporter,
        BlogMarkdownExporter,
    )
}
"""The exporter classes by flavor."""

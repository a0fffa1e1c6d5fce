"""Exporters: what ``jupyter nbconvert --to hexo post.ipynb`` loads; one per flavor.

They decide nothing of their own: `pages.lay_out` writes the text, nbconvert's writer the files.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Bool, Unicode

from paperkit.library import Library
from paperkit.posts.figures import Files
from paperkit.posts.flavors import FLAVORS
from paperkit.posts.notebooks import library_of, parts_of, post_of
from paperkit.posts.pages import Page, lay_out
from paperkit.posts.sites import is_recorded, remember


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

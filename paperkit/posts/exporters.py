"""Exporters: what ``jupyter nbconvert --to hexo post.ipynb`` loads; one per flavor."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import Exporter
from nbconvert.writers.files import FilesWriter
from traitlets import Bool, Unicode
from traitlets.config import Application

from paperkit.library import Library
from paperkit.posts.figures import Files
from paperkit.posts.flavors import FLAVORS
from paperkit.posts.notebooks import library_of, parts_of, post_of
from paperkit.posts.rendering import Page, lay_out
from paperkit.posts.sites import is_recorded, remember, written

if TYPE_CHECKING:
    from nbformat import NotebookNode


class _Writer(FilesWriter):
    """nbconvert's writer, except that each file is whole or not there, and the text comes last."""

    def write(
        self, output: str, resources: dict[str, Any], notebook_name: str | None = None, **_: Any
    ) -> str:
        """Write the files that came out, then the text; return the text's path."""
        folder = Path(self.build_directory or ".")
        name = notebook_name or resources.get("unique_key", "notebook")
        for file, data in resources.get("outputs", {}).items():
            written(folder / file, data)
        path = written(folder / f"{name}{resources.get('output_extension', '')}", output.encode())
        resources.get("written", lambda: None)()
        return str(path)


def _take_over() -> None:
    """Let `jupyter nbconvert` write with our writer, unless it was told to write elsewhere."""
    app: Any = Application.instance() if Application.initialized() else None
    if type(getattr(app, "writer", None)) is FilesWriter:
        app.writer = _Writer(parent=app)


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

    def page(self, nb: NotebookNode, folder: str = "", site: str = "") -> Page:
        """Return the page of a notebook that lies in `folder`, for the site whose root is given."""
        library = self._library(nb, folder)
        post, flavor = post_of(nb), FLAVORS[self.flavor]
        return lay_out(post, parts_of(nb, folder), library, flavor, draft=self.draft, site=site)

    def _library(self, nb: NotebookNode, folder: str) -> Library:
        return Library(self.library) if self.library else library_of(nb, folder)

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the post's text, and resources with its figures; no file is written.

        The writer gets the paths of the site's own layout, unless ``--output`` names a file. The
        papers go on record when it has written the text.
        """
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        known = resources.get("metadata", {})
        folder = known.get("path", "")
        site = self.config.get("FilesWriter", {}).get("build_directory") or folder or "."
        page = self.page(nb, folder, site)
        path = PurePosixPath(page.path)
        resources["output_extension"] = path.suffix
        if resources.get("unique_key") == known.get("name"):
            resources["unique_key"] = path.with_suffix("").as_posix()
        resources["outputs"] = Files({**page.files.sources, **page.beside})

        def record() -> None:
            if is_recorded(site, self.flavor, draft=self.draft, record=self.record):
                remember(nb, self._library(nb, folder))

        resources["written"] = record
        _take_over()
        return page.text, resources


def _exporter(flavor: str, name: str) -> type[PostExporter]:
    """Return the exporter class of a flavor, by the name that nbconvert's menu shows."""
    extension = FLAVORS[flavor].extension
    return type(
        f"{name.replace(' ', '')}Exporter",
        (PostExporter,),
        {
            "__doc__": f"A post for {name}.",
            "__module__": __name__,
            "flavor": flavor,
            "export_from_notebook": f"{name} post",
            "file_extension": Unicode(extension).tag(config=True),
        },
    )


EXPORTERS = {flavor.name: _exporter(flavor.name, flavor.title) for flavor in FLAVORS.values()}
"""The exporter classes by flavor."""

HexoExporter = EXPORTERS["hexo"]
HugoExporter = EXPORTERS["hugo"]
JekyllExporter = EXPORTERS["jekyll"]
QuartoExporter = EXPORTERS["quarto"]
MystExporter = EXPORTERS["myst"]
BlogMarkdownExporter = EXPORTERS["blog-markdown"]
MailExporter = EXPORTERS["mail"]
FeedExporter = EXPORTERS["feed"]

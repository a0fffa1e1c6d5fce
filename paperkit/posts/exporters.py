"""Exporters: what ``jupyter nbconvert --to hexo post.ipynb`` loads; one per flavor."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import Exporter
from traitlets import Bool, Unicode

from paperkit.library import Library
from paperkit.posts.figures import Files
from paperkit.posts.flavors import FLAVORS
from paperkit.posts.notebooks import library_of, parts_of, post_of
from paperkit.posts.rendering import Page, lay_out
from paperkit.posts.sites import is_recorded, remember

if TYPE_CHECKING:
    from nbformat import NotebookNode


class _Written(Files):
    """A post's files, its text last; `then` runs once nbconvert's writer has taken them all."""

    def __init__(self, sources: Mapping[str, Path | bytes], then: Callable[[], None]) -> None:
        super().__init__(sources)
        self.then = then

    def items(self) -> ItemsView[str, bytes]:
        """Return names and bytes; who asks for one more than there are has written the last."""
        return _Taken(self)


class _Taken(ItemsView[str, bytes]):
    _mapping: _Written

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        yield from super().__iter__()
        self._mapping.then()


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
        # nbconvert's writer makes folders for outputs only: the text comes as one as well.
        text = {f"{resources.get('unique_key') or path.stem}{path.suffix}": page.text.encode()}

        def record() -> None:
            if is_recorded(site, self.flavor, draft=self.draft, record=self.record):
                remember(nb, self._library(nb, folder))

        resources["outputs"] = _Written({**page.files.sources, **text}, record)
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

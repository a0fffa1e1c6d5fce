"""Notebooks: a post as cells a person can edit, and the post that such a notebook holds.

The notebook's metadata and the cells' names are paperkit's memory: which cell is whose card, what
it looked like when paperkit wrote it, and where the library lies. The words come from the library
each time, so that a signature taken back there is taken back here.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.library.files import write_atomic
from paperkit.posts import fronts
from paperkit.posts.cards import Source, Style, card, source_of
from paperkit.posts.flavors import NOTEBOOK
from paperkit.posts.labels import label
from paperkit.posts.pages import CardOf, Chart, Part, Prose, banner
from paperkit.posts.values import Post

if TYPE_CHECKING:
    from nbformat import NotebookNode

KEY = "paperkit"
"""Where paperkit keeps what it knows, in the notebook's metadata and in its cells'."""


def hash_of(text: str) -> str:
    """Return what tells whether a card is still as paperkit wrote it; blank ends don't count."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def is_edited(cell: Mapping[str, Any]) -> bool:
    """Return whether a card was changed by hand."""
    return bool(hash_of(cell["source"]) != cell["metadata"][KEY].get("hash"))


def role_of(cell: Mapping[str, Any]) -> str:
    """Return what a cell is to paperkit: front, banner, card, notice, or "" for the person's."""
    return str(cell["metadata"].get(KEY, {}).get("role", ""))


def compose(
    post: Post,
    library: Library,
    *,
    path: str | os.PathLike[str] | None = None,
    discard: Iterable[str] = (),
) -> NotebookNode:
    """Return a post's notebook: front matter, prose, and a card per paper; write it to `path`.

    Where `path` holds that notebook already, the person's cells and their order stay; cards are
    written anew from the library, those of new papers added at the end, those of papers no
    longer in the post marked (and not published), those a person deleted stay away. A card she
    edited by hand is kept as it is, with a notice that offers it back; `discard` names those
    whose edits are to be dropped. The front matter cell wins over `post`.

    Raises:
        PaperkitError: a paper is not in the library, or the notebook is of another post.
    """
    import nbformat

    file = Path(path) if path is not None else None
    old = read_notebook(file) if file is not None and file.exists() else None
    if old is not None and KEY in old.metadata:
        post = _merged(post, old)
    writer = _Writer(post, library, file, frozenset(discard))
    nb = writer.update(old) if old is not None else writer.fresh()
    if file is not None:
        write_atomic(file, (nbformat.writes(nb).rstrip("\n") + "\n").encode())
    return nb


def read_notebook(path: str | os.PathLike[str]) -> NotebookNode:
    """Return a notebook file's content.

    Raises:
        PaperkitError: it is missing or no notebook.
    """
    import nbformat

    try:
        nb: NotebookNode = nbformat.read(os.fspath(path), as_version=4)
    except FileNotFoundError as error:
        raise PaperkitError(f"{path}: no such notebook; make it with compose().") from error
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError) as error:
        raise PaperkitError(f"{path}: no valid notebook; restore it or compose anew.") from error
    return nb


def _merged(post: Post, old: NotebookNode) -> Post:
    known = post_of(old)
    if known.topic != post.topic and not _has_front(old):
        raise PaperkitError(f"post {post.topic!r}: that notebook is about {known.topic!r}.")
    return replace(known, papers=post.papers, outline=post.outline)


def _has_front(nb: NotebookNode) -> bool:
    return any(role_of(c) == "front" for c in nb.cells)


class _Writer:
    """Writes the cells of one notebook."""

    def __init__(
        self, post: Post, library: Library, file: Path | None, discard: frozenset[str]
    ) -> None:
        self.post, self.library, self.file, self.discard = post, library, file, discard
        self.sources: dict[str, Source] = {
            i: source_of(i, library, post.outline, post.language) for i in post.papers
        }

    def fresh(self) -> NotebookNode:
        from nbformat.v4 import new_notebook

        cells = [self.front(), self.banner()]
        if self.post.prose:
            cells.append(_cell("markdown", self.post.prose, "prose"))
        nb = new_notebook(cells=[*cells, *(self.card(i) for i in self.post.papers)])
        return self.finished(nb)

    def finished(self, nb: NotebookNode) -> NotebookNode:
        nb.metadata[KEY] = {
            "format": 1,
            "post": self.post.to_dict(),
            "library": library_path(self.library.path, self.file),
        }
        nb.metadata.setdefault("kernelspec", _KERNEL)
        return nb

    def update(self, old: NotebookNode) -> NotebookNode:
        known = post_of(old).papers
        cells: list[Any] = []
        placed = set()
        for cell in old.cells:
            role = role_of(cell)
            if role == "notice":
                continue
            if role == "card":
                placed.add(cell.metadata[KEY]["paper"])
                cells += self.refreshed(cell)
            elif role == "banner":
                cells.append(self.banner())
                if typed := _typed(cell):
                    cells.append(_cell("markdown", typed, "prose"))
                    cells[-1]["id"] = f"prose-{hash_of(typed)}"
            else:
                cells.append(cell)
        new = [i for i in self.post.papers if i not in placed and i not in known]
        old.cells = [*cells, *(self.card(i) for i in new)]
        return self.finished(old)

    def refreshed(self, cell: NotebookNode) -> list[Any]:
        """A card as it should stand now, after a notice where the person should know something."""
        paper = cell.metadata[KEY]["paper"]
        gone = paper not in self.sources
        edited = not gone and paper not in self.discard and self.is_foreign(cell, paper)
        cell.metadata[KEY]["state"] = "removed" if gone else "edited" if edited else ""
        if gone:
            return [_notice(paper, _REMOVED), cell]
        if edited:
            return [_notice(paper, _OFFERED), cell]
        fresh = self.card(paper)
        fresh["id"] = cell.get("id", fresh["id"])
        return [fresh]

    def is_foreign(self, cell: NotebookNode, paper: str) -> bool:
        """Whether a card holds words that neither paperkit wrote nor the library has."""
        fresh = self.card(paper).metadata[KEY]["hash"]
        return is_edited(cell) and hash_of(cell["source"]) != fresh

    def front(self) -> NotebookNode:
        return _cell("raw", fronts.cell_of(self.post).rstrip(), "front")

    def banner(self) -> NotebookNode:
        lines = banner(self.post, list(self.sources.values()))
        heading = f"# {label('update', self.post.language, date=self.post.day)}"
        return _cell("markdown", "\n>\n".join(f"> {x}" for x in lines) + f"\n\n{heading}", "banner")

    def card(self, paper: str) -> NotebookNode:
        source = self.sources[paper]
        text = card(source, self.style(source)).rstrip("\n")
        digest = source.digest
        known = {
            "paper": paper,
            "version": source.paper.version,
            "approved": bool(digest and digest.approved),
            "hash": hash_of(text),
        }
        return _cell("markdown", text, "card", **known)

    def style(self, source: Source) -> Style:
        """Figures are shown from the library's folder: on the person's own screen they may be."""
        start = self.file.resolve().parent if self.file else Path.cwd()
        link = os.path.relpath(source.folder.resolve(), start).replace(os.sep, "/") + "/"
        return Style(
            flavor=NOTEBOOK,
            language=self.post.language,
            outline=self.post.outline,
            figures="link" if self.file is None else self.post.figures,
            link=link,
        )


def card_text(post: Post, library: Library, paper: str, file: Path | None) -> str:
    """Return the Markdown of a paper's card as `compose` would write it now."""
    return str(_Writer(post, library, file, frozenset()).card(paper)["source"])


_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_REMOVED = (
    "The next card's paper is no longer in the post: the card is not published. Delete it, or put "
    "the paper back."
)
_OFFERED = (
    "The next card was edited by hand. Take the change into the library with "
    "`adopt(notebook, library)`, or drop it with `compose(…, discard=[{paper!r}])`; until then "
    "the post can't be published."
)


def _notice(paper: str, text: str) -> NotebookNode:
    return _cell("markdown", f"> ✋ {paper}: {text.format(paper=paper)}", "notice", paper=paper)


def _cell(kind: str, source: str, role: str, **known: Any) -> NotebookNode:
    from nbformat.v4 import new_markdown_cell, new_raw_cell

    make = new_raw_cell if kind == "raw" else new_markdown_cell
    cell: NotebookNode = make(source)
    paper = re.sub(r"\W", "-", str(known.get("paper", "")))
    cell["id"] = f"{role}-{paper}".rstrip("-")[:64]
    if role != "prose":
        cell.metadata[KEY] = {"role": role, **known}
    return cell


def library_path(library: Path, file: Path | None) -> str:
    """Return the library's path for the notebook's metadata: relative where they lie close."""
    absolute = library.resolve()
    if file is not None:
        relative = Path(os.path.relpath(absolute, file.resolve().parent))
        if relative.parts.count("..") <= 2:
            return relative.as_posix()
    return absolute.as_posix()


def library_of(nb: NotebookNode, folder: str | os.PathLike[str] | None) -> Library:
    """Open the library a notebook was composed from; `folder` is where the notebook lies.

    Raises:
        PaperkitError: the notebook is no post's, or the library is not there.
    """
    stated = nb.metadata.get(KEY, {}).get("library")
    if not stated:
        raise PaperkitError("notebook: is no post; make one with compose(post, library).")
    path = Path(folder or ".") / Path(stated)
    if not (path / "library.db").is_file():
        raise PaperkitError(
            f"{stated}: the post's library is not there; compose the post anew, or export with "
            "library=Library(path)."
        )
    return Library(path)


def post_of(nb: NotebookNode) -> Post:
    """Return the post that a notebook holds, its front-matter cell first.

    Raises:
        PaperkitError: the notebook is no post's, or its front matter can't be read.
    """
    known = nb.metadata.get(KEY, {}).get("post")
    if not isinstance(known, Mapping):
        raise PaperkitError("notebook: is no post; make one with compose(post, library).")
    post = Post.from_dict(known)
    for cell in nb.cells:
        if role_of(cell) == "front":
            return fronts.edited(post, cell["source"])
    return post


def parts_of(nb: NotebookNode) -> list[Part]:
    """Return what of a notebook goes into a post, in its order: prose, cards, charts.

    Code, its text, widgets, notices and the cards of removed papers stay behind.
    """
    parts: list[Part] = []
    for cell in nb.cells:
        role = role_of(cell)
        if role == "card":
            known = cell["metadata"][KEY]
            if known.get("state") != "removed":
                parts.append(CardOf(str(known.get("paper", "")), is_edited(cell)))
        elif role == "banner" and (typed := _typed(cell)):
            parts.append(Prose(typed))
        elif cell["cell_type"] == "markdown" and not role:
            parts.append(_prose(cell))
        elif cell["cell_type"] == "code":
            parts += _charts(cell)
    return parts


def _typed(cell: Mapping[str, Any]) -> str:
    """Return what a person wrote into the banner's cell: it is neither quoted nor the heading."""
    lines = cell["source"].splitlines()
    return "\n".join(x for x in lines if not x.startswith((">", "# "))).strip()


def _prose(cell: Mapping[str, Any]) -> Prose:
    attached = {
        name: base64.b64decode(next(iter(bundle.values())))
        for name, bundle in cell.get("attachments", {}).items()
        if bundle
    }
    return Prose(cell["source"], attached)


_IMAGES = {"image/png": ".png", "image/jpeg": ".jpg", "image/svg+xml": ".svg"}


def _charts(cell: Mapping[str, Any]) -> list[Chart]:
    found = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        kind = next((k for k in _IMAGES if k in data), None)
        if kind is None:
            continue
        raw = data[kind] if isinstance(data[kind], str) else "".join(data[kind])
        content = raw.encode() if kind.endswith("xml") else base64.b64decode(raw)
        found.append(Chart(content, _IMAGES[kind], _alternative(output, data)))
    return found


def _alternative(output: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """A chart's alternative text: stated by its maker, else the title of its specification."""
    stated = output.get("metadata", {})
    for place in (stated, *(v for v in stated.values() if isinstance(v, Mapping))):
        if isinstance(place.get("alt"), str):
            return str(place["alt"])
    for kind, spec in data.items():
        if "vegalite" in kind and isinstance(spec, Mapping):
            title = spec.get("description") or spec.get("title") or ""
            if isinstance(title, Mapping):
                title = title.get("text", "")
            return (
                " ".join(title)
                if isinstance(title, Sequence) and not isinstance(title, str)
                else str(title)
            )
    return ""

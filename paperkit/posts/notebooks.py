"""Notebooks: a post as cells a person can edit, and what of them goes into the post."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperkit.errors import PaperkitError, explained
from paperkit.files import write_atomic
from paperkit.library import Library
from paperkit.posts import flavors
from paperkit.posts.cards import Source, Style, card, local, source_of
from paperkit.posts.flavors import NOTEBOOK
from paperkit.posts.gate import repeated
from paperkit.posts.labels import label
from paperkit.posts.post import Merge, Post, merged
from paperkit.posts.rendering import CardOf, Chart, Part, Prose, banner
from paperkit.reprs import counted

if TYPE_CHECKING:
    from nbformat import NotebookNode


_IMAGES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/svg+xml": ".svg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}
_WIDGET = "application/vnd.jupyter.widget-view+json"
_HIDDEN = re.compile(r"(?m)^#\|\s*(?:include|output)\s*:\s*false\s*$")


def charts_of(cell: Mapping[str, Any]) -> list[Chart]:
    """Return the charts of a code cell's outputs, one image each; none where the cell hides them.

    What is shown otherwise (a table, a plot of the browser's) is named in a warning.
    """
    tags = {str(t).replace("_", "-") for t in cell["metadata"].get("tags", ())}
    if tags & {"remove-cell", "remove-output"} or _HIDDEN.search(cell["source"]):
        return []
    found = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        kind = next((k for k in _IMAGES if k in data), None)
        if kind is None:
            if left := [k for k in data if k != "text/plain" and _WIDGET not in data]:
                first = cell["source"].strip().partition("\n")[0]
                warnings.warn(
                    f"cell {first!r}: its output ({left[0]}) is no image and stays out of the "
                    "post; tag the cell remove-output, or draw it as an image.",
                    stacklevel=2,
                )
            continue
        raw = data[kind] if isinstance(data[kind], str) else "".join(data[kind])
        content = raw.encode() if kind.endswith("xml") else base64.b64decode(raw)
        width = output.get("metadata", {}).get(kind, {})
        width = width.get("width", 0) if isinstance(width, Mapping) else 0
        width = int(width) if isinstance(width, int | float) and width > 0 else 0
        found.append(Chart(content, _IMAGES[kind], _alternative(output, data), width))
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


# ---- Notebooks: a post as cells a person can edit, and the post that such a notebook holds

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


@contextmanager
def loading(module: str) -> Iterator[None]:
    """Show a line while a module is imported that takes seconds; none when it is there already."""
    if module in sys.modules:
        yield
        return
    from tqdm.auto import tqdm

    with tqdm(desc=f"loading {module} (once)", bar_format="{desc}", leave=False):
        yield


@explained
def compose(
    post: Post,
    library: Library,
    *,
    path: str | os.PathLike[str] | None = None,
    discard: Iterable[str] = (),
) -> NotebookNode:
    """Return a post's notebook: front matter, prose, and a card per paper; write it to `path`.

    >>> post = Post(topic="Avatars", date="2026-06-30", papers=kept)
    >>> compose(post, library, path="avatars.post.ipynb")

    If `path` already holds that notebook, your cells and their order stay. Cards are written from
    the library again: those of new papers are added at the end, those of papers no longer in the
    post are marked and not published, and those you deleted stay deleted. A card you edited by
    hand is kept, with a notice; `discard` names cards whose edits are dropped. If you changed a
    field of `post` (title, tags …), the notebook follows, unless you changed the same field there:
    then a notice says which one counts. A paper of an earlier post also gets a notice.

    Raises:
        PaperkitError: a paper is not in the library, or the notebook is of another post.
    """
    with loading("nbformat"):
        import nbformat

    file = Path(path) if path is not None else None
    old = read_notebook(file) if file is not None and file.exists() else None
    with library.index.session():
        if old is None:
            nb = _Writer(post, library, file, frozenset(discard)).fresh()
        else:
            merge = merged(post, given_to(old), post_of(old))
            nb = _Writer(merge.post, library, file, frozenset(discard)).update(old, merge, post)
    if file is not None:
        write_atomic(file, (nbformat.writes(nb).rstrip("\n") + "\n").encode())
    return _composed(nb, file)


def _composed(nb: NotebookNode, file: Path | None) -> NotebookNode:
    """Return a notebook that shows itself as one line: where it is, its cards and its notices."""
    from nbformat import NotebookNode

    kinds = Counter(map(role_of, nb.cells))
    told = [counted(kinds["card"], "card") or "no cards", counted(kinds["notice"], "notice")]
    said = f"{f'written {file}' if file else 'composed'}: {', '.join(filter(None, told))}"

    class Composed(NotebookNode):
        def __repr__(self) -> str:
            return said

        def __reduce__(self) -> tuple[Any, ...]:
            return NotebookNode, (dict(self),)

    return Composed(nb)


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
        raise PaperkitError(
            f"{path}: not a valid notebook; restore it or compose again."
        ) from error
    return nb


def given_to(nb: NotebookNode) -> Post:
    """Return the post that was given to `compose` when it wrote this notebook."""
    stated = nb.metadata.get(KEY, {}).get("given")
    return Post.from_dict(stated) if stated else post_of(nb)


class _Writer:
    """Writes the cells of one notebook."""

    def __init__(
        self, post: Post, library: Library, file: Path | None, discard: frozenset[str]
    ) -> None:
        self.post, self.library, self.file, self.discard = post, library, file, discard
        self.sources: dict[str, Source] = {
            i: source_of(i, library, post.outline, post.language) for i in post.papers
        }
        self.repeats = {o.paper: o for o in repeated(post, post.papers, library)}

    def fresh(self) -> NotebookNode:
        from nbformat.v4 import new_notebook

        cells = [self.front(), self.banner()]
        if self.post.prose:
            cells.append(_cell("markdown", self.post.prose, "prose"))
        nb = new_notebook(cells=cells + [c for i in self.post.papers for c in self.placed(i)])
        return self.finished(nb, self.post)

    def finished(self, nb: NotebookNode, given: Post) -> NotebookNode:
        nb.metadata[KEY] = {
            "format": 1,
            "post": self.post.to_dict(),
            "given": given.to_dict(),
            "library": library_path(self.library.path, self.file),
        }
        nb.metadata.setdefault("kernelspec", _KERNEL)
        return nb

    def update(self, old: NotebookNode, merge: Merge, asked: Post) -> NotebookNode:
        known = post_of(old).papers
        kept = self.prose(old, merge, asked)
        cells: list[Any] = []
        placed = set()
        for cell in old.cells:
            role = role_of(cell)
            if role == "notice":
                continue
            if role == "card":
                placed.add(cell.metadata[KEY]["paper"])
                cells += self.refreshed(cell)
            elif role == "front":
                cells.append(self.front() if merge.taken else cell)
                if told := " ".join(filter(None, (_inert(merge.notice(asked)), kept))):
                    cells.append(_notice("front matter", told))
            elif role == "banner":
                cells += self.rewritten(cell)
            else:
                cells.append(cell)
        new = [i for i in self.post.papers if i not in placed and i not in known]
        old.cells = cells + [c for i in new for c in self.placed(i)]
        # What was kept stays a difference, so that the notice does, until both say the same.
        opening = given_to(old).prose if kept else asked.prose
        return self.finished(old, replace(merge.given, prose=opening))

    def rewritten(self, cell: NotebookNode) -> list[Any]:
        """The banner as it should stand now; what was typed below it is prose from here on."""
        done = [self.banner()]
        known = cell.metadata[KEY].get("hash")
        if known is not None and known != hash_of(_quoted(cell["source"])):
            done.insert(0, _notice("banner", _PROVENANCE))
        if typed := _typed(cell):
            done.append(_cell("markdown", typed, "prose"))
            done[-1]["id"] = f"prose-{hash_of(typed)}"
        return done

    def prose(self, old: NotebookNode, merge: Merge, asked: Post) -> str:
        """Put a changed opening in the place of the old one; return what to say if it is gone."""
        before = given_to(old).prose
        if asked.prose == before or any(c.source == asked.prose for c in old.cells):
            return ""
        for cell in old.cells:
            if before and not role_of(cell) and cell.source == before:
                cell.source = asked.prose
                return ""
        if before:
            return "The opening words were edited here and stay; Post(prose=…) is not used."
        at = next((i for i, c in enumerate(old.cells) if role_of(c) == "card"), len(old.cells))
        old.cells.insert(at, _cell("markdown", asked.prose, "prose"))
        return ""

    def refreshed(self, cell: NotebookNode) -> list[Any]:
        """A card as it should stand now, after a notice where the person should know something."""
        paper = cell.metadata[KEY]["paper"]
        gone = paper not in self.sources
        edited = not gone and paper not in self.discard and self.is_foreign(cell, paper)
        cell.metadata[KEY]["state"] = "removed" if gone else "edited" if edited else ""
        if gone:
            return [_notice(paper, _REMOVED), cell]
        if edited:
            return [_notice(paper, _OFFERED.format(paper=paper)), cell]
        placed = self.placed(paper)
        placed[-1]["id"] = cell.get("id", placed[-1]["id"])
        return placed

    def placed(self, paper: str) -> list[Any]:
        """A paper's card, after a notice where another post wrote about it."""
        stop = self.repeats.get(paper)
        told = [_notice(paper, _inert(f"{stop.finding} {stop.next_step}"))] if stop else []
        return [*told, self.card(paper)]

    def is_foreign(self, cell: NotebookNode, paper: str) -> bool:
        """Whether a card holds words that neither paperkit wrote nor the library has."""
        fresh = self.card(paper).metadata[KEY]["hash"]
        return is_edited(cell) and hash_of(cell["source"]) != fresh

    def front(self) -> NotebookNode:
        return _cell("raw", flavors.cell_of(self.post).rstrip(), "front")

    def banner(self) -> NotebookNode:
        lines = banner(self.post, list(self.sources.values()))
        heading = f"# {label('update', self.post.language, date=self.post.day)}"
        text = "\n>\n".join(f"> {x}" for x in lines) + f"\n\n{heading}"
        return _cell("markdown", text, "banner", hash=hash_of(_quoted(text)))

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
        style = Style(
            flavor=NOTEBOOK,
            language=self.post.language,
            outline=self.post.outline,
            figures="link" if self.file is None else self.post.figures,
        )
        return local(style, source, self.file.parent if self.file else Path.cwd())


def card_text(post: Post, library: Library, paper: str, file: Path | None) -> str:
    """Return the Markdown of a paper's card as `compose` would write it now."""
    return str(_Writer(post, library, file, frozenset()).card(paper)["source"])


_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_REMOVED = (
    "The next card's paper is no longer in the post: the card is not published. Delete it, or put "
    "the paper back."
)
_PROVENANCE = (
    "The next cell says who wrote and who signed, so it is written anew; your changes to its lines "
    "are dropped. Write `disclaimer: false` or `credit: false` into the front matter to leave out "
    "a line, and your own words into a cell of their own."
)
_OFFERED = (
    "The next card was edited by hand. Take the change into the library with "
    "`adopt(notebook, library)`, or drop it with `compose(…, discard=[{paper!r}])`; until then "
    "the post can't be published."
)


def _inert(text: str) -> str:
    """What names topics and titles, as text that Jupyter and nbconvert show as it is."""
    return NOTEBOOK.escape.inline(text, links=False)


def _notice(paper: str, text: str) -> NotebookNode:
    return _cell("markdown", f"> ✋ {paper}: {text}", "notice", paper=paper)


def _cell(kind: str, source: str, role: str, **known: Any) -> NotebookNode:
    from nbformat.v4 import new_markdown_cell, new_raw_cell

    make = new_raw_cell if kind == "raw" else new_markdown_cell
    cell: NotebookNode = make(source)
    paper = re.sub(r"\W", "-", str(known.get("paper", "")))
    cell["id"] = f"{role}-{paper}".rstrip("-")[:64]
    if kind == "raw":  # nbconvert prints a raw cell without a type as it is, in HTML too
        cell.metadata["raw_mimetype"] = "application/yaml"
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
        raise PaperkitError("notebook: not a post; make one with compose(post, library).")
    path = Path(folder or ".") / Path(stated)
    if not (path / "library.db").is_file():
        raise PaperkitError(
            f"{stated}: the post's library is not there; compose the post again, or export with "
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
        raise PaperkitError("notebook: not a post; make one with compose(post, library).")
    post = Post.from_dict(known)
    for cell in nb.cells:
        if role_of(cell) == "front":
            return flavors.edited(post, cell["source"])
    return post


def parts_of(nb: NotebookNode, folder: str = "") -> list[Part]:
    """Return what of a notebook in `folder` goes into a post, in order: prose, cards, charts.

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
            parts.append(Prose(typed, folder=folder))
        elif cell["cell_type"] == "markdown" and not role and not _is_left_out(cell):
            parts.append(_prose(cell, folder))
        elif cell["cell_type"] == "code":
            parts += charts_of(cell)
    return parts


def _is_left_out(cell: Mapping[str, Any]) -> bool:
    tags = {str(t).replace("_", "-") for t in cell["metadata"].get("tags", ())}
    return "remove-cell" in tags


def _quoted(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if line.startswith((">", "# ")))


def _typed(cell: Mapping[str, Any]) -> str:
    """Return what a person wrote into the banner's cell: it is neither quoted nor the heading."""
    lines = cell["source"].splitlines()
    return "\n".join(x for x in lines if not x.startswith((">", "# "))).strip()


def _prose(cell: Mapping[str, Any], folder: str) -> Prose:
    attached = {
        name: base64.b64decode(next(iter(bundle.values())))
        for name, bundle in cell.get("attachments", {}).items()
        if bundle
    }
    return Prose(cell["source"], attached, folder)


def executed(path: Path) -> NotebookNode:
    """Run a notebook in its folder, in a kernel of its own; return it with its outputs.

    A widget's state is not kept: without it a page shows the widget's light fallback.

    Raises:
        PaperkitError: a cell stopped with an error.
    """
    import nbformat
    from nbconvert.preprocessors import CellExecutionError, ExecutePreprocessor

    notebook: NotebookNode = nbformat.read(path, 4)
    run = ExecutePreprocessor(store_widget_state=False, timeout=None)
    run.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
    try:
        run.preprocess(notebook, {"metadata": {"path": str(path.parent)}})
    except CellExecutionError as error:
        raise PaperkitError(f"{path.name}: stopped with an error:\n{str(error)[-2000:]}") from None
    return notebook


def show(notebook: NotebookNode, target: Path) -> None:
    """Write a notebook as a page that opens in a browser."""
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": target.stem}})
    target.write_text(page, encoding="utf-8", newline="\n")

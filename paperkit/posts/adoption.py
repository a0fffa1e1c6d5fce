"""Adoptions: what a person changed on a card in a notebook, taken back into the library.

A composed card carries comments that say which answer stands where. What arXiv states (title,
authors, abstract) is no one's to edit and is reported instead.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperkit.digests import Digest
from paperkit.errors import PaperkitError, explained
from paperkit.files import write_atomic
from paperkit.library import Library
from paperkit.outlines import Outline
from paperkit.posts.cards import BEGIN, END, joined
from paperkit.posts.flavors import NOTEBOOK
from paperkit.posts.notebooks import (
    KEY,
    card_text,
    hash_of,
    is_edited,
    library_of,
    post_of,
    read_notebook,
    role_of,
)
from paperkit.posts.post import Post
from paperkit.text import split_sentences

if TYPE_CHECKING:
    import pandas as pd
    from nbformat import NotebookNode


@explained
def adopt(
    notebook: NotebookNode | str | os.PathLike[str], library: Library | None = None
) -> pd.DataFrame:
    """Take the cards edited by hand into the library, as a person's edits; return a report.

    One row per edited card: index id, outcome (adopted, partly, refused), changed (the questions
    edited), left (what is arXiv's and stays as it is, or ``text`` that no answer could take:
    the card stays edited then). The edited digests need approval again. A
    notebook given by its path is written, so that its cards are refreshed by the next `compose`.
    """
    import nbformat
    import pandas as pd

    path = Path(notebook) if isinstance(notebook, str | os.PathLike) else None
    nb: Any = read_notebook(path) if path is not None else notebook
    held = library or library_of(nb, path.resolve().parent if path else None)
    post = post_of(nb)
    rows = [
        _adopted(cell, held, post, path)
        for cell in nb.cells
        if role_of(cell) == "card" and is_edited(cell)
    ]
    if path is not None:
        write_atomic(path, (nbformat.writes(nb).rstrip("\n") + "\n").encode())
    frame = pd.DataFrame(rows, columns=["id", "outcome", "changed", "left"])
    return frame.astype({"id": "str", "outcome": "str"}).set_index("id")


def _adopted(cell: NotebookNode, library: Library, post: Post, path: Path | None) -> dict[str, Any]:
    outline, language = post.outline, post.language
    known = cell["metadata"][KEY]
    paper = known["paper"]
    digest = library.digest(paper, outline=outline.name, language=language)
    if digest is None:
        raise PaperkitError(f"{paper}: has no digest; run summarize() first.")
    ours = card_text(post, library, paper, path)
    found = answers_of(cell["source"], outline, language)
    changed = {
        k: t for k, t in found.items() if k in outline_keys(outline) and _differs(digest, k, t)
    }
    for key, texts in changed.items():
        library.edit(paper, key, texts, outline=outline.name, language=language)
    left = _left(cell["source"], library, paper)
    if not left and _unplaced(cell["source"], ours + card_text(post, library, paper, path)):
        left = ("text",)
    if not left:
        known["hash"] = hash_of(cell["source"])
    outcome = "adopted" if not left else "partly" if changed else "refused"
    return {"id": paper, "outcome": outcome, "changed": tuple(changed), "left": left}


def outline_keys(outline: Outline) -> frozenset[str]:
    """Return the keys of an outline's questions."""
    return frozenset(q.key for q in outline.questions)


def _differs(digest: Digest, key: str, texts: tuple[str, ...]) -> bool:
    held = digest[key].texts if key in digest else ()
    return " ".join(joined(held).split()) != " ".join(joined(texts).split())


def _left(source: str, library: Library, paper: str) -> tuple[str, ...]:
    """Return which of arXiv's own words the card no longer has."""
    stated = library.paper(paper)
    text = plain(source)
    owned = {
        "title": stated.title,
        "authors": ", ".join(stated.authors),
        "abstract": stated.abstract,
    }
    return tuple(name for name, words in owned.items() if " ".join(words.split()) not in text)


def _unplaced(source: str, fresh: str) -> list[str]:
    """Return the lines a person wrote where no answer could take them: they stay in the cell."""
    held = plain(fresh)
    return [line for line in map(plain, source.splitlines()) if line and line not in held]


def plain(markdown: str) -> str:
    """Return a card's Markdown as the text it was made from, on one line."""
    text = re.sub(r"<!-- (?:answer: [a-z0-9_]+|end of answer) -->", "", markdown)
    text = re.sub(r"<span>(.*?)</span>", r"\1", text)
    text = re.sub(r"<(https?://[^>\s]+)>", r"\1", text)
    return " ".join(html.unescape(text).split())


def answers_of(markdown: str, outline: Outline, language: str) -> dict[str, tuple[str, ...]]:
    """Return the statements of each answer that stands between a card's comments."""
    found = {}
    for key, text in _ANSWER.findall(markdown):
        if key not in outline_keys(outline):
            continue
        question = outline[key]
        heading = NOTEBOOK.escape.inline(question.heading(language), links=False)
        text = re.sub(rf"\A\s*\*\*{re.escape(heading)}\*\*[ \t]*[:：]?", "", text)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if key == "abstract":
            lines = [line.removeprefix("> ") for line in lines]
        if lines:
            is_list = question.kind == "list"
            found[key] = tuple(_items(lines)) if is_list else _sentences(lines, question.kind)
    return found


_ANSWER = re.compile(rf"(?ms)^{BEGIN.format('([a-z0-9_]+)')}$(.*?)(?=^{END}|\Z)")


def _items(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield plain(re.sub(r"^(?:[-*+]|\d+[.)])\s+", "", line))


def _sentences(lines: list[str], kind: str | None) -> tuple[str, ...]:
    text = plain(" ".join(lines))
    return (text,) if kind == "line" else tuple(split_sentences(text))

"""Markdown files: posts that a blog already has, read back, and one note per paper (Obsidian).

Posts of every age are understood: those of the replaced blog, whose front matter is often no
YAML and whose parts may run into each other, and paperkit's own. What all of them have is a
heading and, below it, a line ``[PDF](https://arxiv.org/abs/2411.05184v1)``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperkit.errors import PaperkitError, explained
from paperkit.files import write_atomic
from paperkit.frames import ids_of
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline
from paperkit.papers import parse_id
from paperkit.posts import flavors
from paperkit.posts.cards import Source, Style, card, source_of
from paperkit.posts.figures import slug
from paperkit.posts.flavors import JOINER, flavor_of
from paperkit.queries import Query

if TYPE_CHECKING:
    import pandas as pd


_LINK = re.compile(
    r"(?m)^\s*(?:\*\*)?\[(?:PDF|Paper|arXiv|论文)[^\]]*\]\(\s*<?https?://(?:[a-z.]+\.)?arxiv\.org/"
    r"(?:abs|pdf)/([^\s)>]+)"
)
_HEADING = re.compile(r"(?m)^##[ \t]+(?!#)(.+)$")
_DAY = re.compile(r"(?<!\d)(20\d\d-[01]\d-[0-3]\d)(?!\d)")
COLUMNS = ["id", "version", "title", "topic", "date", "path"]


@explained
def load_posts(folder: str | os.PathLike[str]) -> pd.DataFrame:
    """Return what the posts of a folder (Markdown, any depth) wrote about, one row per write-up.

    Index id (without version); version (the one linked, 1 where none is); title, topic, date
    (naive, the blog's local time) and path of the post. A paper that two posts treat has two
    rows. Files that aren't posts are passed over.

    Raises:
        PaperkitError: there is no such folder, or no file in it is a post.
    """
    import pandas as pd

    root = Path(folder)
    if not root.is_dir():
        raise PaperkitError(f"{root}: no such folder; name the blog's source folder.")
    rows = [row for path in sorted(root.rglob("*.md")) for row in _papers(path)]
    if not rows:
        raise PaperkitError(f"{root}: no post with arXiv links in it; name the folder of posts.")
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[us]")
    kinds = dict.fromkeys(("id", "title", "topic", "path"), "str")
    return frame.astype({**kinds, "version": "int64"}).set_index("id")


def _papers(path: Path) -> Iterator[tuple[Any, ...]]:
    text = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
    front, body = _split(text)
    date = _date(front, path)
    seen = set()
    headings = [(m.start(), m[1]) for m in _HEADING.finditer(body)]
    for found in _LINK.finditer(body):
        try:
            known = parse_id(found[1])
        except PaperkitError:
            continue
        title = next((t for s, t in reversed(headings) if s < found.start()), "")
        if known.id in seen or date is None:
            continue
        seen.add(known.id)
        topic = front.get("title") or path.stem
        yield known.id, known.version or 1, " ".join(title.split()), topic, date, str(path)


def _split(text: str) -> tuple[dict[str, str], str]:
    """Front matter by lines, not by YAML: the replaced blog's titles break YAML."""
    found = re.match(r"\s*---[ \t]*\n(.*?)\n---[ \t]*\n", text, re.S)
    if not found:
        return {}, text
    lines = (line.partition(":") for line in found[1].splitlines() if re.match(r"\w+:", line))
    front = {key: value.strip().strip("'\"") for key, _, value in lines}
    return front, text[found.end() :]


def _date(front: dict[str, str], path: Path) -> datetime | None:
    for text in (front.get("date", ""), *_DAY.findall(path.as_posix())[::-1]):
        try:
            return datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError:
            continue
    return None


# ---- Vaults: one Markdown note per paper with properties, as Obsidian and its kin keep them

MARK = "%% paperkit writes what is above this line; what is below is yours %%"
"""The line in a note below which a person's own words are kept."""


@explained
def notes(
    papers: pd.DataFrame | Iterable[str],
    library: Library,
    folder: str | os.PathLike[str],
    *,
    outline: Outline = DIGEST,
    language: str | None = None,
) -> list[Path]:
    """Write one note per paper (a papers frame, or ids) into a folder; return their paths.

    Properties first (title, authors, arxiv, url, published, tags, decision …), then the paper's
    card, approved or not: notes are the person's own. Written again, the part below `MARK` stays;
    where a file has no such line, all of it is taken for the person's and stays below.
    """
    ids = ids_of(papers)
    known = library.papers(Query(ids=tuple(ids))).to_dict("index") if ids else {}
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    return [_noted(i, library, root, outline, language, known.get(i, {})) for i in ids]


def _noted(
    paper: str,
    library: Library,
    root: Path,
    outline: Outline,
    language: str | None,
    known: dict[Any, Any],
) -> Path:
    digest = library.digest(paper, outline=outline.name, language=language)
    spoken = language or (digest.language if digest else "en")
    source = source_of(paper, library, outline, spoken)
    style = Style(
        flavor=flavor_of("blog-markdown"), language=spoken, outline=outline, figures="link"
    )
    path = root / f"{_name(source)}.md"
    words = re.sub("%(?=%)", "&#37;", card(source, style))  # two open a comment, which hides
    _kept(path, f"{flavors.written(_properties(source, known))}\n{words}")
    return path


def _name(source: Source) -> str:
    """Obsidian's links take no ``[ ] # ^``."""
    title = re.sub(r"[\[\]#^$]", "", source.paper.title)
    return slug(f"{source.paper.id.replace('/', '_')} {title}", gap=" ")[:100].rstrip(". ")


def _properties(source: Source, known: dict[Any, Any]) -> dict[str, Any]:
    paper = source.paper
    tags = [*known.get("topics", ()), *known.get("tags", ())]
    return {
        "title": _untemplated(paper.title),
        "aliases": [f"arXiv:{paper.id}"],
        "authors": list(map(_untemplated, paper.authors)),
        "arxiv": paper.id,
        "version": paper.version,
        "url": paper.abs_url,
        "published": paper.published.date(),
        "categories": list(map(_untemplated, paper.categories)),
        "tags": list(dict.fromkeys(re.sub(r"[^\w/-]+", "-", t) for t in tags)),
        "decision": known.get("decision"),
    }


def _untemplated(text: str) -> str:
    """Text of which Templater runs nothing and Obsidian links nothing: both look in properties."""
    return re.sub(r"<(?=%)|\[(?=\[)", lambda found: found[0] + JOINER, text)


def _kept(path: Path, text: str) -> None:
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    # A line of its own: in a paper's text the words are no mark.
    above_and_below = re.split(rf"(?m)^{re.escape(MARK)}$", old, maxsplit=1)
    own = (above_and_below[1] if len(above_and_below) > 1 else f"\n{old}") or "\n"
    write_atomic(path, f"{text}\n{MARK}{own}".encode())

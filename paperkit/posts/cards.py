"""Cards: one paper's part of a post, from arXiv's record, its reading and its signed digest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from paperkit.digests import Digest, Evidence, Statement
from paperkit.errors import explained
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline, Question, label_of
from paperkit.papers import Paper, find_links, is_code_link
from paperkit.posts import escapes
from paperkit.posts.affiliations import affiliation
from paperkit.posts.figures import Image, captioned, images, is_open, licence_name
from paperkit.posts.figures import label_of as figure_label
from paperkit.posts.flavors import Flavor, flavor_of
from paperkit.posts.labels import label
from paperkit.readings import Reading, is_anchor

if TYPE_CHECKING:
    from jinja2 import Template

    from paperkit.library import Library


@dataclass(frozen=True, kw_only=True)
class Source:
    """All that is known about one paper when its card is written."""

    paper: Paper
    digest: Digest | None
    reading: Reading | None
    licence: str
    folder: Path
    newest: int


def source_of(id: str, library: Library, outline: Outline, language: str) -> Source:
    """Return what the library knows of a paper, in the version its digest is about."""
    newest = library.paper(id)
    digest = library.digest(id, outline=outline.name, language=language)
    version = digest.version if digest else newest.version
    return Source(
        paper=replace(library.paper(id, version=version), version=version),
        digest=digest,
        reading=library.reading(id, version=version),
        licence=licence_name(library.files.licence(id)),
        folder=library.files.figures_path(id, version),
        newest=newest.version,
    )


BEGIN, END = "<!-- answer: {} -->", "<!-- end of answer -->"
"""The comments around each answer of a card in a notebook: what `adopt` reads."""


@dataclass(frozen=True, kw_only=True)
class Style:
    """How cards are written: for which engine, in which language, with which figures."""

    flavor: Flavor
    language: str
    outline: Outline
    figures: str = "licensed"
    link: str = ""
    evidence: str = "links"
    missing: bool = True
    local: bool = False
    """Whether the figures are linked where they lie in the library, under their names there."""

    cell: bool = False
    """Whether the text stands in a table's cell."""

    brief: int = 0
    """What is left out for length: 1 the deep reading, 2 the abstract too."""

    def inline(self, text: str, *, links: bool = True) -> str:
        """Return one line of outside text for this engine."""
        return self.flavor.escape.inline(text, links=links, cell=self.cell)

    def heading(self, text: str) -> str:
        """Return a question's or a part's heading, quotes and dashes as the engine likes them."""
        return replace(self.flavor.escape, smart="").inline(text, links=False)

    def label(self, name: str, **values: object) -> str:
        """Return a label in the post's language."""
        return label(name, self.language, **values)

    def begin(self, key: str) -> str:
        """Return the comment before an answer, where the flavor has such comments."""
        return BEGIN.format(key) if self.flavor.marks and key else ""


@cache
def template(name: str) -> Template:
    """Return one of the package's templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("paperkit", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 Markdown; escapes.py has made every text inert
    )
    return environment.get_template(f"{name}.md.jinja")


def shown(source: Source, figures: str) -> tuple[Image, ...]:
    """Return the figures that a post with this setting shows of a paper."""
    if source.reading is None or figures == "link":
        return ()
    if figures == "licensed" and not is_open(source.licence):
        return ()
    return images(source.paper, source.reading.figures, source.folder)


def card(
    source: Source,
    style: Style,
    *,
    notices: Sequence[str] = (),
    included: tuple[Image, ...] | None = None,
) -> str:
    """Return one paper's card as Markdown that ends with a newline.

    `included` are the figures shown, if the caller has looked for them already.
    """
    images = shown(source, style.figures) if included is None else included
    view = {
        **_metadata(source, style),
        "label": style.label,
        "begin": style.begin,
        "end": END if style.flavor.marks else "",
        "notices": [style.inline(n) for n in [*notices, *_told(source, style)]],
        "translation": _joined(_texts(source, "abstract"), style),
        "leads": [_block(q, source, style) for q in leading(style.outline) if _has(source, q)],
        "sections": _sections(source, style),
        "missing": _missing(source, style) if style.missing else "",
        "quotes": _quotes(source, style),
        "figures": _figures(source, style, images),
    }
    text = template("card").render(view)
    return "\n".join(_single_blank(text.splitlines())) + "\n"


def _metadata(source: Source, style: Style) -> dict[str, str]:
    """What arXiv states about the paper."""
    paper = source.paper
    authors = style.inline(", ".join(paper.authors), links=False)
    return {
        "title": style.inline(paper.title, links=False),
        "authors_line": style.label("authors_line", authors=authors),
        "abstract": style.inline(paper.abstract) if style.brief < 2 else "",
        "pdf": paper.pdf_url,
        "abs": paper.abs_url,
        "comment": style.inline(paper.comment),
    }


def _single_blank(lines: Sequence[str]) -> list[str]:
    stripped = [line.rstrip() for line in lines]
    kept = [x for i, x in enumerate(stripped) if x or (i and stripped[i - 1])]
    return kept[:-1] if kept and not kept[-1] else kept


def _told(source: Source, style: Style) -> list[str]:
    """Return what a reader should know first: a newer version, a check that was overridden."""
    version, newest = source.paper.version, source.newest
    told = [style.label("newer", version=version, newest=newest)] if newest > version else []
    approval = source.digest.approval if source.digest else None
    if approval and approval.reason:
        told.append(style.label("override", reason=approval.reason))
    return told


def leading(outline: Outline) -> list[Question]:
    """Return the questions shown before the deep reading: those before the first part."""
    found = []
    for question in outline.questions:
        if question.part:
            break
        if question.key not in ("title", "abstract"):
            found.append(question)
    return found


def deep(outline: Outline) -> list[Question]:
    """Return the questions of the deep reading."""
    first = leading(outline)
    return [q for q in outline.questions if q not in first and q.key not in ("title", "abstract")]


def _texts(source: Source, key: str) -> tuple[str, ...]:
    digest = source.digest
    return digest[key].texts if digest is not None and key in digest else ()


def _has(source: Source, question: Question) -> bool:
    return bool(_texts(source, question.key))


def joined(texts: Sequence[str]) -> str:
    """Return sentences as running text: no space after Chinese punctuation."""
    text = ""
    for sentence in texts:
        gap = "" if not text or ord(text[-1]) > 0x2E7F else " "
        text += gap + sentence.strip()
    return text


def _joined(texts: Sequence[str], style: Style) -> str:
    return style.inline(joined(texts))


def _statements(source: Source, key: str) -> tuple[Statement, ...]:
    digest = source.digest
    return digest[key].statements if digest is not None and key in digest else ()


def said(source: Source, question: Question, style: Style) -> list[str]:
    """Return an answer's statements for this engine, each with the places it rests on.

    A passage of the abstract has no mark: the abstract stands above. Nor has any in a notebook,
    where a person edits the words.
    """
    done = []
    for statement in _statements(source, question.key):
        text = style.inline(statement.text)
        done.append(" ".join([text, *_pages(source, statement, style)]))
    return done


def _pages(source: Source, statement: Statement, style: Style) -> list[str]:
    if style.evidence == "none" or style.flavor.marks:
        return []
    places = dict.fromkeys(filter(any, map(_place, statement.evidence)))
    return [f"[{_place_label(style, at)}]({_place_url(source, at)})" for at in list(places)[:2]]


_Place = tuple[int, str]
"""A page of the PDF, or 0 and an id in arXiv's HTML; 0 and "" is the abstract."""


def _place(evidence: Evidence) -> _Place:
    page = int(evidence.page or 0)
    return page, evidence.anchor if not page and is_anchor(evidence.anchor) else ""


def _place_label(style: Style, place: _Place) -> str:
    page, anchor = place
    return style.label("page", page=page) if page else style.label("paragraph", id=anchor)


def _place_url(source: Source, place: _Place) -> str:
    page, anchor = place
    paper = source.paper
    return f"{paper.pdf_url}#page={page}" if page else f"{paper.html_url}#{anchor}"


def _quotes(source: Source, style: Style) -> str:
    """The passages that the answers rest on, short, each once, in a list that is folded."""
    if style.evidence != "quotes" or style.flavor.marks or source.digest is None:
        return ""
    found = {}
    for question in style.outline.questions:
        for statement in _statements(source, question.key):
            found.update({e.quote: _place(e) for e in statement.evidence if e.quote.strip()})
    quotes = [
        {
            "text": style.inline(shorten(quote, LONGEST_QUOTE, placeholder=" …"), links=False),
            "url": _place_url(source, place) if any(place) else "",
            "place": _place_label(style, place),
        }
        for quote, place in found.items()
    ]
    view = {"kind": style.flavor.figures, "label": style.label, "quotes": quotes}
    return template("evidence").render(view).strip("\n") if quotes else ""


LONGEST_QUOTE = 240
"""Characters of a quote in the list of evidence."""


def _block(question: Question, source: Source, style: Style) -> dict[str, Any]:
    texts, is_list = said(source, question, style), question.kind == "list"
    return {
        "key": question.key,
        "heading": style.heading(question.heading(style.language)),
        "items": texts if is_list else [],
        "text": "" if is_list else joined(texts),
    }


def _sections(source: Source, style: Style) -> list[dict[str, Any]]:
    """The deep reading: what is stated of the paper, then the outline's parts; [] without any."""
    answered = [q for q in deep(style.outline) if _has(source, q)]
    if not answered or style.brief:
        return []
    sections = _stated(source, style)
    part = None
    for question in answered:
        block = _block(question, source, style)
        if not question.part:
            sections.append({"heading": block["heading"], "blocks": [{**block, "heading": ""}]})
        elif question.part == part:
            sections[-1]["blocks"].append(block)
        else:
            heading = _part(question.part, style)
            sections.append({"heading": style.heading(heading), "blocks": [block]})
        part = question.part or None
    return sections


def _part(part: str, style: Style) -> str:
    """A part's heading; what heads the short answers above already doesn't stand twice."""
    heading = label_of(style.outline.parts.get(part, {"en": part}), style.language)
    taken = {q.heading(style.language) for q in leading(style.outline)}
    return style.label("overview") if heading in taken else heading


def _stated(source: Source, style: Style) -> list[dict[str, Any]]:
    paper = source.paper
    rows = [
        ("title", _joined(_texts(source, "title"), style), []),
        ("affiliation", style.inline(_affiliation(source)), []),
        ("keywords", style.inline(", ".join(_keywords(paper))), []),
        ("links", "", _links(source, style)),
    ]
    blocks = [
        (name, {"key": "title" * (name == "title"), "heading": "", "text": text, "items": items})
        for name, text, items in rows
        if text or items
    ]
    return [{"heading": style.label(name), "blocks": [block]} for name, block in blocks]


def _affiliation(source: Source) -> str:
    return affiliation(source.reading.affiliation, source.paper.authors) if source.reading else ""


def _keywords(paper: Paper) -> list[str]:
    """The names of the paper's categories, as arXiv's taxonomy has them; a code it lacks stays."""
    return list(dict.fromkeys(_categories().get(code, code) for code in paper.categories))


@cache
def _categories() -> dict[str, str]:
    file = resources.files("paperkit") / "data" / "categories.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return {code: name for code, _, name in (line.partition(" ") for line in lines)}


def _links(source: Source, style: Style) -> list[str]:
    """The paper's own addresses: arXiv's, those in abstract and comment, those the PDF links."""
    paper = source.paper
    found = {paper.abs_url: "paper"}
    for url in find_links(paper.abstract, paper.comment):
        found.setdefault(url, "code" if is_code_link(url) else "link")
    for link in source.reading.links if source.reading else ():
        if link.own and link.kind in ("code", "project", "data", "video"):
            found.setdefault(link.url, link.kind)
    pairs = [(style.label(kind), escapes.safe_url(url)) for url, kind in found.items()]
    return [f"{name}{style.label('colon')}<{url}>" for name, url in pairs if url]


def _missing(source: Source, style: Style) -> str:
    """The headings of what the digest leaves out, so that no part is missing without a word."""
    if not _sections(source, style):
        return ""
    names = [q.heading(style.language) for q in deep(style.outline) if not _has(source, q)]
    if not _affiliation(source):
        names.insert(0, style.label("affiliation"))
    return style.inline(style.label("comma").join(names), links=False)


def _figures(source: Source, style: Style, included: tuple[Image, ...]) -> str:
    """The list of figures in the engine's way; linked where the licence doesn't allow more."""
    if source.reading is None or not source.reading.figures:
        return ""
    linked = [] if included else [f for f in source.reading.figures if f.file]
    if not included and not linked:
        return ""
    view = {
        "label": style.label,
        "images": [_image(i, style) for i in included],
        "linked": [_linked(f, source, style) for f in linked],
        "licence": _licence(source, style) if included and is_open(source.licence) else "",
    }
    return template(f"figures-{style.flavor.figures}").render(view).strip("\n")


def _licence(source: Source, style: Style) -> str:
    authors = source.paper.authors
    many = style.label("others", first=authors[0]) if len(authors) > 3 else ", ".join(authors)
    return style.inline(style.label("licence", authors=many, licence=source.licence), links=False)


def _image(image: Image, style: Style) -> dict[str, Any]:
    return {
        "src": escapes.safe_url(style.link + (image.path.name if style.local else image.name)),
        "alt": escapes.attribute(image.alt),
        "alt_text": " ".join(image.alt.split()),
        "caption": style.inline(image.alt, links=False),
        "width": image.width,
        "height": image.height,
    }


def _linked(figure: Any, source: Source, style: Style) -> dict[str, Any]:
    name = figure_label(figure)
    caption = captioned(name, figure.caption).removeprefix(name).removeprefix(": ")
    return {
        "url": _place_url(source, (int(figure.page), figure.anchor)),
        "label": style.inline(name, links=False),
        "caption": style.inline(caption, links=False),
    }


def table(sources: Sequence[Source], keys: Sequence[str], style: Style) -> str:
    """Return answers side by side as a Markdown table: a row per paper, a column per question."""
    style = replace(style, cell=True)
    questions = [style.outline[key] for key in keys]
    heads = [style.label("paper"), *(style.heading(q.heading(style.language)) for q in questions)]
    rows = [heads, ["---"] * len(heads)]
    for source in sources:
        title = style.inline(source.paper.title, links=False)
        cells = [joined(said(source, q, style)) or "–" for q in questions]
        rows.append([f"[{title}]({source.paper.abs_url})", *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


# ---- Previews: a paper's card by itself, as text and as something to look at in a notebook


class CardText(str):
    """A card's Markdown; as a cell's last value Jupyter shows it laid out (text/html beside it)."""

    __slots__ = ("html",)

    html: str

    def __new__(cls, text: str, html: str = "") -> CardText:
        """Return the text with its look."""
        made = super().__new__(cls, text)
        made.html = html
        return made

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what Jupyter, nbconvert and a terminal show of it."""
        return {"text/html": self.html, "text/markdown": str(self), "text/plain": str(self)}


@explained
def preview(
    digest_or_id: Digest | str,
    library: Library,
    flavor: str = "hexo",
    *,
    outline: Outline = DIGEST,
    language: str | None = None,
) -> CardText:
    """Return a paper's card as the exporter writes it: Markdown of that flavor.

    A `Digest` is shown as it is given, saved or not; of an id the library's present one. As a
    cell's last value it is shown as a page, with the figures that a post may show.
    """
    digest = digest_or_id if isinstance(digest_or_id, Digest) else None
    paper = digest.paper_id if digest else str(digest_or_id)
    if digest is None:
        digest = library.digest(paper, outline=outline.name, language=language)
    spoken = language or (digest.language if digest else "en")
    source = source_of(paper, library, outline, spoken)
    source = replace(source, digest=digest or source.digest)
    style = Style(flavor=flavor_of(flavor), language=spoken, outline=outline)
    return CardText(card(source, style), _html(source, style))


def local(style: Style, source: Source, start: Path) -> Style:
    """Return a style whose figures lie in the library: seen from a notebook in `start`."""
    folder = os.path.relpath(source.folder.resolve(), start.resolve()).replace(os.sep, "/")
    return replace(style, link=f"{folder}/", local=True)


def _html(source: Source, style: Style) -> str:
    """Return the card as HTML; what came from outside was made inert with the text."""
    from mistune import create_markdown

    marked = replace(style, flavor=flavor_of("hexo"))
    text = card(source, local(marked, source, Path.cwd()))
    return str(create_markdown(escape=False, plugins=["table"])(text))

"""Rendering: a post laid out for one engine, as text and files; nothing is written here."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from itertools import count, pairwise
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from paperkit.errors import PublishError
from paperkit.papers import ID_IN_TEXT
from paperkit.posts import escapes, feeds, flavors, letters
from paperkit.posts.cards import Source, Style, card, joined, shown, source_of, table
from paperkit.posts.citations import cited_from, id_key, name_parts
from paperkit.posts.figures import Files, Image, digest_of, slug, web_slug
from paperkit.posts.flavors import NOTEBOOK, Flavor, stated_title, title_of
from paperkit.posts.gate import Obstacle, drafts_in, exchanged, obstacles, refuse, repeated
from paperkit.posts.labels import label
from paperkit.posts.post import Post
from paperkit.queries import Query

if TYPE_CHECKING:
    from paperkit.library import Library
    from paperkit.papers import Paper


@dataclass(frozen=True)
class Prose:
    """What a person wrote between the cards, the images she put into it, and where it lies."""

    text: str
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    folder: str = ""


@dataclass(frozen=True)
class CardOf:
    """The place of a paper's card; ``edited`` says that its cell was changed by hand."""

    paper: str
    edited: bool = False


@dataclass(frozen=True)
class Chart:
    """An image that a code cell of the notebook drew: bytes, suffix, alternative text.

    ``width`` is what it is shown at, in pixels, where the notebook says so: a sharp screen's image
    has twice as many.
    """

    data: bytes
    suffix: str
    alt: str
    width: int = 0


Part = Prose | CardOf | Chart


@dataclass(frozen=True)
class Page:
    """A finished post: its path below the site's root, its text, and its other files by path.

    ``beside`` are further texts by path: a letter's plain text, the entries that a post cites.
    """

    path: str
    text: str
    files: Files
    beside: Mapping[str, bytes] = field(default_factory=dict)


def lay_out(
    post: Post,
    parts: Sequence[Part],
    library: Library,
    flavor: Flavor,
    *,
    draft: bool = False,
    site: str | os.PathLike[str] = "",
) -> Page:
    """Return a post for one engine; in the `site` with this root no other post has its name.

    Raises:
        PublishError: a paper isn't approved, a card was edited by hand, or a figure is missing;
            with `draft` the post is written all the same and says so.
    """
    with library.index.session():
        parts = recognized(parts, post, library)
        cards = [p for p in parts if isinstance(p, CardOf)]
        cited = _known(_cited(parts), library)
        copied, told = drafts_in(_texts(post, parts), post, library)
        sources = {
            i: source_of(i, library, post.outline, post.language)
            for i in dict.fromkeys([*(c.paper for c in cards), *sorted(told)])
        }
        placed = {c.paper: sources[c.paper] for c in cards}
        found = [
            *_obstacles(post, cards, sources, library),
            *_missing(parts, cited),
            *copied,
            *exchanged(placed),
            *repeated(post, placed, library),
        ]
    if found and not draft:
        raise refuse(post.topic, found)
    if draft and flavor.page == "feed":
        raise PublishError(
            f"post {post.topic!r}: a feed can't hold a draft; look at it with flavor='mail'."
        )
    names = _free(_names(post, draft), post, flavor, site)
    return _Layout(post, flavor, sources, found, draft, names, cited, site).page(parts)


def _texts(post: Post, parts: Sequence[Part]) -> Iterator[str]:
    """Yield every word of a post that is not written anew from the library."""
    yield from (post.title, post.description)
    for part in parts:
        if isinstance(part, Prose):
            yield part.text
        elif isinstance(part, Chart):
            yield part.alt


def recognized(parts: Sequence[Part], post: Post, library: Library) -> list[Part]:
    """Return a post's parts with the approved cards that lost their marks as cards again.

    Merged with a remark, or kept by a tool that drops metadata, a card is known by its text.
    """
    done = [p for p in parts if not isinstance(p, CardOf)]
    placed = {p.paper for p in parts if isinstance(p, CardOf)}
    found = [q for p in parts if (q := _without_banner(p, post)) is not None]
    for paper in (i for i in post.papers if i not in placed):
        if any(isinstance(p, Prose) and f"/abs/{paper}" in p.text for p in done):
            source = source_of(paper, library, post.outline, post.language)
            if source.digest and source.digest.approved:
                heads = list(_heads(source, post))
                found = [half for p in found for half in _halves(p, source, heads)]
    return found


def _without_banner(part: Part, post: Post) -> Part | None:
    """Return a part without the lines of a banner or a notice that lost its marks, or None."""
    if not isinstance(part, Prose):
        return part
    names = ("written", "nothing", "screening", "tool")
    ours = ["> ✋ ", *(f"> {label(n, post.language).partition('{')[0]}" for n in names)]
    heading = f"# {label('update', post.language, date=post.day)}"
    lines = part.text.splitlines()
    kept = [x for x in lines if x.rstrip() != heading and not x.startswith(tuple(ours))]
    if len(kept) == len(lines):
        return part
    text = re.sub(r"\A(?:>?[ \t]*\n)+|\A>\Z", "", "\n".join(kept) + "\n").strip("\n")
    return replace(part, text=text) if text.strip() else None


def _halves(part: Part, source: Source, heads: Sequence[str]) -> list[Part]:
    """Return a cell's text before a card, the card, and the text behind; or the cell as it is."""
    if not isinstance(part, Prose) or source.paper.id not in part.text:
        return [part]
    text = "\n".join(line.rstrip() for line in part.text.splitlines())
    for written in heads:
        before, is_there, behind = text.partition(written)
        if is_there:
            behind = re.sub(r"\A\s*<details>.*?</details>", "", behind, count=1, flags=re.S)
            around = (replace(part, text=t) if t.strip() else None for t in (before, behind))
            first, last = around
            return [p for p in (first, CardOf(source.paper.id), last) if p is not None]
    return [part]


def _heads(source: Source, post: Post) -> Iterator[str]:
    """Yield a card's text above its figures, as composed since it was approved, and before."""
    style = Style(flavor=NOTEBOOK, language=post.language, outline=post.outline, figures="link")
    unsigned = replace(source.digest, approval=None) if source.digest else None
    for known in (source, replace(source, digest=unsigned)):
        yield card(known, style).partition("<details>")[0].strip()


def _obstacles(
    post: Post, cards: Sequence[CardOf], sources: Mapping[str, Source], library: Library
) -> list[Obstacle]:
    found = []
    for place in cards:
        if place.edited:
            found.append(_edited(place.paper))
        if sum(c.paper == place.paper for c in cards) > 1:
            found.append(Obstacle(place.paper, "card", "it occurs twice.", "Delete one.", "twice"))
        found += obstacles(sources[place.paper], post.outline, post.language, library)
    return list(dict.fromkeys(found))


# An address, and not one that an engine finds on the site itself.
_PICTURE = re.compile(
    r"!\[[^\]]*\]\(\s*(?:<([^>\n]+)>|(attachment:[^)\"\n]*[^)\"\s]|[^)\s]+))"
    r"|<img\b[^>]*?\bsrc\s*=\s*[\"']([^\"'>]+)[\"']",
    re.I,
)
_ELSEWHERE = re.compile(r"(?!attachment:)(?:[A-Za-z][\w+.-]*:|/|#)")
_CITED = re.compile(
    rf"(?<![\w@/.])@(?P<at>{ID_IN_TEXT})(?:v\d+)?(?!\w)"
    rf"|https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/(?P<url>{ID_IN_TEXT})"
)


def outside_code(markdown: str, change: Callable[[str], str]) -> str:
    """Return Markdown with everything that is no code changed."""
    done, position = "", 0
    for start, end in escapes.code_in(markdown):
        done += change(markdown[position:start]) + markdown[start:end]
        position = end
    return done + change(markdown[position:])


def _words(part: Part) -> str:
    """Return a person's words without their code."""
    if not isinstance(part, Prose):
        return ""
    spans = [(0, 0), *escapes.code_in(part.text), (len(part.text), 0)]
    return "\n".join(part.text[a:b] for (_, a), (b, _) in pairwise(spans))


def _cited(parts: Sequence[Part]) -> list[str]:
    """Return the ids that a person's words cite, in their order."""
    found = (m["at"] or m["url"] for p in parts for m in _CITED.finditer(_words(p)))
    return list(dict.fromkeys(found))


def _pictures(text: str) -> list[str]:
    """Return the addresses of a text's pictures that lie with the notebook."""
    found = ("".join(filter(None, m.groups())) for m in _PICTURE.finditer(_words(Prose(text))))
    return [address for address in found if not _ELSEWHERE.match(address)]


def _picture(part: Prose, address: str) -> bytes | str:
    """Return a picture's bytes, or why there are none."""
    if address.startswith("attachment:"):
        named = {unquote(name): data for name, data in part.attachments.items()}
        found = named.get(unquote(address.removeprefix("attachment:")))
        return "is not attached to its cell." if found is None else found
    folder = Path(part.folder or ".").resolve()
    path = (folder / unquote(address)).resolve()
    if not path.is_relative_to(folder):
        return "lies outside of the notebook's folder."
    return path.read_bytes() if path.is_file() else "is not there."


def _replaced(text: str, address: str, stored: str) -> str:
    def change(found: re.Match[str]) -> str:
        return found[0].replace(f"<{address}>", stored).replace(address, stored)

    return outside_code(
        text,
        lambda words: _PICTURE.sub(lambda m: change(m) if address in m.groups() else m[0], words),
    )


def _known(ids: Sequence[str], library: Library) -> dict[str, Paper]:
    """Return those of the papers that the library has."""
    known = set(library.papers(Query(ids=tuple(ids))).index) if ids else set()
    return {i: library.paper(i) for i in ids if i in known}


def _missing(parts: Sequence[Part], cited: Mapping[str, Paper]) -> Iterator[Obstacle]:
    """Yield what a person's words name and what isn't there: pictures, and papers cited."""
    for part in parts:
        for address in _pictures(part.text) if isinstance(part, Prose) else ():
            if isinstance(why := _picture(part, address), str):  # type: ignore[arg-type]
                step = "Put it beside the notebook, or take it out of the cell."
                yield Obstacle(address, "picture", why, step, "picture")
        for found in _CITED.finditer(_words(part)):
            if found["at"] and found["at"] not in cited:
                step = "Add it with library.add(search(id)), or mend the id."
                yield Obstacle(found["at"], "cited", "it is not in the library.", step, "cited")


def _edited(paper: str) -> Obstacle:
    return Obstacle(
        paper,
        "card",
        "it was edited by hand in the notebook.",
        "Take the change into the library with adopt(notebook, library), or drop it with "
        "compose(post, library, path=…, discard=[id]).",
        "card",
    )


def _names(post: Post, draft: bool) -> dict[str, str]:
    """What a flavor's paths are made of; a draft never takes the place of the post itself."""
    return {
        "category": slug(post.category),
        "section": web_slug(post.category) or "paper",
        "day": post.day,
        "slug": slug(post.title or post.topic) + ("-draft" if draft else ""),
    }


def _free(
    names: dict[str, str], post: Post, flavor: Flavor, site: str | os.PathLike[str]
) -> dict[str, str]:
    """Return the names with a number behind the slug where another post's file has them."""
    title, first = title_of(post, flavor.front), flavor.text.format(**names)
    base = names["slug"]
    for number in count(2):
        path = Path(site) / flavor.text.format(**names)
        if not site or flavor.page == "feed" or not path.is_file() or stated_title(path) == title:
            break
        names = {**names, "slug": f"{base}-{number}"}
    if (given := flavor.text.format(**names)) != first:
        warnings.warn(f"{first}: is another post; {title!r} goes to {given}.", stacklevel=4)
    return names


class _Layout:
    """One layout in the making: what all its parts need to know."""

    def __init__(
        self,
        post: Post,
        flavor: Flavor,
        sources: Mapping[str, Source],
        found: Sequence[Obstacle],
        draft: bool,
        names: Mapping[str, str],
        cited: Mapping[str, Paper],
        site: str | os.PathLike[str] = "",
    ) -> None:
        self.site = site
        self.post, self.flavor, self.sources = post, flavor, sources
        self.found, self.draft, self.cited = found, draft, cited
        self.images = {i: shown(s, post.figures) for i, s in sources.items()}
        self.path = flavor.text.format(**names)
        self.folder = flavor.files.format(**names)
        self.link = post.assets_url or flavor.link.format(**names)
        if self.link and not self.link.endswith("/"):
            self.link += "/"
        self.style = Style(
            flavor=flavor,
            language=post.language,
            outline=post.outline,
            figures=post.figures,
            evidence=post.evidence,
            missing=post.missing,
            link=self.link,
        )
        self.files: dict[str, Path | bytes] = {}
        self.entries: dict[str, Paper] = {}  # cited as the engine cites

    def page(self, parts: Sequence[Part]) -> Page:
        """Return the finished page."""
        order = [p.paper for p in parts if isinstance(p, CardOf)]
        first = self.sources[order[0]] if order else None
        front = flavors.front_of(
            self.post,
            self.flavor.front,
            first_title=first.paper.title if first else "",
            cover=self._cover(order),
            draft=self.draft,
        )
        if self.flavor.page:
            return self._html(front, parts, order)
        body = self._body(parts, order)
        beside = {}
        if self.entries:
            path = PurePosixPath(self.path).with_suffix(".bib")
            beside[str(path)] = cited_from(self.entries.values()).encode("utf-8", "replace")
            if self.flavor.references:
                own = front.get("bibliography") or []
                own = own if isinstance(own, list | tuple) else [own]
                front["bibliography"] = [*(o for o in own if o != path.name), path.name]
        text = f"{flavors.written(front)}\n{body}\n"
        return Page(self.path, text, Files(self.files), beside)

    def _html(self, front: Mapping[str, Any], parts: Sequence[Part], order: Sequence[str]) -> Page:
        """Return the post as a letter, as short as mail programs want it, or as a feed's entry."""
        is_letter = self.flavor.page == "letter"
        for brief in range(3):
            self.style = replace(self.style, brief=brief)
            markdown = self._body(parts, order)
            held = {} if self.post.assets_url else self.files
            files = Files({self._address(name): path for name, path in held.items()})
            html = letters.html_of(markdown, files)
            page = letters.letter(front, html, self.post.language)
            if not is_letter or (size := len(page.encode())) <= letters.LONGEST:
                break
        else:
            raise PublishError(
                f"post {self.post.topic!r}: is {size / 1000:.0f} kB as a letter, and mail programs "
                f"cut after {letters.LONGEST // 1000}; make two posts of it."
            )
        linked = self.files if self.post.assets_url else {}
        if not is_letter:
            entry = letters.inlined(html, files)
            text = feeds.with_entry(Path(self.site) / self.path, self.post, front, entry)
            return Page(self.path, text, Files(linked))
        plain = letters.plain_of(front, html).encode()
        beside = {str(PurePosixPath(self.path).with_suffix(".txt")): plain}
        return Page(self.path, letters.inlined(page, files), Files(linked), beside)

    def _address(self, name: str) -> str:
        return escapes.safe_url(self.link + name.removeprefix(f"{self.folder}/"))

    def _body(self, parts: Sequence[Part], order: Sequence[str]) -> str:
        """Return the post's Markdown."""
        heading = f"# {label('update', self.post.language, date=self.post.day)}"
        blocks = [self._part(p) for p in parts]
        if self.post.table and order:
            rows = table([self.sources[i] for i in order], self.post.table, self.style)
            blocks.insert(next(i for i, p in enumerate(parts) if isinstance(p, CardOf)), rows)
        opening = [] if self.flavor.titled else [heading]
        blocks = [*self._banner(order), *opening, *blocks, self._references()]
        body = "\n\n".join(b.strip("\n") for b in blocks if b.strip())
        if odd := re.search("[\ud800-\udfff]", body):
            where = body[: odd.start()].rpartition("\n")[2][-40:]
            raise PublishError(
                f"post {self.post.topic!r}: behind {where!r} stands half a character (a lone "
                "surrogate), which no file can hold; delete it."
            )
        return body

    def _banner(self, order: Sequence[str]) -> Iterator[str]:
        behind = [i for i in self.sources if i not in order]  # told of in a person's cell
        told = [self.sources[i] for i in (*order, *behind)]
        lines = banner(self.post, told, copied=bool(behind))
        if self.draft:
            papers = len({o.paper for o in self.found})
            lines.insert(0, label("draft", self.post.language, count=papers))
        if self.style.brief:
            left = self.style.label(("", "readings", "abstracts")[self.style.brief])
            lines.append(self.style.label("shortened", left=left))
        yield "\n>\n".join(f"> {line}" for line in lines)

    def _part(self, part: Part) -> str:
        if isinstance(part, Prose):
            return self._prose(part)
        if isinstance(part, Chart):
            return self._image(part)
        images = self.images[part.paper]
        self.files.update({f"{self.folder}/{i.name}": i.path for i in images})
        source, notices = self.sources[part.paper], self._notices(part.paper)
        return card(source, self.style, notices=notices, included=images)

    def _notices(self, paper: str) -> list[str]:
        stops = [o for o in self.found if o.paper == paper]
        if not self.draft or not stops:
            return []
        listed = joined([o.told(self.post.outline, self.post.language) for o in stops])
        return [label("draft_card", self.post.language, findings=listed)]

    def _prose(self, part: Prose) -> str:
        text = outside_code(part.text, lambda words: _CITED.sub(self._citation, words))
        for address in dict.fromkeys(_pictures(part.text)):
            data = _picture(part, address)
            if isinstance(data, bytes):
                stored = self._store("image", data, Path(address).suffix.lower() or ".png")
                text = _replaced(text, address, escapes.safe_url(self.link + stored))
        return escapes.prose(text, self.flavor.escape, self.flavor.templates)

    def _citation(self, found: re.Match[str]) -> str:
        paper = self.cited.get(found["at"] or found["url"])
        if paper is None or found["url"]:
            return found[0]
        if self.flavor.cites(self.site):
            self.entries[paper.id] = paper
            return self.flavor.cite.format(key=id_key(paper))
        return f"[{self.style.inline(self._short(paper), links=False)}]({paper.abs_url})"

    def _short(self, paper: Paper) -> str:
        names = [name_parts(author)[0] for author in paper.authors]
        if len(names) > 2:
            names = [self.style.label("others", first=names[0])]
        return f"{listed(names, self.post.language)} {paper.published.year}".strip()

    def _references(self) -> str:
        rows = [
            f"- {self.style.inline(', '.join(p.authors), links=False)}: "
            f"[{self.style.inline(p.title, links=False)}]({p.abs_url}), {p.published.year}"
            for p in self.cited.values()
            if p.id not in self.entries
        ]
        blocks = ["\n".join(rows), self.flavor.references if self.entries else ""]
        listed = "\n\n".join(filter(None, blocks))
        return f"## {self.style.label('references')}\n\n{listed}" if listed else ""

    def _image(self, chart: Chart) -> str:
        alt = " ".join(chart.alt.split()) or label("chart", self.post.language)
        stored = self._store("chart", chart.data, chart.suffix)
        address = escapes.safe_url(self.link + stored)
        words, quoted = self.flavor.escape.words(alt), escapes.attribute(alt)
        return _WIDE[self.flavor.figures if chart.width else ""].format(
            address=address, words=words, quoted=quoted, alt=alt.replace("`", "'"), px=chart.width
        )

    def _store(self, stem: str, data: bytes, suffix: str) -> str:
        name = f"{stem}-{digest_of(data)}{suffix}"
        self.files[f"{self.folder}/{name}"] = data
        return name

    def _cover(self, order: Sequence[str]) -> str:
        for paper in order:
            if images := self.images[paper]:
                chosen: Image = next((i for i in images if i.teaser), images[0])
                return escapes.safe_url(self.link + chosen.name)
        return ""


_WIDE = {
    "": "![{words}]({address})",
    "html": '<img src="{address}" alt="{quoted}" width="{px}">',
    "quarto": '![{words}]({address}){{width="{px}px"}}',
    "myst": "```{{image}} {address}\n:alt: {alt}\n:width: {px}px\n```",
    "hugo": '{{{{< figure src="{address}" alt=`{alt}` width="{px}" >}}}}',
}
"""An image as wide as the notebook shows it, by the way an engine has of saying so."""


def banner(post: Post, sources: Sequence[Source], *, copied: bool = False) -> list[str]:
    """Return the lines that say who wrote and who approved what follows, from provenance.

    `copied` says that a person's cell holds answers, though none of `sources` may have them. The
    post may leave out the disclaimer and who made it, never who wrote it.
    """
    lines = []
    if any(s.digest is not None and s.digest.answers for s in sources):
        lines.append(_written(post, sources))
        if post.disclaimer:
            lines.append(label("screening", post.language))
    elif not copied:
        lines.append(label("nothing", post.language))
    if post.credit:
        lines.append(label("tool", post.language, tool=tool(), date=post.day))
    return lines


def _written(post: Post, sources: Sequence[Source]) -> str:
    digests = [s.digest for s in sources if s.digest is not None and s.digest.answers]
    models = sorted({m for d in digests for m in d.models})
    authors = [label(m, post.language) if m == "extractive" else _named(m) for m in models]
    if any(a.origin == "person" for d in digests for a in d.answers if a.statements):
        authors.append(label("person", post.language))
    names = listed(authors, post.language)
    return label("written", post.language, authors=names, approval=_approval(post, sources))


def _named(name: str) -> str:
    return escapes.Escape().inline(name, links=False)


def listed(names: Sequence[str], language: str) -> str:
    """Return names as a sentence lists them: "a, b and c"."""
    *most, last = names or [""]
    first = label("comma", language).join(most)
    return f"{first}{label('and', language)}{last}" if first else last


def _approval(post: Post, sources: Sequence[Source]) -> str:
    signed = [s.digest.approval for s in sources if s.digest and s.digest.approval]
    if not signed:
        return label("unapproved", post.language)
    scripts = [a for a in signed if a.origin == "script"]
    values = {
        "approved": len(signed),
        "all": len(sources),
        "count": len(scripts),
        "names": listed([_named(n) for n in dict.fromkeys(a.by for a in scripts)], post.language),
        "date": f"{max(a.at for a in signed):%Y-%m-%d}",
    }
    if len(signed) < len(sources):
        return label("partly_scripted" if scripts else "partly", post.language, **values)
    said = "approved" if not scripts else "mixed" if len(scripts) < len(signed) else "scripted"
    return label(said, post.language, **values)


def tool() -> str:
    """Return paperkit's name, linked to its home page where the package states one."""
    stated = metadata.metadata("paperkit").get_all("Project-URL") or []
    urls = {
        name.strip().lower(): url.strip() for name, _, url in (s.partition(",") for s in stated)
    }
    home = escapes.safe_url(urls.get("homepage", ""))
    return f"[paperkit]({home})" if home else "paperkit"

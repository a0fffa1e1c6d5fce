"""Matching: where the text of arXiv's HTML stands in the PDF of the same paper.

Both say the same words; page and box come from the PDF, sentence by sentence, all else from HTML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from paperkit.readings import NOWHERE, Figure, Hidden, Link, Paragraph, Reading, Section
from paperkit.text import letters, split_sentences, tokens

ALIKE = 0.35
"""Share of the one's runs of words that the other must have, in both directions."""
_RUN = 3  # words
_FEWEST = 60  # runs; with less nothing is said about likeness


def differs(html: Reading, pdf: Reading) -> str:
    """Return why a page and a PDF are not the same text; "" where they are or can't be compared."""
    if not pdf.readable:
        return ""
    ours, theirs = _runs_of(html), _runs_of(pdf)
    if len(theirs) < _FEWEST:
        return ""
    shared = len(ours & theirs)
    if shared < ALIKE * len(ours):
        return f"only {shared / len(ours):.0%} of the page's text stands in the PDF"
    if shared < ALIKE * len(theirs):
        return f"the page has only {shared / len(theirs):.0%} of the PDF's text"
    return ""


def placed(html: Reading, pdf: Reading) -> Reading:
    """Return the page's reading with pages, boxes and images of figures from the PDF's reading.

    What the PDF has and no reader sees is taken out. A paragraph that goes on on another page, or
    in another column, is two with the same id.
    """
    index = _index(pdf.paragraphs)
    seen = (_without(p, pdf.hidden) for p in html.paragraphs)
    found = [part for p in seen if p.text for part in _parts(p, index, pdf.paragraphs)]
    paragraphs = list(_beside(found))
    pages = {p.anchor: p.page for p in reversed(paragraphs) if p.anchor and p.page}
    return replace(
        html,
        paragraphs=tuple(paragraphs),
        sections=tuple(_sections(html.sections, pdf.sections, paragraphs)),
        figures=tuple(_figures(html.figures, pdf.figures, pages)),
        links=tuple(_links(html.links, pdf.links)),
        hidden=(*html.hidden, *(h for h in pdf.hidden if h.reason != "instruction")),
        affiliation=html.affiliation or pdf.affiliation,
        page_count=pdf.page_count,
        page_sizes=pdf.page_sizes,
    )


# ---- runs of words


def _words(text: str) -> list[str]:
    """Return the words of a text that print and TeX have in common: no letters of formulas."""
    return [w for w in tokens(text) if len(w) > 2 or not w.isascii()]


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _words(text)
    yield from zip(*(words[at:] for at in range(_RUN)), strict=False)


def _runs_of(reading: Reading) -> set[tuple[str, ...]]:
    told = (p.text for p in reading.paragraphs if p.role in ("body", "appendix") and not p.note)
    return {run for text in told for run in _runs(text)}


_Index = dict[tuple[str, ...], list[int]]


def _index(paragraphs: Sequence[Paragraph]) -> _Index:
    found: _Index = {}
    for place, paragraph in enumerate(paragraphs):
        for run in dict.fromkeys(_runs(paragraph.text)):
            found.setdefault(run, []).append(place)
    return found


def _place(text: str, index: _Index, before: int | None) -> int | None:
    """Return the paragraph of the PDF that has most of a sentence; of equals the one near."""
    votes = Counter(place for run in set(_runs(text)) for place in index.get(run, ()))
    if not votes:
        return None
    most = max(votes.values())
    best = [place for place, n in votes.items() if n == most]
    return min(best, key=lambda place: (place != before, abs(place - (before or 0)), place))


# ---- paragraphs


def _parts(
    paragraph: Paragraph, index: _Index, printed: Sequence[Paragraph]
) -> Iterator[Paragraph]:
    """Yield a paragraph with its page and box, cut where it goes on elsewhere."""
    sentences = split_sentences(paragraph.text) or [paragraph.text]
    before = _place(paragraph.text, index, None)
    places: list[int | None] = []
    for sentence in sentences:
        found = _place(sentence, index, before)
        before = before if found is None else found
        places.append(before)
    for place, group in groupby(zip(places, sentences, strict=True), key=lambda pair: pair[0]):
        text = " ".join(sentence for _, sentence in group)
        there = None if place is None else printed[place]
        yield replace(
            paragraph,
            text=text if len(set(places)) > 1 else paragraph.text,
            page=there.page if there else 0,
            bbox=there.bbox if there else paragraph.bbox,
        )


def _beside(paragraphs: Iterable[Paragraph]) -> Iterator[Paragraph]:
    """Yield paragraphs; one that no word of the PDF tells (a formula) is on the page before it."""
    page = 1
    for paragraph in paragraphs:
        found = paragraph if paragraph.page else replace(paragraph, page=page, bbox=NOWHERE)
        page = page if paragraph.note else found.page
        yield found


def _without(paragraph: Paragraph, hidden: Sequence[Hidden]) -> Paragraph:
    """Return a paragraph without the sentences that the PDF hides from its readers."""
    unseen = [letters(h.text) for h in hidden if h.reason != "instruction"]
    unseen = [text for text in unseen if len(text) >= _HIDDEN]
    text = letters(paragraph.text) if unseen else ""
    if not any(u in text or text in u for u in unseen):
        return paragraph
    kept = [s for s in split_sentences(paragraph.text) if not _is_among(letters(s), unseen)]
    return replace(paragraph, text=" ".join(kept))


_HIDDEN = 12  # letters of a hidden text that is looked for


def _is_among(sentence: str, unseen: Iterable[str]) -> bool:
    return any(u in sentence or (len(sentence) >= _HIDDEN and sentence in u) for u in unseen)


# ---- sections, figures, links


def _sections(
    ours: Sequence[Section], theirs: Sequence[Section], paragraphs: Sequence[Paragraph]
) -> Iterator[Section]:
    """Yield sections with their pages: that of the same heading, else of their first text."""
    printed = {letters(s.title): s.page for s in reversed(theirs)}
    first = {p.section: p.page for p in reversed(paragraphs) if p.page}
    for section in ours:
        page = printed.get(letters(section.title)) or first.get(section.title, 0)
        yield replace(section, page=page)


def _figures(
    ours: Sequence[Figure], theirs: Sequence[Figure], pages: dict[str, int]
) -> Iterator[Figure]:
    """Yield figures with page, box and image of the PDF's of the same label; then all it adds."""
    printed = {_key(f): f for f in reversed(theirs)}
    for figure in ours:
        there = printed.get(_key(figure)) if figure.label else None
        if there is None:
            yield replace(figure, page=pages.get(figure.anchor, 0), teaser=False)
        else:
            yield _printed(figure, there)
    known = set(map(_key, ours))
    yield from (f for f in theirs if _key(f) not in known)


def _key(figure: Figure) -> tuple[str, str]:
    """Return what a figure is called, a Roman number as an Arabic one: styles differ in print."""
    label, total = figure.label.upper(), 0
    if not label or set(label) - _ROMAN.keys():
        return figure.kind, label
    values = [_ROMAN[letter] for letter in label]
    for value, following in zip(values, [*values[1:], 0], strict=True):
        total += value if value >= following else -value
    return figure.kind, str(total)


_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}


def _printed(figure: Figure, there: Figure) -> Figure:
    if figure.rows is None and figure.lines is None:
        figure = replace(figure, rows=there.rows, head=there.head, lines=there.lines)
    return replace(
        figure,
        page=there.page,
        bbox=there.bbox,
        caption=figure.caption or there.caption,
        file=there.file,
        width=there.width,
        height=there.height,
        teaser=there.teaser,
    )


def _links(ours: Sequence[Link], theirs: Sequence[Link]) -> Iterator[Link]:
    pages = {link.url.rstrip("/"): link.page for link in reversed(theirs)}
    return (replace(link, page=pages.get(link.url.rstrip("/"), 0)) for link in ours)

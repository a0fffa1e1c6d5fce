"""Gate: what may not go out, by comparing the texts of a post with drafts and approvals.

A text is its words: letters and digits in lower case, a Chinese character being a word of half
the weight. What a person approved is taken out first, then what arXiv itself says of the paper.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from paperkit.checks.batch import Batch
from paperkit.digests import Answer, Digest, Finding
from paperkit.errors import PublishError
from paperkit.outlines import Outline, label_of
from paperkit.papers import Paper
from paperkit.posts.cards import Source
from paperkit.posts.figures import label_of as figure_label
from paperkit.posts.figures import missing, slug
from paperkit.posts.labels import OBSTACLES, label
from paperkit.posts.post import Post
from paperkit.text import CJK

if TYPE_CHECKING:
    from paperkit.library import Library


_NO_SPACES = rf"\u3040-\u30ff{CJK}"  # scripts that put no spaces between words
_TOKEN = re.compile(rf"[{_NO_SPACES}]|[^\W_{_NO_SPACES}]+")
_WITHOUT_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_MARKUP = re.compile(
    r"<!-- (?:answer: \w+|end of answer) -->|</?[A-Za-z][^<>:]*>|\\lt\b|^[ \t]*\d{1,3}[.)][ \t]",
    re.M,
)
_PASSAGE = 16
"""The weight of a passage: eight words, or sixteen Chinese characters."""
_SHORT = 6
"""The weight from which a whole answer is looked for within a line, not as a line of its own."""
_ALIKE = 85
"""Per cent of the words, in order, that make a near copy: one of eight may differ."""
_TAKEN = ""

Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """Return a text's words as they are compared, without markup, entities and case."""
    plain = _WITHOUT_WIDTH.sub("", html.unescape(_MARKUP.sub(" ", text)))
    return tuple(_TOKEN.findall(unicodedata.normalize("NFKC", plain).casefold()))


def _weight(words: Sequence[str]) -> int:
    return sum(1 if len(w) == 1 and w > "\u3000" else 2 for w in words)


def _threes(words: Words) -> frozenset[Words]:
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _windows(words: Words) -> Iterator[tuple[int, Words]]:
    """Yield each shortest passage with its place; none spans what was taken out."""
    end = weight = 0
    for start, word in enumerate(words):
        while weight < _PASSAGE and end < len(words):
            weight += _weight(words[end : end + 1])
            end += 1
        if weight < _PASSAGE:
            return
        if _TAKEN not in words[start:end]:
            yield start, words[start:end]
        weight -= _weight((word,))


@dataclass(frozen=True)
class Copied:
    """One text, and what of it is left once known passages are taken out."""

    words: Words
    lines: frozenset[Words]

    @classmethod
    def of(cls, text: str) -> Copied:
        """Return the text's words, and those of each line."""
        return cls(words_of(text), frozenset(map(words_of, text.splitlines())))

    @cached_property
    def passages(self) -> frozenset[Words]:
        """The passages of the text."""
        return frozenset(window for _, window in _windows(self.words))

    @cached_property
    def threes(self) -> frozenset[Words]:
        """Each three words in a row: what no near copy is without."""
        return _threes(self.words)

    @cached_property
    def joined(self) -> str:
        """The words as one string to search in."""
        return f" {' '.join(self.words)} "

    def without(self, texts: Iterable[Words]) -> Copied:
        """Return this text with every place where one of `texts` stands whole taken out."""
        found = {t for t in texts if t and f" {' '.join(t)} " in self.joined}
        left = self.joined
        for text in sorted(found, key=len, reverse=True):
            left = left.replace(f" {' '.join(text)} ", f" {_TAKEN} ")
            left = left.replace(f" {' '.join(text)} ", f" {_TAKEN} ")  # neighbors share a space
        return Copied(tuple(left[1:-1].split(" ")), self.lines - found) if found else self

    def without_passages(self, source: Copied) -> Copied:
        """Return this text with every passage that stands in `source` taken out."""
        kept = list(self.words)
        for start, window in _windows(self.words):
            if window in source.passages:
                kept[start : start + len(window)] = [_TAKEN] * len(window)
        return Copied(tuple(kept), self.lines)

    def holds_whole(self, text: Words) -> bool:
        """Return whether all of `text` stands here, nearly or exactly."""
        return f" {' '.join(text)} " in self.joined or self._resembles(text)

    def holds(self, text: Words) -> bool:
        """Return whether a passage of `text` stands here, or all of it, nearly or exactly."""
        weight = _weight(text)
        if weight < _SHORT:
            return text in self.lines and bool(text)
        if any(window in self.passages for _, window in _windows(text)):
            return True
        return self.holds_whole(text)

    def _resembles(self, text: Words) -> bool:
        from rapidfuzz.fuzz import partial_ratio, ratio

        threes = list(zip(text, text[1:], text[2:], strict=False))
        if 4 * sum(three in self.threes for three in threes) < max(len(threes), 1):
            return False
        compare = partial_ratio if len(self.words) >= len(text) else ratio
        return compare(text, self.words) >= _ALIKE


@dataclass(frozen=True)
class Draft:
    """An answer that was given once, as words: its statements one by one, and all of them."""

    paper: str
    question: str
    texts: tuple[Words, ...]

    @classmethod
    def of(cls, paper: str, answer: Answer) -> Draft:
        """Return a paper's answer as words."""
        single = [words_of(t) for t in answer.texts]
        return cls(paper, answer.question, (*single, sum(single, ())))


class Drafts:
    """Drafts by the words they hold, so that a text is compared only with those it may hold."""

    def __init__(self, answers: Iterable[tuple[str, Answer]]) -> None:
        self._found: dict[Words, dict[Draft, None]] = {}
        for draft in dict.fromkeys(Draft.of(i, a) for i, a in answers):
            for text in draft.texts:
                for key in _threes(text) or {text}:
                    self._found.setdefault(key, {})[draft] = None

    def near(self, text: Copied) -> list[Draft]:
        """Return the drafts that share three words in a row with a text, or a short line."""
        keys = self._found.keys() & (text.threes | text.lines)
        return list(dict.fromkeys(draft for key in sorted(keys) for draft in self._found[key]))


def source_words(paper: Paper) -> Copied:
    """Return what arXiv says of a paper: anyone may quote it."""
    return Copied.of("\n".join((paper.title, paper.abstract, paper.comment)))


# ---- Gates: what keeps a paper out of a post, and what to do about it


@dataclass(frozen=True)
class Obstacle:
    """One reason why a paper can't be published: paper id, field, finding, next step.

    ``code`` names the finding: a check's code, or one of our own.
    """

    paper: str
    field: str
    finding: str
    next_step: str
    code: str

    def __str__(self) -> str:
        """Return the obstacle as one line."""
        return f"{self.paper}: {self.field}: {self.finding} {self.next_step}"

    def told(self, outline: Outline, language: str) -> str:
        """Return field and finding in a post's language, for readers of a draft."""
        words = label_of({"en": self.finding, **OBSTACLES.get(self.code, {})}, language)
        headings = {q.key: q.heading(language) for q in outline.questions}
        place = self.field if self.code == "figure" else headings.get(self.field)
        return f"{place}{label('colon', language)}{words}" if place else words


def repeated(post: Post, papers: Iterable[str], library: Library) -> Iterator[Obstacle]:
    """Yield the papers that another post wrote about, unless the post says that it repeats them.

    The same post is that of the same day under the same topic or title.
    """
    known = library.published()
    names = {post.topic, post.title or post.topic}
    # An old blog's record may have the file's name for a topic.
    same = (known["date"] == post.day) & known["topic"].isin(names | set(map(slug, names)))
    others = known[~same & known["id"].isin(list(papers))].drop_duplicates("id", keep="last")
    for row in others.itertuples() if not post.repeats else ():
        yield Obstacle(
            str(row.id),
            "post",
            f"it is in the post {row.topic!r} of {row.date} already.",
            "Delete its card, or write 'repeats: true' into the front matter.",
            "published",
        )


def drafts_in(
    texts: Iterable[str], post: Post, library: Library
) -> tuple[list[Obstacle], set[str]]:
    """Return what of the drafts stands unapproved in texts, and whose answers stand there at all.

    Every draft of the library counts, whatever a cell's metadata says; what arXiv says of a paper
    may be quoted, though not as an answer: below a card's heading it is one.
    """
    copied = [text for text in texts if text.strip()]
    answers = library.drafts.all_answers() if copied else []
    drafts = Drafts((i, a) for i, a, _ in answers if a.statements)
    signed = [(i, words_of(t)) for i, a, is_signed in answers if is_signed for t in a.texts]
    found: dict[tuple[str, str], Obstacle] = {}
    held: set[str] = set()
    for text in copied:
        for draft, is_open in _standing(text, drafts, signed, post, library):
            held.add(draft.paper)
            if is_open:
                found[draft.paper, draft.question] = _copied(draft)
    return list(found.values()), held


def _standing(
    text: str,
    drafts: Drafts,
    signed: Sequence[tuple[str, Words]],
    post: Post,
    library: Library,
) -> Iterator[tuple[Draft, bool]]:
    """Yield the drafts that stand in a text, and whether words of them are approved nowhere.

    Below a paper's own heading only what was approved of that paper is.
    """
    whole = Copied.of(text)
    near = [d for d in drafts.near(whole) if any(map(whole.holds, d.texts))]
    anyones = whole.without(t for _, t in signed) if near else whole
    for paper, own in groupby(sorted(near, key=_paper_of), key=_paper_of):
        is_card = _is_card(text, paper, post)
        rest = whole.without(t for i, t in signed if i == paper) if is_card else anyones
        quoted = Copied.of("") if is_card else source_words(library.paper(paper))
        stands, is_open = (c.without_passages(quoted).holds for c in (whole, rest))
        for draft in own:
            texts = [t for t in draft.texts if not quoted.holds_whole(t)]
            if any(map(stands, texts)):
                yield draft, any(map(is_open, texts))


def _paper_of(draft: Draft) -> str:
    return draft.paper


def _is_card(text: str, paper: str, post: Post) -> bool:
    """Whether a text is laid out as a paper's card: its id, and the headings of answers."""
    headings = [q.heading(post.language) for q in post.outline.questions]
    return paper in text and any(f"**{h}**" in text or f"### {h}" in text for h in headings)


def _copied(draft: Draft) -> Obstacle:
    return Obstacle(
        draft.paper,
        draft.question,
        "a draft of it that no person has approved stands in a cell of the notebook.",
        "Approve it in Review, or delete these words from the cell.",
        "copied",
    )


def exchanged(sources: Mapping[str, Source]) -> Iterator[Obstacle]:
    """Yield the papers whose write-up fits another paper of the post better.

    Those signed with a reason are passed over: whoever signed was told.
    """
    batch = Batch(tuple(s.paper for s in sources.values()))
    for source in sources.values():
        digest = source.digest
        if digest is None or (digest.approval is not None and digest.approval.reason):
            continue
        yield from (_stop(source, f) for f in batch.swapped(digest))


def obstacles(source: Source, outline: Outline, language: str, library: Library) -> list[Obstacle]:
    """Return what keeps one paper from being published; empty when a person approved it."""
    paper, digest = source.paper, source.digest
    found: list[Obstacle] = []
    if digest is None:
        found.append(
            Obstacle(
                paper.id,
                "digest",
                f"nothing is written about it under outline {outline.name!r} in {language!r}.",
                "Run summarize(papers, library), then approve it in Review.",
                "digest",
            )
        )
    elif not digest.approved:
        found += _unapproved(source, digest, outline, library)
    gone = missing(source.reading.figures, source.folder) if source.reading else ()
    found += [
        Obstacle(
            paper.id,
            figure_label(f),
            f"its image {f.file} is gone.",
            "Run read(papers, library).",
            "figure",
        )
        for f in gone
    ]
    return found


def _unapproved(
    source: Source, digest: Digest, outline: Outline, library: Library
) -> list[Obstacle]:
    stops = [_stop(source, f) for f in library.judge(digest, outline=outline).blocking]
    signature = Obstacle(
        source.paper.id,
        "approval",
        "no person has approved it.",
        "Approve it in Review.",
        "approval",
    )
    return [*stops, signature]


def _stop(source: Source, found: Finding) -> Obstacle:
    return Obstacle(
        source.paper.id,
        found.question or "paper",
        found.message,
        "Edit the answer in Review, or approve it there with a reason.",
        found.code,
    )


def refuse(topic: str, found: Sequence[Obstacle]) -> PublishError:
    """Return the error that lists every obstacle, one line each."""
    papers = len({o.paper for o in found if o.code not in ("picture", "cited")})
    who = f"{papers} paper{'s' * (papers > 1)} " if papers else ""
    lines = "\n".join(f"- {o}" for o in found)
    return PublishError(
        f"post {topic!r}: {who}can't be published yet:\n{lines}\n"
        "Mend these, or export with draft=True to look at it."
    )

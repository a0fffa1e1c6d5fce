"""Gates: what keeps a paper out of a post, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from paperkit.checks.batch import Batch
from paperkit.digests import Digest, Finding
from paperkit.errors import PublishError
from paperkit.outlines import Outline, label_of
from paperkit.posts.cards import Source
from paperkit.posts.copies import Copied, Draft, Drafts, Words, source_words, words_of
from paperkit.posts.figures import label_of as figure_label
from paperkit.posts.figures import missing
from paperkit.posts.labels import OBSTACLES, label
from paperkit.posts.slugs import slug
from paperkit.posts.values import Post

if TYPE_CHECKING:
    from paperkit.library import Library


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
    names = {slug(post.topic), slug(post.title or post.topic)}
    same = (known["date"] == post.day) & known["topic"].map(slug).isin(names)
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
    papers = len({o.paper for o in found})
    lines = "\n".join(f"- {o}" for o in found)
    return PublishError(
        f"post {topic!r}: {papers} paper{'s' * (papers > 1)} can't be published yet:\n{lines}\n"
        "Mend these, or export with draft=True to look at it."
    )

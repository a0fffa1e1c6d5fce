"""Gates: what keeps a paper out of a post, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paperkit.digests import blocking
from paperkit.errors import PublishError
from paperkit.outlines import Outline
from paperkit.posts.cards import Source
from paperkit.posts.figures import label_of, missing


@dataclass(frozen=True)
class Obstacle:
    """One reason why a paper can't be published: paper id, field, finding, next step."""

    paper: str
    field: str
    finding: str
    next_step: str

    def __str__(self) -> str:
        """Return the obstacle as one line."""
        return f"{self.paper}: {self.field}: {self.finding} {self.next_step}"


def obstacles(source: Source, outline: Outline, language: str) -> list[Obstacle]:
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
            )
        )
    elif not digest.approved:
        found += _unapproved(source, outline)
    gone = missing(source.reading.figures, source.folder) if source.reading else ()
    found += [
        Obstacle(
            paper.id, label_of(f), f"its image {f.file} is gone.", "Run read(papers, library)."
        )
        for f in gone
    ]
    return found


def _unapproved(source: Source, outline: Outline) -> list[Obstacle]:
    from paperkit import checks

    if source.digest is None:
        return []
    found = checks.findings(source.digest, source.reading, paper=source.paper, outline=outline)
    stops = [
        Obstacle(source.paper.id, f.question or "paper", f.message, "Edit the answer in Review.")
        for f in blocking(found)
    ]
    signature = Obstacle(
        source.paper.id, "approval", "no person has approved it.", "Approve it in Review."
    )
    return [*stops, signature]


def refuse(topic: str, found: Sequence[Obstacle]) -> PublishError:
    """Return the error that lists every obstacle, one line each."""
    papers = len({o.paper for o in found})
    lines = "\n".join(f"- {o}" for o in found)
    return PublishError(
        f"post {topic!r}: {papers} paper(s) can't be published yet:\n{lines}\n"
        "Mend these, or export with draft=True to look at it."
    )

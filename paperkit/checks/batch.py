"""Batch: what only shows beside others: swapped write-ups, papers already published."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from paperkit.digests import Digest, Finding
from paperkit.papers import Paper
from paperkit.text import content_stems

_CLEARLY = 1.6
_LEAST_OWN_SHARE = 0.5
_LEAST_SHARED = 3


@dataclass(frozen=True)
class Batch:
    """Some papers, prepared for asking of one write-up after the other which of them it fits.

    Words weigh by how few of the papers use them; in a Chinese digest the Latin names and the
    numbers decide.
    """

    papers: tuple[Paper, ...]

    @cached_property
    def _holders(self) -> Mapping[str, Sequence[str]]:
        holders: dict[str, list[str]] = {}
        for paper in {p.id: p for p in self.papers}.values():
            for mark in _marks(f"{paper.title} {paper.abstract}"):
                holders.setdefault(mark, []).append(paper.id)
        return holders

    def swapped(self, digest: Digest) -> tuple[Finding, ...]:
        """Return the finding that `digest` fits another of the papers better, or none.

        A digest with nothing to compare, or of a paper that is none of these, is passed over.
        """
        if all(p.id != digest.paper_id for p in self.papers):
            return ()
        other = self._better(digest)
        return (_finding(other),) if other else ()

    def _better(self, digest: Digest) -> str:
        """Return the id of a paper that it fits clearly better, empty where there is none."""
        holders, size = self._holders, len({p.id for p in self.papers})
        marks = [m for m in _marks(" ".join(_words_of(digest))) if m in holders]
        rarity = {m: math.log(1 + size / len(holders[m])) for m in marks}
        fit: dict[str, float] = {}
        for mark in marks:
            for paper_id in holders[mark]:
                fit[paper_id] = fit.get(paper_id, 0.0) + rarity[mark]
        own = fit.pop(digest.paper_id, 0.0)
        best = max(fit, key=lambda i: fit[i], default="")
        unlike = own < _LEAST_OWN_SHARE * sum(rarity.values())
        enough = sum(best in holders[m] for m in marks) >= _LEAST_SHARED
        return best if best and enough and unlike and fit[best] > _CLEARLY * own else ""


def swapped(digests: Iterable[Digest], papers: Iterable[Paper]) -> dict[str, tuple[Finding, ...]]:
    """Return, by paper id, a finding for each digest that fits another of `papers` better."""
    batch = Batch(tuple(papers))
    return {d.paper_id: found for d in digests if (found := batch.swapped(d))}


def republished(
    digests: Iterable[Digest],
    published: Iterable[tuple[str, int, str, str]],
    *,
    topics: Collection[str] | None = None,
) -> dict[str, tuple[Finding, ...]]:
    """Return, by paper id, a warning for each digest whose paper went out before.

    `published` are rows of (id, version, topic, date), as a library's ``published()`` has them;
    only those of `topics` count where some are named. The latest post is told.
    """
    last: dict[str, tuple[str, int, str]] = {}
    for paper_id, version, topic, date in published:
        if topics is None or topic in topics:
            last[paper_id] = max((date, version, topic), last.get(paper_id, ("", 0, "")))
    found: dict[str, tuple[Finding, ...]] = {}
    for digest in digests:
        if digest.paper_id in last:
            date, version, topic = last[digest.paper_id]
            message = f"v{version} of the paper was published in {topic} on {date}; is there news?"
            found[digest.paper_id] = (
                Finding(
                    code="published-before",
                    severity="warn",
                    question="",
                    message=message,
                    words=f"{topic}, {date}",
                ),
            )
    return found


def _words_of(digest: Digest) -> Iterable[str]:
    for answer in digest.answers:
        for statement in answer.statements:
            yield statement.text
            yield from (e.quote for e in statement.evidence)


def _marks(text: str) -> frozenset[str]:
    words = set(content_stems(text))
    return frozenset(words | set(re.findall(r"\d+(?:\.\d+)?", text)))


def _finding(other: str) -> Finding:
    message = f"The write-up fits {other} of the same batch better than its own paper; ask again."
    return Finding(code="swapped", severity="block", question="", message=message, words=other)

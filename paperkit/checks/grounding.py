"""Grounding: whether a statement stands in its sources, one finding per doubt and never a score.

Evidence is looked up word for word; numbers must stand in the source and in the evidence; names,
directions and topic are compared. What has no finding has no finding: it is not "verified".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from paperkit.checks.claims import (
    Source,
    content_words,
    drops_negation,
    polarity_score,
    topic_score,
    unknown_names,
    unsupported_numbers,
)
from paperkit.checks.crossings import contrary, turned
from paperkit.checks.numerals import Number, Stated, as_typed, numbers, piece
from paperkit.checks.quotes import Match, find_quote
from paperkit.checks.tongues import is_chinese_text
from paperkit.digests import Evidence, Finding, Severity, Statement
from paperkit.papers import Paper
from paperkit.readings import Reading

_OBJECTION = 0.5
_OPPOSITE = "The paper seems to say the opposite (direction or negation); compare them."
_STRANGE = "The statement shares little with the paper; check that it is about it."
_CLEARLY_OFF = 0.005  # beside a passage of the paper a statement is off topic only if clearly so
_LEAST_WORDS = 5  # fewer tell no topic
_STATED = 0.9  # a number in digits that scores less was not found, whatever speaks for it


@dataclass(frozen=True)
class Sources:
    """What a digest may rest on: the paper's metadata and, where it was read, its full text."""

    paper: Paper | None = None
    reading: Reading | None = None

    @cached_property
    def abstract(self) -> str:
        """Title, abstract, comment and authors as one text."""
        if self.paper is None:
            return ""
        parts = (self.paper.title, self.paper.abstract, self.paper.comment)
        return "\n\n".join((*(p for p in parts if p), ", ".join(self.paper.authors)))

    @cached_property
    def full(self) -> str:
        """The reading's text with its captions, empty where there is no reading."""
        if self.reading is None:
            return ""
        body = [p.text for p in self.reading.body]
        return "\n\n".join([self.reading.title, *body, *(f.caption for f in self.reading.figures)])

    @cached_property
    def everything(self) -> Source:
        """All sources as one, made ready for comparison."""
        return Source.of("\n\n".join(t for t in (self.abstract, self.full) if t))

    def find(self, evidence: Evidence) -> Match:
        """Return where a passage stands: in the abstract, else in the full text."""
        best = Match("missing", 0.0)
        texts = (
            (self.full, self.abstract) if evidence.page is not None else (self.abstract, self.full)
        )
        for text in texts:
            match = find_quote(evidence.quote, text)
            if match.kind == "verbatim":
                return match
            best = max(best, match, key=lambda m: (m.kind == "near", m.score))
        return best


def ground(
    statement: Statement | str, sources: Sources, *, question: str = "", place: int | None = None
) -> tuple[Finding, ...]:
    """Return what in a statement does not stand in `sources`, as findings on `question`.

    `place` is the statement's position within its answer. With neither paper nor reading there is
    nothing to compare with and no finding.
    """
    if isinstance(statement, str):
        statement = Statement(statement)
    if not (sources.abstract or sources.full):
        return ()
    doubts = list(_evidence(statement, sources))
    if doubts or not is_quote(statement):  # the paper's own sentence needs no comparison with it
        doubts += _claim(statement, sources)
    return tuple(
        Finding(code=c, severity=s, question=question, message=m, words=w[:200], statement=place)
        for c, s, m, w in doubts
    )


def is_quote(statement: Statement) -> bool:
    """Return whether a statement is a passage of its own evidence, word for word."""
    text = _letters(statement.text)
    return any(text in _letters(e.quote) for e in statement.evidence)


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


_Doubt = tuple[str, Severity, str, str]


def _evidence(statement: Statement, sources: Sources) -> Iterator[_Doubt]:
    for evidence in statement.evidence:
        match = sources.find(evidence)
        if match.kind == "missing" and evidence.page is not None and sources.reading is None:
            message = "The passage is from the full text, which is not at hand; read the paper."
            yield "evidence-unread", "warn", message, evidence.quote
        elif match.kind == "missing":
            message = "The passage quoted as evidence is not in the paper; find one that is."
            yield "evidence-missing", "block", message, evidence.quote
        elif match.changed:
            changed = ", ".join(match.changed)
            message = f"The passage quoted differs from the paper's in: {changed}; correct it."
            yield "evidence-altered", "block", message, evidence.quote
        elif match.kind == "near":
            message = f"The passage quoted is not word for word; the paper says: {match.text[:160]}"
            yield "evidence-near", "warn", message, evidence.quote


def _claim(statement: Statement, sources: Sources) -> Iterator[_Doubt]:
    quotes = "\n".join(e.quote for e in statement.evidence)
    unseen = sources.reading is None and any(e.page is not None for e in statement.evidence)
    yield from _numbers(statement.text, quotes, sources, unseen=unseen)
    for name, score in unknown_names(statement.text, sources.everything):
        if score < _OBJECTION and not unseen:
            message = f"The name {name.text} is not in the paper; check its spelling and place."
            yield "name-not-in-source", "warn", message, piece(statement.text, name.text)
    yield from _meaning(statement.text, statement.evidence, sources, unseen=unseen)


def _numbers(text: str, quotes: str, sources: Sources, *, unseen: bool) -> Iterator[_Doubt]:
    missing = unsupported_numbers(text, sources.everything)
    in_quotes = Stated(numbers(quotes) if unseen else ())
    for number, score in missing:
        written = not (number.spelled or number.name)
        if score < (_OBJECTION if not written else _STATED) and not in_quotes.states(number):
            sure = written and score < _OBJECTION and not number.loose
            severity: Severity = "block" if sure else "warn"
            words = as_typed(text, number, unit=_of_another_unit(number, sources.everything))
            message = f"The number {words} is not in the paper; correct or remove it."
            yield "number-not-in-source", severity, message, words
    if quotes:
        gone = [n for n, _ in missing]
        for number, score in unsupported_numbers(text, Source.of(quotes)):
            if score < _OBJECTION and not number.spelled and number not in gone:
                words = as_typed(text, number, unit=False)
                message = f"The number {words} is in the paper but not in the evidence."
                yield "number-not-in-evidence", "warn", message, words


def _of_another_unit(number: Number, source: Source) -> bool:
    """Tell whether the source has the digits with another unit, so that the unit is at fault."""
    return bool(number.measure) and source.numbers.has_digits(number)


def _meaning(
    text: str, evidence: Sequence[Evidence], sources: Sources, *, unseen: bool
) -> Iterator[_Doubt]:
    quotes = "\n".join(e.quote for e in evidence)
    everything = sources.everything.text
    if is_chinese_text(text) and not is_chinese_text(everything[:2000]):
        if words := turned(text, everything) or contrary(text, quotes):
            yield "direction", "warn", _OPPOSITE, words
        if not unseen and topic_score(text, sources.everything) < _OBJECTION:
            yield "off-topic", "warn", _STRANGE, text
        return
    against = (Source.of(t) for t in (quotes, sources.abstract, sources.full and everything) if t)
    denied = bool(quotes) and drops_negation(text, Source.of(quotes))
    if denied or all(polarity_score(text, s) < _OBJECTION for s in against):
        yield "direction", "warn", _OPPOSITE, text
    if unseen or content_words(text) < _LEAST_WORDS:
        return
    borne = bool(quotes) and all(sources.find(e).kind == "verbatim" for e in evidence)
    if topic_score(text, sources.everything) < (_CLEARLY_OFF if borne else _OBJECTION):
        yield "off-topic", "warn", _STRANGE, text

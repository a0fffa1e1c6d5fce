"""Grounding: what carries a statement in its sources, and one finding per doubt.

The scores say how well it stands in a text (`paperkit.checks.scores`); here the paper as a whole,
the lines that carry a statement and the passages it was given are compared with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from heapq import nlargest

from paperkit.checks.contrary import contrary, turned
from paperkit.checks.evidence import AS_GOOD, MOST, Keys, LineIndex, keys_of
from paperkit.checks.hedges import unhedged
from paperkit.checks.meaning import Array, Meanings
from paperkit.checks.names import method_name
from paperkit.checks.novelty import added, is_made_up, new_words
from paperkit.checks.numbers import Number, as_typed, numbers, piece
from paperkit.checks.polarity import directed_words
from paperkit.checks.questions import points_back
from paperkit.checks.quotes import Match, find_quote
from paperkit.checks.relations import ASKED_FOR, clauses, unborne
from paperkit.checks.rewording import (
    Words,
    added_denial,
    dropped_denial,
    other_measure,
    turned_agent,
)
from paperkit.checks.scores import (
    Source,
    content_words,
    polarity_score,
    topic_score,
    unknown_names,
    unsupported_numbers,
)
from paperkit.checks.stated import Stated
from paperkit.checks.swaps import replaced, swapped
from paperkit.checks.tables import Misplaced, Table, digits_of, misplaced, tables_of
from paperkit.checks.whose import misattributed
from paperkit.digests import Answer, Evidence, Finding, Origin, Severity, Statement
from paperkit.papers import Paper
from paperkit.passages import SourceLine, source_lines
from paperkit.readings import Reading
from paperkit.text import STOP_WORDS, is_chinese_text, letters, stem

_OBJECTION = 0.5
_OPPOSITE = "The paper seems to say the opposite (direction or negation); compare them."
_STRANGE = "The statement shares little with the paper; check that it is about it."
_CLEARLY_OFF = 0.005  # beside a passage of the paper a statement is off topic only if clearly so
_UNSUPPORTED = "No passage of the paper carries this; correct it, or take it out."
_TOLD = {
    "others-work": "says this of others: {} Say whose it is.",
    "own-work": "says this of what the paper itself does: {} Say what was there before.",
}
_TOGETHER = "Check that both are about the same."
_USUAL = frozenset(map(stem, STOP_WORDS))
_LEAST_WORDS = 5  # fewer tell no topic
_LEAST_KEYS = 3  # fewer tell no passage
# Shares of what a statement says. Measured with the authors' own summaries of 618 papers: below
# _CARRIED lie 1 % of them and 87 % of those of other papers.
_CARRIED, _CARRIED_WELL, _SAID, _TOUCHED = 0.15, 0.35, 0.8, 0.05
# A passage was not meant where another carries clearly more, or more (`AS_GOOD`) while one of the
# _BETTER best is also more like the statement as a whole: two rankings agree.
_CLEARLY, _BETTER = 0.8, 10
# The same across languages, in likeness of vectors; what is said in words counts a tenth. Of 147
# Chinese claims none of whose best lines scores less than _FAR; below _FARTHER lie 2 % of them.
_FAR, _FARTHER, _AWAY, _BESIDE, _IN_WORDS = 0.30, 0.35, 0.06, 0.03, 0.1
_IN_ROWS = 0.7  # of a row of a table only words, names and numbers can be shared
_STATED = 0.9  # a number in digits that scores less was not found, whatever speaks for it

_Doubt = tuple[str, Severity, str, str]  # a finding's code, severity, message and words


@dataclass(frozen=True)
class Sources:
    """What a digest may rest on: the paper's metadata and, where it was read, its full text.

    ``sent`` are the lines that a model was given; without them all of the paper's are searched for
    evidence. ``meanings`` are the sentences' vectors, for statements in another language.
    """

    paper: Paper | None = None
    reading: Reading | None = None
    sent: tuple[SourceLine, ...] | None = None
    meanings: Meanings | None = None

    @staticmethod
    @lru_cache(maxsize=8)
    def of(
        paper: Paper | None, reading: Reading | None, meanings: Meanings | None = None
    ) -> Sources:
        """Return the sources made ready; the last few are remembered."""
        return Sources(paper, reading, meanings=meanings)

    @cached_property
    def abstract(self) -> str:
        """Title, abstract, comment and authors as one text."""
        if self.paper is None:
            return ""
        parts = (self.paper.title, self.paper.abstract, self.paper.comment)
        return "\n\n".join((*(p for p in parts if p), ", ".join(self.paper.authors)))

    @cached_property
    def full(self) -> str:
        """The reading's text with its captions and the rows of its tables, else empty."""
        if self.reading is None:
            return ""
        body = [p.text for p in self.reading.body]
        captions = [f.caption for f in self.reading.figures]
        rows = [line.text for line in self.lines if line.kind == "row"]
        return "\n\n".join([self.reading.title, *body, *captions, *rows])

    @cached_property
    def everything(self) -> Source:
        """All sources as one, made ready for comparison."""
        return Source.of("\n\n".join(t for t in (self.abstract, self.full) if t))

    @cached_property
    def lines(self) -> tuple[SourceLine, ...]:
        """The sentences, captions and rows that may be evidence."""
        return source_lines(self.paper, self.reading) if self.sent is None else self.sent

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables whose cells are known."""
        return tables_of(self.reading)

    def in_cells(self, number: Number) -> bool:
        """Tell whether a plain decimal's digits stand in a cell of a table."""
        plain = number.kind == "plain" and number.step < 1 and not (number.measure or number.name)
        return plain and any(digits_of(number) in t.digits for t in self.tables)

    def prose(self, found: Misplaced) -> list[str]:
        """Return the sentences and captions that hold a number's digits."""
        return [s.text for s in self.lines if s.kind != "row" and found.digits in s.text]

    @cached_property
    def doubts(self) -> Callable[[Statement, str, Origin], tuple[_Doubt, ...]]:
        """What speaks against a statement; while one is written the others are not judged anew."""
        return lru_cache(maxsize=512)(partial(_doubts, self))

    @cached_property
    def index(self) -> LineIndex:
        """The lines by their words."""
        return LineIndex(self.lines)

    @cached_property
    def method(self) -> str:
        """The name that the paper gives its method, empty where it gives none."""
        return method_name(self.paper) if self.paper is not None else ""

    @cached_property
    def is_chinese(self) -> bool:
        """Whether the paper is written in Chinese."""
        text = self.everything.text or "\n".join(line.text for line in self.lines[:40])
        return is_chinese_text(text[:2000])

    def across(self, text: str) -> bool:
        """Tell whether a text is in another language than the paper."""
        return is_chinese_text(text) and not self.is_chinese

    def nearness(self, text: str) -> list[float] | None:
        """Return how near each line stands to a text in another language, by its vectors.

        None where the text is in the paper's language, or vectors are missing. A row of a table
        counts by the names and numbers that both write.
        """
        if self.meanings is None or self._prose is None or not self.across(text):
            return None
        if (vector := self.meanings.placed([text])) is None:
            return None
        said = self.index.shares(keys_of(text))
        found = [_IN_ROWS * said.get(n, 0.0) for n in range(len(self.lines))]
        places, vectors = self._prose
        for n, like in zip(places, (vectors @ vector[0]).tolist(), strict=True):
            found[n] = like + _IN_WORDS * said.get(n, 0.0)
        return found

    @cached_property
    def _prose(self) -> tuple[list[int], Array] | None:
        """The lines that are no rows of tables, with their vectors; None where some are missing."""
        places = [n for n, line in enumerate(self.lines) if line.kind != "row"]
        texts = [self.lines[n].text for n in places]
        vectors = self.meanings.placed(texts) if self.meanings is not None and texts else None
        return None if vectors is None else (places, vectors)

    def find(self, evidence: Evidence) -> Match:
        """Return where a passage stands: in the abstract, else in the full text.

        What is one of the paper's lines need not be looked for; its offsets are not told.
        """
        if self.index.standing([evidence.quote]):
            return Match("verbatim", 100.0, text=evidence.quote)
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


def find_evidence(
    statement: Statement | str, sources: Sources, *, most: int = MOST
) -> tuple[Evidence, ...]:
    """Return the sentences, captions and table rows that carry a statement, best first.

    At most `most` of them, each for what it says beyond those before it; none where nothing carries
    the statement. What the statement itself rests on breaks ties and decides nothing else.
    """
    if isinstance(statement, str):
        statement = Statement(statement)
    found = _found(statement, sources, most)
    return found.evidence if found.supported else ()


def with_evidence(answer: Answer, sources: Sources) -> Answer:
    """Return a model's answer, each statement on the passages that carry it.

    A statement keeps the passages it has where they carry it about as well as the best do; the
    answer tells which statements got others than the model gave (``mended``).
    """
    statements, moved = [], []
    for number, statement in enumerate(answer.statements, 1):
        found = None if is_quote(statement) else _found(statement, sources)
        if found and found.supported and (not statement.evidence or found.elsewhere):
            moved += [number] if statement.evidence else []
            statement = replace(statement, evidence=found.evidence)
        statements.append(statement)
    places = ", ".join(map(str, moved))
    told = f"other passages than the model gave: statement {places}" if moved else ""
    return replace(answer, statements=tuple(statements), mended=told)


@dataclass(frozen=True)
class _Found:
    """What carries a statement: the best passages, and how well they and its own do.

    ``own`` is the share that its own passages carry, ``shares`` what each line does. Across
    languages `far` tells that nothing does, by the vectors, and ``doubtful`` that it may be so.
    """

    evidence: tuple[Evidence, ...]
    share: float
    own: float
    keys: int
    elsewhere: bool
    far: bool = False
    doubtful: bool = False
    shares: Mapping[int, float] = field(default_factory=dict)

    @property
    def supported(self) -> bool:
        """Whether anything in the paper carries the statement."""
        return not self.far and self.share >= _CARRIED


def _found(statement: Statement, sources: Sources, most: int = MOST) -> _Found:
    if (nearness := sources.nearness(statement.text)) is not None:
        return _found_across(statement, sources, nearness, most)
    keys, index = keys_of(statement.text), sources.index
    quotes = [e.quote for e in statement.evidence]
    cited = index.standing(quotes)
    places, shares = index.best(keys, cited, most)
    own = index.share(keys, quotes) if quotes else 0.0
    same = shares[min(len(quotes), len(shares)) - 1] if quotes and shares else 0.0
    single = index.shares(keys)
    more = [(share, -n) for n, share in single.items() if own < AS_GOOD * share]
    better = (index.lines[-n].text for _, n in nlargest(_BETTER, more))
    elsewhere = own < AS_GOOD * same and (
        own < _CLEARLY * same or _is_liker(statement.text, better, quotes)
    )
    evidence = tuple(Evidence.of(index.lines[n]) for n in places)
    carried = max(shares, default=0.0)
    return _Found(evidence, carried, own, len(keys), elsewhere, shares=single)


def _is_liker(text: str, lines: Iterable[str], quotes: Sequence[str]) -> bool:
    """Tell whether one of some lines is more like a text as a whole than each of its passages."""
    from rapidfuzz import fuzz

    own = max((fuzz.token_set_ratio(text, q) for q in quotes), default=0.0)
    return any(fuzz.token_set_ratio(text, line) > own for line in lines)


def _found_across(
    statement: Statement, sources: Sources, nearness: list[float], most: int
) -> _Found:
    """Return what carries a statement in another language, by vectors and by what both write."""
    lines, quotes = sources.lines, [e.quote for e in statement.evidence]
    order = sorted(range(len(lines)), key=lambda n: (-nearness[n], n))
    best = nearness[order[0]] if order else 0.0
    cited = [n for n in order if any(q in lines[n].text or lines[n].text in q for q in quotes)]
    own = max((nearness[n] for n in cited), default=-1.0)
    first = cited[:1] if best - own <= _AWAY else order[:1]
    near = (n for n in order if nearness[n] >= best - _BESIDE and n not in first)
    evidence = tuple(Evidence.of(lines[n]) for n in [*first, *near][:most])
    elsewhere = bool(quotes) and best >= _FARTHER and best - own > _AWAY
    keys = max(_LEAST_WORDS, len(keys_of(statement.text)))
    return _Found(evidence, 1.0, max(own, 0.0), keys, elsewhere, best < _FAR, best < _FARTHER)


def ground(
    statement: Statement | str,
    sources: Sources,
    *,
    question: str = "",
    place: int | None = None,
    origin: Origin = "person",
) -> tuple[Finding, ...]:
    """Return what in a statement does not stand in `sources`, as findings on `question`.

    `place` is the statement's position within its answer; what nothing carries blocks where its
    `origin` is a model. With neither paper nor reading there is nothing to compare with and no
    finding.
    """
    if isinstance(statement, str):
        statement = Statement(statement)
    if not (sources.abstract or sources.full):
        return ()
    return tuple(
        Finding(code=c, severity=s, question=question, message=m, words=w[:200], statement=place)
        for c, s, m, w in sources.doubts(statement, question, origin)
    )


def _doubts(
    sources: Sources, statement: Statement, question: str, origin: Origin
) -> tuple[_Doubt, ...]:
    doubts = list(_evidence(statement, sources))
    if doubts or not is_quote(statement):  # the paper's own sentence needs no comparison with it
        doubts += _claim(statement, sources, question, origin)
    else:
        # A piece of a sentence may leave out its "no" or its "may".
        doubts += [*_reworded(statement, origin), *_hedged(statement, sources)]
    return tuple(doubts)


def is_quote(statement: Statement) -> bool:
    """Return whether a statement is a passage of its own evidence, word for word."""
    text = letters(statement.text)
    return any(text in letters(e.quote) for e in statement.evidence)


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


def _claim(
    statement: Statement, sources: Sources, question: str, origin: Origin
) -> Iterator[_Doubt]:
    quotes = "\n".join(e.quote for e in statement.evidence)
    unseen = sources.reading is None and any(e.page is not None for e in statement.evidence)
    yield from _numbers(statement.text, quotes, sources, unseen=unseen)
    yield from _cells(statement.text, sources)
    for name, score in unknown_names(statement.text, sources.everything):
        if score < _OBJECTION and not unseen:
            message = f"The name {name.text} is not in the paper; check its spelling and place."
            yield "name-not-in-source", "warn", message, piece(statement.text, name.text)
    yield from _direction(statement, sources, origin)
    yield from _hedged(statement, sources)
    if origin == "model" and not unseen and not sources.across(statement.text):
        yield from _new(statement.text, sources.everything)
    if not unseen:
        found = _found(statement, sources)
        yield from _support(statement, sources, origin, found)
        yield from _joined(statement, sources, question, origin, found)


def _hedged(statement: Statement, sources: Sources) -> Iterator[_Doubt]:
    """Yield that a statement tells as certain what its passages hedge."""
    passages = [e.quote for e in statement.evidence]
    if words := unhedged(statement.text, passages, sources.lines):
        message = f"The paper is less certain: “{words}”; say how sure it is."
        yield "too-certain", "warn", message, statement.text


def _new(text: str, source: Source) -> Iterator[_Doubt]:
    """Yield what a model's statement tells that the paper has no word for."""
    if told := added(text, source):
        message = f"Nothing in the paper speaks of {told[0]}; take this out."
        yield "words-not-in-source", "block", message, told[1]
    elif words := new_words(text, source):
        message = f"The paper has no word for: {', '.join(words)}. Check that it says this."
        severity: Severity = "block" if is_made_up(words) else "warn"
        yield "words-not-in-source", severity, message, piece(text, words[0])


def _support(
    statement: Statement, sources: Sources, origin: Origin, found: _Found
) -> Iterator[_Doubt]:
    """Yield that nothing in the paper carries the statement, or another passage than its own."""
    text = statement.text
    nothing = found.keys >= _LEAST_WORDS and not found.supported
    if nothing and origin == "model":
        yield "unsupported", "block", _UNSUPPORTED, text
    elif found.doubtful or _is_off_topic(statement, sources, found.own):
        yield "off-topic", "warn", _STRANGE, text
    elif statement.evidence and found.keys >= _LEAST_KEYS and found.elsewhere:
        best = found.evidence[0]
        message = f"Another passage carries this. {best.place} says: {best.quote[:160]}"
        yield "evidence-elsewhere", "warn", message, text


def _joined(
    statement: Statement, sources: Sources, question: str, origin: Origin, found: _Found
) -> Iterator[_Doubt]:
    """Yield that the passages tell a statement's content of someone else, or join it otherwise."""
    text, lines = statement.text, sources.lines
    if not found.evidence or sources.across(text):
        return
    if told := misattributed(question, text, lines, found.shares, sources.method):
        code, best = told[0], Evidence.of(lines[told[1]])
        sure = code == "others-work" and origin == "model"
        message = f"{best.place} {_TOLD[code].format(best.quote[:160])}"
        yield code, "block" if sure else "warn", message, text
    yield from _relations(text, sources, question, origin, found.evidence)
    if apart := sources.index.apart([_content(c) for c in clauses(text)]):
        one, other = (
            f"{e.place} says: {e.quote[:80]}" for e in (Evidence.of(lines[n]) for n in apart)
        )
        yield "spread", "warn", f"{one} … {other} {_TOGETHER}", text


def _relations(
    text: str, sources: Sources, question: str, origin: Origin, evidence: tuple[Evidence, ...]
) -> Iterator[_Doubt]:
    """Yield the lacks, needs, causes and comparisons that none of the passages tells."""
    lines, passages = sources.lines, [e.quote for e in evidence]
    places = sources.index.standing(passages)
    after = (lines[n + 1].text for n in sorted(places) if n + 1 < len(lines))
    for name, words in unborne(text, passages, [t for t in after if points_back(t)]):
        message = f"The paper seems to tell no {name} here. {evidence[0].place} says: "
        made_up = origin == "model" and name in ASKED_FOR.get(question, ())
        severity: Severity = "block" if made_up else "warn"
        yield "relation-not-in-source", severity, message + evidence[0].quote[:160], words


def _content(text: str) -> Keys:
    """Return what a text says beyond what every paper says."""
    return {k: v for k, v in keys_of(text).items() if k not in _USUAL}


def _numbers(text: str, quotes: str, sources: Sources, *, unseen: bool) -> Iterator[_Doubt]:
    missing = unsupported_numbers(text, sources.everything)
    in_quotes = Stated(numbers(quotes) if unseen else ())
    for number, score in missing:
        if sources.in_cells(number):  # a table may leave its unit to the heading
            continue
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


def _cells(text: str, sources: Sources) -> Iterator[_Doubt]:
    """Yield the numbers that the paper states of something else, and no sentence of this."""
    keys = keys_of(text)
    for found in misplaced(text, sources.tables):
        least = _SAID if found.instead else _CARRIED_WELL
        if all(sources.index.share(keys, [s]) < least for s in sources.prose(found)):
            words = as_typed(text, found.number)
            severity: Severity = "block" if found.slip else "warn"
            yield "number-misplaced", severity, _misplaced(words, found), words
    if told := other_measure(text, (line.text for line in sources.lines)):
        number, mine, theirs = told
        message = f"The paper gives {number} as {theirs}, not {mine}; compare them."
        yield "number-misplaced", "warn", message, number


def _misplaced(words: str, found: Misplaced) -> str:
    """Return what is wrong with a number that stands in another cell, in words."""
    if not found.said_of:
        return f"{found.table} says {found.instead} for {found.given_to}, not {words}; correct it."
    end = f", for which it says {found.instead}." if found.instead else "."
    told = f"{found.table} says {words} for {found.said_of}; the statement gives it to"
    return f"{told} {found.given_to}{end}"


def _of_another_unit(number: Number, source: Source) -> bool:
    """Tell whether the source has the digits with another unit, so that the unit is at fault."""
    return bool(number.measure) and source.numbers.has_digits(number)


def _direction(statement: Statement, sources: Sources, origin: Origin) -> Iterator[_Doubt]:
    text, quotes = statement.text, "\n".join(e.quote for e in statement.evidence)
    everything = sources.everything.text
    if sources.across(text):
        if words := turned(text, everything) or contrary(text, quotes):
            yield "direction", "warn", _OPPOSITE, words
        yield from _replaced(statement, origin)
        return
    if reworded := [*_reworded(statement, origin), *_replaced(statement, origin)]:
        yield from reworded
        return
    against = (Source.of(t) for t in (quotes, sources.abstract, sources.full and everything) if t)
    if all(polarity_score(text, s) < _OBJECTION for s in against):
        sure = origin == "model" and added_denial(directed_words(text), _passages(statement))
        yield "direction", "block" if sure else "warn", _OPPOSITE, text


def _reworded(statement: Statement, origin: Origin) -> Iterator[_Doubt]:
    """Yield that a statement turns round what its passages say in the same words."""
    own, passages = directed_words(statement.text), _passages(statement)
    said = dropped_denial(own, passages) or turned_agent(own, passages)
    if said := said or swapped(statement.text, [e.quote for e in statement.evidence]):
        message = f"{_OPPOSITE} They differ in: {said}."
        yield "direction", "block" if origin == "model" else "warn", message, statement.text


def _replaced(statement: Statement, origin: Origin) -> Iterator[_Doubt]:
    """Yield that a statement names one of a few things where its passages name another of them."""
    if pair := replaced(statement.text, [e.quote for e in statement.evidence]):
        message = f"The passage says {pair[1]}, the statement {pair[0]}; compare them."
        yield "direction", "block" if origin == "model" else "warn", message, pair[0]


def _passages(statement: Statement) -> list[Words]:
    return [Source.of(e.quote).directed.words for e in statement.evidence]


def _is_off_topic(statement: Statement, sources: Sources, own: float) -> bool:
    """Tell whether a statement shares little with the paper as a whole."""
    text = statement.text
    if sources.across(text):
        return topic_score(text, sources.everything) < _OBJECTION
    if content_words(text) < _LEAST_WORDS:
        return False
    return topic_score(text, sources.everything) < (_CLEARLY_OFF if own >= _TOUCHED else _OBJECTION)

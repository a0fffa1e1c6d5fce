"""Grounding: how well a statement stands in its sources, and one finding per doubt.

Overlap sees no changed digit, name or direction, so each is looked at by a gate of its own: 1
says that the gate has no objection, below 0.5 that a person should look. No score means "true".
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from paperkit.checks.evidence import MOST, LineIndex, keys_of
from paperkit.checks.language import known_terms, stands_in, weight
from paperkit.checks.names import KnownNames, Name, explained, known_names, knows, names
from paperkit.checks.numbers import Number, Stated, as_typed, numbers, piece
from paperkit.checks.polarity import DirectedText, contrary, features, turned
from paperkit.checks.quotes import Match, find_quote
from paperkit.checks.tables import Misplaced, Table, digits_of, misplaced, tables_of
from paperkit.digests import Answer, Evidence, Finding, Origin, Severity, Statement
from paperkit.papers import Paper
from paperkit.passages import SourceLine, source_lines
from paperkit.readings import Reading
from paperkit.text import FUNCTION_WORDS, is_chinese_text, letters, stem, tokens

# Logistic weights fitted on SciTLDR's training pairs (Apache-2.0) and edits of them.
_POLARITY = {
    "bias": -2.2,
    "both_closer": 0.2,
    "both_down": 1.75,
    "elsewhere": 1.05,
    "negated_report": 2.3,
    "negation_dropped": 1.7,
    "negation_moved": 2.6,
    "negation_new": 2.9,
    "negation_new_soft": 3.0,
    "negation_unplaced": 1.55,
    "opposite_agreement": 0.45,
    "opposite_down": 1.8,
    "same_thing": 0.65,
    "same_thing_up": 1.3,
    "synonym_down": 0.9,
    "unseen_down": 1.75,
    "unseen_up": 0.5,
}
_FOREIGN = 0.2  # a Chinese claim none of whose terms an English source has
_NEARLY = 0.6  # "about 50" where the source says 49
_TOPIC = (-8.2, 13.7, 1.5)
# What an absence from the source still scores: people count ("two steps") and paraphrase freely.
_COUNTED, _SPELLED, _DIMENSION, _CONTRADICTED, _WORD, _NAME = 0.55, 0.2, 0.55, 0.02, 0.35, 0.07


@dataclass(frozen=True)
class Source:
    """A source made ready for many claims; each part is worked out when first asked for."""

    text: str

    @staticmethod
    @lru_cache(maxsize=128)
    def of(text: str) -> Source:
        """Return `text` made ready; the last hundred sources are remembered."""
        return Source(text)

    @cached_property
    def numbers(self) -> Stated:
        """The numbers it states."""
        return Stated(numbers(self.text))

    @cached_property
    def names(self) -> KnownNames:
        """The names it knows."""
        return known_names(self.text)

    @cached_property
    def directed(self) -> DirectedText:
        """Its words with their directions."""
        return DirectedText.of(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of its words."""
        return frozenset(map(stem, tokens(self.text)))

    @cached_property
    def heads(self) -> frozenset[str]:
        """The first five letters of its stems."""
        return frozenset(s[:5] for s in self.stems)


def support(claim: str, source: str) -> dict[str, float]:
    """Return one score per gate, 0 to 1 (no objection), and the ``worst`` that decides.

    Gates: numbers, entities, polarity and topic. Below 0.5 the gate objects. Of a Chinese claim on
    an English source only what tables and numbers tell is judged of direction and topic.
    """
    known = Source.of(source)
    scores = {
        "numbers": number_score(claim, known),
        "entities": entity_score(claim, known),
        "polarity": polarity_score(claim, known),
        "topic": topic_score(claim, known),
    }
    return {**scores, "worst": _worst(list(scores.values()))}


def _worst(scores: list[float]) -> float:
    """Return the least score, lowered where several gates doubt (a soft minimum of log-odds)."""
    return _logistic(-math.log(sum((1 - s) / s for s in (max(v, 0.002) for v in scores)) or 1e-9))


def unsupported_numbers(claim: str, source: Source) -> list[tuple[Number, float]]:
    """Return the numbers of `claim` that `source` does not state as they are, with their score.

    A number that the source has only elsewhere, while it counts the same thing otherwise ("two
    stages"), is not stated. Small counts that no number of the source speaks against are let pass
    with 0.55, for people sum up: "three tasks" where three are named.
    """
    claimed = numbers(claim)
    own = Stated(claimed)
    rivals = any(not own.states(n) for n in source.numbers.few)
    found = []
    for number in claimed:
        score = source.numbers.states(number)
        near = _NEARLY if source.numbers.states_about(number) else 0.0
        if not near and source.numbers.contradicts(number):
            found.append((number, _CONTRADICTED))
        elif score < 1:
            found.append((number, max(score, near, _absent(number, rivals=rivals))))
    return found


def _absent(number: Number, *, rivals: bool) -> float:
    if number.name:
        return _DIMENSION
    if number.few and rivals:
        return _CONTRADICTED
    if number.few and (number.value <= 3 or not number.spelled):
        return _COUNTED
    return _SPELLED if number.spelled else 0.0


def number_score(claim: str, source: Source) -> float:
    """Return 1 where the source states every number of the claim, 0 where one is missing."""
    return min((score for _, score in unsupported_numbers(claim, source)), default=1.0)


def unknown_names(claim: str, source: Source) -> list[tuple[Name, float]]:
    """Return the names of `claim` that `source` does not write as they are, with their score."""
    found = []
    for name in names(claim):
        score = knows(source.names, name)
        if score < 1:
            floor = max(explained(name, claim), _NAME if name.sure else _WORD)
            found.append((name, max(score, floor)))
    return found


def entity_score(claim: str, source: Source) -> float:
    """Return 1 where the source knows every name of the claim, towards 0 where it does not."""
    return min((score for _, score in unknown_names(claim, source)), default=1.0)


def polarity_score(claim: str, source: Source) -> float:
    """Return how little speaks against the claim's directions and negations.

    Of a Chinese claim against an English source only changes by a stated amount are judged.
    """
    if is_chinese_text(claim) and not is_chinese_text(source.text[:2000]):
        return _CONTRADICTED if turned(claim, source.text) else 1.0
    found = features(claim, source.directed)
    return 1 - _logistic(_POLARITY["bias"] + sum(_POLARITY[k] * v for k, v in found.items()))


def drops_negation(claim: str, source: Source) -> bool:
    """Return whether the claim states all of what the source says is not so."""
    if not source.directed.negators:
        return False
    return features(claim, source.directed).get("negation_dropped", 0.0) > 0.99


def topic_score(claim: str, source: Source) -> float:
    """Return how much of what the claim is about the source is about too.

    Of a Chinese claim against an English source the table's terms, the names and the numbers are
    compared; where none is shared, two terms or more make it foreign.
    """
    if is_chinese_text(claim) and not is_chinese_text(source.text[:2000]):
        return 1.0 if _shares_terms(claim, source) else _FOREIGN
    stems = _content(claim)
    total = sum(map(weight, stems))
    if not total:
        return 1.0
    shared = sum(weight(s) * _shared(s, source) for s in stems)
    bias, share, amount = _TOPIC
    return _logistic(bias + share * shared / total + amount * math.log1p(shared))


def _shares_terms(claim: str, source: Source) -> bool:
    terms = known_terms(claim)
    if len(terms) < 2 or any(stands_in(t, source.names.spaced) for t in terms):
        return True
    if any(knows(source.names, n) >= 0.5 for n in names(claim)):
        return True
    return any(not n.few and source.numbers.states(n) for n in numbers(claim))


def content_words(claim: str) -> int:
    """Return how many different words of a claim tell something of its topic."""
    return len(_content(claim))


def _content(claim: str) -> set[str]:
    return {stem(w) for w in tokens(claim) if w not in FUNCTION_WORDS and len(w) > 1}


def _shared(stemmed: str, source: Source) -> float:
    if stemmed in source.stems:
        return 1.0
    return 0.8 if len(stemmed) > 5 and stemmed[:5] in source.heads else 0.0


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


# Findings on statements.

_OBJECTION = 0.5
_OPPOSITE = "The paper seems to say the opposite (direction or negation); compare them."
_STRANGE = "The statement shares little with the paper; check that it is about it."
_CLEARLY_OFF = 0.005  # beside a passage of the paper a statement is off topic only if clearly so
_UNSUPPORTED = "No passage of the paper carries this; correct it, or take it out."
_LEAST_WORDS = 5  # fewer tell no topic
_LEAST_KEYS = 3  # fewer tell no passage
# Shares of what a statement says. Measured with the authors' own summaries of 618 papers: below
# _CARRIED lie 1 % of them and 87 % of those of other papers.
_CARRIED, _CARRIED_WELL, _SAID, _TOUCHED = 0.15, 0.35, 0.8, 0.05
_MISPLACED = 0.45  # of the best share: a passage that carries less was not meant
_STATED = 0.9  # a number in digits that scores less was not found, whatever speaks for it


@dataclass(frozen=True)
class Sources:
    """What a digest may rest on: the paper's metadata and, where it was read, its full text.

    ``sent`` are the lines that a model was given; without them all of the paper's are searched for
    evidence.
    """

    paper: Paper | None = None
    reading: Reading | None = None
    sent: tuple[SourceLine, ...] | None = None

    @staticmethod
    @lru_cache(maxsize=8)
    def of(paper: Paper | None, reading: Reading | None) -> Sources:
        """Return the sources made ready; the last few are remembered."""
        return Sources(paper, reading)

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
    def index(self) -> LineIndex:
        """The lines by their words."""
        return LineIndex(self.lines)

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
    return found.evidence if found.share >= _CARRIED else ()


def with_evidence(answer: Answer, sources: Sources) -> Answer:
    """Return a model's answer, each statement on the passages that carry it.

    A statement keeps the passages it has where they carry it about as well as the best do; the
    answer tells which statements got others than the model gave (``mended``).
    """
    statements, moved = [], []
    for number, statement in enumerate(answer.statements, 1):
        found = None if is_quote(statement) else _found(statement, sources)
        if found and found.share >= _CARRIED and (not statement.evidence or found.elsewhere):
            moved += [number] if statement.evidence else []
            statement = replace(statement, evidence=found.evidence)
        statements.append(statement)
    places = ", ".join(map(str, moved))
    told = f"other passages than the model gave: statement {places}" if moved else ""
    return replace(answer, statements=tuple(statements), mended=told)


@dataclass(frozen=True)
class _Found:
    """What carries a statement: the best passages, and which share of it they carry.

    ``own`` is the share that its own passages carry, ``same`` that of as many of the best ones.
    """

    evidence: tuple[Evidence, ...]
    share: float
    own: float
    same: float
    keys: int

    @property
    def elsewhere(self) -> bool:
        """Whether other passages carry the statement and its own clearly do not."""
        return self.same >= _CARRIED_WELL and self.own < _MISPLACED * self.same


def _found(statement: Statement, sources: Sources, most: int = MOST) -> _Found:
    keys, index = keys_of(statement.text), sources.index
    quotes = [e.quote for e in statement.evidence]
    cited = {n for n, line in enumerate(index.lines) if line.text in quotes}
    places, shares = index.best(keys, cited, most)
    lines = (index.lines[n] for n in places)
    evidence = tuple(Evidence(s.text, s.section, s.page, s.bbox, s.anchor) for s in lines)
    own = index.share(keys, quotes) if quotes else 0.0
    same = shares[min(len(quotes), len(shares)) - 1] if quotes and shares else 0.0
    return _Found(evidence, max(shares, default=0.0), own, same, len(keys))


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
    doubts = list(_evidence(statement, sources))
    if doubts or not is_quote(statement):  # the paper's own sentence needs no comparison with it
        doubts += _claim(statement, sources, origin)
    return tuple(
        Finding(code=c, severity=s, question=question, message=m, words=w[:200], statement=place)
        for c, s, m, w in doubts
    )


def is_quote(statement: Statement) -> bool:
    """Return whether a statement is a passage of its own evidence, word for word."""
    text = letters(statement.text)
    return any(text in letters(e.quote) for e in statement.evidence)


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


def _claim(statement: Statement, sources: Sources, origin: Origin) -> Iterator[_Doubt]:
    quotes = "\n".join(e.quote for e in statement.evidence)
    unseen = sources.reading is None and any(e.page is not None for e in statement.evidence)
    yield from _numbers(statement.text, quotes, sources, unseen=unseen)
    yield from _cells(statement.text, sources)
    for name, score in unknown_names(statement.text, sources.everything):
        if score < _OBJECTION and not unseen:
            message = f"The name {name.text} is not in the paper; check its spelling and place."
            yield "name-not-in-source", "warn", message, piece(statement.text, name.text)
    yield from _direction(statement.text, quotes, sources)
    if not unseen:
        yield from _support(statement, sources, origin)


def _support(statement: Statement, sources: Sources, origin: Origin) -> Iterator[_Doubt]:
    """Yield that nothing in the paper carries the statement, or another passage than its own."""
    text, found = statement.text, _found(statement, sources)
    nothing = found.keys >= _LEAST_WORDS and found.share < _CARRIED
    if nothing and origin == "model":
        yield "unsupported", "block", _UNSUPPORTED, text
    elif _is_off_topic(statement, sources, found.own):
        yield "off-topic", "warn", _STRANGE, text
    elif statement.evidence and found.keys >= _LEAST_KEYS and found.elsewhere:
        best = found.evidence[0]
        message = f"Another passage carries this. {best.place} says: {best.quote[:160]}"
        yield "evidence-elsewhere", "warn", message, text


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
    """Yield the numbers that a table states of something else, and no sentence of this."""
    keys = keys_of(text)
    for found in misplaced(text, sources.tables):
        least = _SAID if found.instead else _CARRIED_WELL
        if all(sources.index.share(keys, [s]) < least for s in sources.prose(found)):
            words = as_typed(text, found.number)
            severity: Severity = "block" if found.slip else "warn"
            yield "number-misplaced", severity, _misplaced(words, found), words


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


def _direction(text: str, quotes: str, sources: Sources) -> Iterator[_Doubt]:
    everything = sources.everything.text
    if is_chinese_text(text) and not is_chinese_text(everything[:2000]):
        if words := turned(text, everything) or contrary(text, quotes):
            yield "direction", "warn", _OPPOSITE, words
        return
    against = (Source.of(t) for t in (quotes, sources.abstract, sources.full and everything) if t)
    denied = bool(quotes) and drops_negation(text, Source.of(quotes))
    if denied or all(polarity_score(text, s) < _OBJECTION for s in against):
        yield "direction", "warn", _OPPOSITE, text


def _is_off_topic(statement: Statement, sources: Sources, own: float) -> bool:
    """Tell whether a statement shares little with the paper as a whole."""
    text = statement.text
    if is_chinese_text(text) and not is_chinese_text(sources.everything.text[:2000]):
        return topic_score(text, sources.everything) < _OBJECTION
    if content_words(text) < _LEAST_WORDS:
        return False
    return topic_score(text, sources.everything) < (_CLEARLY_OFF if own >= _TOUCHED else _OBJECTION)

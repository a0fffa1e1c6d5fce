"""Extractive: answers made of the paper's own sentences, offline and free.

It chooses and never writes: every answer is a verbatim sentence, or a span of one, with its
number as evidence. The summary alone may begin with the method's name, from the title, where its
sentence says only "we". It does not translate either: an English paper gives English answers
whatever the language asked for, and questions that ask for a translation stay unanswered.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

from paperkit.checks.names import method_name
from paperkit.extractive.bodies import (
    LIMITS,
    SHORT_FORM,
    about,
    claims,
    is_given,
    is_in_place,
    is_tested,
    unexplained,
    unknown_form,
)
from paperkit.extractive.selection import PARTS, SIGNS, alike, part_scores, takeaways
from paperkit.extractive.sentence_roles import ROLES, role_chances
from paperkit.extractive.summaries import SENTENCES, Span, best_span, line_of
from paperkit.extractive.terms import keywords
from paperkit.extractive.weights import idf
from paperkit.extractive.wording import (
    CONDITION,
    PASSIVE,
    TELLS,
    acts,
    adds,
    announces,
    finished,
    is_known,
    is_main,
    is_own,
    is_plain,
    of_others,
    only_leads,
    points_back,
    points_elsewhere,
    standalone,
    states,
    sums_up,
    takes_symbols,
    takes_up,
    unlabeled,
)
from paperkit.outlines import Question
from paperkit.passages import SourceLine
from paperkit.prompts import Reply, Request
from paperkit.text import stems

_ENOUGH = 5  # takeaways
_FEW = 3  # sentences on what the authors did: with no more left, they are takeaways
# The abstract, and the sections where a part is expected, come before other places.
_HOME_BONUS = 0.5

_NEAR = 0.08  # likeness to title and abstract of a step that is worth telling

_BEFORE_TAKEAWAYS = ("task", "performance")
# Statements of a part: each more is one more that a person has to check, and may have to strike.
_MOST = {"methods": 2}
_BACKGROUND = 0.6  # how likely a sentence that is no summary is background
_KNOWN = 0.5  # and one that is no takeaway
_SAME = 0.64  # likeness of two sentences that say the same
_FIRST = 15  # sentences that introduce: what comes after them compares and explains
_BEGINNING = 40  # sentences of a paper without an abstract, of which one sums it up
# A sentence that names what it brings ("We present FacadeTrack") needs no other name before it.
_NAMES = re.compile(r"\b(?:present|propose|introduce|develop)s? (?:\w+ )?[A-Z]\w*[A-Z]")
_POSSIBLE = re.compile(r"\b(?:could|may|might|should|must)\b")
_DEFINING = ("which", "whose", "where", "when", "because", "without")  # "corpora whose documents …"
_TOLD = 5  # the least rank of a span that tells what was done and leans on nothing
_BRIEF = 10  # words of a clause that tells too little
_RELATIVE = (", which", ", where", ", whose", ", including")  # "that X, which …, is Y" lacks "is Y"

Row = dict[str, Any]


def _without_paper(line: str) -> str:
    """Return a line with a name before it without "In this paper," after the name."""
    line = re.sub(r"(?<=\w: )(?:In this \w+,? we|we)\b", "We", line, count=1)
    return re.sub(r"(?<=\w: )this(?= \w+ )", "This", line, count=1)


def _is_torn(span: Span, whole: str) -> bool:
    """Tell whether a span is no whole statement, or leaves out what its sentence starts from."""
    text, seen = whole[span.start : span.end], whole[: span.end]
    cut = span.opens == "lead" and CONDITION.match(whole)
    said = " that " in seen or span.opens == "that"
    torn = said and span.closes in _RELATIVE and "," in whole[span.end + 1 :]
    half = span.closes != "end" and only_leads(text)
    return bool(cut or torn or half) or not (is_plain(finished(text)) and sums_up(text))


def _crops(span: Span, text: str) -> bool:
    """Tell whether a span leaves out what says which things it is about, or is short."""
    return span.closes in _DEFINING or (span.closes != "end" and len(text.split()) < _BRIEF)


class Extractive:
    """The embedded default model: no key, no network, no cost; it extracts, never translates."""

    name: ClassVar[str] = "extractive"
    local: ClassVar[bool] = True
    parameters: ClassVar[Mapping[str, Any]] = MappingProxyType({"weights": 2})
    notice: ClassVar[str] = "word for word, nothing written or translated"
    """What the progress line says of it."""

    def __repr__(self) -> str:
        return "Extractive()"

    def answer(self, request: Request) -> Reply:
        """Return verbatim sentences for each question; an empty list where none answers it."""
        choice = _Choice(request)
        order = _by_need(request.questions, short=choice.short)
        rows = {question.key: choice.rows(question) for question in order}
        ordered = {question.key: rows[question.key] for question in request.questions}
        text = json.dumps(ordered, ensure_ascii=False)
        return Reply(text=text, model=self.name, tokens_in=0, tokens_out=0)


def _by_need(questions: Iterable[Question], *, short: bool) -> list[Question]:
    """Return the questions in the order they choose: a sentence is shown once in a digest.

    From a `short` source, an abstract alone, results are chosen before there are takeaways.
    """
    results = (*_BEFORE_TAKEAWAYS, "takeaways") if short else ()
    first = ("summary", *results, "approach", "takeaways")
    return sorted(questions, key=lambda q: first.index(q.key) if q.key in first else len(first))


@dataclass
class _Choice:
    """The sentences of one paper, and which of them are already used."""

    request: Request
    used: set[int] = field(default_factory=set)
    summed_up: int | None = None
    told: str = ""
    joined: dict[int, str] = field(default_factory=dict)

    @cached_property
    def sentences(self) -> tuple[SourceLine, ...]:
        """The lines that are sentences, without labels: captions and rows of tables are none."""
        kept = (s for s in self.request.sentences if s.kind == "sentence")
        return tuple(replace(s, text=unlabeled(s.text)) if s.page is None else s for s in kept)

    @cached_property
    def name(self) -> str:
        """The name that the paper gives its method, empty where it gives none."""
        return method_name(self.request.paper)

    @cached_property
    def short(self) -> bool:
        """Whether there is an abstract alone."""
        return all(s.page is None for s in self.sentences)

    def rows(self, question: Question) -> list[Row]:
        """Return the statements that answer a question."""
        if question.translation:
            return []
        if question.key == "summary" and question.kind == "line":
            return self._summary(question)
        if question.key == "keywords":
            return self._keywords(question)
        if question.key == "takeaways":
            numbers = self._takeaways(question)
        elif question.key in PARTS:
            numbers = self._part(question)
        else:
            return self._take(self._matching(question), question, whole=True)
        return self._take(numbers, question)

    def _from(self, question: Question) -> Sequence[SourceLine]:
        if question.source != "abstract":
            return self.sentences
        abstract = [s for s in self.sentences if s.page is None]
        beginning = [s for s in self.sentences[:_BEGINNING] if is_plain(s.text)]
        title = self.request.paper.title
        near = [s for s in beginning if about(s.text, title) and not unexplained(s.text, title)]
        return abstract or self._telling or near

    @cached_property
    def _telling(self) -> Sequence[SourceLine]:
        """What a paper without an abstract says of itself, where it begins and where it ends."""
        whole = [s for s in self.sentences if self._is_of_the_whole(s) and is_plain(s.text)]
        return [s for s in whole if not points_elsewhere(s.text)]

    def _free(self, question: Question, *, leaning: bool = False) -> list[SourceLine]:
        limit = question.words
        return [
            s
            for s in self._from(question)
            if s.number not in self.used
            and s.number in self._plain
            and (leaning or s.number not in self._leaning)
            and len(s.text.split()) <= limit
        ]

    @cached_property
    def _plain(self) -> set[int]:
        return {s.number for s in self.sentences if is_plain(s.text)}

    @cached_property
    def _leaning(self) -> set[int]:
        """The sentences that lean on what is neither in them nor in the summary."""
        known = f"{self.request.paper.title} {self.told}"
        texts = ["", *(s.text for s in self.sentences)]
        return {
            s.number
            for s, before in zip(self.sentences, texts, strict=False)
            if points_elsewhere(s.text)
            or not (alone := standalone(s.text))
            or points_back(alone, known, beside=s.number >= self._turn)
            or takes_up(alone, before, known)
            or (s.page is None and takes_symbols(alone, self._before(s), known))
            or (s.page is None and unknown_form(alone, known, self._short_forms))
            or (s.page is not None and unexplained(alone, self._known, self._short_forms))
        }

    def _before(self, line: SourceLine) -> str:
        """Return what the abstract says before one of its sentences."""
        return " ".join(s.text for s in self._abstract if s.number < line.number)

    @cached_property
    def _known(self) -> str:
        """What stands beside a sentence of the body: the title and the abstract."""
        return " ".join([self.request.paper.title, *(s.text for s in self._abstract)])

    @cached_property
    def _short_forms(self) -> set[str]:
        """The short forms that the body explains in brackets, each once."""
        return {m for s in self.sentences for m in SHORT_FORM.findall(s.text)}

    @cached_property
    def _abstract(self) -> Sequence[SourceLine]:
        return [s for s in self.sentences if s.page is None]

    @cached_property
    def _chances(self) -> dict[int, float]:
        """How likely each sentence of the abstract tells what is known already."""
        return self._of_role("background")

    @cached_property
    def _results(self) -> dict[int, float]:
        """How likely each tells what came out."""
        return self._of_role("result")

    def _of_role(self, role: str) -> dict[int, float]:
        chances = role_chances([s.text for s in self._abstract])[:, ROLES.index(role)]
        return {s.number: float(c) for s, c in zip(self._abstract, chances, strict=True)}

    def _summary(self, question: Question) -> list[Row]:
        title = self.request.paper.title
        source = [s for s in self._from(question) if s.text.strip()]
        span, rank = self._best_span(source)
        stating = [s for s in self._telling if s.page is not None and states(standalone(s.text))]
        if stating and rank < _TOLD:
            source = stating
            span, rank = self._best_span(source)
        if span is None:
            return []
        texts = [s.text for s in source]
        number, whole = source[span.sentence].number, texts[span.sentence]
        self.summed_up = number
        named = title.startswith(f"{self.name}:") and is_own(whole) and not _NAMES.search(whole)
        line = _without_paper(line_of(title if named else "", texts, span))
        self.told = line = standalone(line) or finished(unlabeled(line))
        self.used.add(number)
        return [{"text": line, "evidence": [number]}]

    def _best_span(self, source: Sequence[SourceLine]) -> tuple[Span | None, int]:
        """Return the span of some sentences that sums up best, and its rank."""
        if not source:
            return None, 0
        texts = [s.text for s in source]
        rank = self._ranking(texts[:SENTENCES])
        span = best_span(self.request.paper.title, texts, rank=rank)
        return span, rank(span)

    def _ranking(self, texts: Sequence[str]) -> Callable[[Span], int]:
        """Return what ranks spans: first what tells what was done, last background and what leans.

        A span that leaves out the condition before it ("Under …, we show") says more than it may.
        """
        background = role_chances(list(texts))[:, 0] >= _BACKGROUND
        title = self.request.paper.title
        told = (n for n, text in enumerate(texts) if self._tells(text, background[n]))
        first = next(told, 0)

        def rank(span: Span) -> int:
            whole = texts[span.sentence]
            text, seen = whole[span.start : span.end], whole[: span.end]
            leans = points_back(finished(text), title)
            if _is_torn(span, whole) or (leans and span.opens in ("we", "that")):
                return 0
            leans = leans or takes_symbols(text, " ".join(texts[: span.sentence]), title)
            done = (TELLS.search(seen) and not background[span.sentence]) or PASSIVE.search(seen)
            stated = states(unlabeled(text))
            if not (stated or done or is_own(seen, self.name)):
                return int(not background[span.sentence])
            less = _crops(span, text) + unknown_form(text, title, self._short_forms)
            main = 3 * (span.sentence == first) + 2 * is_main(whole) - 2 * adds(whole)
            return 2 if leans else (20 if stated else 10) + main - less

        return rank

    def _keywords(self, question: Question) -> list[Row]:
        source = self._from(question)
        text = "\n\n".join(s.text for s in source)
        rows = []
        for term in keywords(self.request.paper.title, text, count=question.items[1]):
            numbers = [s.number for s in source if term in s.text][:1]
            rows.append({"text": term, "evidence": numbers})
        return rows

    def _takeaways(self, question: Question) -> list[int]:
        free = [s for s in self._free(question) if s.number != self.summed_up]
        abstract = [s for s in free if s.page is None]
        body = [s for s in free if s.page is not None and self._is_claim(s)]
        low, high = question.items
        count = min(high, _ENOUGH)
        own = [s for s in abstract if s.number >= self._turn and self._is_news(s)]
        told = [s for s in own if not announces(s.text)]
        sure = [s for s in told if self._tells(s.text, background=False) or self._is_result(s)]
        told = sure or told
        if numbers := self._best(told if len(told) >= low else [*told, *body], count):
            return numbers
        # Few are better than what others did, or what only announces; one there has to be.
        leaning = [s for s in self._free(question, leaning=True) if s.number != self.summed_up]
        later = [s for s in leaning if s.page is None and s.number >= self._turn]
        ours = [s for s in later if is_own(s.text, self.name) and not announces(s.text)]
        chosen = self._best(ours or later or abstract or free or leaning, 1)
        for number in chosen:
            self._join(number, question.words)
        return chosen

    def _join(self, number: int, most: int) -> None:
        """Let a sentence that leans on the one before it be shown with it, where both fit."""
        before = next((s for s in self.sentences if s.number == number - 1), None)
        this = next(s for s in self.sentences if s.number == number)
        if number not in self._leaning or before is None or before.number in self.used:
            return
        joined = f"{standalone(before.text)} {this.text}"
        if standalone(before.text) and is_plain(before.text) and len(joined.split()) <= most:
            self.joined[number] = joined

    def _is_claim(self, line: SourceLine) -> bool:
        """Tell whether a sentence of the body says so much, and not what the summary says."""
        again = states(line.text) and states(self.told)
        new = not again and alike(line.text, self.told) < _SAME
        return new and self._is_of_the_whole(line)

    def _is_of_the_whole(self, line: SourceLine) -> bool:
        """Tell whether a sentence of the body says what the paper as a whole does or finds."""
        return claims(line.text, line.section, self.name, self.request.paper.title)

    def _best(self, pool: Sequence[SourceLine], count: int) -> list[int]:
        """Return the numbers of the sentences most worth taking away."""
        lines = [*self._abstract, *(s for s in pool if s.page is not None)]
        wanted = {s.number for s in pool}
        among = [n for n, line in enumerate(lines) if line.number in wanted]
        texts, title = [s.text for s in lines], self.request.paper.title
        return [lines[n].number for n in takeaways(title, texts, count=count, among=among)]

    def _part(self, question: Question) -> list[int]:
        free = {s.number for s in self._free(question)}
        told = sum(number >= self._turn for number in free)
        if self.short and question.key in _BEFORE_TAKEAWAYS and told <= _FEW:
            return []  # the takeaways need them
        most = 1 if self.short else min(_MOST.get(question.key, 1), question.items[1])
        chosen = self._chosen(question.key, free, most, ())
        if question.key == "performance":
            chosen += self._chosen("limits", free, LIMITS.most, chosen)
        return chosen

    def _chosen(self, part: str, free: set[int], most: int, before: Sequence[int]) -> list[int]:
        """Return the best sentences of a part that say what none shown does."""
        ranked = sorted(
            (-score, number)
            for (of, number), score in self._scores.items()
            if of == part and number in free
        )
        own = part == "limits" or PARTS[part].own
        texts = {s.number: s.text for s in self.sentences}
        chosen: list[int] = []
        for _, number in ranked:
            seen = {*self.used, *before, *chosen, self.summed_up or number} - {number}
            again = part in ("approach", "innovation") and states(self.told)
            twice = again and states(standalone(texts[number]))
            new = (
                not twice
                and number not in before
                and (not own or all(alike(texts[number], texts[n]) < _SAME for n in seen))
            )
            if new and len(chosen) < most:
                chosen.append(number)
        return chosen

    @cached_property
    def _scores(self) -> dict[tuple[str, int], float]:
        """Return `part_scores` by sentence number; the abstract and the body are judged apart."""
        abstract = [s for s in self.sentences if s.page is None]
        body = [s for s in self.sentences if s.page is not None]
        found = {}
        for (part, n), score in part_scores([s.text for s in abstract]).items():
            if self._is_in_abstract(part, abstract[n]):
                found[part, abstract[n].number] = score + _HOME_BONUS
        parts = {**PARTS, "limits": LIMITS}
        texts, sections = [s.text for s in body], [s.section for s in body]
        subject = " ".join([self.request.paper.title, *(s.text for s in abstract)])
        for (part, n), score in part_scores(texts, sections, parts=parts).items():
            if self._is_in_body(part, body[n]):
                home = _HOME_BONUS * parts[part].at_home(sections[n])
                near = alike(texts[n], subject)
                if part != "methods" or not abstract or near >= _NEAR:
                    found[part, body[n].number] = score + home + near
        return found

    def _is_in_abstract(self, part: str, line: SourceLine) -> bool:
        """Tell whether what others did comes before what the authors do, and theirs after."""
        if part in SIGNS and not (is_own(line.text, self.name) or SIGNS[part].search(line.text)):
            return False
        if part == "background" and not is_given(line.text):
            return False
        if part == "task" and not is_tested(standalone(line.text)):
            return False
        if part == "approach" and not states(standalone(line.text)):
            return False
        later = part == "prior_work" and of_others(line.text)
        return later or PARTS[part].own == (line.number >= self._turn)

    def _is_in_body(self, part: str, line: SourceLine) -> bool:
        """Tell whether a body says such a thing there; what others did opens its introduction."""
        if part == "approach" and self._abstract:
            return False  # the abstract says what the paper proposes
        if part == "limits" or PARTS[part].own:
            return is_in_place(part, line.text, line.section, self.name, self.request.paper.title)
        apart = part == "prior_work" and not PARTS["background"].at_home(line.section)
        return is_given(line.text) and (
            line.number in self._opening or (apart and PARTS[part].at_home(line.section))
        )

    @cached_property
    def _turn(self) -> int:
        """The number of the abstract's first sentence that tells what its authors do."""
        abstract = self._abstract
        if not abstract:
            return 0
        likely = self._chances
        told = (s for s in abstract if self._tells(s.text, likely[s.number] >= _BACKGROUND))
        return min([*(s.number for s in told), self.summed_up or 10**9])

    def _is_result(self, line: SourceLine) -> bool:
        """Tell whether a sentence of the abstract most likely says what came out."""
        return self._results[line.number] >= _KNOWN and not _POSSIBLE.search(line.text)

    def _is_news(self, line: SourceLine) -> bool:
        """Tell whether a sentence of the abstract tells neither what was known nor others' work."""
        known = self._chances[line.number] >= _KNOWN or is_known(line.text)
        return not ((known and not is_own(line.text, self.name)) or of_others(line.text))

    def _tells(self, text: str, background: bool) -> bool:
        """Tell whether a sentence says what the authors do: with "we", or in the passive."""
        told = PASSIVE.search(text) or (TELLS.search(text) and not background)
        own = is_own(text, self.name) and not (background and not acts(text))
        return own or (bool(told) and not of_others(text))

    @cached_property
    def _opening(self) -> set[int]:
        """The first sentences of the introduction up to the authors' own; of a body without one."""
        body = [s for s in self.sentences if s.page is not None]
        home = [s for s in body if PARTS["background"].at_home(s.section)]
        others = itertools.takewhile(
            lambda s: not is_own(s.text, self.name), (home or body)[:_FIRST]
        )
        return {s.number for s in others}

    def _matching(self, question: Question) -> list[int]:
        """Return the sentences that share most with a question of the user's own outline."""
        asked = set(stems(f"{question.ask} {question.headings.get('en', '')}"))
        asked = {word for word in asked if idf(word) > 1.5}
        least = 0.4 * sum(sorted((idf(w) for w in asked), reverse=True)[:4])
        ranked = []
        for s in self._free(question):
            words = stems(s.text)
            shared = sum(idf(word) for word in asked.intersection(words))
            score = shared / (1 + math.log1p(len(words)) / 10)
            if asked and score >= least:
                ranked.append((-score, s.number))
        most = 1 if question.kind == "line" else min(question.items[1], 3)
        return [number for _, number in sorted(ranked)[:most]]

    def _take(
        self, numbers: Sequence[int], question: Question, *, whole: bool = False
    ) -> list[Row]:
        """Return the statements in text order, as many as the question's limit holds.

        What ties a sentence to the one before it is left out, unless they are to be `whole`.
        """
        by_number = {s.number: s.text for s in self.sentences}
        room = question.words if question.kind != "list" else math.inf
        kept = []
        for number in numbers:
            length = len(by_number[number].split())
            if length <= room:
                room -= length
                kept.append(number)
        self.used.update(kept)
        self.used.update(n - 1 for n in kept if n in self.joined)
        return [self._row(n, by_number[n], whole=whole) for n in sorted(kept)]

    def _row(self, number: int, text: str, *, whole: bool) -> Row:
        if number in self.joined:
            return {"text": self.joined[number], "evidence": [number - 1, number]}
        return {"text": text if whole else standalone(text) or text, "evidence": [number]}

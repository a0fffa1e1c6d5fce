"""Replies: a model's text read back as answers, once, whatever stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from paperkit.digests import Answer, Evidence, Statement
from paperkit.errors import count
from paperkit.outlines import Question, is_chinese
from paperkit.papers import clean_text
from paperkit.passages import SourceLine
from paperkit.prompts.objects import (
    ANOTHER_PAPER,
    NOT_JSON,
    Rows,
    names_of,
    objects_in,
    plain_name,
    rows_in,
)
from paperkit.prompts.requests import PROMPT_VERSION, Request, asked_of, most
from paperkit.text import cjk_count, is_chinese_text, latin_count, letters, split_sentences

LEFT_OUT = "the model left this question out"
ANOTHER_SHAPE = "the model answered in another shape than asked"
EMPTY = "the model had nothing to say to this question, which must be answered"
ANOTHER_LANGUAGE = "the answer is in another language than asked"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A model's reply: its text (JSON or lines, as asked), who wrote it, and its usage.

    ``model`` is the name it was asked under; token counts are None where the server reports none.
    ``tokens_cached`` are those sent that the provider had in its cache, and charges less for.
    """

    text: str
    model: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int | None = None

    def __post_init__(self) -> None:
        """Keep what can be written down: text without halves of characters, counts that are."""
        object.__setattr__(self, "text", writable(self.text))
        for name in ("tokens_in", "tokens_out", "tokens_cached"):
            object.__setattr__(self, name, count(getattr(self, name)))


_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def writable(text: str) -> str:
    """Return `text` with a mark in place of what no file takes: lone surrogates and NULs."""
    return _UNWRITABLE.sub("\ufffd", text)


@dataclass(frozen=True)
class Fault:
    """What is wrong with the answer to one question, in words for the model.

    ``empty``: a simpler way of asking may help; ``usable``: it is kept where a second try is worse.
    """

    question: str
    words: str
    empty: bool = False
    usable: bool = False


def _answer(
    key: str,
    statements: tuple[Statement, ...],
    error: str,
    request: Request,
    reply: Reply,
    at: datetime | None,
) -> Answer:
    """Return the answer to a question, without statements where there is an error."""
    return Answer(
        question=key,
        statements=() if error else statements,
        model=reply.model,
        prompt_version=PROMPT_VERSION,
        at=at or datetime.now(UTC),
        error=error,
        note=request.left_out,
    )


def read_reply(
    request: Request, reply: Reply, *, at: datetime | None = None
) -> tuple[tuple[Answer, ...], tuple[Fault, ...]]:
    """Return one answer per question of `request`, in its order, and what is wrong with them.

    Numbers and quotes that the model gives as evidence are hints: a number becomes the passage of
    that line, or of the one line that has the words quoted with it; a number of no line is dropped.
    A question that must be answered and is not gets an answer with ``error`` and no text.
    """
    if request.form == "lines":
        rows, wrong = _from_lines(request, reply.text)
    else:
        asked = (request.questions, request.paper.id, _THOUGHT_ENDS)
        rows, wrong = rows_in(reply.text, *asked)
        if wrong == NOT_JSON and (headed := _under_headings(request, reply.text)):
            rows, wrong = headed, ""
    numbered = _Numbered(request.sentences)
    answers, faults = [], []
    for question in request.questions:
        statements, error = _statements(question, rows, numbered)
        fault = _fault(question, statements, wrong or error, request)
        if fault is not None:
            faults.append(fault)
        failed = fault is not None and not fault.usable
        told = (wrong or error or EMPTY) if failed else ""
        answers.append(_answer(question.key, statements, told, request, reply, at))
    return tuple(answers), tuple(faults)


def _fault(
    question: Question, statements: tuple[Statement, ...], error: str, request: Request
) -> Fault | None:
    """Return what is wrong with one answer; what may be left out is no fault where it is."""
    key = question.key
    if error == LEFT_OUT and question.optional:
        return None
    if error:
        return Fault(key, f'"{key}": {error}')
    if not statements:
        return None if question.optional else Fault(key, f'"{key}": {EMPTY}', empty=True)
    if _is_foreign(" ".join(s.text for s in statements), request.language):
        return Fault(key, f'"{key}": {ANOTHER_LANGUAGE}', usable=True)
    return None


def _is_foreign(text: str, language: str) -> bool:
    """Return whether an answer clearly is Chinese where it should not be, or the reverse."""
    if latin_count(text) + cjk_count(text) < 5 or language.split("-")[0] in ("ja", "ko"):
        return False
    return is_chinese_text(text) != is_chinese(language)


# ---- What stands around an answer: thoughts, channels, fences, marks of an end

_ENDS = re.compile(
    r"<\|(?:im_end|end|return|eot_id|endoftext|end_of_text|eom_id|im_start|start)\|>"
    r"|<(?:end_of_turn|eos)>|</s>|\[/INST\]",
    re.IGNORECASE,
)
_THOUGHT_ENDS = re.compile(
    r"</(?:\w+:)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad)>"
    r"|\[/(?:THINK|THINKING|THOUGHT)\]|<\|(?:end_of_thought|/think)\|>|◁/think▷"
    r"|<\|channel\|>\s*final\s*(?:<\|constrain\|>\s*\w+\s*)?<\|message\|>"
    r"|<channel\|>|\[/INST\](?=\s*\S)",
    re.IGNORECASE,
)
_THOUGHT = re.compile(
    r"<((?:\w+:)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad))>"
    r".*?(?:</\1>|\Z)"
    r"|\[(THINK|THINKING|THOUGHT)\].*?(?:\[/\2\]|\Z)"
    r"|<\|channel\|>\s*(?:analysis|commentary)\b.*?(?:<\|end\|>|<\|start\|>|\Z)",
    re.IGNORECASE | re.DOTALL,
)


def _spoken(text: str) -> str:
    """Return a reply without the thoughts before it and the marks of its end."""
    ends = list(_THOUGHT_ENDS.finditer(text))
    if ends:
        text = text[ends[-1].end() :]
    return _ENDS.sub("", _THOUGHT.sub("", text)).strip("\ufeff \t\r\n")


# ---- Plain lines for one question

_NOT_STATED = re.compile(
    r"[\W_]*(?:not (?:stated|mentioned|specified|provided|available|given)|n/?a|none"
    r"|未(?:说明|提及|提到)|(?:the|this) (?:paper|text|abstract|article|study) (?:does not|doesn't)"
    r" (?:say|state|mention|provide|specify|discuss|address|answer|describe)\b(?: \S+){0,8}"
    r"|(?:论文|本文|摘要)(?:没有|并未|未)(?:提及|提到|说明|回答).{0,20})[\W_]*$",
    re.IGNORECASE,
)
_BULLET = re.compile(
    r"^\s*(?:[-*•▪◦·–—>#]+\s+|\(?\d{1,2}[.):、]\s*|[a-h][.)]\s+|\(?[ivx]{1,4}\)\s+"
    r"|[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f300-\U0001faff]+\s*"
    r"|(?:Final )?Answer\s*:\s*)+",
    re.IGNORECASE,
)
_WRAPPED = re.compile(
    r"</?(?:answer|final_answer|final|response|result|output|text|sentences?|statement|s|p|li|ul)>"
    r"|\A\s*\\boxed\{(?P<boxed>.*)\}\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_NEXT_TURN = re.compile(r"\n\s*(?:user|human|assistant|question|q)\s*[:：]", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:(?:based on|according to|from|in) the (?:(?:provided|given) )?"
    r"(?:abstract|text|paper|passage|source)(?: provided)?,\s+"
    r"|(?:the|this) (?:paper|text|abstract|passage) (?:states|says)(?: that)?\s*[:,]?\s*(?=[\"“]))",
    re.IGNORECASE,
)


def _from_lines(request: Request, text: str) -> tuple[Rows, str]:
    """Return the statements of a reply in plain lines, under the key of its one question."""
    question = request.questions[0]
    spoken = _spoken(text)
    if re.match(r"(?:```\w*\s*)?(?:\{|\[\s*[\[{\"'\]])", spoken):
        return _from_json_after_all(question, spoken, request.paper.id)
    if turn := _NEXT_TURN.search(spoken):  # the model plays on, with a reader of its own
        spoken = spoken[: turn.start()]
    spoken = _WRAPPED.sub(lambda m: m["boxed"] or "", spoken)
    lines = [_bare(row, question) for row in spoken.splitlines()]
    said = [r for r in lines if r and not r.endswith((":", "：")) and not _echoes(r, request)]
    if question.kind != "list" or len(said) == 1:  # small models write a list in one line
        said = [sentence for row in said for sentence in split_sentences(row)]
    return {question.key: [*dict.fromkeys(said)][: most(question)]}, ""  # what is beyond may be cut


def _bare(line: str, question: Question) -> str:
    """Return a line without bullets, the question's name, and openings that say nothing."""
    row = clean_text(_BULLET.sub("", line)).strip("*_` ")
    label, colon, rest = row.partition(":" if ":" in row else "：")
    if colon and rest.strip() and plain_name(label) in names_of((question,)):
        row = rest.strip("*_` ")
    if opening := _OPENING.match(row):
        row = row[opening.end() :]
        row = row[:1].upper() + row[1:]
    return row.strip('"“” ') if row.count('"') + row.count("“") + row.count("”") == 2 else row


def _under_headings(request: Request, text: str) -> Rows:
    """Return what stands under the questions' names, where a model wrote headings, not JSON."""
    if "{" in text:  # JSON that is cut off or broken
        return {}
    names, asked = names_of(request.questions), ""
    rows: dict[str, list[str]] = {}
    for line in _spoken(text).splitlines():
        label, _, rest = re.sub(r"^[\s#*_\d.)]+", "", line).partition(":" if ":" in line else "：")
        if plain_name(label) in names:
            asked, line = names[plain_name(label)], rest.strip("*_ ")
        if asked and line.strip() and not _HINTS.match(line):
            rows.setdefault(asked, []).append(_FIELD.sub("- ", line))
    return {key: "\n".join(lines) for key, lines in rows.items()}


_HINTS = re.compile(r"[\s-]*(?:evidence|quotes)\s*:", re.IGNORECASE)
_FIELD = re.compile(r"^\s*-\s+(?:text|statement)\s*:\s*", re.IGNORECASE)


def says_enough(request: Request, text: str) -> bool:
    """Return whether a reply in plain lines, so far, goes beyond what was asked for.

    Small models write on, and repeat themselves, until they are stopped.
    """
    if request.form != "lines" or not text.endswith((".", "\n")):
        return False
    rows = _spoken(text).splitlines()
    said = sum(len(split_sentences(row)) for row in rows if row.strip())
    return said > most(request.questions[0])


def _echoes(line: str, request: Request) -> bool:
    """Return whether a line repeats what was asked instead of answering it."""
    if len(line.split()) > 2 and letters(line) in letters(request.task()):
        return True
    asked, said = (re.findall(r"\w+", t.lower()) for t in (asked_of(request.questions[0]), line))
    return SequenceMatcher(None, asked, said, autojunk=False).find_longest_match().size >= _ECHO


_ECHO = 8
"""Words in a row that a line has in common with its question, and is its echo."""


def _from_json_after_all(question: Question, text: str, paper: str) -> tuple[Rows, str]:
    """Return what a model says in JSON though lines were asked for."""
    rows, wrong = rows_in(text, (question,), paper, _THOUGHT_ENDS)
    if rows or wrong == ANOTHER_PAPER:
        return rows, wrong
    objects = objects_in(text)
    return ({question.key: objects}, "") if objects else ({}, ANOTHER_SHAPE)


# ---- Statements

_TEXTS = ("text", "statement", "answer", "sentence", "point", "item", "content", "value")
_SAYS_NOTHING = re.compile(r"[\W_]*$")


def _statements(
    question: Question, rows: Rows, numbered: _Numbered
) -> tuple[tuple[Statement, ...], str]:
    """Return the statements of one question, and what is wrong where there are none."""
    if question.key not in rows:
        return (), LEFT_OUT
    given = _listed(question, rows[question.key])
    if given is None:
        return (), ANOTHER_SHAPE
    made = (Statement(_unmarked(clean_text(text)), numbered.cited(h)) for text, h in given)
    kept = {s.text: s for s in made if not _SAYS_NOTHING.match(s.text)}
    return tuple(s for s in kept.values() if not _NOT_STATED.match(s.text)), ""


def _unmarked(text: str) -> str:
    """Return a statement without the line numbers that a model wrote at its end."""
    marks = _MARKS.search(text)
    if marks is None or _BEFORE_INTERVAL.search(text[: marks.start()]):
        return text
    return text[: marks.start()] + text[marks.end() :]


_NUMBERS = r"\d{1,4}(?:\s*[,;–-]\s*\d{1,4}){0,9}"
_MARKS = re.compile(
    rf"\s*(?:\[{_NUMBERS}\]|[\[(](?:see )?(?:sentence|line|source|evidence)s?:?\s*{_NUMBERS}[\])])"
    r"(?=[.!?。]?$)",
    re.IGNORECASE,
)
_BEFORE_INTERVAL = re.compile(
    r"(?:\b(?:in|to|of|over|on|from|range|interval|between|∈)|[=∈×(,])\s*$"
)

_Given = list[tuple[str, Mapping[str, Any]]]


def _listed(question: Question, value: Any) -> _Given | None:
    """Return texts and hints of an answer in any usual shape; None where it is in none."""
    if value is None:
        return []
    if isinstance(value, str):
        rows = [r for r in (_BULLET.sub("", row) for row in value.splitlines()) if r.strip()]
        if question.kind == "text":
            rows = [sentence for row in rows for sentence in split_sentences(row)]
        return [(row, {}) for row in rows]
    if isinstance(value, Mapping):
        text = next((value[k] for k in _TEXTS if isinstance(value.get(k), str)), None)
        return None if text is None else [(text, value)]
    if not isinstance(value, list):
        return None
    found: _Given = []
    for row in value:
        part: _Given | None = [(row, {})] if isinstance(row, str) else _listed(question, row)
        if part is None:
            return None
        found.extend(part)
    return found


class _Numbered:
    """The lines of a request by number, and by the words quoted of them."""

    def __init__(self, sentences: Iterable[SourceLine]) -> None:
        self._by_number = {s.number: s for s in sentences}
        self._letters = {s.number: letters(s.text) for s in sentences}

    def cited(self, row: Mapping[str, Any]) -> tuple[Evidence, ...]:
        """Return the passages that a statement's numbers and quotes point at."""
        numbers, quotes = (
            v if isinstance(v, list) else [v] if isinstance(v, str | int | float) else []
            for v in (row.get("evidence"), row.get("quotes"))
        )
        meant = [self._meant(n, q) for n, q in zip_longest(numbers, quotes)]
        cited = [s for s in dict.fromkeys(meant) if s]
        return tuple(map(Evidence.of, cited))

    def _meant(self, number: object, quote: object) -> SourceLine | None:
        """Return the line that a number and a quote, each of them perhaps wrong, stand for."""
        named = self._by_number.get(_whole(number))
        words = letters(quote) if isinstance(quote, str) else ""
        if len(words) < _TELLING or (named and words in self._letters[named.number]):
            return named
        holders = [n for n, whole in self._letters.items() if words in whole]
        return self._by_number[holders[0]] if len(holders) == 1 else named


def _whole(number: object) -> int:
    """Return a line's number, also where a model writes it as "7", "[7]" or 7.0; else 0."""
    if isinstance(number, float) and number.is_integer():
        return int(number)
    if isinstance(number, str) and (digits := re.fullmatch(r"\s*\[?(\d{1,6})\]?\s*", number)):
        return int(digits[1])
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


_TELLING = 12  # letters and digits; a shorter quote ("the model") may be anywhere

"""Replies: a model's text read back as answers, once, whatever stands around them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
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
from paperkit.prompts.requests import PROMPT_VERSION, Request, asked_of, most
from paperkit.text import cjk_count, is_chinese_text, latin_count, letters, split_sentences

NOT_JSON = "the model's reply is not JSON"
NO_OBJECT = "the model's reply is no JSON object"
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
        rows, wrong = _from_json(request, reply.text)
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
    r"</(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad)>"
    r"|\[/(?:THINK|THINKING|THOUGHT)\]|<\|(?:end_of_thought|/think)\|>|◁/think▷"
    r"|<\|channel\|>\s*final\s*(?:<\|constrain\|>\s*\w+\s*)?<\|message\|>"
    r"|<channel\|>",
    re.IGNORECASE,
)
_THOUGHT = re.compile(
    r"<(think|thinking|thought|thoughts|reasoning|reflection|scratchpad)>.*?(?:</\1>|\Z)"
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


# ---- One JSON object for all questions

Rows = Mapping[str, Any]
_Found = tuple[int, int, dict[str, Any]]


def _from_json(request: Request, text: str) -> tuple[Rows, str]:
    """Return the last whole object with answers in a reply, or what is wrong with the reply."""
    keys = {q.key for q in request.questions}
    if not text.strip():
        return {}, f"{NOT_JSON} (it was empty)"
    text = _mended(text)
    found = list(_objects(text))
    for mark in reversed(list(_THOUGHT_ENDS.finditer(text))):
        # A mark within an object is the paper's words; the last one outside ends the thoughts.
        if not any(begin < mark.start() < end for begin, end, _ in found):
            found = [o for o in found if o[0] >= mark.end()]
            break
    objects = [_unwrapped(data, keys) for _, _, data in found]
    named = [data for data in objects if keys & set(data)]
    if named:
        return named[-1], ""
    if objects:
        return {}, ""
    return {}, NO_OBJECT if re.match(r"\s*[\[\"\d]", text) else NOT_JSON


def _unwrapped(data: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    """Return the object with the answers, also where a model puts it into another."""
    if keys & set(data):
        return data
    inner = [v for v in data.values() if isinstance(v, dict) and keys & set(v)]
    return inner[-1] if inner else data


def _objects(text: str) -> Iterator[_Found]:
    """Yield the whole JSON objects of a text that lie in no other: begin, end, value."""
    place = text.find("{")
    tried = 0
    while place >= 0 and tried < _TRIES:
        tried += 1
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            yield place, end, value
        place = text.find("{", end)


_DECODER = json.JSONDecoder(strict=False)  # a line break within a string is a line break
_TRIES = 2000
"""How many braces are tried; a reply of nothing but braces must not take long."""

# Commands of TeX that JSON reads as a line break or a tab and the rest: \nu, \tau. A backspace, a
# form feed or a return before a letter is never meant (\beta, \frac, \rho), nor a tab in a formula.
_TEX = frozenset(
    """nabla natnums natural ncong ne nearrow neg negmedspace negthickspace negthinspace neq
    newcommand newline nexists ngeq ngeqq ngeqslant ngtr ni nleftarrow nLeftarrow
    nLeftrightarrow nleftrightarrow nleq nleqq nleqslant nless nmid nobreak nobreakspace
    noexpand nolimits nonumber norm normalsize not notag notin notni nparallel nprec npreceq
    nrightarrow nRightarrow nshortmid nshortparallel nsim nsubset nsubseteq nsubseteqq nsucc
    nsucceq nsupset nsupseteq nsupseteqq ntriangleleft ntrianglelefteq ntriangleright
    ntrianglerighteq nu nvDash nvdash nVDash nVdash nwarrow tag tan tanh tau tbinom text textbf
    textcolor textdegree textit textmd textnormal textrm textsc textsf textstyle texttt textup
    tfrac therefore theta thickapprox thicksim thickspace thinspace tilde times tiny to top
    triangle triangledown triangleleft trianglelefteq triangleq triangleright trianglerighteq tt
    twoheadleftarrow twoheadrightarrow""".split()
)
_BACKSLASH = re.compile(r'\\(?:\\|"|/|u[0-9a-fA-F]{4}|([A-Za-z]+)|)', re.DOTALL)


def _mended(text: str) -> str:
    r"""Return JSON in which the backslashes of TeX commands stand for themselves.

    Models write ``\theta`` with one backslash, which JSON reads as a tab and "heta".
    """

    def escaped(match: re.Match[str]) -> str:
        word = match[1]
        if word is None:
            return match[0] if len(match[0]) > 1 else "\\\\"
        meant = word[0] in "nt" and word not in _TEX and not _in_formula(text, match)
        return match[0] if meant or word in ("b", "f", "r") else f"\\{match[0]}"

    return _BACKSLASH.sub(escaped, text)


def _in_formula(text: str, match: re.Match[str]) -> bool:
    """Tell whether what begins with a tab stands between dollars or TeX's brackets."""
    before = text[text.rfind('"', 0, match.start()) + 1 : match.start()].replace("$$", "$")
    dollars = before.count("$") - before.count("\\$")
    return match[1][0] == "t" and (dollars % 2 == 1 or before.rfind("\\(") > before.rfind("\\)"))


# ---- Plain lines for one question

_NOT_STATED = re.compile(
    r"[\W_]*(?:not (?:stated|mentioned|specified|provided|available|given)|n/?a|none"
    r"|未(?:说明|提及|提到)|(?:the|this) (?:paper|text|abstract|article|study) (?:does not|doesn't)"
    r" (?:say|state|mention|provide|specify|discuss|address|answer|describe)\b(?: \S+){0,8}"
    r"|(?:论文|本文|摘要)(?:没有|并未|未)(?:提及|提到|说明|回答).{0,20})[\W_]*$",
    re.IGNORECASE,
)
_BULLET = re.compile(
    r"^\s*(?:[-*•▪◦·–—>#]+\s+|\(?\d{1,2}[.):、]\s*|[a-h][.)]\s+|Answer\s*:\s*)+", re.IGNORECASE
)


def _from_lines(request: Request, text: str) -> tuple[Rows, str]:
    """Return the statements of a reply in plain lines, under the key of its one question."""
    question = request.questions[0]
    spoken = _spoken(text)
    if re.match(r"[{\[]|```\w*\s*[{\[]", spoken):
        return _from_json_after_all(question, spoken)
    lines = [clean_text(_BULLET.sub("", row)).strip('*_`" ') for row in spoken.splitlines()]
    said = [r for r in lines if r and not r.endswith((":", "：")) and not _echoes(r, request)]
    if question.kind != "list" or len(said) == 1:  # small models write a list in one line
        said = [sentence for row in said for sentence in split_sentences(row)]
    return {question.key: [*dict.fromkeys(said)][: most(question)]}, ""  # what is beyond may be cut


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


def _from_json_after_all(question: Question, text: str) -> tuple[Rows, str]:
    """Return what a model says in JSON though lines were asked for."""
    objects = [_unwrapped(data, {question.key}) for _, _, data in _objects(_mended(text))]
    named = [data for data in objects if question.key in data]
    if not objects:
        return {}, ANOTHER_SHAPE
    return named[-1] if named else {question.key: objects}, ""


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
    made = (Statement(clean_text(text), numbered.cited(hints)) for text, hints in given)
    kept = {s.text: s for s in made if not _SAYS_NOTHING.match(s.text)}
    return tuple(s for s in kept.values() if not _NOT_STATED.match(s.text)), ""


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

"""Asking: which way suits a model, how much of a paper it can take, and what it really read."""

from __future__ import annotations

import re
import threading
from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from paperkit.batch.budget import tokens_in, tokens_out
from paperkit.checks import lint_answer
from paperkit.checks.evidence import LineIndex, keys_of
from paperkit.checks.questions import is_own_step, other_question
from paperkit.digests import Answer, Statement
from paperkit.errors import ModelError, PaperkitError
from paperkit.extractive.relevance import is_told, relevant
from paperkit.prompts import UNREADABLE, Fault, Reply, Request, single

if TYPE_CHECKING:
    from paperkit.library import Library
    from paperkit.models import Model
    from paperkit.outlines import Question

Ask = Literal["auto", "whole", "single"]
"""What suits the model, all questions in one request, or one after the other."""

Answers = tuple[Answer, ...]


# ---- Which way a model is asked: all questions in one request, or one at a time

_SMALL = 9.0
"""Billions of parameters; smaller models answer one question better than twelve."""

_SMALLEST = 4.0
"""Billions of parameters; smaller models read a page well and a paper badly."""

_SIZE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)([bm])(?![a-z])", re.IGNORECASE)
_SINGLE: set[Hashable] = set()
_SINGLE_LOCK = threading.Lock()
_VIEW = "models"
"""Where a library keeps what it learned of models: a hint, which may be lost."""


def _identity(model: Model) -> Hashable:
    return getattr(model, "provider", None) or id(model), model.name


def is_small(model: Model, most: float = _SMALL) -> bool:
    """Return whether a local model's name says that it is small ("qwen2.5:1.5b", "135M")."""
    sizes = [float(n) / (1000 if unit in "mM" else 1) for n, unit in _SIZE.findall(model.name)]
    return bool(getattr(model, "local", False) and sizes and max(sizes) <= most)


def is_smallest(model: Model) -> bool:
    """Return whether a model is to get the sentences of a question and stay close to them."""
    return is_small(model, _SMALLEST)


def asks_single(model: Model, ask: Ask) -> bool:
    """Return whether a model is to be asked one question after the other."""
    if ask != "auto":
        return ask == "single"
    return is_small(model) or _identity(model) in _SINGLE


def remember_single(model: Model, library: Library) -> None:
    """Remember that one question after the other suits a model of this server, also later."""
    with _SINGLE_LOCK:
        _SINGLE.add(_identity(model))
        library.index.save_view(_VIEW, library.index.view(_VIEW) | {_told(model): "single"})


def recall_single(model: Model, library: Library) -> None:
    """Take up what an earlier session remembered of a model."""
    if library.index.view(_VIEW).get(_told(model)) == "single":
        with _SINGLE_LOCK:
            _SINGLE.add(_identity(model))


def _told(model: Model) -> str:
    address = getattr(model, "base_url", None) or getattr(model, "endpoint", None)
    return f"{model.name} at {address or 'its own server'}"


# ---- One question: what of the paper goes with it


def asking_one(
    model: Model, request: Request, question: Question, *, wanted: bool = False
) -> Request | None:
    """Return the request for one question, None where a smallest model is given no sentence for it.

    The smallest models get the abstract and the few sentences that most likely hold the answer.
    What may be left out is not asked of them where no sentence does, unless a person `wanted` it.
    """
    if not is_smallest(model):
        return single(request, question)
    body = relevant(question, request.sentences)
    asked = single(request, question, body)
    if question.optional and not (wanted or is_told(question, asked.sentences)):
        return None
    whole = len(asked.sentences) == len(request.sentences)
    return asked if whole else replace(asked, left_out=_A_FEW)


_A_FEW = "each question went out with the abstract and a few sentences of the paper"
NOT_ASKED = "what no sentence of the paper is likely to answer was not asked"


# ---- What a model can take

_CHARACTERS_PER_TOKEN = 3.0
"""Text of papers has 3 to 4.5 characters a token; what is sent goes by the worst."""

_SHORT = 4_000
"""Characters; a shorter source fits any model, and no server is asked what it can take."""

_MOST_PER_TOKEN = 7.0
"""No tokenizer has more characters of a paper a token; a server that counts less cut the text."""


def room_of(model: Model, requests: Sequence[Request]) -> int | None:
    """Return how many characters of the paper fit into each of some requests to a small model."""
    context = getattr(model, "context", None) if len(requests[0].source()) >= _SHORT else None
    return min(_room(context, r) for r in requests) if context else None


def _room(context: int, request: Request) -> int:
    around = len(request.instructions()) + len(request.task()) + len(request.paper.title)
    reply = min(tokens_out(request), context // 4)
    tokens = context - reply - around / _CHARACTERS_PER_TOKEN
    numbers = 0.85 if request.form == "json" else 1.0  # a line's number and its brackets
    return max(400, int(tokens * _CHARACTERS_PER_TOKEN * numbers))


def silently_cut(request: Request, reply: Reply) -> str:
    """Return the words for a server that read less than it was sent, empty for others."""
    sent = len(request.prompt())
    if not reply.tokens_in or sent < _SHORT or reply.tokens_in * _MOST_PER_TOKEN > sent:
        return ""
    told = f"{reply.tokens_in:,} of about {tokens_in(request):,} tokens"
    return (
        f"the server read only {told}: it cut the paper; "
        "raise its context (Ollama: num_ctx) or give the model context="
    )


# ---- Answers that no reply gave, and what is not sent at all


def merged(first: Answers, second: Answers) -> Answers:
    """Return the answers after a second try; what was right the first time is kept."""
    new = {a.question: a for a in second if not a.error}
    return tuple(new.get(a.question, a) for a in first)


def unasked(question: Question, model: Model) -> Answer:
    """Return the empty answer to a question that was not worth asking."""
    return Answer(question=question.key, model=model.name, at=datetime.now(UTC), note=NOT_ASKED)


def failed_answers(
    request: Request, model: Model, error: ModelError
) -> tuple[Answers, tuple[Fault, ...]]:
    """Return what comes of a request whose answer was not even a reply."""
    made = {"origin": "model", "model": model.name, "at": datetime.now(UTC), "error": str(error)}
    answers = tuple(Answer(question=q.key, **made) for q in request.questions)  # type: ignore[arg-type]
    return answers, tuple(Fault(q.key, str(error)) for q in request.questions)


def check_sense(request: Request) -> None:
    """Raise PaperkitError where there is nothing to ask, or nothing but a title to answer from."""
    id = request.paper.id
    if not request.questions:
        raise PaperkitError(f"{id}: no question to ask, so nothing was sent; name one.")
    if request.left_out == UNREADABLE:
        raise PaperkitError(
            f"{id}: {UNREADABLE}, so nothing was sent; store another copy of the PDF and read it."
        )
    if not request.sentences:
        raise PaperkitError(
            f"{id}: no abstract and no text read, so nothing was sent; "
            f"run read([{id!r}], library) first."
        )


# ---- What is no answer: talk, what answers another question, what no line carries

_CHATTER = frozenset(("filler", "refusal", "placeholder", "echo"))
_TALK = "the model talks to whoever asked instead of answering"
_ALONE, _TOGETHER = 0.65, 0.85
"""What share of a sentence one line it was given has to carry, or two of them together.

Of 125 judged sentences of a small model half of the false ones lie below, put together from
several lines or from none.
"""


def without_strays(
    request: Request, answers: Answers, faults: tuple[Fault, ...], *, close: bool = False
) -> tuple[Answers, tuple[Fault, ...]]:
    """Return answers in plain lines without talk and without what answers another question.

    Small models tell again what a paper does when they are asked what was done before it. Where
    they are to stay `close` to the lines they were given, what these don't carry goes too; the
    answer says how much was left out, and the reply stays on record.
    """
    kept, found = [], list(faults)
    index = LineIndex(request.sentences) if close else None
    for answer in answers:
        fit = [
            s
            for s in answer.statements
            if not _is_chatter(s.text, request.language) and not _is_stray(answer.question, s)
        ]
        said = tuple(s for s in fit if index is None or _is_supported(s, index))
        question = next(q for q in request.questions if q.key == answer.question)
        failed = bool(answer.statements) and not said and not question.optional
        why = LOOSE if fit else _TALK
        if failed:
            found.append(Fault(question.key, f'"{question.key}": {why}'))
        lost = len(fit) - len(said)
        told = f"left out, as no line carries them: {lost} of the model's sentences" if lost else ""
        error = why if failed else answer.error
        mended = "; ".join(filter(None, (answer.mended, told)))
        kept.append(replace(answer, statements=said, error=error, mended=mended))
    return tuple(kept), tuple(found)


LOOSE = "no line of the paper carries what the model says"


def _is_supported(statement: Statement, index: LineIndex) -> bool:
    """Return whether one line says most of a statement, or two nearly all of it."""
    _, shares = index.best(keys_of(statement.text), most=2)
    return bool(shares) and (shares[0] >= _ALONE or shares[-1] >= _TOGETHER)


def _is_chatter(text: str, language: str) -> bool:
    return any(f.code in _CHATTER for f in lint_answer(text, language=language))


def _is_stray(key: str, statement: Statement) -> bool:
    """Return whether a statement answers another question, by its words or by what carries it."""
    own = key == "prior_work" and any(is_own_step(e.quote) for e in statement.evidence[:1])
    return own or bool(other_question(key, statement.text)[0])

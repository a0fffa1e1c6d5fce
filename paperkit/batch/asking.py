"""Asking: which way suits a model, how much of a paper it can take, and what it really read."""

from __future__ import annotations

import re
import threading
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from paperkit.batch.budget import tokens_in, tokens_out
from paperkit.checks import lint_answer
from paperkit.checks.questions import is_own_step, other_question
from paperkit.digests import Answer, Statement
from paperkit.prompts import Fault, Reply, Request

if TYPE_CHECKING:
    from paperkit.library import Library
    from paperkit.models import Model

Ask = Literal["auto", "whole", "single"]
"""What suits the model, all questions in one request, or one after the other."""

Answers = tuple[Answer, ...]


# ---- Which way a model is asked: all questions in one request, or one at a time

_SMALL = 9.0
"""Billions of parameters; smaller models answer one question better than twelve."""

_SIZE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)([bm])(?![a-z])", re.IGNORECASE)
_SINGLE: set[Hashable] = set()
_SINGLE_LOCK = threading.Lock()
_VIEW = "models"
"""Where a library keeps what it learned of models: a hint, which may be lost."""


def _identity(model: Model) -> Hashable:
    return getattr(model, "provider", None) or id(model), model.name


def is_small(model: Model) -> bool:
    """Return whether a local model's name says that it is small ("qwen2.5:1.5b", "135M")."""
    sizes = [float(n) / (1000 if unit in "mM" else 1) for n, unit in _SIZE.findall(model.name)]
    return bool(getattr(model, "local", False) and sizes and max(sizes) <= _SMALL)


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
    expected = tokens_in(request)
    sent = len(request.prompt())
    if not reply.tokens_in or sent < _SHORT or reply.tokens_in * _MOST_PER_TOKEN > sent:
        return ""
    return (
        f"the server read only {reply.tokens_in:,} of about {expected:,} tokens: it cut the paper; "
        "raise its context (Ollama: num_ctx) or give the model context="
    )


# ---- What is no answer: talk, and what answers another question

_CHATTER = frozenset(("filler", "refusal", "placeholder", "echo"))
_TALK = "the model talks to whoever asked instead of answering"


def without_strays(
    request: Request, answers: Answers, faults: tuple[Fault, ...]
) -> tuple[Answers, tuple[Fault, ...]]:
    """Return answers in plain lines without talk and without what answers another question.

    Small models tell again what a paper does when they are asked what was done before it.
    """
    kept, found = [], list(faults)
    for answer in answers:
        said = tuple(
            s
            for s in answer.statements
            if not _is_chatter(s.text, request.language) and not _is_stray(answer.question, s)
        )
        question = next(q for q in request.questions if q.key == answer.question)
        failed = bool(answer.statements) and not said and not question.optional
        if failed:
            found.append(Fault(question.key, f'"{question.key}": {_TALK}'))
        error = _TALK if failed else answer.error
        kept.append(replace(answer, statements=said, error=error))
    return tuple(kept), tuple(found)


def _is_chatter(text: str, language: str) -> bool:
    return any(f.code in _CHATTER for f in lint_answer(text, language=language))


def _is_stray(key: str, statement: Statement) -> bool:
    """Return whether a statement answers another question, by its words or by what carries it."""
    own = key == "prior_work" and any(is_own_step(e.quote) for e in statement.evidence[:1])
    return own or bool(other_question(key, statement.text)[0])

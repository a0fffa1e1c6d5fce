"""Summarizer: papers asked of a model, read, asked again where needed, and written down."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from numbers import Real
from typing import TYPE_CHECKING, get_args

import pandas as pd

from paperkit.batch.asking import (
    Answers,
    Ask,
    asking_one,
    asks_single,
    check_sense,
    failed_answers,
    is_smallest,
    merged,
    recall_single,
    remember_single,
    room_of,
    silently_cut,
    unasked,
    without_strays,
)
from paperkit.batch.budget import Budget, budget_of, tokens_in, tokens_out
from paperkit.batch.calls import Calls, Spent, folder_of, key_of
from paperkit.batch.limiter import Limiter, provider_of
from paperkit.batch.locating import place
from paperkit.batch.run import Left, Row, Run, unforeseen
from paperkit.checks import Sources, with_evidence
from paperkit.digests import Answer, Digest
from paperkit.errors import Malformed, PaperkitError, Refused, Truncated, explained
from paperkit.frames import ids_of, table
from paperkit.library import Library
from paperkit.models import vectors
from paperkit.outlines import DIGEST, Outline, Question, is_chinese, language_tag
from paperkit.passages import SourceLine
from paperkit.prompts import (
    Fault,
    Reply,
    Request,
    make_request,
    read_reply,
    repairing,
)

if TYPE_CHECKING:
    from paperkit.models import Model, Pace, Price

_LOOK = 0.1  # seconds between two looks at a request that somebody else holds


# ---- What is still to be asked


@dataclass(frozen=True)
class Due:
    """What of a request is still to be asked (None: nothing), and the answers there are to it."""

    request: Request | None
    given: tuple[Answer, ...] = ()

    @property
    def errors(self) -> str:
        """Return what stays failed, in a line."""
        return "; ".join(f"{a.question}: {a.error}" for a in self.given if a.error)


def due(library: Library, key: str, request: Request, outline: str) -> Due:
    """Return what is still to be asked: all, or the questions that failed before.

    Not what a person wrote herself or another model answered since, nor what she signed.
    """
    if not (given := library.drafts.answers_to(key)):
        return Due(request)
    if any(a.error for a in given):
        digest = library.digest(request.paper.id, outline=outline, language=request.language)
        held = {a.question: a for a in digest.answers} if digest else {}
        given = tuple(held.get(a.question, a) if a.error else a for a in given)
        wrong = {a.question: f'"{a.question}": {a.error}' for a in given if a.error}
        if wrong and not (digest and digest.approval):
            return Due(repairing(request, tuple(wrong.values()), tuple(wrong)), given)
    return Due(None, given)


class Summarizer:
    """One model that answers one outline's questions in one language, for papers of a library.

    ``ask`` is how: *whole* sends all questions in one request, *single* one after the other in
    plain lines, *auto* begins with what suits the model and falls back question by question.
    ``thinking`` lets one thread at a time work hard, so that those who send and receive don't
    wait for the interpreter.
    """

    def __init__(
        self,
        library: Library,
        model: Model,
        *,
        outline: Outline = DIGEST,
        language: str = "en",
        ask: Ask = "auto",
        limiter: Limiter | None = None,
        executor: Executor | None = None,
    ) -> None:
        if ask not in get_args(Ask):
            raise PaperkitError(f"ask={ask!r}: unknown; use 'auto', 'whole' or 'single'.")
        self.library = library
        self.model = model
        self.outline = outline
        self.language = language_tag(language)
        self.ask = ask
        recall_single(model, library)
        self.limiter = limiter or limiter_of(library, model, None, Budget(None, None))
        self.calls = Calls(library, model, self.limiter, executor)
        self.thinking = threading.Lock()

    # What is asked

    def request(self, id: str, *, questions: Iterable[str] = (), wish: str = "") -> Request:
        """Return the request for a paper; where the model can't take the whole, for its parts."""
        paper = self.library.paper(id)
        reading = self.library.reading(id, version=paper.version)
        options = {"outline": self.outline, "language": self.language, "wish": wish}
        make = partial(make_request, paper, reading, questions=questions, **options)  # type: ignore[arg-type]
        request = make(answerable=not self._copies)
        sent = self.requests(request)
        room = room_of(self.model, sent) if sent else None
        return make(answerable=not self._copies, room=room) if room is not None else request

    @property
    def _copies(self) -> bool:
        """Return whether the model copies the paper's sentences: it is asked once, about all."""
        from paperkit.models.extractive import Extractive

        return isinstance(self.model, Extractive)

    def requests(self, request: Request) -> list[Request]:
        """Return what is sent for a request if all goes well."""
        if not asks_single(self.model, self.ask):
            return [request]
        every = (asking_one(self.model, request, q) for q in request.questions)
        return [asked for asked in every if asked is not None]

    # One paper of a batch

    def summarize(self, id: str) -> Row:
        """Return one paper's row of the report; its answers are written before.

        Answers to what failed before join those there are, under the key of the whole request.
        """
        with self.library.index.session():
            return self._of_paper(id)

    def _of_paper(self, id: str) -> Row:
        with self.thinking:
            request = self.request(id)
        key = key_of(self.model, request)

        def wait() -> None:
            self.limiter.check()
            self.limiter.stopped.wait(_LOOK)

        with self.library.calls.claim(key, wait):
            return self._summarized(request, key)

    def _summarized(self, request: Request, key: str) -> Row:
        rest = due(self.library, key, request, self.outline.name)
        if rest.request is None:
            row = {"outcome": "known", "error": rest.errors, "cost": 0.0}
            return {**row, "findings": self._findings(request)}
        spent = Spent()
        try:
            check_sense(request)
            answers = self.answers(rest.request, spent)
            gained = [a for a in answers if not (a.error and rest.given)]
            with self.calls.writing:
                self.library.drafts.save_answers(self.digest_of(request), gained, key=key)
            errors = Due(None, answers).errors
            row = {"outcome": "partial" if errors else "answered", "error": errors}
            row["note"] = "; ".join(dict.fromkeys(a.note for a in answers if a.note))
            row["asked"] = "one at a time" if asks_single(self.model, self.ask) else "whole"
            row["findings"] = self._findings(request)
        except Left as error:
            row = {"outcome": "left", "error": str(error)}
        except PaperkitError as error:
            row = {"outcome": "failed", "error": str(error)}
        except Exception as error:
            row = {"outcome": "failed", "error": unforeseen(request.paper.id, error)}
        return {**row, **spent.columns()}  # however it ended, what it cost is said

    def digest_of(self, request: Request) -> Digest:
        """Return the empty digest that a request's answers belong to."""
        return Digest(
            paper_id=request.paper.id,
            version=request.paper.version,
            outline=self.outline.name,
            language=self.language,
        )

    def _findings(self, request: Request) -> int:
        """Return how many findings keep a paper's digest from being approved."""
        with self.thinking:
            digest = self.library.digest(
                request.paper.id, outline=self.outline.name, language=self.language
            )
            if digest is None:
                return 0
            return len(self.library.judge(digest, outline=self.outline).blocking)

    # Its answers

    def answers(self, request: Request, spent: Spent, *, fresh: bool = False) -> Answers:
        """Return the answers to a request; what is wrong with them was asked again.

        A reply that was paid for before a crash is taken up again, unless a `fresh` one is wanted.

        Raises:
            ModelError: there is no usable reply.
        """
        if asks_single(self.model, self.ask):
            answers = self._one_by_one(request, request.questions, spent, fresh=fresh)
        else:
            answers = self._whole(request, spent, fresh=fresh)
        if all(a.error for a in answers):
            first = f"{answers[0].question}: {answers[0].error}"
            raise Malformed(f"{request.paper.id}: {first}; ask again.")
        return answers

    def _whole(self, request: Request, spent: Spent, *, fresh: bool) -> Answers:
        key = key_of(self.model, request)
        answers, faults = self._asked(request, key, spent, held=not fresh)
        if self._copies:  # what the paper does not say in a sentence of its own stays open
            return tuple(replace(a, error="") for a in answers)
        if not faults:
            return answers
        if self.ask == "whole" or not all(f.empty for f in faults):
            keys = tuple(f.question for f in faults)
            again = repairing(request, tuple(f.words for f in faults), keys)
            broken = not any(a.statements for a in answers)
            try:
                mended, faults = self._asked(again, key, spent, turn=2)
            except Malformed:
                if broken:
                    raise
                return answers
            answers = merged(answers, mended)
        return self._simpler(request, answers, faults, spent)

    def _simpler(
        self, request: Request, answers: Answers, faults: Sequence[Fault], spent: Spent
    ) -> Answers:
        """Return the answers after what is still missing was asked one question at a time."""
        failed = {f.question for f in faults if not f.usable}
        left = [q for q in request.questions if q.key in failed]
        if not left or self.ask != "auto":
            return answers
        answered = any(a.statements for a in answers)
        mended = self._one_by_one(request, left, spent, last=True, patience=1 + answered)
        gained = sum(not a.error for a in mended)
        if gained and 2 * len(left) > len(request.questions):
            remember_single(self.model, self.library)
        return merged(answers, mended)

    def _one_by_one(
        self,
        request: Request,
        questions: Sequence[Question],
        spent: Spent,
        *,
        fresh: bool = False,
        last: bool = False,
        patience: int = 2,
    ) -> Answers:
        """Return the answers to one question after the other.

        Where the first of them, as many as `patience`, all fail, no more is asked. It is the `last`
        way of asking after others failed, or the first.
        """
        found: list[Answer] = []
        for question in questions:
            asked = asking_one(self.model, request, question, wanted=fresh)
            if asked is None:
                found.append(unasked(question, self.model))
                continue
            found.append(self._line(asked, spent, held=not fresh, last=last))
            if len(found) == patience and all(a.error for a in found):
                break
        skipped = questions[len(found) :]
        return (*found, *(replace(found[-1], question=q.key) for q in skipped))

    def _line(self, asked: Request, spent: Spent, *, held: bool, last: bool) -> Answer:
        """Return the answer to one question; an empty or wrong one was asked for once more."""
        key = key_of(self.model, asked)
        answers: Answers = ()
        try:
            if not last:
                answers, faults = self._asked(asked, key, spent, held=held)
                if not faults:
                    return answers[0]
                asked = replace(asked, faults=tuple(f.words for f in faults))
            mended, _ = self._asked(asked, key, spent, turn=2)
        except (Malformed, Refused, Truncated) as error:  # of this question; others may be answered
            return (answers or failed_answers(asked, self.model, error)[0])[0]
        return merged(answers or mended, mended)[0]

    def _asked(
        self, request: Request, key: str, spent: Spent, *, turn: int = 1, held: bool = False
    ) -> tuple[Answers, tuple[Fault, ...]]:
        """Return what comes of one request: its answers, and what is wrong with them."""
        try:
            reply = self.library.calls.held_reply(key) if held else None
            reply = reply or self.calls.ask(request, key, spent, turn=turn)
        except Malformed as error:
            if turn > 1:
                raise
            return failed_answers(request, self.model, error)
        with self.thinking:
            answers, faults = self._read(request, reply)
        answers = self._located(request, answers)
        lines = request.form == "lines" and not self._copies
        close = is_smallest(self.model) and self.language.startswith("en")
        return without_strays(request, answers, faults, close=close) if lines else (answers, faults)

    def _read(self, request: Request, reply: Reply) -> tuple[Answers, tuple[Fault, ...]]:
        answers, faults = read_reply(request, reply)
        if cut := silently_cut(request, reply):
            answers = tuple(
                replace(a, note="; ".join(filter(None, (a.note, cut)))) for a in answers
            )
        return answers, faults

    def _located(self, request: Request, answers: Answers) -> Answers:
        """Return the answers with each statement on the passages that carry it."""
        if self._copies:
            return answers  # each statement is the sentence it rests on
        sources = _sources(request.sentences)
        needless = {q.key for q in request.questions if q.translation}
        texts = [t for a in answers if a.question not in needless for t in a.texts]
        if across := [t for t in texts if sources.across(t)]:  # the vectors take their time
            of = request.paper
            sources = replace(sources, meanings=place(self.library, of.id, of.version, across))
        with self.thinking:
            found = [a if a.question in needless else with_evidence(a, sources) for a in answers]
        return tuple(found)


@lru_cache(maxsize=16)
def _sources(sentences: tuple[SourceLine, ...]) -> Sources:
    """Return the lines of a paper made ready for comparison, once for all its questions."""
    return Sources(sent=sentences)


# ---- Summarizing many papers: what it would cost, the batch itself, and asking again for one

Prices = Mapping[str, tuple[float, ...]]


@explained
def estimate(
    papers: pd.DataFrame | Iterable[str],
    library: Library,
    model: Model | None = None,
    *,
    outline: Outline = DIGEST,
    language: str = "en",
    prices: Prices | None = None,
    ask: Ask = "auto",
) -> pd.DataFrame:
    """Return what a `summarize` would send and cost, before anything is sent.

    One row per paper: index id, known (answered before, costs nothing), tokens_in and tokens_out
    (about), cost. `prices` are money per million tokens (in, out) by model name; without, they
    come from the price table (see `paperkit.models`). An unknown price leaves the cost
    missing; it is never 0. The thoughts of a model that thinks are paid as output and are not in
    the estimate: nobody knows them before; a few papers tell (`library.calls()`).
    """
    used = _checked(model)
    summarizer = Summarizer(library, used, outline=outline, language=language, ask=ask)
    return _plan(_known(library, papers), summarizer, _price(used, prices))


def _plan(ids: Iterable[str], summarizer: Summarizer, price: Price | None) -> pd.DataFrame:
    rows = [_planned(id, summarizer, price) for id in ids]
    columns = {"known": "bool", "tokens_in": "int64", "tokens_out": "int64", "cost": "float64"}
    return table(rows, columns)


def _planned(id: str, summarizer: Summarizer, price: Price | None) -> Row:
    request = summarizer.request(id)
    key = key_of(summarizer.model, request)
    rest = due(summarizer.library, key, request, summarizer.outline.name).request
    sends = rest if request.sentences and request.questions else None  # see check_sense
    every = summarizer.requests(sends) if sends else []
    sent, received = sum(map(tokens_in, every)), sum(map(tokens_out, every))
    unknown = float("nan")
    cost = 0.0 if sends is None else unknown if price is None else price.of(sent, received)
    counts = {"tokens_in": sent, "tokens_out": received, "cost": cost}
    return {"id": id, "known": rest is None, **counts}


@explained
def summarize(
    papers: pd.DataFrame | Iterable[str],
    library: Library,
    model: Model | None = None,
    *,
    outline: Outline = DIGEST,
    language: str = "en",
    budget: float | None = None,
    prices: Prices | None = None,
    pace: Pace | None = None,
    background: bool = False,
    executor: Executor | None = None,
    ask: Ask = "auto",
) -> pd.DataFrame | Run:
    """Have a model answer an outline's questions about papers; existing answers are kept.

    >>> summarize(kept, library)
    >>> summarize(kept, library, Gemini("gemini-3.8-flash"), language="zh", budget=0.5)

    `model` defaults to `Extractive`: offline, free, verbatim sentences. Each answer is stored at
    once, so an interrupt or a crash loses at most the papers being worked on. Run it again to
    finish: it asks only the questions that are missing or failed. With `background` it returns a
    `Run` at once.

    `ask` is *whole* (all questions in one request), *single* (one after the other, for small
    models) or *auto* (what suits the model, changed if that fails).

    `budget` is a cap for this batch: a request that might cross it is not sent. It limits how long
    a reply may get, thoughts included; one cut off by that is asked for once more with a higher
    limit where the money allows it, and where no reply fits the batch stops. The first request goes
    out alone, to learn. What can't be promised: a server that ignores the limit may cross the
    budget with a reply longer than any before. `pace` is how fast to ask, by default the model's
    own; `prices` are US dollars a token, by default those of the table. `executor` is any
    `concurrent.futures` executor; the model's calls go there, everything else stays here.

    Returns a report: index id, outcome (answered; partial: a question failed; known, failed, left),
    title, error (the questions that failed), note (what of the paper the model was not given),
    asked (whole, or one at a time), findings (number of blocking ones), tokens_in, tokens_out,
    cost (missing where price or usage is unknown).

    Raises:
        PaperkitError: a paper is not in the library, the model or the budget is not one, there is a
            budget but the price is unknown, or the estimate exceeds the budget.
    """
    used = _checked(model)
    if is_chinese(language):
        vectors.installed()  # a wrong name is told before anything is paid
    if budget is not None and not _is_money(budget):
        raise PaperkitError(
            f"budget: {budget!r} is not an amount of money; give a number, like 0.5."
        )
    ids, price = _known(library, papers), _price(used, prices)
    limiter = limiter_of(library, used, pace, budget_of(used, budget, price))
    summarizer = Summarizer(
        library,
        used,
        outline=outline,
        language=language,
        ask=ask,
        limiter=limiter,
        executor=executor,
    )
    if budget is not None:
        _check_budget(_plan(ids, summarizer, price), budget, used.name)
    library.index.hold()
    tasks = {i: partial(summarizer.summarize, i) for i in ids}
    if tasks and (prepare := getattr(used, "prepare", None)) is not None and executor is None:
        prepare()
    notice = getattr(used, "notice", "")
    label = f"summarizing with {used.name}" + (f" ({notice})" if notice else "")
    # The limiter counts what is in flight; as many threads more write answers down meanwhile.
    run = Run(
        tasks,
        _SUMMARY_COLUMNS,
        limiter,
        workers=2 * limiter.pace.workers,
        label=label,
        titles=library.index.titles(ids),
    )
    return run if background else run.wait()


_SUMMARY_COLUMNS = {
    "outcome": "str",
    "error": "str",
    "note": "str",
    "asked": "str",
    "findings": "Int64",
    "tokens_in": "Int64",
    "tokens_out": "Int64",
    "cost": "Float64",
}


def _known(library: Library, papers: pd.DataFrame | Iterable[str]) -> list[str]:
    """Return the ids as the library has them, each once, with or without a version."""
    return list(dict.fromkeys(library.index.ids(library.index.numbers(ids_of(papers)))))


def _checked(model: object) -> Model:
    """Return the model given, without one the offline one; say so where it is none."""
    from paperkit.models import Model
    from paperkit.models.extractive import Extractive

    if model is None:
        return Extractive()
    if isinstance(model, str):
        raise PaperkitError(f'{model}: a text is not a model; give Gemini("{model}"), or another.')
    if isinstance(model, type):
        raise PaperkitError(f"{model.__name__}: a class is not a model; give {model.__name__}(…).")
    if not isinstance(model, Model):
        kind = type(model).__name__
        raise PaperkitError(f"{kind}: not a model; a model has a name and answer(request).")
    return model


def _is_money(budget: object) -> bool:
    return isinstance(budget, Real) and 0 <= float(budget) < math.inf


def _price(model: Model, prices: Prices | None) -> Price | None:
    from paperkit.models import price_of

    return price_of(model, prices)


def limiter_of(library: Library, model: Model, pace: Pace | None, budget: Budget) -> Limiter:
    """Return the limiter of a batch; what was asked lately counts for its windows."""
    from paperkit.models import Pace

    used = pace or getattr(model, "pace", None) or Pace()
    longest = max((w.seconds for w in used.windows()), default=0.0)
    since = datetime.now(UTC) - timedelta(seconds=longest)
    limiter = Limiter(used, budget, provider_of(model), model.name)
    budget.recall(*library.calls.longest_replies(model.name))
    calls = library.calls.since(model.name, since) if longest else ()
    limiter.recall(folder_of(library), calls)
    return limiter


def _check_budget(planned: pd.DataFrame, budget: float, name: str) -> None:
    cost = planned["cost"].sum(skipna=False)
    if pd.isna(cost):
        raise PaperkitError(f"{name}: price unknown; give prices={{{name!r}: (in, out)}}.")
    if cost > budget:
        raise PaperkitError(
            f"{name}: about {cost:.2f} for {len(planned)} papers is above the budget of "
            f"{budget:.2f}; take fewer papers or raise it."
        )


def ask(
    library: Library,
    id: str,
    questions: Iterable[str],
    model: Model | None = None,
    *,
    outline: Outline = DIGEST,
    language: str = "en",
    wish: str = "",
    ask: Ask = "auto",
) -> Digest:
    """Ask again for some answers of one paper, with a wish in words; the drafts are appended.

    `ask` is how, as in `summarize`. A person's edit stays what the digest shows; the new draft is
    beside it in ``library.drafts(id, question)``.
    """
    used = _checked(model)
    limiter = limiter_of(library, used, None, budget_of(used, None, _price(used, None)))
    options = {"outline": outline, "language": language, "ask": ask, "limiter": limiter}
    summarizer = Summarizer(library, used, **options)  # type: ignore[arg-type]
    request = summarizer.request(id, questions=questions, wish=wish)
    check_sense(request)
    given = summarizer.answers(request, Spent(), fresh=True)
    digest = summarizer.digest_of(request)
    library.drafts.save_answers(digest, [replace(a, wish=wish) for a in given])
    found = library.digest(id, outline=outline.name, language=summarizer.language)
    return found if found is not None else digest

"""Jobs: one paper's request through the gate to a model, repaired once, recorded, written down."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from numbers import Real
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pandas as pd

from paperkit import checks
from paperkit.batch.budget import Purse, Used, tokens_in, tokens_out
from paperkit.batch.limiter import Gate, Ticket, lane_of
from paperkit.batch.run import Left, Row, Run, unforeseen
from paperkit.digests import Answer, Digest
from paperkit.errors import (
    Malformed,
    ModelError,
    PaperkitError,
    RateLimited,
    Truncated,
    Unauthorized,
    Unavailable,
)
from paperkit.frames import ids_of, table
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline, language_tag
from paperkit.prompts import (
    MAX_CHARACTERS,
    Reply,
    Request,
    faults_of,
    make_request,
    parse_reply,
    repairing,
)

if TYPE_CHECKING:
    from paperkit.models import Model, Pace, Price


_CUT = f"longer than {MAX_CHARACTERS:,} characters: the end was not sent"
_FINAL = (401, 402, 403, 404)
"""A key, an account or a model's name not accepted: every further paper would fail the same way."""

_LOOK = 0.1  # seconds between two looks at a request that somebody else holds


@dataclass(frozen=True)
class Job:
    """What the papers of a batch share.

    ``thinking`` lets one thread at a time work hard, so that those who send and receive don't
    wait for the interpreter; ``writing`` spares the library's writers its lock's long naps.
    """

    library: Library
    model: Model
    outline: Outline
    language: str
    gate: Gate
    executor: Executor | None = None
    thinking: Lock = field(default_factory=Lock)
    writing: Lock = field(default_factory=Lock)


@dataclass
class Spent:
    """What one paper used so far; None: a call whose usage or price nobody knows."""

    tokens_in: int | None = None
    tokens_out: int | None = None
    costs: list[float | None] = field(default_factory=list)

    def add(self, used: Used, cost: float | None) -> None:
        """Count one call."""
        if used[0] is not None:
            self.tokens_in = (self.tokens_in or 0) + used[0]
        if used[1] is not None:
            self.tokens_out = (self.tokens_out or 0) + used[1]
        self.costs.append(cost)

    def columns(self) -> Row:
        """Return the columns of the report."""
        cost = None if None in self.costs else sum(c or 0.0 for c in self.costs)
        return {"tokens_in": self.tokens_in, "tokens_out": self.tokens_out, "cost": cost}


def key_of(model: Model, request: Request) -> str:
    """Return the key under which the answer of `model` to `request` is known."""
    parameters: Mapping[str, Any] = getattr(model, "parameters", {})
    return request.key(model.name, parameters)


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


def summarize_one(job: Job, request: Request) -> Row:
    """Return one paper's row of the report; its answers are written before.

    Answers to what failed before join those there are, under the key of the whole request.
    """
    key = key_of(job.model, request)

    def wait() -> None:
        job.gate.check()
        job.gate.stopped.wait(_LOOK)

    with job.library.calls.claim(key, wait):
        return _summarized(job, request, key)


def _summarized(job: Job, request: Request, key: str) -> Row:
    rest = due(job.library, key, request, job.outline.name)
    if rest.request is None:
        row = {"outcome": "known", "error": rest.errors, "cost": 0.0}
        return {**row, "findings": _findings(job, request)}
    spent = Spent()
    try:
        check_sense(request)
        answers = answered(job, rest.request, key_of(job.model, rest.request), spent)
        gained = [a for a in answers if not (a.error and rest.given)]
        with job.writing:
            job.library.drafts.save_answers(named(job, request), gained, key=key)
        told = [Due(None, answers).errors, _CUT if request.cut else ""]
        row = {"outcome": "answered", "error": "; ".join(t for t in told if t)}
        row["findings"] = _findings(job, request)
    except Left as error:
        row = {"outcome": "left", "error": str(error)}
    except PaperkitError as error:
        row = {"outcome": "failed", "error": str(error)}
    except Exception as error:
        row = {"outcome": "failed", "error": unforeseen(request.paper.id, error)}
    return {**row, **spent.columns()}  # however it ended, what it cost is said


def check_sense(request: Request) -> None:
    """Raise PaperkitError where there is nothing to ask, or nothing but a title to answer from."""
    id = request.paper.id
    if not request.questions:
        raise PaperkitError(f"{id}: no question to ask, so nothing was sent; name one.")
    if not request.sentences:
        raise PaperkitError(
            f"{id}: no abstract and no text read, so nothing was sent; "
            f"run read([{id!r}], library) first."
        )


def named(job: Job, request: Request) -> Digest:
    """Return the empty digest that a request's answers belong to."""
    return Digest(
        paper_id=request.paper.id,
        version=request.paper.version,
        outline=job.outline.name,
        language=job.language,
    )


def answered(
    job: Job, request: Request, key: str, spent: Spent, *, fresh: bool = False
) -> tuple[Answer, ...]:
    """Return the answers to a request after at most one round of repair.

    A reply that was paid for before a crash is taken up again, unless a `fresh` one is wanted.

    Raises:
        ModelError: there is no usable reply.
    """
    reply, faults, keys = _first(job, request, key, spent, fresh)
    if reply is not None and not faults:
        answers = _parsed(request, reply)
    else:
        partly = reply if reply is not None and _says_something(request, reply) else None
        again = repairing(request, faults, keys)
        answers = _mended(job, request, again, partly, (key, spent))
    if all(a.error for a in answers):
        first = f"{answers[0].question}: {answers[0].error}"
        raise Malformed(f"{request.paper.id}: {first}; ask again.")
    return answers


def _says_something(request: Request, reply: Reply) -> bool:
    try:
        return any(not a.error for a in _parsed(request, reply))
    except Malformed:
        return False


def _first(
    job: Job, request: Request, key: str, spent: Spent, fresh: bool
) -> tuple[Reply | None, tuple[str, ...], tuple[str, ...]]:
    """Return the first reply (None: not even text), what is wrong with it, and whom it concerns."""
    try:
        held = None if fresh else job.library.calls.held_reply(key)
        reply = held or _ask(job, request, key, spent, 1)
    except Malformed as error:
        return None, (str(error),), tuple(q.key for q in request.questions)
    return reply, *faults_of(request, reply)


def _mended(
    job: Job, request: Request, again: Request, partly: Reply | None, paid: tuple[str, Spent]
) -> tuple[Answer, ...]:
    """Return the answers after the repair; what was right the first time is kept."""
    try:
        mended = _parsed(again, _ask(job, again, *paid, 2))
    except Malformed:
        if partly is None:
            raise
        mended = ()
    if partly is None:
        return mended
    new = {a.question: a for a in mended if not a.error}
    return tuple(new.get(a.question, a) for a in _parsed(request, partly))


def _parsed(request: Request, reply: Reply) -> tuple[Answer, ...]:
    """Return the answers of a reply, each statement on the passages that carry it."""
    answers = parse_reply(request, reply, at=datetime.now(UTC))
    sources = checks.Sources(sent=request.sentences)
    needless = {q.key for q in request.questions if q.translation}
    return tuple(a if a.question in needless else checks.with_evidence(a, sources) for a in answers)


def _findings(job: Job, request: Request) -> int:
    """Return how many findings keep a paper's digest from being approved."""
    paper = request.paper
    with job.thinking:
        digest = job.library.digest(paper.id, outline=job.outline.name, language=job.language)
        if digest is None:
            return 0
        return len(job.library.judge(digest, outline=job.outline).blocking)


def _ask(job: Job, request: Request, key: str, spent: Spent, turn: int) -> Reply:
    """Ask until there is a reply; each try is on record, failed ones too."""
    tried = 0
    while True:
        tried += 1
        ticket, outcome = _send(job, request, key, spent, turn)
        if isinstance(outcome, Reply):
            return outcome
        if isinstance(outcome, Unauthorized) and outcome.status in _FINAL:
            job.gate.stop(str(outcome))
        if isinstance(outcome, Truncated):
            if not job.gate.longer(ticket, outcome):
                raise outcome
            request = ticket.request  # its limit is what was too little
            continue
        passes = isinstance(outcome, (RateLimited, Unavailable))
        seconds = job.gate.after(outcome, tried) if passes else None
        if seconds is None:
            raise outcome
        if seconds:
            job.gate.stopped.wait(seconds)


def _send(
    job: Job, request: Request, key: str, spent: Spent, turn: int
) -> tuple[Ticket, Reply | ModelError]:
    """Send a request once, in its turn, and put the call on record."""
    ticket = job.gate.enter(request, shelf_of(job.library))
    outcome: Reply | Exception = ModelError("interrupted")
    try:
        outcome = _call(job, ticket.request)
    except Exception as error:
        outcome = error
    finally:
        used, cost = job.gate.leave(ticket, outcome)
    spent.add(used, cost)
    failed = isinstance(outcome, Exception)
    with job.writing:
        job.library.calls.save(
            request.paper.id,
            key=key,
            model=job.model.name,
            tokens=used,
            outcome=type(outcome).__name__ if failed else "answered",
            error=str(outcome) if failed else "",
            cost=cost,
            turn=turn,
            reply=outcome.text if isinstance(outcome, Reply) else None,
        )
    if not isinstance(outcome, (Reply, ModelError)):
        raise outcome  # no error of a model: its row of the report says so
    return ticket, outcome


def shelf_of(library: Library) -> str:
    """Return the name of a library's folder, the same by whatever path it is reached."""
    return str(library.path.resolve())


def _call(job: Job, request: Request) -> Reply:
    if job.executor is None:
        return _reply(job.model.answer(request), job.model)
    # Only the call goes elsewhere: pace, money and the library stay with who began the batch.
    # The token tells a new try from an old one: Dask keeps the result of a call it has seen.
    reply = job.executor.submit(_answer, job.model, request, uuid4().hex).result()
    return _reply(reply, job.model)


def _reply(given: object, model: Model) -> Reply:
    if isinstance(given, Reply):
        return given
    kind = type(given).__name__
    raise ModelError(f"{model.name}: its answer is no Reply, it is of type {kind}; correct it.")


def _answer(model: Model, request: Request, _token: str) -> Reply:
    return model.answer(request)


# ---- Summarizing many papers: what it would cost, the batch itself, and asking again for one

Prices = Mapping[str, tuple[float, float]]


def estimate(
    papers: pd.DataFrame | Iterable[str],
    library: Library,
    model: Model | None = None,
    *,
    outline: Outline = DIGEST,
    language: str = "en",
    prices: Prices | None = None,
) -> pd.DataFrame:
    """Return what a `summarize` would send and cost, before anything is sent.

    One row per paper: index id, known (answered before, costs nothing), tokens_in and tokens_out
    (about), cost. `prices` are money per million tokens (in, out) by model name; without, they
    come from the price table (see `paperkit.models`). An unknown price leaves the cost
    missing; it is never 0. The thoughts of a model that thinks are paid as output and are not in
    the estimate: nobody knows them before; a few papers tell (`library.calls()`).
    """
    used = _checked(model)
    language, ids = language_tag(language), _known(library, papers)
    requests = ((i, _request(library, i, outline, language)) for i in ids)
    return _plan(requests, library, used, outline, _price(used, prices))


def _plan(
    requests: Iterable[tuple[str, Request]],
    library: Library,
    model: Model,
    outline: Outline,
    price: Price | None,
) -> pd.DataFrame:
    rows = []
    for paper_id, request in requests:
        rest = due(library, key_of(model, request), request, outline.name).request
        sends = rest if request.sentences and request.questions else None  # see check_sense
        sent, received = (tokens_in(sends), tokens_out(sends)) if sends else (0, 0)
        free, unknown = sends is None, float("nan")
        cost = 0.0 if free else unknown if price is None else price.of(sent, received)
        counts = {"tokens_in": sent, "tokens_out": received, "cost": cost}
        rows.append({"id": paper_id, "known": rest is None, **counts})
    columns = {"known": "bool", "tokens_in": "int64", "tokens_out": "int64", "cost": "float64"}
    return table(rows, columns)


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
) -> pd.DataFrame | Run:
    """Let a model answer an outline's questions about some papers; known answers are kept.

    Without `model` it is `Extractive`: offline, free, verbatim sentences. What is answered is
    written at once, so that an interrupt or a crash costs at most the papers in flight; run it
    again to finish: it asks what is missing or failed, down to the single question. With
    `background` the cell returns at once with a `Run`.

    `budget` is a cap for this batch: a request that might cross it is not sent. It limits how long
    a reply may get, thoughts included; one cut off by that is asked for once more with a higher
    limit where the money allows it, and where no reply fits the batch stops. The first request goes
    out alone, to learn. What can't be promised: a server that ignores the limit may cross the
    budget with a reply longer than any before. `pace` is how fast to ask, by default the model's
    own. `executor` is any `concurrent.futures` executor; the
    model's calls go there, everything else stays here.

    Returns a report: index id, outcome (answered, known, failed, left), error (of an answered
    paper: the questions that failed, and whether its end was too long to be sent), findings (number
    of blocking ones), tokens_in, tokens_out,
    cost (missing where price or usage is unknown).

    Raises:
        PaperkitError: a paper is not in the library, what is given is no model or no budget, the
            price is unknown though there is a budget, or the estimate exceeds it.
    """
    used = _checked(model)
    if budget is not None and not _is_money(budget):
        raise PaperkitError(f"budget: {budget!r} is no amount of money; give a number, like 0.5.")
    language, ids = language_tag(language), _known(library, papers)
    price = _price(used, prices)
    if budget is not None:
        requests = ((i, _request(library, i, outline, language)) for i in ids)
        _check_budget(_plan(requests, library, used, outline, price), budget, used.name)
    gate = _gate(library, used, pace, Purse(budget, price))
    job = Job(library, used, outline, language, gate, executor)
    library.index.hold()
    tasks = {i: partial(_summarize_id, job, i) for i in ids}
    if tasks and (prepare := getattr(used, "prepare", None)) is not None and executor is None:
        prepare()
    notice = getattr(used, "notice", "")
    label = f"summarizing with {used.name}" + (f" ({notice})" if notice else "")
    # The gate counts what is in flight; as many threads more write answers down meanwhile.
    run = Run(tasks, _SUMMARY_COLUMNS, gate, workers=2 * gate.pace.workers, label=label)
    return run if background else run.wait()


_SUMMARY_COLUMNS = {
    "outcome": "str",
    "error": "str",
    "findings": "Int64",
    "tokens_in": "Int64",
    "tokens_out": "Int64",
    "cost": "Float64",
}


def _summarize_id(job: Job, id: str) -> Row:
    with job.thinking:
        request = _request(job.library, id, job.outline, job.language)
    return summarize_one(job, request)


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
        raise PaperkitError(f'{model}: a text is no model; give Gemini("{model}"), or another.')
    if isinstance(model, type):
        raise PaperkitError(f"{model.__name__}: a class is no model; give {model.__name__}(…).")
    if not isinstance(model, Model):
        kind = type(model).__name__
        raise PaperkitError(f"{kind}: no model; it needs a name and answer(request).")
    return model


def _is_money(budget: object) -> bool:
    return isinstance(budget, Real) and 0 <= float(budget) < math.inf


def _price(model: Model, prices: Prices | None) -> Price | None:
    from paperkit.models import price_of

    return price_of(model, prices)


def _gate(library: Library, model: Model, pace: Pace | None, purse: Purse) -> Gate:
    """Return the gate of a batch; what was asked lately counts for its windows."""
    from paperkit.models import Pace

    used = pace or getattr(model, "pace", None) or Pace()
    longest = max((w.seconds for w in used.windows()), default=0.0)
    since = datetime.now(UTC) - timedelta(seconds=longest)
    gate = Gate(used, purse, lane_of(model), model.name)
    purse.recall(*library.calls.longest_replies(model.name))
    gate.recall(shelf_of(library), library.calls.since(model.name, since) if longest else ())
    return gate


def _request(
    library: Library,
    id: str,
    outline: Outline,
    language: str,
    *,
    questions: Iterable[str] = (),
    wish: str = "",
) -> Request:
    paper = library.paper(id)
    return make_request(
        paper,
        library.reading(id, version=paper.version),
        outline=outline,
        language=language,
        questions=questions,
        wish=wish,
    )


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
) -> Digest:
    """Ask again for some answers of one paper, with a wish in words; the drafts are appended.

    A person's edit stays what the digest shows; the new draft is beside it in
    ``library.drafts(id, question)``.
    """
    used, language = _checked(model), language_tag(language)
    request = _request(library, id, outline, language, questions=questions, wish=wish)
    check_sense(request)
    gate = _gate(library, used, None, Purse(None, _price(used, None)))
    job = Job(library, used, outline, language, gate)
    given = answered(job, request, key_of(used, request), Spent(), fresh=True)
    digest = named(job, request)
    library.drafts.save_answers(digest, [replace(a, wish=wish) for a in given])
    found = library.digest(id, outline=outline.name, language=language)
    return found if found is not None else digest

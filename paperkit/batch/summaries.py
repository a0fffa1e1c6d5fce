"""Summarizing many papers: what it would cost, the batch itself, and asking again for one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from paperkit import checks
from paperkit.batch.runs import Left, Pause, Run, ids_of, report_of
from paperkit.digests import Digest
from paperkit.errors import ModelError, PaperkitError, RateLimited, Unavailable
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline
from paperkit.prompts import Reply, Request, make_request, parse_reply

if TYPE_CHECKING:
    from paperkit.models import Model

_TRIES = 4
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class _Job:
    """What one paper's summary needs; shared by the papers of a batch."""

    library: Library
    model: Model
    outline: Outline
    language: str
    pause: Pause


def estimate(
    papers: pd.DataFrame | Iterable[str],
    library: Library,
    model: Model | None = None,
    *,
    outline: Outline = DIGEST,
    language: str = "en",
    prices: Mapping[str, tuple[float, float]] | None = None,
) -> pd.DataFrame:
    """Return what a `summarize` would send, before anything is sent.

    One row per paper: index id, known (answered before, costs nothing), tokens_in (about four
    characters each), cost. `prices` are money per million tokens (in, out) by model name; the
    cost counts the input only and is missing where the price is unknown.
    """
    used = model or _offline()
    rows = []
    for paper_id in ids_of(papers):
        request = _request(library, paper_id, outline, language)
        known = library.is_known(request.key(used.name, _parameters(used)))
        tokens = 0 if known else len(request.prompt()) // _CHARACTERS_PER_TOKEN
        rows.append({"id": paper_id, "known": known, "tokens_in": tokens})
    frame = report_of(rows, {"known": "bool", "tokens_in": "int64"})
    price = (prices or {}).get(used.name)
    free = getattr(used, "local", False)
    each = 0.0 if free else price[0] / 1e6 if price else float("nan")
    return frame.assign(cost=frame["tokens_in"] * each)


def summarize(
    papers: pd.DataFrame | Iterable[str],
    library: Library,
    model: Model | None = None,
    *,
    outline: Outline = DIGEST,
    language: str = "en",
    budget: float | None = None,
    prices: Mapping[str, tuple[float, float]] | None = None,
    background: bool = False,
    executor: Executor | None = None,
) -> pd.DataFrame | Run:
    """Let a model answer an outline's questions about some papers; known answers are kept.

    Without `model` it is `Extractive`: offline, free, verbatim sentences. What is answered is
    written at once, so that an interrupt or a crash costs at most the papers in flight; run it
    again to finish. With `background` the cell returns at once with a `Run`.

    Returns a report: index id, outcome (answered, known, failed, left), error, findings (number
    of blocking ones), tokens_in, tokens_out.

    Raises:
        PaperkitError: a paper is not in the library, or the estimate exceeds `budget`.
    """
    used = model or _offline()
    ids = ids_of(papers)
    requests = {i: _request(library, i, outline, language) for i in ids}
    planned = estimate(ids, library, used, outline=outline, language=language, prices=prices)
    _check_budget(planned, budget, used.name)
    job = _Job(library, used, outline, language, Pause())
    tasks = {i: partial(_summarize_one, job, r) for i, r in requests.items()}
    label = f"summarizing with {used.name}"
    run = Run(tasks, _SUMMARY_COLUMNS, job.pause, executor=executor, label=label)
    return run if background else run.wait()


_SUMMARY_COLUMNS = {
    "outcome": "str",
    "error": "str",
    "findings": "Int64",
    "tokens_in": "Int64",
    "tokens_out": "Int64",
}


def _offline() -> Model:
    from paperkit.models.extractive import Extractive

    return Extractive()


def _parameters(model: Model) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(model, "parameters", {})
    return found


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


def _check_budget(planned: pd.DataFrame, budget: float | None, name: str) -> None:
    if budget is None:
        return
    cost = planned["cost"].sum(skipna=False)
    if pd.isna(cost):
        raise PaperkitError(f"{name}: price unknown; give prices={{{name!r}: (in, out)}}.")
    if cost > budget:
        raise PaperkitError(
            f"{name}: about {cost:.2f} for {len(planned)} papers is above the budget of "
            f"{budget:.2f}; take fewer papers or raise it."
        )


def _summarize_one(job: _Job, request: Request) -> dict[str, Any]:
    key = request.key(job.model.name, _parameters(job.model))
    if job.library.is_known(key):
        return {"outcome": "known", "error": "", "findings": _findings(job, request)}
    reply = _ask(job, request, key)
    answers = parse_reply(request, reply, at=datetime.now(UTC))
    digest = Digest(
        paper_id=request.paper.id,
        version=request.paper.version,
        outline=job.outline.name,
        language=job.language,
    )
    job.library.save_answers(digest, answers, key=key)
    tokens = {"tokens_in": reply.tokens_in, "tokens_out": reply.tokens_out}
    return {"outcome": "answered", "error": "", "findings": _findings(job, request), **tokens}


def _findings(job: _Job, request: Request) -> int:
    paper = request.paper
    digest = job.library.digest(paper.id, outline=job.outline.name, language=job.language)
    if digest is None:
        return 0
    reading = job.library.reading(paper.id, version=paper.version)
    found = checks.findings(digest, reading, paper=paper, outline=job.outline)
    return sum(f.severity == "block" for f in found)


def _ask(job: _Job, request: Request, key: str) -> Reply:
    """Ask until there is a reply; each try is on record, failed ones too."""
    for left in reversed(range(_TRIES)):
        job.pause.wait()
        if job.pause.stopped.is_set():
            raise Left(job.pause.why or "stopped; run it again to go on")
        try:
            reply = job.model.answer(request)
        except ModelError as error:
            _record(job, request, key, None, error)
            _after(job, error, left)
        else:
            _record(job, request, key, reply, None)
            return reply
    raise AssertionError("the last try returns or raises")


def _record(
    job: _Job, request: Request, key: str, reply: Reply | None, error: ModelError | None
) -> None:
    job.library.save_call(
        request.paper.id,
        key=key,
        model=job.model.name,
        tokens=(reply.tokens_in, reply.tokens_out) if reply else (None, None),
        outcome=type(error).__name__ if error else "answered",
        error=str(error or ""),
    )


def _after(job: _Job, error: ModelError, left: int) -> None:
    """Pause before another try, or give up: for this paper, or today for all."""
    if isinstance(error, RateLimited) and error.daily:
        job.pause.stop(str(error))
        raise error
    if left == 0 or not isinstance(error, (RateLimited, Unavailable)):
        raise error
    default = 2.0 ** (_TRIES - left)
    seconds = getattr(error, "retry_after", None)
    job.pause.hold(default if seconds is None else seconds)


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
    used = model or _offline()
    request = _request(library, id, outline, language, questions=questions, wish=wish)
    job = _Job(library, used, outline, language, Pause())
    reply = _ask(job, request, request.key(used.name, _parameters(used)))
    answers = [replace(a, wish=wish) for a in parse_reply(request, reply, at=datetime.now(UTC))]
    named = Digest(
        paper_id=request.paper.id,
        version=request.paper.version,
        outline=outline.name,
        language=language,
    )
    library.save_answers(named, answers)
    found = library.digest(id, outline=outline.name, language=language)
    return found if found is not None else named

"""Summarizing many papers: what it would cost, the batch itself, and asking again for one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING

import pandas as pd

from paperkit.batch.gates import Gate
from paperkit.batch.jobs import (
    Job,
    Spent,
    answered,
    check_sense,
    due,
    key_of,
    named,
    shelf_of,
    summarize_one,
)
from paperkit.batch.lanes import lane_of
from paperkit.batch.purses import Purse, tokens_in, tokens_out
from paperkit.batch.runs import Row, Run
from paperkit.digests import Digest
from paperkit.errors import PaperkitError
from paperkit.frames import ids_of, table
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline, language_tag
from paperkit.prompts import Request, make_request

if TYPE_CHECKING:
    from paperkit.models import Model
    from paperkit.models.paces import Pace
    from paperkit.models.prices import Price

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
    come from the price table (see `paperkit.models.prices`). An unknown price leaves the cost
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
    library.hold()
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
    return list(dict.fromkeys(library.ids(library.numbers(ids_of(papers)))))


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
    from paperkit.models.prices import price_of

    return price_of(model, prices)


def _gate(library: Library, model: Model, pace: Pace | None, purse: Purse) -> Gate:
    """Return the gate of a batch; what was asked lately counts for its windows."""
    from paperkit.models.paces import Pace

    used = pace or getattr(model, "pace", None) or Pace()
    longest = max((w.seconds for w in used.windows()), default=0.0)
    since = datetime.now(UTC) - timedelta(seconds=longest)
    gate = Gate(used, purse, lane_of(model), model.name)
    purse.recall(*library.longest_replies(model.name))
    gate.recall(shelf_of(library), library.calls_since(model.name, since) if longest else ())
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
    library.save_answers(digest, [replace(a, wish=wish) for a in given])
    found = library.digest(id, outline=outline.name, language=language)
    return found if found is not None else digest

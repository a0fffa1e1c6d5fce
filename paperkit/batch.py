"""Batches: read and summarize many papers; paced, retried, resumable, each with a report."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pandas as pd

from paperkit import checks
from paperkit.digests import Digest
from paperkit.errors import ModelError, PaperkitError, RateLimited, ReadError, Unavailable
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline
from paperkit.papers import Paper
from paperkit.prompts import Reply, Request, make_request, parse_reply
from paperkit.readings import Box

if TYPE_CHECKING:
    from paperkit.models import Model

_WORKERS = 4
_READERS = 2
_TRIES = 4
_CHARACTERS_PER_TOKEN = 4


def _ids(papers: pd.DataFrame | Iterable[str] | str) -> list[str]:
    if isinstance(papers, str):
        return [papers]
    rows = papers.index if isinstance(papers, pd.DataFrame) else papers
    return list(dict.fromkeys(str(i) for i in rows))


def _report(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    data = {c: pd.Series([r.get(c) for r in rows], dtype="object") for c in ("id", *columns)}
    return pd.DataFrame(data).astype({"id": "str", **columns}).set_index("id")


# Reading


def read(
    papers: pd.DataFrame | Iterable[str],
    library: Library,
    *,
    download: bool = True,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Read the PDFs of some papers of a library; those read before are skipped.

    A PDF that is not in the library is fetched from arXiv unless `download` is False. Each runs
    in a process of its own with limits; one bad paper stops no other. `executor` is any
    `concurrent.futures` executor, also of other machines that see the library's folder.

    Returns a report: index id, outcome (read, known, failed), error, pages, figures.
    """
    tasks = {i: partial(_read_one, library, i, download) for i in _ids(papers)}
    run = Run(tasks, _READ_COLUMNS, executor=executor, workers=_READERS, label="reading")
    return run.wait()


_READ_COLUMNS = {"outcome": "str", "error": "str", "pages": "Int64", "figures": "Int64"}


def _read_one(library: Library, id: str, download: bool) -> dict[str, Any]:
    from paperkit import reading

    paper = library.paper(id)
    held = library.reading(paper.id, version=paper.version)
    if held is not None and held.reader == reading.READER_VERSION:
        outcome = "known"
    else:
        path = _pdf(library, paper, download)
        held = reading.read_pdf(path, figures_dir=library.figures_path(paper.id))
        library.save_reading(paper.id, held, version=paper.version)
        outcome = "read"
    return {"outcome": outcome, "error": "", "pages": held.page_count, "figures": len(held.figures)}


def _pdf(library: Library, paper: Paper, download: bool) -> Path:
    from paperkit import sources

    path = library.pdf_path(paper.id)
    if path.is_file():
        return path
    if not download:
        raise ReadError(
            f"{paper.id}: no PDF in the library; put it at {path}, or read with download=True."
        )
    return library.save_pdf(paper.id, sources.fetch_pdf(paper))


def page_image(library: Library, id: str, page: int, *, marks: Sequence[Box] = ()) -> bytes:
    """Return a page of a paper's PDF as PNG, with boxes (PDF points) marked.

    Raises:
        ReadError: the library has no PDF of it, or no such page.
    """
    from paperkit import reading

    path = _pdf(library, library.paper(id), download=False)
    return reading.page_crop(path, page, marks=marks)


# Summarizing


@dataclass(frozen=True)
class _Job:
    """What one paper's summary needs; shared by the papers of a batch."""

    library: Library
    model: Model
    outline: Outline
    language: str
    pause: _Pause


class _Pause:
    """One pause shared by all workers: when the provider asks one to wait, all wait."""

    def __init__(self) -> None:
        self._until = 0.0
        self.stopped = threading.Event()
        self.why = ""

    def hold(self, seconds: float) -> None:
        self._until = max(self._until, time.monotonic() + seconds)

    def wait(self) -> None:
        while (left := self._until - time.monotonic()) > 0 and not self.stopped.wait(left):
            pass

    def stop(self, why: str) -> None:
        self.why = self.why or why
        self.stopped.set()


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
    for paper_id in _ids(papers):
        request = _request(library, paper_id, outline, language)
        known = library.is_known(request.key(used.name, _parameters(used)))
        tokens = 0 if known else len(request.prompt()) // _CHARACTERS_PER_TOKEN
        rows.append({"id": paper_id, "known": known, "tokens_in": tokens})
    frame = _report(rows, {"known": "bool", "tokens_in": "int64"})
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
    ids = _ids(papers)
    requests = {i: _request(library, i, outline, language) for i in ids}
    planned = estimate(ids, library, used, outline=outline, language=language, prices=prices)
    _check_budget(planned, budget, used.name)
    job = _Job(library, used, outline, language, _Pause())
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
            raise _Left(job.pause.why or "stopped; run it again to go on")
        try:
            reply = job.model.answer(request)
        except ModelError as error:
            _record(job, request, key, None, error)
            _after(job, error, left)
        else:
            _record(job, request, key, reply, None)
            return reply
    raise AssertionError("the last try returns or raises")


class _Left(PaperkitError):
    """The batch stopped before this paper's turn."""


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
    job = _Job(library, used, outline, language, _Pause())
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


# Running


class Run:
    """A batch at work: ``report`` so far, ``stop()`` and ``wait()``.

    >>> run = summarize(kept, library, Gemini("gemini-2.5-flash"), background=True)
    >>> run.report
    """

    def __init__(
        self,
        tasks: Mapping[str, Callable[[], dict[str, Any]]],
        columns: Mapping[str, str],
        pause: _Pause | None = None,
        *,
        executor: Executor | None = None,
        workers: int = _WORKERS,
        label: str = "",
    ) -> None:
        self._pause = pause or _Pause()
        self._columns = columns
        self._ids = list(tasks)
        self._label = label
        self._own = ThreadPoolExecutor(workers, "paperkit") if executor is None else None
        submit = (executor or self._own).submit  # type: ignore[union-attr]
        self._futures = {submit(_safely, i, t): i for i, t in tasks.items()}

    def __repr__(self) -> str:
        """Return how far the batch is."""
        done = sum(f.done() for f in self._futures)
        return f"Run({self._label}: {done} of {len(self._ids)} papers)"

    @property
    def report(self) -> pd.DataFrame:
        """Return the report so far; papers whose turn has not come are ``left``."""
        done = {i: f.result() for f, i in self._futures.items() if f.done() and not f.cancelled()}
        left = {"outcome": "left", "error": "not done yet; run it again to go on"}
        return _report([{"id": i, **done.get(i, left)} for i in self._ids], self._columns)

    def stop(self) -> None:
        """Begin nothing more; what is in flight is finished and kept."""
        self._pause.stop("stopped; run it again to go on")
        for future in self._futures:
            future.cancel()
        self._close()

    def wait(self) -> pd.DataFrame:
        """Show progress until all is done and return the report; an interrupt stops it cleanly."""
        try:
            _progress(self._futures, self._label)
        except KeyboardInterrupt:
            self.stop()
            raise
        self._close()
        return self.report

    def _close(self) -> None:
        if self._own is not None:
            self._own.shutdown(wait=False, cancel_futures=True)


def _safely(id: str, task: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run one paper's task; its failure becomes its row of the report."""
    try:
        return {"id": id, **task()}
    except _Left as error:
        return {"id": id, "outcome": "left", "error": str(error)}
    except PaperkitError as error:
        return {"id": id, "outcome": "failed", "error": str(error)}


def _progress(futures: Mapping[Future[dict[str, Any]], str], label: str) -> None:
    from tqdm.auto import tqdm

    # `as_completed` never yields a future that was cancelled before its turn; callbacks do fire.
    ended: SimpleQueue[Future[dict[str, Any]]] = SimpleQueue()
    for future in futures:
        future.add_done_callback(ended.put)
    failed = 0
    with tqdm(total=len(futures), desc=label, unit="paper", leave=False) as bar:
        for _ in futures:
            future = ended.get()
            failed += not future.cancelled() and future.result()["outcome"] == "failed"
            bar.set_postfix(failed=failed)
            bar.update()

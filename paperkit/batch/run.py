"""Run: many papers at once, each with its row of a report; stoppable, and never halted by one."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any

import pandas as pd

from paperkit.errors import PaperkitError, explained
from paperkit.frames import Report, table


@contextmanager
def noted() -> Iterator[threading.Event]:
    """Give what is set by an interrupt of the main thread, beside its usual KeyboardInterrupt."""
    came = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield came  # another thread is never interrupted, and what ignores them stays so
        return

    def note(number: int, frame: FrameType | None) -> None:
        came.set()
        before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)


# ---- Workers: threads that never keep Python from ending, as an executor

_Job = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class Workers(Executor):
    """A pool of daemon threads: at an interrupt or the end nobody waits for what is in flight.

    `concurrent.futures.ThreadPoolExecutor` joins its threads before Python may end, which takes
    as long as the slowest server.
    """

    def __init__(self, count: int) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._count = count
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call and return its future."""
        future: Future[Any] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the workers are closed; make new ones.")
            self._jobs.put((future, fn, args, kwargs))
            if len(self._threads) < self._count:
                thread = threading.Thread(target=self._work, name="paperkit", daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; cancel those not begun, and wait for the rest, if told."""
        with self._lock:
            self._closed = True
        if cancel_futures:
            self._drain()
        for _ in self._threads:
            self._jobs.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _drain(self) -> None:
        try:
            while True:
                if (job := self._jobs.get_nowait()) is not None:
                    job[0].cancel()
        except Empty:
            return

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, fn, args, kwargs = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:
                future.set_exception(error)


# ---- Runs: many papers at once, each with its row of a report; stoppable, and never halted by o

_WORKERS = 4
_LOOK = 0.2  # seconds; an interrupt is seen at least as often, on every system
_SHOWN = 8  # failures, in a panel
_SLOW = 10.0  # seconds; a request that takes longer is spoken of
_LEFT = {"outcome": "left", "error": "not done yet; run it again to go on"}

Row = dict[str, Any]


class Left(PaperkitError):
    """The batch stopped before this paper's turn."""


@dataclass(eq=False)
class Watch:
    """A request on its way: how many words of its reply are here, and whether to give it up."""

    stopped: threading.Event = field(default_factory=threading.Event)
    words: int = 0


class Pause:
    """One pause shared by all workers: when the provider asks one to wait, all wait."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.stopped = threading.Event()
        self.why = ""
        self.paused = False
        self.listeners: list[Callable[[], None]] = []
        self._until = 0.0
        self._asked: dict[Watch, tuple[str, float]] = {}

    def hold(self, seconds: float) -> None:
        """Let nobody go on for some seconds."""
        with self.changed:
            self._until = max(self._until, time.monotonic() + seconds)
        self.tell()

    def tell(self) -> None:
        """Tell who shows the batch that it waits now."""
        for listener in self.listeners:
            listener()

    def why_waiting(self) -> str:
        """Return why nothing goes on for a while, empty where it does."""
        now = time.monotonic()
        asked = [(now - since, id, watch) for watch, (id, since) in self._asked.copy().items()]
        seconds, id, watch = max(asked, key=lambda a: a[0], default=(0.0, "", None))
        if watch is None or seconds < _SLOW:
            return ""
        so_far = f", {watch.words} words so far" if watch.words else ""
        return f"asking {id}, {seconds:.0f} s{so_far}"

    @contextmanager
    def asking(self, id: str) -> Iterator[Watch]:
        """Give what follows a request on its way, for who shows the batch and who stops it."""
        watch = Watch(stopped=self.stopped)
        self._asked[watch] = (id, time.monotonic())
        try:
            yield watch
        finally:
            del self._asked[watch]

    def pause(self) -> None:
        """Let nobody go on until `resume`."""
        with self.changed:
            self.paused = True

    def resume(self) -> None:
        """Let all go on."""
        with self.changed:
            self.paused = False
            self.changed.notify_all()

    def stop(self, why: str) -> None:
        """Let nobody begin anything more; the first reason counts."""
        with self.changed:
            self.why = self.why or why
            self.stopped.set()
            self.changed.notify_all()

    def delay(self) -> float:
        """Return the seconds until all may go on, infinite while a person pauses them."""
        return math.inf if self.paused else max(0.0, self._until - time.monotonic())

    def check(self) -> None:
        """Raise `Left` when the batch is stopped."""
        if self.stopped.is_set():
            raise Left(self.why)

    def wait(self) -> None:
        """Wait until all may go on.

        Raises:
            Left: the batch is stopped.
        """
        with self.changed:
            self.check()
            while (left := self.delay()) > 0:
                self.changed.wait(None if math.isinf(left) else left)
                self.check()


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a batch is: papers, tokens, money (None: unknown) and seconds left (None: ditto).

    ``waiting`` says why nothing is sent for a while.
    """

    total: int
    done: int
    failed: int
    left: int
    tokens: int
    cost: float | None
    seconds_left: float | None
    waiting: str = ""

    def __str__(self) -> str:
        """Return it in a line."""
        said = [f"{self.done} of {self.total} papers", f"{self.failed} failed"]
        said += [f"{self.left} left", f"{self.tokens:,} tokens"]
        said.append("cost unknown" if self.cost is None else f"cost {self.cost:.4g}")
        if self.seconds_left is not None and self.left:
            minutes, seconds = divmod(round(self.seconds_left), 60)
            said.append(f"about {minutes}:{seconds:02} to go")
        if self.waiting and self.left:
            said.append(self.waiting)
        return ", ".join(said)


class _Tally:
    """The sums of the rows so far; counting anew at each paper would take ever longer."""

    def __init__(self) -> None:
        self.ended = self.done = self.failed = self.worked = self.tokens = 0
        self.cost: float | None = 0.0
        self.last = time.monotonic()  # when a paper was worked through
        self.failures: deque[tuple[str, str]] = deque(maxlen=_SHOWN)
        self._lock = threading.Lock()

    def add(self, id: str, row: Row) -> None:
        """Count one paper's row; what was left may have cost something too."""
        cost = row.get("cost", 0.0)
        with self._lock:
            self.ended += 1
            self.tokens += (row.get("tokens_in") or 0) + (row.get("tokens_out") or 0)
            self.cost = None if self.cost is None or cost is None else self.cost + cost
            if row["outcome"] == "left":
                return
            self.done += 1
            if row["outcome"] != "known":
                self.worked, self.last = self.worked + 1, time.monotonic()
            if row["outcome"] == "failed":
                self.failed += 1
                self.failures.append((id, str(row["error"])))


@explained
class Run:
    """A batch at work: ``report`` and ``progress`` so far; pause, resume, stop and wait.

    >>> run = summarize(kept, library, Gemini("gemini-3.8-flash"), background=True)
    >>> run.report

    As the last line of a cell it shows its progress and buttons for the same methods.
    """

    def __init__(
        self,
        tasks: Mapping[str, Callable[[], Row]],
        columns: Mapping[str, str],
        pause: Pause | None = None,
        *,
        executor: Executor | None = None,
        workers: int = _WORKERS,
        label: str = "",
        titles: Mapping[str, str] | None = None,
    ) -> None:
        self._pause = pause or Pause()
        outcome, *rest = columns.items()
        self._columns = columns if titles is None else dict([outcome, ("title", "str"), *rest])
        self._titles = titles or {}
        self._ids = list(tasks)
        self.label = label
        self._began = time.monotonic()
        self._own = Workers(workers) if executor is None else None
        self._panel: Any = None
        self._futures: dict[Future[Row], str] = {}
        self._tally = _Tally()
        self._start(tasks, executor)

    def _start(self, tasks: Mapping[str, Callable[[], Row]], executor: Executor | None) -> None:
        try:
            for id, task in tasks.items():
                self._futures[self._submitted(executor, id, task)] = id
            self.on_done(self._tally.add)
        except BaseException:  # an interrupt; nobody would have a run to stop
            self.stop()
            raise

    def _submitted(
        self, executor: Executor | None, id: str, task: Callable[[], Row]
    ) -> Future[Row]:
        if self._own is not None:
            return self._own.submit(_in_turn, self._pause, id, task)
        assert executor is not None  # noqa: S101 one of the two there is
        return executor.submit(_safely, id, task)

    def __repr__(self) -> str:
        """Return how far the batch is."""
        return f"Run({self.label}: {self.progress})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return the panel where there are widgets, else the line; `text/plain` always."""
        from paperkit.batch import display

        self._panel = self._panel or display.panel(self)
        return {**display.bundle(self._panel), "text/plain": repr(self)}

    @property
    def report(self) -> pd.DataFrame:
        """Return the report so far; papers whose turn has not come are ``left``.

        >>> run.report["outcome"].value_counts()
        """
        done = self._rows()
        left = {**_LEFT, "error": self._pause.why} if self._pause.why else _LEFT
        rows = [{"id": i, "title": self._titles.get(i, ""), **done.get(i, left)} for i in self._ids]
        return Report(table(rows, self._columns))

    @property
    def progress(self) -> Progress:
        """Return how far the batch is: papers, tokens, cost (US dollars), seconds left.

        >>> run.progress
        """
        now = self._tally
        left = len(self._ids) - now.done
        return Progress(
            total=len(self._ids),
            done=now.done,
            failed=now.failed,
            left=left,
            tokens=now.tokens,
            cost=now.cost,
            seconds_left=self._seconds_left(left),
            waiting=self._pause.why_waiting(),
        )

    def _seconds_left(self, left: int) -> float | None:
        """Return about how long it still takes; a slow paper does not make it grow.

        None: nobody knows yet or any more, or it is stopped and what is left stays left.
        """
        now = self._tally
        if not now.worked or self._pause.stopped.is_set():
            return None
        each = (now.last - self._began) / now.worked
        seconds = each * left - (time.monotonic() - now.last)
        return seconds if seconds > 0 else None

    @property
    def failures(self) -> list[str]:
        """Return the last failures, at most some: paper and error, each in a line.

        >>> run.failures
        """
        return [self._failure(id, error) for id, error in self._tally.failures]

    def _failure(self, id: str, error: str) -> str:
        """Return a failure with its paper's title before it, where that is known."""
        title = self._titles.get(id)
        return f"{title} ({id}): {error.removeprefix(f'{id}: ')}" if title else error

    @property
    def running(self) -> bool:
        """Return whether papers are still to come.

        >>> run.running
        """
        return self._tally.ended < len(self._futures)

    @property
    def paused(self) -> bool:
        """Return whether a person paused it.

        >>> run.paused
        """
        return self._pause.paused

    def on_done(self, told: Callable[[str, Row], None]) -> None:
        """Call `told` with id and report row whenever a paper is through, also those before.

        >>> run.on_done(lambda id, row: print(id, row["outcome"]))
        """
        for future, id in self._futures.items():
            future.add_done_callback(partial(_tell, told, id))

    def on_wait(self, told: Callable[[], None]) -> None:
        """Call `told` whenever a pause begins that the provider asks for.

        >>> run.on_wait(lambda: print(run.progress))
        """
        self._pause.listeners.append(told)

    def pause(self) -> None:
        """Send nothing more until `resume`; what is in flight is finished and kept.

        >>> run.pause()
        """
        self._pause.pause()

    def resume(self) -> None:
        """Go on after `pause`.

        >>> run.resume()
        """
        self._pause.resume()

    def stop(self) -> None:
        """Begin nothing more; what is in flight is finished and kept.

        >>> run.stop()
        """
        self._pause.stop("stopped; run it again to go on")
        for future in self._futures:
            future.cancel()
        self._close()

    def wait(self) -> pd.DataFrame:
        """Show progress until all is done and return the report; an interrupt stops it cleanly.

        >>> run.wait()

        Raises:
            KeyboardInterrupt: you interrupted the cell; what is done stays, run it again to go on.
        """
        try:
            with noted() as interrupted:
                self._show_progress(interrupted)
        except KeyboardInterrupt:
            self.stop()
            raise KeyboardInterrupt(f"{self.progress}; run it again to go on") from None
        self._close()
        return self.report

    def _rows(self) -> dict[str, Row]:
        ended = {i: f for f, i in self._futures.items() if f.done() and not f.cancelled()}
        return {i: _row_of(f) for i, f in ended.items()}

    def _show_progress(self, interrupted: threading.Event) -> None:
        from tqdm.auto import tqdm

        # `as_completed` never yields a future that was cancelled before its turn; callbacks do.
        ended: SimpleQueue[None] = SimpleQueue()
        for future in self._futures:
            future.add_done_callback(lambda _: ended.put(None))
        with tqdm(total=len(self._ids), unit="paper", leave=False) as bar:
            # A model's name is from outside; `desc=` would reach the notebook's bar as HTML.
            bar.set_description(self.label)
            count = 0
            while count < len(self._ids):
                if interrupted.is_set():
                    raise KeyboardInterrupt
                try:
                    ended.get(timeout=_LOOK)
                except Empty:
                    bar.set_postfix(_postfix(self.progress))
                    continue
                count += 1
                bar.set_postfix(_postfix(self.progress), refresh=False)
                bar.update()

    def _close(self) -> None:
        if self._own is not None:
            self._own.shutdown(wait=False, cancel_futures=True)


def _tell(told: Callable[[str, Row], None], id: str, future: Future[Row]) -> None:
    told(id, _row_of(future))


def _row_of(future: Future[Row]) -> Row:
    """Return the row a future ended in; a worker that died is its paper's failure."""
    if future.cancelled():
        return _LEFT
    if (error := future.exception()) is None:
        return future.result()
    return {"outcome": "failed", "error": f"{type(error).__name__}: {error}"}


def _postfix(progress: Progress) -> dict[str, Any]:
    cost = "unknown" if progress.cost is None else f"{progress.cost:.4g}"
    said = {"failed": progress.failed, "tokens": f"{progress.tokens:,}", "cost": cost}
    return {**said, "now": progress.waiting} if progress.waiting else said


def _in_turn(pause: Pause, id: str, task: Callable[[], Row]) -> Row:
    """Run one paper's task unless the batch is stopped or paused."""

    def waited() -> Row:
        pause.wait()
        return task()

    return _safely(id, waited)


def _safely(id: str, task: Callable[[], Row]) -> Row:
    """Run one paper's task; its failure becomes its row of the report."""
    try:
        return {"id": id, **task()}
    except Left as error:
        return {"id": id, "outcome": "left", "error": str(error)}
    except PaperkitError as error:
        return {"id": id, "outcome": "failed", "error": str(error)}
    except Exception as error:
        # A person's own model may raise anything; the other papers must not pay for it.
        return {"id": id, "outcome": "failed", "error": unforeseen(id, error)}


def unforeseen(id: str, error: Exception) -> str:
    """Return the words for a paper's failure that is no error of ours."""
    return f"{id}: {type(error).__name__}: {error}"

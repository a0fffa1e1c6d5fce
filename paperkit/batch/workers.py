"""Workers: threads that never keep Python from ending, as an executor."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import Empty, SimpleQueue
from typing import Any

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

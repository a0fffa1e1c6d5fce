"""Calls: one request to a model, in its turn, tried again where it may help, and put on record."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from paperkit.batch.budget import Used
from paperkit.batch.limiter import Limiter, Permit
from paperkit.batch.run import Left, Row
from paperkit.errors import ModelError, RateLimited, Truncated, Unauthorized, Unavailable
from paperkit.library import Library
from paperkit.prompts import Reply, Request

if TYPE_CHECKING:
    from paperkit.models import Model


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


def folder_of(library: Library) -> str:
    """Return the name of a library's folder, the same by whatever path it is reached."""
    return str(library.path.resolve())


class Calls:
    """The calls of a batch to one model.

    ``writing`` spares the library's writers its lock's long naps.
    """

    def __init__(
        self, library: Library, model: Model, limiter: Limiter, executor: Executor | None = None
    ) -> None:
        self.library = library
        self.model = model
        self.limiter = limiter
        self.executor = executor
        self.writing = Lock()

    @property
    def _watched(self) -> bool:
        """Return whether the model tells how far it is, and can be stopped while it answers."""
        return bool(getattr(self.model, "watched", False))

    def ask(self, request: Request, key: str, spent: Spent, *, turn: int = 1) -> Reply:
        """Ask until there is a reply; each try is on record, failed ones too.

        Raises:
            ModelError: there is none.
        """
        tried = 0
        while True:
            tried += 1
            permit, outcome = self._send(request, key, spent, turn)
            if isinstance(outcome, Reply):
                return outcome
            if isinstance(outcome, Truncated):
                if not self.limiter.longer(permit, outcome):
                    raise outcome
                request = permit.request  # its limit is what was too little
                continue
            passes = isinstance(outcome, (RateLimited, Unavailable))
            seconds = self.limiter.after(outcome, tried) if passes else None
            if seconds is None and passes and self._may_hurry(request):
                request, tried = replace(request, urgent=True), 0
                continue
            if seconds is None:
                raise outcome
            if seconds:
                self.limiter.stopped.wait(seconds)

    def _may_hurry(self, request: Request) -> bool:
        """Return whether what the cheap tier has no room for goes at the full price instead."""
        asked = getattr(self.model, "stragglers", None) is not None
        return asked and not request.urgent and not self.limiter.stopped.is_set()

    def _send(
        self, request: Request, key: str, spent: Spent, turn: int
    ) -> tuple[Permit, Reply | ModelError]:
        """Send a request once, in its turn, and put the call on record."""
        permit = self.limiter.enter(request, folder_of(self.library))
        outcome: Reply | Exception = ModelError("interrupted")
        try:
            with self.limiter.asking(request.paper.id) as watch:
                outcome = self._reply(permit.request, watch)
        except Exception as error:
            outcome = error
            if isinstance(error, Unauthorized) and error.everyone:
                self.limiter.stop(str(error))  # before anyone else is let in
        finally:
            used, cost = self.limiter.leave(permit, outcome)
        spent.add(used, cost)
        self._record(request, outcome, {"key": key, "tokens": used, "cost": cost, "turn": turn})
        if type(outcome) is ModelError and watch.stopped.is_set() and self._watched:
            raise Left(self.limiter.why)  # it was given up
        if not isinstance(outcome, (Reply, ModelError)):
            raise outcome  # no error of a model: its row of the report says so
        return permit, outcome

    def _record(
        self, request: Request, outcome: Reply | Exception, facts: Mapping[str, Any]
    ) -> None:
        """Put one call on record, a failed one too."""
        failed = isinstance(outcome, Exception)
        with self.writing:
            self.library.calls.save(
                request.paper.id,
                model=self.model.name,
                outcome=type(outcome).__name__ if failed else "answered",
                error=str(outcome) if failed else "",
                reply=outcome.text if isinstance(outcome, Reply) else None,
                **facts,
            )

    def _reply(self, request: Request, watch: Any) -> Reply:
        if self.executor is not None:
            # Only the call goes elsewhere: pace, money and the library stay with who began the
            # batch. The token tells a new try from an old one: Dask keeps the result of a call it
            # has seen.
            given = self.executor.submit(_answer, self.model, request, uuid4().hex).result()
        elif self._watched:
            given = self.model.answer(request, watch=watch)  # type: ignore[call-arg]
        else:
            given = self.model.answer(request)
        if isinstance(given, Reply):
            return given
        kind, name = type(given).__name__, self.model.name
        raise ModelError(f"{name}: its answer is no Reply, it is of type {kind}; correct it.")


def _answer(model: Model, request: Request, _token: str) -> Reply:
    return model.answer(request)

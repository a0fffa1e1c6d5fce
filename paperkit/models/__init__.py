"""Models: one protocol for whatever answers questions about a paper, one module per SDK."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from paperkit.prompts import Reply, Request


@runtime_checkable
class Model(Protocol):
    """Whatever answers a `Request`: ``name`` is what answers are stored and cited under.

    A model may also have ``parameters`` (a mapping of what changes its answers, e.g. the
    temperature), ``local`` (True: nothing leaves the machine) and ``provider`` (any hashable
    value: models that share it share one pace). Its ``answer`` raises nothing
    but `paperkit.errors.ModelError`.
    """

    @property
    def name(self) -> str:
        """Return the model's name."""

    def answer(self, request: Request) -> Reply:
        """Return the model's reply to `request`, or raise a `ModelError`."""

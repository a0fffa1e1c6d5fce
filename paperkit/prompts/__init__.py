"""Prompts: the only text a model ever sees, and the only place where replies become answers."""

from __future__ import annotations

from paperkit.prompts.replies import Fault, Reply, read_reply, says_enough, writable
from paperkit.prompts.requests import (
    MAX_CHARACTERS,
    PROMPT_VERSION,
    UNREADABLE,
    Request,
    make_request,
    repairing,
    single,
    strict,
)

__all__ = [
    "MAX_CHARACTERS",
    "PROMPT_VERSION",
    "UNREADABLE",
    "Fault",
    "Reply",
    "Request",
    "make_request",
    "read_reply",
    "repairing",
    "says_enough",
    "single",
    "strict",
    "writable",
]

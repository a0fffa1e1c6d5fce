"""Limits: how much time, memory and input one PDF may cost."""

from __future__ import annotations

from dataclasses import dataclass

READER_VERSION = "3"
"""Moves when the reader reads differently; a library then reads its PDFs again."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one PDF may cost: seconds of wall clock, megabytes of memory, pages, bytes of file.

    Over ``pages`` the first ones are read and the reading says so; over anything else the PDF
    is refused with a `ReadError`.
    """

    seconds: float = 120.0
    megabytes: int = 2048
    pages: int = 300
    bytes: int = 200_000_000

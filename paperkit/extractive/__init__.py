"""The embedded default model: answers made of a paper's own sentences; no SDK, no wire."""

from __future__ import annotations

from paperkit.extractive.model import Extractive
from paperkit.extractive.selection import skeleton, takeaways
from paperkit.extractive.sentence_roles import roles
from paperkit.extractive.summaries import one_line
from paperkit.extractive.terms import keywords

__all__ = ["Extractive", "keywords", "one_line", "roles", "skeleton", "takeaways"]
